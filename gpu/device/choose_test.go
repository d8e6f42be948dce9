package device

import (
	"errors"
	"strings"
	"testing"
)

func TestChoose(t *testing.T) {
	list := []Info{
		{Index: 0, Platform: "Portable Computing Language", Name: "pthread-epyc", Kind: "cpu"},
		{Index: 1, Platform: "Vendor CUDA", Name: "Vendor H200", Kind: "gpu"},
		{Index: 2, Platform: "Vendor CUDA", Name: "Vendor H200", Kind: "gpu"},
	}
	tests := []struct {
		name     string
		list     []Info
		selector string
		want     int    // index, or -1 for an error
		says     string // in the error
	}{
		{"a GPU comes first", list, "", 1, ""},
		{"without a GPU the first", list[:1], "", 0, ""},
		{"by number", list, "2", 2, ""},
		{"by part of the platform's name", list, "portable", 0, ""},
		{"by part of the device's name in another case", list, "PTHREAD", 0, ""},
		{"number too large", list, "3", -1, "no device 3"},
		{"number too small", list, "-1", -1, "no device -1"},
		{"name of nothing", list, "radeon", -1, "0: pthread-epyc (cpu, Portable Computing Language)"},
		{"name of two", list, "h200", -1, "2: Vendor H200"},
		{"nothing there", nil, "", -1, "pocl"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := choose(test.list, test.selector)
			if test.want < 0 {
				if !errors.Is(err, ErrNoDevice) || !strings.Contains(err.Error(), test.says) {
					t.Fatalf("choose(%q) gives %v, want ErrNoDevice that says %q", test.selector, err, test.says)
				}
				return
			}
			if err != nil || got.Index != test.want {
				t.Fatalf("choose(%q) = device %d, %v; want device %d", test.selector, got.Index, err, test.want)
			}
		})
	}
}

func TestErrorTellsAll(t *testing.T) {
	refused := errors.New("out of patience")
	err := &Error{Call: "clBuildProgram", Kernel: "visit", Device: "a device", Log: "line 3: no", Err: refused}
	for _, part := range []string{"clBuildProgram", "visit", "a device", "line 3: no", "out of patience"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	if !errors.Is(err, refused) {
		t.Error("the driver's answer cannot be found in the error")
	}
}

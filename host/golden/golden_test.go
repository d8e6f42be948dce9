package golden_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"tnn-gpu/host/golden"
)

func packed(t testing.TB, from io.Reader) io.Reader {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.Copy(z, from); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return &b
}

func TestRead(t *testing.T) {
	const text = `{"values":[1,2],"format":"some values 1"}`
	for name, r := range map[string]io.Reader{
		"plain": strings.NewReader(text), "packed": packed(t, strings.NewReader(text)), "with a mark": strings.NewReader("\xef\xbb\xbf" + text),
	} {
		format, got, err := golden.Read(r)
		if err != nil || format != "some values 1" || string(got) != text {
			t.Errorf("%s: format %q, text %q, %v", name, format, got, err)
		}
	}
	for text, says := range map[string]string{
		"":                "it is no golden file",
		"key = 1":         "it is no golden file",
		`[1]`:             "it is no golden file",
		`{"values":1}`:    "it does not say its format",
		`{"format":7}`:    "it is no golden file",
		"\x1f\x8b\x08abc": "it cannot be unpacked",
	} {
		if _, _, err := golden.Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", text, err, says)
		}
	}
}

// spaces is what a small file unpacks to that means harm.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestFileThatUnpacksToTooMuch(t *testing.T) {
	if _, _, err := golden.Read(packed(t, io.LimitReader(spaces{}, 64<<20))); err == nil || !strings.Contains(err.Error(), "it unpacks to 67108864 bytes or more") {
		t.Errorf("error %v", err)
	}
}

// Each part of a format that several share is checked, and each can fail.
func TestJoined(t *testing.T) {
	part := func(r golden.Result, err error) golden.Format {
		return golden.Format{Name: "both", Verify: func([]byte, *golden.On) (golden.Result, error) { return r, err }}
	}
	good, bad := part(golden.Result{Detail: "a", Tolerance: 1e-9, References: 2, Compared: 3}, nil), part(golden.Result{Detail: "b", Tolerance: 1e-12, Failed: true}, nil)
	for _, parts := range [][]golden.Format{{good, bad}, {bad, good}} {
		r, err := golden.Joined(parts).Verify(nil, nil)
		if err != nil || !r.Failed || r.Tolerance != 1e-12 || r.References != 2 || len(r.Detail) != len("a; b") {
			t.Errorf("%+v, %v", r, err)
		}
	}
	if r, err := golden.Joined([]golden.Format{good, good}).Verify(nil, nil); err != nil || r.Failed || r.Compared != 6 {
		t.Errorf("two good parts: %+v, %v", r, err)
	}
	empty := part(golden.Result{Detail: "equal"}, nil)
	if _, err := golden.Joined([]golden.Format{good, empty}).Check(nil, nil); !errors.Is(err, golden.ErrNothing) {
		t.Errorf("a part that compares nothing: %v", err)
	}
	broken := errors.New("broken")
	if _, err := golden.Joined([]golden.Format{good, part(golden.Result{}, broken)}).Verify(nil, nil); !errors.Is(err, broken) {
		t.Errorf("a part that cannot be read: %v", err)
	}
}

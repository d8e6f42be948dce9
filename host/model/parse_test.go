package model

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseProbe(t *testing.T) {
	for text, want := range map[string]Probe{
		"state[12]":          {Field: "state", A: 12, B: -1},
		"weight[3-4]":        {Field: "weight", A: 3, B: 4},
		"weight[4-3]":        {Field: "weight", A: 3, B: 4},
		"order[0-0]":         {Field: "order"},
		"energy[2147483647]": {Field: "energy", A: 1<<31 - 1, B: -1},
	} {
		if got, err := ParseProbe(text); err != nil || got != want {
			t.Errorf("%s is %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "state", "[3]", "state[]", "state[3", "state3]", "state[-3]", "state[3-]", "weight[3-4-5]",
		"state[2147483648]", "state[1.5]", "state[3]]", "state[ 3]", "state[3][4]",
	} {
		if got, err := ParseProbe(text); err == nil {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
}

// TestParsePlace: rows and columns are not exchanged.
func TestParsePlace(t *testing.T) {
	if p, err := ParsePlace("Wee[4-3]"); err != nil || p != (Probe{Field: "Wee", A: 4, B: 3}) {
		t.Errorf("Wee[4-3] is %+v, %v", p, err)
	}
	for _, text := range []string{"", "Wee", "Wee[3]", "Wee[3-]", "Wee[-3]", "Wee[3-4-5]", "Wee[3-x]", "[3-4]", "Wee[3-4", "Wee[3-2147483648]"} {
		if p, err := ParsePlace(text); err == nil {
			t.Errorf("%q is read as %+v", text, p)
		}
	}
}

func TestParseRegion(t *testing.T) {
	from, to, err := ParseRegion("0:16, 8:24,1:2")
	if diff := cmp.Diff([][]int{{0, 8, 1}, {16, 24, 2}}, [][]int{from, to}); diff != "" || err != nil {
		t.Errorf("%v, -want +is:\n%s", err, diff)
	}
	for _, text := range []string{"", "3", "3:", ":3", "3:3", "4:3", "-1:3", "0:4,", "0:4 5:6", "0:1:2", "0:99999999999"} {
		if from, to, err := ParseRegion(text); err == nil {
			t.Errorf("%q is read as %v to %v", text, from, to)
		}
	}
}

func FuzzParseProbe(f *testing.F) {
	f.Add("state[12]")
	f.Add("weight[3-4]")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParseProbe(text)
		if err != nil {
			return
		}
		again := fmt.Sprintf("%s[%d]", p.Field, p.A)
		if p.B >= 0 {
			again = fmt.Sprintf("%s[%d-%d]", p.Field, p.A, p.B)
		}
		if q, err := ParseProbe(again); err != nil || q != p {
			t.Errorf("%q is %+v, and written again as %q it is %+v, %v", text, p, again, q, err)
		}
	})
}

func FuzzParseRegion(f *testing.F) {
	f.Add("0:16, 8:24")
	f.Fuzz(func(t *testing.T, text string) {
		from, to, err := ParseRegion(text)
		for i := range from {
			if err != nil || from[i] < 0 || from[i] >= to[i] {
				t.Errorf("%q is read as %v to %v, %v", text, from, to, err)
			}
		}
	})
}

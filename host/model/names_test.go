package model

import "testing"

// TestNames: a node is found by its name, and by its number where no name is one.
func TestNames(t *testing.T) {
	people := NewNames([]string{"Ada", "Bob-Joe", "Bob", "Joe"}, 4)
	from1 := NewNames([]string{"1", "2", "3"}, 3)
	plain := NewNames(nil, 3)
	for _, c := range []struct {
		names *Names
		text  string
		want  int // -1: none
	}{
		{people, "Ada", 0}, {people, "Bob-Joe", 1}, {people, "2", 2}, {people, "4", -1}, {people, "ada", -1},
		{from1, "1", 0}, {from1, "3", 2}, {from1, "0", -1}, {from1, "4", -1},
		{plain, "0", 0}, {plain, "2", 2}, {plain, "3", -1}, {plain, "-1", -1}, {plain, "x", -1}, {plain, "", -1},
	} {
		got, err := c.names.Find(c.text)
		if err != nil {
			got = -1
		}
		if got != c.want {
			t.Errorf("%q is node %d (%v), want %d", c.text, got, err, c.want)
		}
	}
	for text, want := range map[string]Probe{
		"state[Bob-Joe]":      {"state", 1, -1},
		"state[1]":            {"state", 1, -1},
		"weight[Bob-Joe]":     {"weight", 2, 3},
		"weight[Bob-Joe-Ada]": {"weight", 0, 1},
		"weight[Ada-Bob-Joe]": {"weight", 0, 1},
		"weight[3-0]":         {"weight", 0, 3},
		"state[3-0]":          {"state", 0, 3}, // refused where fields are known
	} {
		if got, err := people.FindProbe(text, text[0] == 'w'); err != nil || got != want {
			t.Errorf("%s is %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "state", "state[]", "[Ada]", "state[Eve]", "weight[Ada-]", "weight[Ada-Eve]", "weight[-Ada]", "weight[Eve]"} {
		if got, err := people.FindProbe(text, len(text) > 0 && text[0] == 'w'); err == nil {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
	if people.Of(1) != "Bob-Joe" || plain.Of(1) != "1" || plain.Of(7) != "7" {
		t.Error("names are wrong")
	}
}

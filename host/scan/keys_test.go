package scan

import (
	"strings"
	"testing"
)

// TestKeysAsTheyAreSpelled: a key in other letters is unknown, so that none is lost beside
// the one that is meant.
func TestKeysAsTheyAreSpelled(t *testing.T) {
	axis := "[[axis]]\nkey = \"edge.bound\"\nvalues = [1, 2]\n"
	for text, want := range map[string]string{
		"base = \"isolated4\"\nsteps = 3\nSteps = 7\n" + axis:           "scan.toml:3: there is no key Steps in the file of a scan: the nearest is steps",
		"base = \"isolated4\"\nBase = \"driven\"\n" + axis:              "scan.toml:2: there is no key Base in the file of a scan: the nearest is base",
		small + "Set = [\"edge.noise=1\"]\n" + axis:                     "there is no key Set in the file of a scan: the nearest is set",
		small + "seeds = {first = 1, count = 2, Count = 3}\n" + axis:    "there is no key seeds.Count in the file of a scan: the nearest is seeds.count",
		small + "seeds.first = 1\nseeds.First = 2\n" + axis:             "there is no key seeds.First",
		small + "Seeds.first = 1\n" + axis:                              "there is no key Seeds in",
		small + axis + "Values = [3]\n":                                 "there is no key axis.Values in the file of a scan: the nearest is axis.values",
		small + axis + "[[Axis]]\nkey = \"edge.noise\"\nvalues = [1]\n": "there is no key Axis in the file of a scan: the nearest is axis",
		small + "[[Axis]]\nkey = \"edge.noise\"\nvalues = [1]\n":        "there is no key Axis",
		small + axis + "[Figure]\nx = \"edge.bound\"\n":                 "there is no key Figure",
		small + axis + "[figure]\nQUANTITY = [\"order\"]\n":             "there is no key figure.QUANTITY",
		small + "axis = [ # one\n{key = \"edge.bound\",\nKey = 1}]\n":   "there is no key axis.Key in the file of a scan: the nearest is axis.key",
		small + "\"St\\u0065ps\" = 3\n" + axis:                          "there is no key Steps",
		small + "ax.is = 3\n" + axis:                                    "there is no key ax in",
		small + strings.Repeat("k", 100) + " = 3\n" + axis:              "there is no key kkkk",
		small + "seeds.first.second = 1\n" + axis:                       "cannot decode TOML table",
		small + "design = {Grid = 1}\n" + axis:                          "design cannot have this value",
	} {
		if _, err := open("scan.toml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s\ngives %v\nwant  %s", text, err, want)
		}
	}
}

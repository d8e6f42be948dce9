package config

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"tnn-gpu/host/models"

	"github.com/google/go-cmp/cmp"
)

const referenceHead = `# The configuration file

A run is configured by a TOML file (https://toml.io). ` + "`tnn-gpu presets`" + ` prints complete ones to start from; a
key that is left out has the default given here. A key that does not exist is an error, and so is a value that
cannot be. ` + "`--set key=value`" + ` changes single keys: ` + "`--set edge.noise=false`, `--set 'group[0].levels=5'`" + `.

This page is written by ` + "`go test ./host/config -run TestReference -update`" + `.
`

// TestReference holds docs/config.md to what the keys are.
func TestReference(t *testing.T) {
	const path = "../../docs/config.md"
	var b bytes.Buffer
	b.WriteString(referenceHead)
	common := reflect.ValueOf(newConfig("tnn", nil)).Elem()
	spec := reflect.ValueOf(models.All()[0].Defaults()).Elem()
	b.WriteString("\n## Outside of tables\n")
	writeKeys(t, &b, common, "")
	for _, root := range []reflect.Value{common, spec} {
		for _, f := range fields(root.Type()) {
			v, title := root.FieldByIndex(f.Index), "["+name(f)+"]"
			switch {
			case isTables(f.Type):
				v, title = v.Index(0), "["+title+"]"
			case !isTable(f.Type):
				continue
			}
			fmt.Fprintf(&b, "\n## `%s`\n\n%s\n", title, f.Tag.Get("comment"))
			key := name(f)
			if isTables(f.Type) {
				key = element(key, 0)
			}
			writeKeys(t, &b, v, key)
		}
	}
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.String(), string(page)); diff != "" {
		t.Errorf("%s (-want +is):\n%s", path, diff)
	}
}

func writeKeys(t *testing.T, b *bytes.Buffer, table reflect.Value, key string) {
	b.WriteString("\n| key | default | |\n|---|---|---|\n")
	for _, f := range fields(table.Type()) {
		if isTable(f.Type) || isTables(f.Type) {
			continue
		}
		v := table.FieldByIndex(f.Index)
		standard := "`" + literal(v) + "`"
		switch k := join(key, name(f)); {
		case k == "model" || k == "format":
		case mustBeGiven(t, k, v):
			standard = "to be given"
		case mayBeLeftOut(f) && (v.Kind() == reflect.String || v.Kind() == reflect.Slice):
			standard = "none"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", name(f), standard, strings.ReplaceAll(f.Tag.Get("comment"), "|", `\|`))
	}
}

// mustBeGiven says whether the default of a key is refused in a network that is
// fine otherwise.
func mustBeGiven(t *testing.T, key string, standard reflect.Value) bool {
	c := newPreset(t, "driven")
	target, err := c.find(key)
	if err != nil {
		t.Fatal(err)
	}
	target.table.FieldByIndex(target.field.Index).Set(standard)
	return c.Validate() != nil
}

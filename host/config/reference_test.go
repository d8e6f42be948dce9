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
It takes the place of what the file has, as flags do. A key that it gives another value and that nothing heeds
beside the others is an error, too, as a rate of a rule that is frozen; of a file such a key is told when a run
begins. A flag or a key that is given twice on a command line is an error, too, but for flags that make lists:
` + "`--set`" + ` of different keys, ` + "`--over`" + `, ` + "`--on`" + `, ` + "`--embed`" + `.

Words are explained in the [glossary](glossary.md). This page is written by ` + "`go test ./host/config -run TestReference -update`" + `.
`

// TestReference holds docs/config.md to what the keys are.
func TestReference(t *testing.T) {
	const path = "../../docs/config.md"
	var b bytes.Buffer
	b.WriteString(referenceHead)
	common := reflect.ValueOf(newConfig("tnn", nil)).Elem()
	b.WriteString("\n## Outside of tables\n")
	writeKeys(t, &b, complete("tnn"), common, "")
	writeTables(t, &b, complete("tnn"), common)
	for _, m := range models.All() {
		fmt.Fprintf(&b, "\n# `model = %q`\n", m.Name)
		writeTables(t, &b, complete(m.Name), reflect.ValueOf(m.Defaults()).Elem())
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

// complete is a preset of a model that has all its tables.
func complete(model string) string {
	if model == "tnn" {
		return "driven"
	}
	for _, p := range Presets() {
		if p.Config.Model == model {
			return p.Name
		}
	}
	return ""
}

// writeTables writes the tables of a configuration, or of a model's part of it.
func writeTables(t *testing.T, b *bytes.Buffer, preset string, root reflect.Value) {
	for _, f := range fields(root.Type()) {
		v, title, key := root.FieldByIndex(f.Index), "["+name(f)+"]", name(f)
		switch {
		case isTables(f.Type):
			v, title, key = v.Index(0), "["+title+"]", element(key, 0)
		case !isTable(f.Type):
			continue
		}
		fmt.Fprintf(b, "\n## `%s`\n\n%s\n", title, f.Tag.Get("comment"))
		writeKeys(t, b, preset, v, key)
	}
}

func writeKeys(t *testing.T, b *bytes.Buffer, preset string, table reflect.Value, key string) {
	b.WriteString("\n| key | default | |\n|---|---|---|\n")
	for _, f := range fields(table.Type()) {
		if isTable(f.Type) || isTables(f.Type) {
			continue
		}
		v := table.FieldByIndex(f.Index)
		standard := "`" + literal(v) + "`"
		switch k := join(key, name(f)); {
		case k == "model" || k == "format":
		case mustBeGiven(t, preset, k, v):
			standard = "to be given"
		case mayBeLeftOut(f) && (v.Kind() == reflect.String || v.Kind() == reflect.Slice):
			standard = "none"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", name(f), standard, strings.ReplaceAll(f.Tag.Get("comment"), "|", `\|`))
	}
}

// mustBeGiven says whether the default of a key is refused in a network that is
// fine otherwise.
func mustBeGiven(t *testing.T, preset, key string, standard reflect.Value) bool {
	c := newPreset(t, preset)
	target, err := c.find(key)
	if err != nil {
		t.Fatal(err)
	}
	target.table.FieldByIndex(target.field.Index).Set(standard)
	return c.Validate() != nil
}

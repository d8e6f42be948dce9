package config

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the sentences of bad configurations anew")

// badCase is a block of a file of bad configurations: what follows ==, the lines
// under it, and the sentence after =>.
type badCase struct {
	title, body, sentence string
}

// readBad parses such a file; what stands before the first case is its head.
func readBad(t testing.TB, path string) (head string, cases []badCase) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(text), "\n== ")
	for _, block := range strings.Split(rest, "\n== ") {
		title, block, _ := strings.Cut(block, "\n")
		body, sentence, found := strings.Cut("\n"+block, "\n=>")
		if !found {
			t.Fatalf("%s: case %q has no sentence", path, title)
		}
		if body = strings.TrimPrefix(body, "\n"); body != "" {
			body += "\n"
		}
		cases = append(cases, badCase{title, body, strings.TrimSpace(sentence)})
	}
	return head, cases
}

func writeBad(t *testing.T, path, head string, cases []badCase) {
	t.Helper()
	var b bytes.Buffer
	b.WriteString(head)
	for _, c := range cases {
		b.WriteString("\n== " + c.title + "\n" + c.body + "=> " + c.sentence + "\n")
	}
	if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}

// checkBad compares the sentences in a file with those that refuse gives.
func checkBad(t *testing.T, path string, refuse func(c badCase) error) {
	t.Helper()
	head, cases := readBad(t, path)
	for i, c := range cases {
		err := refuse(c)
		if err == nil {
			t.Errorf("%s, %q: it is accepted", path, c.title)
			continue
		}
		if strings.ContainsAny(err.Error(), "\n\r") {
			t.Errorf("%s, %q: the sentence has several lines: %q", path, c.title, err)
		}
		if !*update && err.Error() != c.sentence {
			t.Errorf("%s, %q:\n got %s\nwant %s", path, c.title, err, c.sentence)
		}
		cases[i].sentence = err.Error()
	}
	if *update {
		writeBad(t, path, head, cases)
	}
}

func TestBadConfigs(t *testing.T) {
	path := "../../testdata/configs/bad.txt"
	checkBad(t, path, func(c badCase) error {
		_, err := Decode("bad.toml", []byte(c.body))
		return err
	})
	if _, cases := readBad(t, path); len(cases) < 100 {
		t.Errorf("there are only %d bad configurations", len(cases))
	}
}

func TestBadSettings(t *testing.T) {
	checkBad(t, "../../testdata/configs/bad-settings.txt", func(c badCase) error {
		_, err := NewPreset("isolated", c.title)
		return err
	})
}

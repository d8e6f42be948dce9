package tnngpu_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pages are those that users read, by name.
func pages(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]string)
	for _, name := range append(files, "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "python/README.md") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(text)
	}
	return out
}

// anchors are those of the headings of a page, as GitHub makes them.
func anchors(page string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		kept := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		out = append(out, strings.ReplaceAll(kept, " ", "-"))
	}
	return out
}

// TestLinksOfPages lead to files, and to headings that are there.
func TestLinksOfPages(t *testing.T) {
	all, checked := pages(t), 0
	for name, page := range all {
		for _, m := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(page, -1) {
			path, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(path, "://") || strings.HasPrefix(path, "mailto:") {
				continue
			}
			checked++
			target := name
			if path != "" {
				target = filepath.Join(filepath.Dir(name), path)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s has a link to %s, which is not there", name, m[1])
			}
			if anchor != "" && !slices.Contains(anchors(all[target]), anchor) {
				t.Errorf("%s has a link to %s, and %s has no such heading", name, m[1], target)
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d links are checked", checked)
	}
}

// TestJargonIsExplained: a page that uses words of the glossary has a link to it before the
// first of them or beside it, in the same paragraph, and the glossary has each of these words.
func TestJargonIsExplained(t *testing.T) {
	jargon := []string{
		"replica", "epoch", "era", "checkpoint", "half-edge", "compartment", "colour set", "preset", "strict", "tolerant", "external node", "backend",
		"probe", "trial", "shard", "golden file", "inverse temperature", "sublattice", "polarity", "work-group", "vector form", "PoCL", "kT",
	}
	all := pages(t)
	glossary := all["docs/glossary.md"]
	terms := regexp.MustCompile(`(?m)^\| ([^|]*) \|`).FindAllStringSubmatch(glossary, -1)
	for _, word := range jargon {
		if !slices.ContainsFunc(terms, func(m []string) bool { return strings.Contains(m[1], word) }) {
			t.Errorf("the glossary has no %s", word)
		}
	}
	uses := regexp.MustCompile(`\b(` + strings.Join(jargon, "|") + `)s?\b`)
	block, code := regexp.MustCompile("(?s)```.*?```"), regexp.MustCompile("`[^`]*`|\\]\\([^)]*\\)")
	for name, page := range all {
		if name == "docs/glossary.md" || name == "docs/model.md" || name == "CHANGELOG.md" || name == "CONTRIBUTING.md" {
			continue // the words themselves, and what is no page to learn from
		}
		paragraphs := strings.Split(block.ReplaceAllString(page, ""), "\n\n")
		for _, p := range paragraphs {
			if strings.Contains(p, "glossary.md)") {
				break
			}
			if word := uses.FindString(code.ReplaceAllString(p, "")); word != "" {
				t.Errorf("%s uses the word %q before it links to the glossary: %.80q", name, word, p)
				break
			}
		}
	}
}

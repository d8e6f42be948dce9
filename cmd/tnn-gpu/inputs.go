package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tnn-gpu/host/config"
	"tnn-gpu/host/record"
	"tnn-gpu/host/text"
)

// mostKept is the length of the longest file that a run folder gets a copy of.
const mostKept = 1 << 30

// input is a file that a network rests on, as it was when it was read.
type input struct {
	record.Input
	content []byte // nil where it is too long to be kept
}

// readInputs reads the files that a configuration names.
func readInputs(cfg *config.Config) ([]input, error) {
	var all []input
	paths := cfg.Spec.Files()
	for _, key := range slices.Sorted(maps.Keys(paths)) {
		if *paths[key] == "" {
			continue
		}
		in, err := readInput(key, *paths[key])
		if err != nil {
			return nil, badUsage("%s is %s, which cannot be read: %w", key, *paths[key], err)
		}
		all = append(all, *in)
	}
	return all, nil
}

func readInput(key, path string) (*input, error) {
	f, err := text.OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	in := &input{Input: record.Input{Key: key, File: path}}
	sum := sha256.New()
	var content bytes.Buffer
	to := io.Writer(sum)
	if info.Size() <= mostKept {
		table, _, _ := strings.Cut(key, ".")
		in.Kept = strings.NewReplacer("[", "-", "]", "").Replace(table) + ending(path)
		to = io.MultiWriter(sum, &content)
	}
	if _, err := io.Copy(to, f); err != nil {
		return nil, err
	}
	if in.Sum = hex.EncodeToString(sum.Sum(nil)); in.Kept != "" {
		in.content = content.Bytes()
	}
	return in, nil
}

// ending is what a file's name tells of its format: .txt, or .txt.gz.
func ending(path string) string {
	return regexp.MustCompile(`(\.[A-Za-z0-9]{1,12}(\.(gz|bz2|xz|zst))?)?$`).FindString(filepath.Base(path))
}

// unchanged tells whether the files still are what was kept of them: a network was
// built from them meanwhile.
func unchanged(inputs []input) error {
	for _, in := range inputs {
		sum, err := sumOf(in.File)
		if err == nil && sum != in.Sum {
			err = errors.New("it has changed while it was read")
		}
		if err != nil {
			return badUsage("%s is %s: %w", in.Key, in.File, err)
		}
	}
	return nil
}

func sumOf(path string) (string, error) {
	f, err := text.OpenFile(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// contents are what the folder of a new run holds from its beginning: the
// configuration names the copies that are beside it.
func contents(cfg *config.Config, inputs []input) record.Contents {
	with := record.Contents{Kept: make(map[string][]byte)}
	paths := cfg.Spec.Files()
	for _, in := range inputs {
		if in.Kept != "" {
			with.Kept[in.Kept] = in.content
			*paths[in.Key] = in.Kept
		}
	}
	with.Config = cfg.Encode()
	for _, in := range inputs {
		*paths[in.Key] = in.File
	}
	return with
}

// checkInputs tells whether the files that a run's network is built from again are
// what they were: copies in its folder, or those that were too large for that. Warn is
// told of files outside that are others now than their copies.
func checkInputs(run string, was []record.Input, cfg *config.Config, warn func(string)) error {
	paths := cfg.Spec.Files()
	for _, in := range was {
		path, known := paths[in.Key]
		if !known {
			continue
		}
		sum, err := sumOf(*path)
		switch {
		case err != nil:
			return fmt.Errorf("%s of the run %s cannot be read: %w", in.Key, run, err)
		case sum != in.Sum:
			return fmt.Errorf("%s is not what %s of the run %s was: put it back as it was", *path, in.Key, run)
		case in.Kept == "" || warn == nil:
			continue
		}
		if now, err := sumOf(in.File); err == nil && now != in.Sum && !sameFile(in.File, *path) {
			warn(fmt.Sprintf("%s is another file now than the one that this run was made from; it goes on with its own copy, %s", in.File, *path))
		}
	}
	return nil
}

func sameFile(a, b string) bool {
	x, errA := os.Stat(a)
	y, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(x, y)
}

// oldInputs are those that metadata tell of, if there are any.
func oldInputs(folder *record.Folder) ([]record.Input, error) {
	m, err := folder.Metadata()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return m.Inputs, nil
}

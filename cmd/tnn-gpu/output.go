package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"
)

func overwriteFlag() cli.Flag {
	return &cli.BoolFlag{Name: "overwrite", Usage: "replace a file that is there"}
}

// checkNew refuses a file that exists, unless it is to be replaced.
func checkNew(path string, overwrite bool) error {
	_, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && overwrite:
		return nil
	case err == nil:
		return badUsage("%s exists; use --overwrite to replace it, or --out to write elsewhere", path)
	}
	return badUsage("%s cannot be written: %w", path, err)
}

// writeFile writes a file as a whole: under another name first, then in place.
func writeFile(path string, overwrite bool, write func(io.Writer) error) error {
	return writeAs(path, overwrite, func(temporary string) error {
		f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_TRUNC, 0)
		if err != nil {
			return err
		}
		buffer := bufio.NewWriterSize(f, 1<<18)
		err = write(buffer)
		if err == nil {
			err = buffer.Flush()
		}
		if err == nil {
			err = f.Sync()
		}
		return errors.Join(err, f.Close())
	})
}

// writeAs is writeFile for what writes to a file by its name.
func writeAs(path string, overwrite bool, write func(temporary string) error) error {
	if err := checkNew(path, overwrite); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return badUsage("%s cannot be written: %w", path, err)
	}
	name := f.Name()
	err = errors.Join(f.Chmod(0o644), f.Close())
	if err == nil {
		err = write(name)
	}
	if err == nil {
		err = os.Rename(name, path)
	}
	if err != nil {
		_ = os.Remove(name) // it is of no use
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	return nil
}

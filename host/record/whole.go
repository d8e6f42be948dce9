package record

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"image/png"
	"io"
	"io/fs"
	"maps"
	"math"
	"path"
	"slices"
	"strconv"

	"tnn-gpu/host/files"
	"tnn-gpu/host/npy"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
	"tnn-gpu/host/text"
)

// OverviewName is the picture of a whole run in its folder.
const OverviewName = "overview.png"

// Finding is what is said of a file of a run folder.
type Finding struct {
	File    string
	Text    string // what there is of it
	Problem error  // nil where it is whole
}

// checkup looks at all files of a run.
type checkup struct {
	*Folder
	found    []Finding
	metadata *Metadata           // nil where they are of no use
	newest   *state.Checkpoint   // nil without one that is whole
	all      []*state.Checkpoint // that are whole
}

// Check reads all files of the run, whoever works on it, and changes nothing. The error
// is of what cannot be read: it says nothing of the run.
func (f *Folder) Check() ([]Finding, error) {
	c := &checkup{Folder: f}
	for _, part := range []func() error{c.checkMetadata, c.checkCheckpoints, c.checkFiles, c.checkInputs, c.checkCommands, c.checkFed, c.checkFinal, c.checkLeft, c.checkOverview} {
		if err := part(); err != nil {
			return nil, err
		}
	}
	return c.found, nil
}

// add says of a file what there is, or what is wrong with it. It returns errors of
// reading.
func (c *checkup) add(file, text string, problem error) error {
	if isFault(problem) {
		return problem
	}
	c.found = append(c.found, Finding{file, text, problem})
	return nil
}

// isFault tells an error of the file system from what is wrong with a file.
func isFault(err error) bool {
	var at *fs.PathError
	return errors.As(err, &at) && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, files.ErrNotRegular)
}

// ended tells whether the run says that it has, and left its last state.
func (c *checkup) ended() bool {
	return c.metadata != nil && slices.Contains([]sim.Reason{sim.Finished, sim.AllEnded, sim.Stopped, sim.Cancelled}, c.metadata.Status)
}

func (c *checkup) checkMetadata() error {
	m, err := c.Metadata()
	if errors.Is(err, fs.ErrNotExist) {
		unbegun, other := c.isUnbegun()
		if other == nil && unbegun {
			return c.add(MetadataName, "not there yet: the run has not begun", nil)
		}
		err = cmp.Or(other, errors.New("it is missing, and `tnn-gpu resume` makes it anew from a checkpoint that is whole"))
	}
	if err == nil && m.Config != c.configHash() {
		err = fmt.Errorf("it is of another configuration than %s", ConfigName)
	}
	if err != nil {
		return c.add(MetadataName, "", err)
	}
	c.metadata = m
	return c.add(MetadataName, m.StatusText(), nil)
}

func (c *checkup) checkCheckpoints() error {
	steps, err := c.checkpointSteps()
	if err != nil {
		return err
	}
	for _, step := range steps {
		one, err := c.readCheckpoint(step)
		if errors.Is(err, fs.ErrNotExist) {
			continue // the run goes on and has a newer one
		}
		if err == nil {
			err = c.sameNetwork(one)
		}
		text := ""
		if err == nil {
			text = "whole"
			if one.Program != "" {
				text += ", written by " + one.Program
			}
			c.all = append(c.all, one)
		}
		if err := c.add(checkpointName(step), text, err); err != nil {
			return err
		}
	}
	if len(c.all) > 0 {
		c.newest = c.all[0]
	} else if c.ended() {
		return c.add("checkpoints", "", errors.New("the run has ended, and no checkpoint of it is whole"))
	}
	return nil
}

func (c *checkup) sameNetwork(one *state.Checkpoint) error {
	if m := c.metadata; m != nil && m.NetworkSum != "" && one.Graph != "" && m.NetworkSum != one.Graph {
		return fmt.Errorf("it is of another network than %s tells of", MetadataName)
	}
	return nil
}

// checkFiles looks at those that grow: what checkpoints have of them, and all of it.
func (c *checkup) checkFiles() error {
	about := make(map[string]File)
	var names []string
	if c.metadata != nil {
		for _, f := range c.metadata.Files {
			if f.Conclusion && !c.metadata.done() {
				continue
			}
			if grows := len(f.Columns) > 0 || len(f.Arrays) == 1 && f.Arrays[0].Every > 0; grows {
				about[f.Name], names = f, append(names, f.Name)
			}
		}
	}
	for _, one := range c.all {
		for _, file := range one.Files {
			if !slices.Contains(names, file.Name) {
				names = append(names, file.Name)
			}
		}
	}
	for _, name := range names {
		text, err := c.checkFile(name, about[name])
		if err := c.addOf(name, name, text, err); err != nil {
			return err
		}
		for _, a := range about[name].Arrays {
			if a.Items == "" {
				continue
			}
			text, err := c.checkItems(a.Items)
			if err := c.addOf(name, a.Items, text, err); err != nil {
				return err
			}
		}
	}
	return nil
}

// addOf is add for what belongs to a file that grows. It may not be there where no checkpoint
// knows of that and the run has not ended: a process was killed before, and resume makes it.
func (c *checkup) addOf(grows, file, text string, problem error) error {
	isSaved := slices.ContainsFunc(c.all, func(one *state.Checkpoint) bool {
		return slices.ContainsFunc(one.Files, func(l state.FileLength) bool { return l.Name == grows })
	})
	if errors.Is(problem, fs.ErrNotExist) && !isSaved && c.metadata != nil && !c.ended() {
		return c.add(file, "not there yet", nil)
	}
	return c.add(file, text, problem)
}

func (c *checkup) checkFile(name string, about File) (text string, err error) {
	for _, one := range c.all {
		i := slices.IndexFunc(one.Files, func(l state.FileLength) bool { return l.Name == name })
		if i < 0 {
			continue
		}
		if _, err := c.proveUpTo(one.Files[i], one, math.MaxInt64); err != nil {
			return "", fmt.Errorf("%s: %w", checkpointName(one.State.Step), err)
		}
	}
	if c.metadata == nil && path.Ext(name) == ".npy" {
		return "what its checkpoints have", nil
	}
	in, err := c.dir.Open(name)
	if err != nil {
		return "", err
	}
	defer in.Close()
	if len(about.Arrays) == 1 {
		return c.checkRecording(in, about.Arrays[0])
	}
	return c.checkTable(in, about)
}

// checkTable reads all rows. The last one may be half written where the run has not
// ended.
func (c *checkup) checkTable(in files.File, about File) (string, error) {
	info, err := in.Stat()
	if err != nil {
		return "", err
	}
	rows := csv.NewReader(bufio.NewReaderSize(io.NewSectionReader(in, 0, info.Size()), 1<<16))
	rows.ReuseRecord = true
	n := int64(0)
	for ; ; n++ {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = checkRow(row, about.Columns, n)
		}
		if err != nil {
			if last := rows.InputOffset() >= info.Size() || errors.Is(err, csv.ErrFieldCount); last && !c.ended() && !isFault(err) {
				return fmt.Sprintf("%s, and one that is half written", text.Count(max(0, n-1), "row")), nil
			}
			return "", rowProblem(err)
		}
	}
	var end [1]byte
	switch _, err := in.ReadAt(end[:], max(0, info.Size()-1)); {
	case isFault(err):
		return "", err
	case info.Size() == 0 && c.ended():
		return "", errors.New("it is empty: not even the names of its columns are there")
	case end[0] != '\n' && c.ended():
		return "", errors.New("its last row is cut")
	case end[0] != '\n':
		n--
	}
	return text.Count(max(0, n-1), "row"), nil
}

// rowProblem says what is wrong with a row that cannot be divided into cells.
func rowProblem(err error) error {
	var parse *csv.ParseError
	switch {
	case !errors.As(err, &parse):
		return err
	case errors.Is(err, csv.ErrFieldCount):
		return fmt.Errorf("line %d has not as many cells as the first one", parse.Line)
	}
	return fmt.Errorf("line %d has a quote where none belongs", parse.Line)
}

// isText tells whether cells are texts. Runs of earlier versions do not say so of the
// columns that they have.
func (c *Column) isText() bool {
	return c.Text || slices.Contains([]string{"histogram", "when", "name"}, c.Name)
}

// checkRow compares the head with the columns, and wants numbers in the other rows.
func checkRow(row []string, columns []Column, number int64) error {
	if columns != nil && len(row) != len(columns) {
		return fmt.Errorf("row %d has %d cells, and there are %d columns", number, len(row), len(columns))
	}
	for i, cell := range row {
		if number == 0 {
			if columns != nil && cell != columns[i].Name {
				return fmt.Errorf("the head has %q in place of %q", cell, columns[i].Name)
			}
			continue
		}
		if columns == nil || cell == "" || columns[i].isText() {
			continue
		}
		if _, err := strconv.ParseFloat(cell, 64); err != nil {
			return fmt.Errorf("row %d has %q in the column %s", number, cell, columns[i].Name)
		}
	}
	return nil
}

func (c *checkup) checkRecording(in files.File, about Array) (string, error) {
	info, err := in.Stat()
	if err != nil {
		return "", err
	}
	h, err := npy.ReadHeader(io.NewSectionReader(in, 0, info.Size()))
	if err != nil {
		return "", err
	}
	if h.Dtype != about.Dtype || len(h.Shape) == 0 || !slices.Equal(h.Shape[1:], about.Shape) {
		return "", fmt.Errorf("it has records of shape %v and type %s, and %s tells of %v and %s", h.Shape[min(1, len(h.Shape)):], h.Dtype, MetadataName, about.Shape, about.Dtype)
	}
	if h.Size() > info.Size() || h.Size() < info.Size() && c.ended() {
		return "", fmt.Errorf("it has %d bytes, and %d records take %d", info.Size(), h.Shape[0], h.Size())
	}
	return text.Count(h.Shape[0], "record"), nil
}

func (c *checkup) checkItems(name string) (string, error) {
	in, err := c.dir.Open(name)
	if err != nil {
		return "", err
	}
	defer in.Close()
	items, err := npy.ReadArray(in, name, math.MaxInt32)
	if err != nil {
		return "", err
	}
	return text.Count(len(items.Values), "number"), nil
}

// checkInputs compares the copies of what the network was made from.
func (c *checkup) checkInputs() error {
	if c.metadata == nil {
		return nil
	}
	for _, input := range c.metadata.Inputs {
		if input.Kept == "" {
			continue
		}
		sum := sha256.New()
		in, err := c.dir.Open(input.Kept)
		if err == nil {
			_, err = io.Copy(sum, in)
			in.Close()
		}
		if err == nil && hex.EncodeToString(sum.Sum(nil)) != input.Sum {
			err = fmt.Errorf("it is not what %s was when the run began", input.Key)
		}
		if err := c.add(input.Kept, input.Key, err); err != nil {
			return err
		}
	}
	return nil
}

func (c *checkup) checkCommands() error {
	there, err := c.Has(commandsName)
	if err != nil || !there {
		return err
	}
	all, err := c.allCommands()
	return c.add(commandsName, text.Count(len(all), "command"), err)
}

// checkFinal reads all of the last state, which a run that has ended must have.
func (c *checkup) checkFinal() error {
	in, err := c.dir.Open(FinalName)
	due := c.ended() && slices.ContainsFunc(c.metadata.Files, func(f File) bool { return f.Name == FinalName })
	if errors.Is(err, fs.ErrNotExist) && !due {
		return nil
	}
	if err != nil {
		return c.add(FinalName, "", err)
	}
	defer in.Close()
	arrays, step, err := readFinal(in)
	if err == nil && c.ended() && step != c.metadata.Steps {
		err = fmt.Errorf("it is of step %d, and the run ended at step %d", step, c.metadata.Steps)
	}
	return c.add(FinalName, fmt.Sprintf("%s of step %d", text.Count(arrays, "array"), step), err)
}

// readFinal reads an archive to the end, whose sums it has itself.
func readFinal(in files.File) (arrays int, step int64, err error) {
	info, err := in.Stat()
	if err != nil {
		return 0, 0, err
	}
	archive, err := zip.NewReader(in, info.Size())
	if errors.Is(err, zip.ErrFormat) {
		err = errors.New("it is no NumPy archive, or has been cut")
	}
	if err != nil {
		return 0, 0, err
	}
	step = -1
	for _, f := range archive.File {
		content, err := f.Open()
		if err != nil {
			return 0, 0, fmt.Errorf("%s: %w", f.Name, err)
		}
		var head bytes.Buffer
		_, err = io.CopyN(&head, content, npy.HeaderBytes+8)
		if err == nil || errors.Is(err, io.EOF) {
			_, err = io.Copy(io.Discard, content)
		}
		if err = errors.Join(err, content.Close()); err != nil {
			return 0, 0, fmt.Errorf("%s: %w", f.Name, err)
		}
		if b := head.Bytes(); f.Name == "step.npy" && len(b) == npy.HeaderBytes+8 {
			a, err := npy.ReadHeader(bytes.NewReader(b))
			if err != nil || a.Size() != int64(len(b)) {
				return 0, 0, errors.New("its step is damaged")
			}
			for i := range 8 {
				step = step<<8 | int64(b[len(b)-1-i])
			}
		}
	}
	return len(archive.File), step, nil
}

// IsWhole tells whether the last state of the run can be read. The error is of
// reading.
func (f *Folder) IsWhole() (bool, error) {
	in, err := f.dir.Open(FinalName)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer in.Close()
	if _, _, err = readFinal(in); isFault(err) {
		return false, err
	}
	return err == nil, nil
}

func (c *checkup) checkOverview() error {
	in, err := c.dir.Open(OverviewName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		defer in.Close()
		if _, err = png.Decode(bufio.NewReader(in)); err != nil && !isFault(err) {
			err = errors.New("it is no PNG image, or not whole")
		}
	}
	return c.add(OverviewName, "a picture", err)
}

// leftFiles are those of a run that no checkpoint has: what is written once, and rows
// that come after the last checkpoint.
func (m *Metadata) leftFiles() []string {
	names := []string{HistogramsName, FinalName}
	if slices.ContainsFunc(m.Files, func(f File) bool { return f.Name == inputsName }) {
		names = append(names, inputsName)
	}
	for _, f := range m.Files {
		if f.Conclusion {
			names = append(names, f.Name)
		}
		for _, a := range f.Arrays {
			if a.Items != "" {
				names = append(names, a.Items)
			}
		}
	}
	return names
}

// sumsOf gives the SHA-256 of those of some files that there are.
func (f *Folder) sumsOf(names []string) (map[string]string, error) {
	sums := make(map[string]string)
	for _, name := range names {
		in, err := f.dir.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		sum := sha256.New()
		_, err = io.Copy(sum, in)
		if err := errors.Join(err, in.Close()); err != nil {
			return nil, err
		}
		sums[name] = hex.EncodeToString(sum.Sum(nil))
	}
	return sums, nil
}

// checkLeft compares the files that no checkpoint has with what the run left.
func (c *checkup) checkLeft() error {
	if !c.ended() || len(c.metadata.Left) == 0 {
		return nil
	}
	sums, err := c.sumsOf(c.metadata.leftFiles())
	if err != nil {
		return c.add("files of the end", "", err)
	}
	for _, name := range slices.Sorted(maps.Keys(c.metadata.Left)) {
		got, there := sums[name]
		problem := errors.New("it is not as the run left it: its sum is another")
		switch {
		case got == c.metadata.Left[name]:
			continue
		case !there && name == FinalName:
			continue // checkFinal has said so
		case !there:
			problem = errors.New("the run left it, and it is not there")
		}
		if err := c.add(name, "", problem); err != nil {
			return err
		}
	}
	return nil
}

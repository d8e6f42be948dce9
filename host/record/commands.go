package record

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"

	"tnn-gpu/host/files"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// commandsHead is the first line of the table of commands. It is no file of the
// checkpoints: what was asked of a run stands there before the run goes on, so it is
// known also of the steps that a kill has lost.
const commandsHead = "step,command,name,value\n"

// mostCommands is what is read of the table of commands.
const mostCommands = 64 << 20

// Keep writes down a command that the run was given, for sim.Run.Journal. When it
// returns the command is on disk.
func (r *Recorder) Keep(c sim.Command) error {
	if c.Do == sim.DoFeed {
		return r.keepInputs(c)
	}
	if r.commands == nil {
		var err error
		if r.commands, err = r.folder.openCommands(); err != nil {
			return err
		}
	}
	row := []string{strconv.FormatInt(c.Step, 10), c.Do, "", ""}
	if c.Do == sim.DoControl {
		row[2], row[3] = c.Name, strconv.FormatFloat(c.Value, 'g', -1, 64)
	}
	_, err := r.commands.Write(csvRow(row))
	if err == nil {
		err = r.commands.file.Sync()
	}
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", commandsName, err)
	}
	return nil
}

// openCommands opens the table after its last whole row, or makes it.
func (f *Folder) openCommands() (*tail, error) {
	text, err := files.ReadFile(f.dir, commandsName, mostCommands)
	whole := int64(bytes.LastIndexByte(text, '\n') + 1)
	if errors.Is(err, fs.ErrNotExist) || err == nil && whole == 0 {
		return f.newTable(commandsName, []byte(commandsHead))
	}
	var file files.File
	if err == nil {
		file, err = f.dir.Edit(commandsName)
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be opened: %w", commandsName, err)
	}
	t := &tail{file, whole}
	if err := file.Truncate(whole); err != nil {
		return nil, errors.Join(fmt.Errorf("%s cannot be written: %w", commandsName, err), t.Close())
	}
	return t, nil
}

// newTable makes a table whose name is on disk when it returns.
func (f *Folder) newTable(name string, head []byte) (*tail, error) {
	t, err := f.newTail(name, head)
	if err != nil {
		return nil, err
	}
	if err := f.dir.SyncDir("."); err != nil {
		return nil, errors.Join(fmt.Errorf("%s cannot be written: %w", name, err), t.Close())
	}
	return t, nil
}

// allCommands are those that the run was ever given, in that order. A row that is not
// whole was never carried out.
func (f *Folder) allCommands() ([]sim.Command, error) {
	text, err := files.ReadFile(f.dir, commandsName, mostCommands)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", commandsName, err)
	}
	text, isOne := bytes.CutPrefix(text[:bytes.LastIndexByte(text, '\n')+1], []byte(commandsHead))
	if !isOne && len(text) > 0 {
		return nil, fmt.Errorf("%s does not begin with %q: it was edited or damaged", commandsName, strings.TrimSpace(commandsHead))
	}
	in := csv.NewReader(bytes.NewReader(text))
	in.FieldsPerRecord = 4
	rows, err := in.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", commandsName, err)
	}
	var all []sim.Command
	for i, row := range rows {
		c, err := parseCommand(row)
		if err != nil {
			return nil, fmt.Errorf("%s, row %d: %w", commandsName, i+1, err)
		}
		all = append(all, c)
	}
	return all, nil
}

func parseCommand(row []string) (sim.Command, error) {
	step, err := strconv.ParseInt(row[0], 10, 64)
	c := sim.Command{Do: row[1], Control: state.Control{Step: step, Name: row[2]}}
	if err == nil && c.Do == sim.DoControl {
		c.Value, err = strconv.ParseFloat(row[3], 64)
	}
	known := c.Do == sim.DoControl && c.Name != "" || (c.Do == sim.DoPause || c.Do == sim.DoResume) && row[2] == "" && row[3] == ""
	if err != nil || step < 0 || !known || math.IsInf(c.Value, 0) {
		return c, fmt.Errorf("%q is no command", strings.Join(row, ","))
	}
	return c, nil
}

// Commands are those that a run was given after a checkpoint (nil for its beginning),
// in order of their steps, inputs included: what a session that was killed had been
// asked. Of pauses there is one, and only if the last one was not ended.
func (f *Folder) Commands(from *state.Checkpoint) ([]sim.Command, error) {
	all, err := f.allCommands()
	if err != nil {
		return nil, err
	}
	if from == nil {
		from = &state.Checkpoint{State: &state.State{}}
	}
	fed, err := f.fedAfter(from.State.Step, -1)
	return withInputs(after(from, all), fed), err
}

func byStep(a, b sim.Command) int { return cmp.Compare(a.Step, b.Step) }

// after leaves out what a checkpoint has.
func after(from *state.Checkpoint, all []sim.Command) []sim.Command {
	type key struct {
		step  int64
		name  string
		value uint64
	}
	keyOf := func(c state.Control) key { return key{c.Step, c.Name, math.Float64bits(c.Value)} }
	has := make(map[key]int)
	for _, c := range from.Controls {
		has[keyOf(c)]++
	}
	var left []sim.Command
	var pause *sim.Command
	for _, c := range all {
		switch {
		case c.Do == sim.DoPause:
			pause = &c
		case c.Do == sim.DoResume:
			pause = nil
		case has[keyOf(c.Control)] > 0:
			has[keyOf(c.Control)]--
		case c.Step >= from.State.Step:
			left = append(left, c)
		}
	}
	if pause != nil {
		pause.Step = max(pause.Step, from.State.Step)
		left = append(left, *pause)
	}
	slices.SortStableFunc(left, byStep)
	return left
}

// CommandsUntil are the controls and inputs that a run was given after a checkpoint and
// before a step, as its tables and its newest checkpoint know them.
func (f *Folder) CommandsUntil(from *state.Checkpoint, step int64) ([]sim.Command, error) {
	all, err := f.allCommands()
	if err != nil {
		return nil, err
	}
	if all == nil {
		newest, _, err := f.WholeCheckpoint(-1)
		if errors.Is(err, ErrNoCheckpoint) {
			newest, err = &state.Checkpoint{}, nil
		}
		if err != nil {
			return nil, err
		}
		all = sim.ControlsOf(newest)
	}
	left := slices.DeleteFunc(after(from, all), func(c sim.Command) bool { return c.Do != sim.DoControl || c.Step >= step })
	fed, err := f.fedAfter(from.State.Step, step)
	return withInputs(left, fed), err
}

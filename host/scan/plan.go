package scan

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tnn-gpu/host/config"
	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
	"tnn-gpu/host/models"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
	"tnn-gpu/host/text"
)

// Scan is a scan ready to be made.
type Scan struct {
	File *File
	Base *config.Config
	Kind *experiment.Kind // nil for ordinary runs
	Plan experiment.Plan

	configs []*config.Config // by point
	from    []int64          // by point: the first step of the part of a run that is averaged
}

// New makes the points of a scan. Every point is checked, so that no impossible one
// is found when others have been computed.
func New(f *File) (*Scan, error) {
	base, replicas, err := f.base()
	if err != nil {
		return nil, err
	}
	if f.Seeds.Count == 0 { // trials are replicas
		f.Seeds.Count = replicas
	}
	s := &Scan{File: f, Base: base, Plan: experiment.Plan{Trials: f.Trials(), OwnGraph: f.OwnGraph}}
	if s.Kind, err = find(f.Experiment, models.Kinds(base.Model)); err != nil {
		return nil, err
	}
	if s.Kind != nil && f.AverageFrom > 0 {
		return nil, fmt.Errorf("average_from is %d, and the experiment %s says itself what is averaged: leave it out", f.AverageFrom, s.Kind.Name)
	}
	if err := s.fits(base.Spec); err != nil {
		return nil, f.located(base.Locate(err))
	}
	for i := range f.Axes {
		s.Plan.Keys = append(s.Plan.Keys, f.Axes[i].keys()...)
	}
	isWhole := func(key string) bool { v, err := base.Value(key); return err == nil && v.IsWhole }
	points, err := f.settings(base.Run.Seed, isWhole)
	if err != nil {
		return nil, err
	}
	for i, settings := range points {
		if err := s.add(settings); err != nil {
			return nil, atPoint(i, settings, err)
		}
	}
	return s, s.Plan.Validate()
}

func find(name string, kinds []experiment.Kind) (*experiment.Kind, error) {
	if name == "" {
		return nil, nil
	}
	var names []string
	for i := range kinds {
		if kinds[i].Name == name {
			return &kinds[i], nil
		}
		names = append(names, kinds[i].Name)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("there is no experiment %q: this model has ordinary runs only, which need no name", name)
	}
	return nil, fmt.Errorf("there is no experiment %q: use %s, or leave it out for ordinary runs", name, strings.Join(names, ", "))
}

// fits finds what the experiment cannot be made with.
func (s *Scan) fits(spec model.Spec) error {
	if s.Kind == nil {
		return nil
	}
	_, err := s.Kind.New(experiment.Lab{}, spec)
	return err
}

// CheckHeeded finds a setting, or a key of an axis, that no point heeds. Folders may have such.
func (s *Scan) CheckHeeded() error {
	for _, text := range s.File.Set {
		if key, _ := config.CutSetting(text); key == "record" || strings.HasPrefix(key, "record.") {
			return s.File.located(&config.Error{Where: config.ByFlag, Key: key, Err: fmt.Errorf("%s is set, which has no effect, as a scan records no run: leave it out", key)})
		}
	}
	key, point, err := config.CheckHeeded(s.configs, s.use())
	if err == nil || !slices.Contains(s.Plan.Keys, key) {
		return s.File.located(err)
	}
	var settings []setting
	for k, v := range s.Plan.Points[point].Values {
		settings = append(settings, setting{s.Plan.Keys[k], v.Text})
	}
	return atPoint(point, settings, err)
}

// CheckFigure finds names in the figure that the scan does not have, before anything is
// computed.
func (s *Scan) CheckFigure() error {
	if s.Kind == nil {
		return s.checkFigureOfRuns()
	}
	runner, err := s.Kind.New(experiment.Lab{}, s.Base.Spec)
	if err != nil {
		return err
	}
	axes := slices.Clone(s.Plan.Keys)
	if placed, ok := runner.(experiment.Placed); ok {
		column, _ := placed.Along()
		axes = append(axes, column.Name)
	}
	return s.checkNames(namesOf(nil, runner.Outcomes()), axes)
}

// checkFigureOfRuns builds networks until one of them has the outcome that the figure
// names, as points may have different ones.
func (s *Scan) checkFigureOfRuns() error {
	var outcomes []string
	missing := s.checkNames(outcomes, s.Plan.Keys)
	for i := 0; i < len(s.configs) && missing != nil; i++ {
		n, err := s.configs[i].Spec.Build(s.Plan.Points[i].Seed, nil)
		if err != nil {
			return fmt.Errorf("point %d of the scan (%s): %w", i+1, s.Plan.Name(i), s.configs[i].Locate(err))
		}
		outcomes = namesOf(outcomes, n.Describe().Columns)
		missing = s.checkNames(outcomes, s.Plan.Keys)
	}
	return missing
}

// namesOf adds the names of columns that are new.
func namesOf(names []string, columns []model.Column) []string {
	for _, c := range columns {
		if !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
	}
	return names
}

func (s *Scan) checkNames(outcomes, axes []string) error {
	f := &s.File.Figure
	for _, name := range f.Quantity {
		if !slices.Contains(outcomes, name) {
			return fmt.Errorf("the figure has the quantity %q, and there is no such outcome; there are %s", name, strings.Join(outcomes, ", "))
		}
	}
	for _, name := range []string{f.X, f.Y} {
		if name != "" && !slices.Contains(axes, name) && !slices.Contains(outcomes, name) {
			return fmt.Errorf("the figure has the axis %q, and the scan varies %s", name, strings.Join(axes, ", "))
		}
	}
	return nil
}

// add makes a point.
func (s *Scan) add(settings []setting) error {
	var texts []string
	for _, set := range settings {
		texts = append(texts, set.key+"="+set.value)
	}
	c, err := s.Base.With(texts...)
	if err != nil {
		return err
	}
	if n := s.File.Steps; n > 0 && c.Spec.Steps() != n {
		return fmt.Errorf("steps is %d, and an axis makes the run %s long: leave one of them out", n, text.Count(c.Spec.Steps(), "step"))
	}
	if f, ok := c.Spec.(model.Feedable); ok && f.IsFed() {
		return errors.New("the network waits for inputs at each step, and a scan has none: give it a series or a wave form of its own")
	}
	if err := s.fits(c.Spec); err != nil {
		return err
	}
	if s.File.OwnGraph {
		if err := checkOwnGraph(c); err != nil {
			return err
		}
	}
	p := experiment.Point{}
	for i, set := range settings {
		v, err := c.Value(set.key)
		if err != nil {
			return err
		}
		p.Values = append(p.Values, experiment.Value{Text: v.Text, Number: v.Number, IsNumber: v.IsNumber})
		texts[i] = set.key + "=" + v.Text
	}
	if s.File.Seeds.Independent {
		if err := c.Apply(fmt.Sprintf("run.seed=%d", pointSeed(s.Base.Run.Seed, texts))); err != nil {
			return err
		}
	}
	p.Seed, p.Spec, p.Work = c.Run.Seed, c.Spec, workOf(c)
	from, err := s.averageFrom(c)
	if err != nil {
		return err
	}
	if p.Task, err = s.task(c, from); err != nil {
		return err
	}
	s.Plan.Points, s.configs, s.from = append(s.Plan.Points, p), append(s.configs, c), append(s.from, from)
	return nil
}

// checkOwnGraph says why the trials of a point could not each have a graph of their own.
func checkOwnGraph(c *config.Config) error {
	seed, err := c.Value("graph.seed")
	if err != nil {
		return fmt.Errorf("own_graph is for models that draw a graph, and %s draws none: leave it out", c.Model)
	}
	if seed.Number != 0 {
		return fmt.Errorf("graph.seed is %s, by which all trials have the same graph, and own_graph gives each its own: leave one of them out", seed.Text)
	}
	if file, err := c.Value("graph.file"); err == nil && file.Text != "" {
		return fmt.Errorf("the graph is that of %s for all trials, and own_graph gives each its own: leave one of them out", file.Text)
	}
	return nil
}

// workOf is how long a run of a configuration takes beside others, about: a step looks
// at all that there is.
func workOf(c *config.Config) float64 {
	host, _ := c.Spec.Need(state.Single, 1)
	return float64(host) * float64(c.Spec.Steps())
}

// pointSeed is the seed of a point that has one of its own: the first 63 bits of
// SHA-256 over the scan's seed and the point's settings, a line each.
func pointSeed(seed uint64, settings []string) uint64 {
	text := fmt.Sprintf("%d\n", seed)
	for _, s := range slices.Sorted(slices.Values(settings)) {
		text += s + "\n"
	}
	sum := sha256.Sum256([]byte(text))
	return binary.BigEndian.Uint64(sum[:]) >> 1
}

// averageFrom is the first step of the part of a run that is averaged: as the scan
// has it, or that of the run's last epoch.
func (s *Scan) averageFrom(c *config.Config) (int64, error) {
	steps := c.Spec.Steps()
	from := s.File.AverageFrom
	if from == 0 {
		from = sim.EpochOf(steps, int64(c.Run.Epoch)).First
	}
	if from > steps {
		return 0, fmt.Errorf("averages begin at step %d, but the run has %s", from, text.Count(steps, "step"))
	}
	return from, nil
}

// task names the task of a point by all that its results follow from.
func (s *Scan) task(c *config.Config, from int64) (string, error) {
	hash, err := c.Hash()
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("scan %d\n%s\n", Format, hash)
	if s.Kind == nil || !s.Kind.Whole {
		text += c.Measured()
	}
	if s.Kind == nil {
		text += fmt.Sprintf("average from %d\n", from)
	} else {
		text += fmt.Sprintf("experiment %s\n", s.Kind.Name)
	}
	if s.File.OwnGraph {
		text += "own graph\n"
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:10]), nil
}

// atPoint says at which point of the scan an error is.
func atPoint(point int, settings []setting, err error) error {
	var at *config.Error
	if !errors.As(err, &at) {
		return fmt.Errorf("point %d of the scan: %w", point+1, err)
	}
	where := fmt.Sprintf("point %d of the scan", point+1)
	for _, set := range settings {
		if len(settings) > 1 {
			where += ", " + set.key + "=" + set.value
		}
	}
	return &config.Error{Where: where, Key: at.Key, Err: at.Err}
}

// Theories of the outcomes.
func (s *Scan) Theories() []experiment.Theory {
	if s.Kind == nil {
		return nil
	}
	return s.Kind.Theories
}

// Marks of the points, each once.
func (s *Scan) Marks() []experiment.Mark {
	if s.Kind == nil || s.Kind.Marks == nil {
		return nil
	}
	var out []experiment.Mark
	for _, p := range s.Plan.Points {
		for _, m := range s.Kind.Marks(p.Spec) {
			if !slices.Contains(out, m) {
				out = append(out, m)
			}
		}
	}
	return out
}

// Includes says why a scan is not the same as another one with fewer points or
// trials.
func (s *Scan) Includes(other *Scan) error {
	mine := make(map[string]bool)
	for _, p := range s.Plan.Points {
		mine[p.Task] = true
	}
	for i, p := range other.Plan.Points {
		if mine[p.Task] {
			continue
		}
		if same := slices.IndexFunc(s.Plan.Points, func(mine experiment.Point) bool { return slices.Equal(mine.Values, p.Values) }); same >= 0 {
			return fmt.Errorf("it has a scan whose points have %s; name another folder", s.unlike(same, other, i))
		}
		return fmt.Errorf("it has a scan with a point that this one lacks (%s); name another folder", other.Plan.Name(i))
	}
	if other.Plan.Trials > s.Plan.Trials {
		return fmt.Errorf("it has a scan of %s a point, and this one has %d; name another folder", text.Count(other.Plan.Trials, "trial"), s.Plan.Trials)
	}
	return nil
}

// unlike says in what a point differs from one of another scan that has the same values.
func (s *Scan) unlike(mine int, other *Scan, theirs int) string {
	now, was := s.configs[mine], other.configs[theirs]
	switch {
	case now.Spec.Steps() != was.Spec.Steps():
		return fmt.Sprintf("%s, and those of this one %d", text.Count(was.Spec.Steps(), "step"), now.Spec.Steps())
	case now.Run.Seed != was.Run.Seed:
		return fmt.Sprintf("the seed %d, and those of this one %d", was.Run.Seed, now.Run.Seed)
	case s.from[mine] != other.from[theirs]:
		return fmt.Sprintf("averages from step %d on, and those of this one from step %d", other.from[theirs], s.from[mine])
	}
	if key, before, after := was.Differs(now); key != "" {
		return fmt.Sprintf("%s = %s, and those of this one %s", key, before, after)
	}
	return "another experiment, graph for each trial, or contents of a file, than those of this one"
}

// PassedOver says which key of the base is passed over at the points: [config.Config.PassedOver].
func (s *Scan) PassedOver() string { return config.PassedOver(s.configs, s.use()) }

// use is what the specifications of points are read for.
func (s *Scan) use() model.Use {
	if s.Kind != nil {
		return model.Experiment
	}
	return model.Run
}

// Outcome says in words what a trial gives.
func (s *Scan) Outcome() string {
	if s.Kind != nil {
		return s.Kind.Doc
	}
	if s.File.AverageFrom > 0 {
		return fmt.Sprintf("means of the steps from %d on", s.File.AverageFrom)
	}
	return "means of the last epoch"
}

// Seeds says in words which noise trials have.
func (s *Scan) Seeds() string {
	text := fmt.Sprintf("%d; trial t is replica t of a run with it, at every point: differences are paired", s.Base.Run.Seed)
	if s.File.Seeds.Independent {
		text = fmt.Sprintf("one for each point, from %d", s.Base.Run.Seed)
	}
	if s.File.OwnGraph {
		text += "; each trial has a network of its own"
	}
	return text
}

// Presets are the names and texts of all presets of scans.
func Presets() []experiment.Preset { return models.Scans() }

// NewPreset is the preset of a scan of that name.
func NewPreset(name string) (*File, bool, error) {
	for _, p := range Presets() {
		if p.Name == name {
			f, err := Decode("preset "+name, []byte(p.File))
			if err == nil {
				f.preset = true
			}
			return f, true, err
		}
	}
	return nil, false, nil
}

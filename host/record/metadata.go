package record

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"tnn-gpu/host/files"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
	"tnn-gpu/host/text"
)

// metadataFormat is the version of run.json and of the folder's layout.
const metadataFormat = 1

// What a run's status can be besides the reasons for its end.
const (
	Running sim.Reason = "running" // or killed, and not yet resumed
	Killed  sim.Reason = "killed"  // of a session that could not tell its end
)

// Metadata is run.json: what a run is, how it went, and what its files hold.
type Metadata struct {
	Format     int              `json:"format"`
	Model      string           `json:"model"`
	Rule       string           `json:"rule"`
	Precision  state.Precision  `json:"precision"`
	Seed       uint64           `json:"seed"`            // of the run; 0 where an earlier version wrote it
	Seeds      []uint64         `json:"seeds,omitempty"` // by replica, where each is the run of a seed; earlier versions: of any
	Keys       []uint64         `json:"keys,omitempty"`  // else what the noise of each replica follows from
	Sweep      *model.Sweep     `json:"sweep,omitempty"`
	Network    map[string]int64 `json:"network"`
	Schedule   string           `json:"schedule"`
	Config     string           `json:"config_sha256"`
	NetworkSum string           `json:"network_sha256,omitempty"` // of its links, places and start values
	// Left are the SHA-256 of files that no checkpoint has, as the run left them when it
	// ended, by name.
	Left             map[string]string `json:"left_sha256,omitempty"`
	Inputs           []Input           `json:"inputs,omitempty"`
	From             *Origin           `json:"from,omitempty"`
	Counts           []string          `json:"counts,omitempty"` // names in Network, in their order
	Sites            *model.Sites      `json:"sites,omitempty"`
	Shown            [][]string        `json:"shown,omitempty"` // axes of arrays that pages show as pictures, where there are no sites
	Work             string            `json:"work,omitempty"`  // what updates_per_second counts
	Panels           []model.Panel     `json:"panels,omitempty"`
	Phases           []model.Phase     `json:"phases,omitempty"` // where there are several, or quantities are held
	Flips            []int64           `json:"flips,omitempty"`  // steps at which external nodes change their signs, where these are few and not late in a very long run
	Ends             []model.End       `json:"ends,omitempty"`   // of replicas that ended by themselves
	Status           sim.Reason        `json:"status"`
	Steps            int64             `json:"steps"`
	Started          time.Time         `json:"started"`
	Ended            *time.Time        `json:"ended"`
	WallSeconds      float64           `json:"wall_seconds"`
	Updates          int64             `json:"node_updates"`
	UpdatesPerSecond float64           `json:"node_updates_per_second"`
	Sessions         []Session         `json:"sessions"`
	Controls         []state.Control   `json:"controls"`
	Files            []File            `json:"files"`
	Scan             *struct{}         `json:"scan,omitempty"` // only a scan's folder has it
}

// Input is a file that the network rests on, whatever becomes of it later.
type Input struct {
	Key  string `json:"key"`            // of the configuration
	File string `json:"file"`           // that the run was given
	Sum  string `json:"sha256"`         // of what it held
	Kept string `json:"kept,omitempty"` // name of its copy in the run folder; empty where it is too large
}

// Origin is the checkpoint of another run that a run begins at.
type Origin struct {
	Run    string `json:"run"` // folder, as the user named it
	Step   int64  `json:"step"`
	Config string `json:"config_sha256"` // of the other run
}

// Session is a part of a run between two interruptions.
type Session struct {
	Program     string     `json:"program"`
	Go          string     `json:"go"`
	Platform    string     `json:"platform"`
	Backend     Backend    `json:"backend"`
	FirstStep   int64      `json:"first_step"` // the step before the first one made
	LastStep    int64      `json:"last_step"`
	Planned     int64      `json:"planned,omitempty"` // the step at which it was to end; 0: it is not known
	Status      sim.Reason `json:"status"`
	Error       string     `json:"error,omitempty"`
	Started     time.Time  `json:"started"`
	Ended       *time.Time `json:"ended"`
	WallSeconds float64    `json:"wall_seconds"` // pauses left out
	Updates     int64      `json:"node_updates"`
}

// Backend is what computed.
type Backend struct {
	Name   string `json:"name"`
	Device string `json:"device"`
	Driver string `json:"driver,omitempty"`
	Strict bool   `json:"strict"`
	Note   string `json:"note,omitempty"`
	Bytes  int64  `json:"bytes"`
	Form   string `json:"vector_form,omitempty"`
}

// File describes a file of the run folder: a table by its columns, and by what its
// histograms are of; NumPy files by their arrays; or an image.
type File struct {
	Name       string   `json:"name"`
	Doc        string   `json:"doc"`
	Columns    []Column `json:"columns,omitempty"`
	Histograms []Column `json:"histograms,omitempty"`
	Arrays     []Array  `json:"arrays,omitempty"`
	Conclusion bool     `json:"conclusion,omitempty"` // it is written once, when the run is done
}

// Column of a table.
type Column struct {
	Name  string `json:"name"`
	Title string `json:"title,omitempty"`
	Unit  string `json:"unit,omitempty"`
	Doc   string `json:"doc"`
	Log   bool   `json:"log,omitempty"`  // figures of scans have it on a logarithmic axis
	Text  bool   `json:"text,omitempty"` // its cells are texts, and no numbers
}

// Array of a NumPy file. A recording's own header counts its records.
type Array struct {
	Name  string   `json:"name"`
	Dtype string   `json:"dtype"`
	Axes  []string `json:"axes"`
	Shape []int64  `json:"shape"` // without the records of a recording
	Unit  string   `json:"unit,omitempty"`
	Every int64    `json:"every,omitempty"` // steps from one record to the next; the first is at that step
	First int64    `json:"first,omitempty"` // step of the first record, where it is another
	Items string   `json:"items,omitempty"` // the file with the numbers of the recorded items
	Doc   string   `json:"doc"`
	// Limits are the least and the largest value, where both are known.
	Limits *[2]float64 `json:"limits,omitempty"`
}

// FirstStep is that of the first record of a recording.
func (a *Array) FirstStep() int64 { return max(a.First, a.Every) }

// IsText tells whether the values are texts, and no numbers.
func (a *Array) IsText() bool { return strings.HasPrefix(a.Dtype, "<U") }

// bytes are those of all values.
func (a *Array) bytes() int64 {
	n, _ := strconv.ParseInt(a.Dtype[2:], 10, 64) // of a value
	if a.IsText() {
		n *= 4 // letters
	}
	for _, side := range a.Shape {
		n *= side
	}
	return n
}

// mostMetadata is what is read of run.json.
const mostMetadata = 64 << 20

// ReadMetadata reads the metadata of a run folder, whoever works on it.
func ReadMetadata(folder string) (*Metadata, error) {
	dir, err := files.OS{}.OpenDir(folder)
	if err != nil {
		return nil, fmt.Errorf("the metadata of the run cannot be read: %w", err)
	}
	defer dir.Close()
	return MetadataOf(dir, folder)
}

// MetadataOf is ReadMetadata for a folder that is held; its path is for messages.
func MetadataOf(dir files.Dir, folder string) (*Metadata, error) {
	src, err := files.ReadFile(dir, MetadataName, mostMetadata)
	if err != nil {
		return nil, fmt.Errorf("the metadata of the run cannot be read: %w", err)
	}
	path := filepath.Join(folder, MetadataName)
	m := &Metadata{}
	if err := text.DecodeJSON(text.TrimMark(src), m); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", path, err)
	}
	if m.Scan != nil {
		return nil, fmt.Errorf("%s is the folder of a scan (tnn-gpu scan status, scan merge, plot and resume take it)", folder)
	}
	if m.Format != metadataFormat {
		return nil, fmt.Errorf("%s has format %d, but this program knows format %d only; use the version that wrote it", path, m.Format, metadataFormat)
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", path, err)
	}
	if m.Status == Running { // run.json has the step at which the session began
		checkpoint, _ := newestCheckpoint(dir) // rows may be fewer; what cannot be read tells nothing
		m.Steps = max(m.Steps, m.lastRow(dir), checkpoint)
	}
	return m, nil
}

// lastRow is the step of the last whole row of steps.csv, for a run that goes on or was
// killed; 0 where it has none, or one that the run cannot have written.
func (m *Metadata) lastRow(dir files.Dir) int64 {
	f, err := dir.Open(StepsName)
	if err != nil {
		return 0
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0
	}
	cell, _, _ := bytes.Cut(lastLine(f, info.Size()), []byte(","))
	step, err := strconv.ParseInt(string(cell), 10, 64)
	if err != nil || step < 0 || len(m.Sessions) == 0 { // the head of the table is no number
		return 0
	}
	if planned := m.Sessions[len(m.Sessions)-1].Planned; planned > 0 && step > planned {
		return 0
	}
	return step
}

// lastLine is the last line of a file that is whole, without its end; nil where it has none, or
// one that is longer than a row is. A page asks for it often, so that little is read first.
func lastLine(f io.ReaderAt, size int64) []byte {
	const first, most = 4 << 10, 1 << 20
	for length := int64(first); ; length *= 16 {
		from := max(0, size-length)
		tail := make([]byte, size-from)
		if _, err := f.ReadAt(tail, from); err != nil && !errors.Is(err, io.EOF) {
			return nil
		}
		if end := bytes.LastIndexByte(tail, '\n'); end >= 0 {
			if begin := bytes.LastIndexByte(tail[:end], '\n'); begin >= 0 || from == 0 {
				return tail[begin+1 : end]
			}
		}
		if from == 0 || length >= most {
			return nil
		}
	}
}

// StatusText says how the run stands, and after which step.
func (m *Metadata) StatusText() string {
	if m.Status == Running {
		return fmt.Sprintf("running, or killed, at step %d", m.Steps)
	}
	return fmt.Sprintf("%s at step %d", m.Status, m.Steps)
}

// Metadata are those of the folder. The error wraps fs.ErrNotExist where it has none.
func (f *Folder) Metadata() (*Metadata, error) { return MetadataOf(f.dir, f.path) }

// readMetadata takes over the metadata of the folder, or makes new ones: those of a
// run that begins anew need not be of any use.
func (r *Recorder) readMetadata(from *state.Checkpoint) error {
	r.metadata = r.newMetadata()
	m, err := r.folder.Metadata()
	if err == nil {
		err = m.belongsTo(r.metadata)
	}
	switch {
	case err == nil:
		m.From = cmp.Or(m.From, r.metadata.From)
		m.NetworkSum = cmp.Or(m.NetworkSum, r.metadata.NetworkSum)
		r.metadata = m
	case from != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w; move %s away and it is made anew", err, MetadataName)
	}
	return nil
}

// Noise is what the noise of each replica follows from, a seed or a key.
func (m *Metadata) Noise() []uint64 {
	if m.Keys != nil {
		return m.Keys
	}
	return m.Seeds
}

// SeedsOrKeys calls what the noise of replicas follows from seeds where replica r has
// seed + r, as the run of that seed has, and else keys.
func SeedsOrKeys(seed uint64, noise []uint64) (seeds, keys []uint64) {
	for r, of := range noise {
		if of != seed+uint64(r) {
			return nil, noise
		}
	}
	return noise, nil
}

func (r *Recorder) newMetadata() *Metadata {
	m := &Metadata{
		Format: metadataFormat, Model: r.about.Name, Rule: r.about.Rule, Precision: r.options.Backend.Precision,
		Seed: r.options.Seed, Sweep: r.options.Sweep, Network: make(map[string]int64), Schedule: r.about.Schedule, Panels: r.about.Panels, Work: r.about.Work,
		Config: r.folder.configHash(), NetworkSum: r.options.NetworkSum, Inputs: r.options.Inputs, From: r.options.From, Started: now(),
	}
	m.Seeds, m.Keys = SeedsOrKeys(r.options.Seed, r.options.Seeds)
	for _, c := range r.about.Counts {
		m.Network[c.Name] = c.Value
		m.Counts = append(m.Counts, c.Name)
	}
	if sited, ok := r.options.Model.(model.Sited); ok {
		sites := sited.Sites()
		m.Sites = &sites
	}
	for _, s := range r.about.Spaces {
		if s.Shown && !slices.ContainsFunc(m.Shown, func(axes []string) bool { return slices.Equal(axes, s.Axes) }) {
			m.Shown = append(m.Shown, s.Axes)
		}
	}
	if phased, ok := r.options.Model.(model.Phased); ok {
		if all := phased.Phases(); len(all) > 1 || len(all) == 1 && all[0].Held != nil {
			m.Phases = all
		}
	}
	if flipped, ok := r.options.Model.(model.Flipped); ok {
		m.Flips = flipped.Flips(mostFlips)
	}
	return m
}

// mostFlips is how many flips figures have room for.
const mostFlips = 500

// now is to the millisecond, which is enough to read.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// beginSession tells that the run goes on after a step.
func (r *Recorder) beginSession(step int64) error {
	m, d := r.metadata, r.options.Backend
	if n := len(m.Sessions); n > 0 && m.Sessions[n-1].Status == Running {
		m.Sessions[n-1].Status, m.Sessions[n-1].LastStep = Killed, max(m.Sessions[n-1].LastStep, m.Steps)
	}
	m.Status, m.Steps, m.Ended, m.Controls, m.Files = Running, step, nil, r.interventions(), r.files()
	m.Sessions = append(m.Sessions, Session{
		Program: r.options.Program, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Backend:   Backend{d.Backend, d.Device, d.Driver, d.Strict, d.Note, d.Bytes, d.Form},
		FirstStep: step, LastStep: step, Planned: r.options.Steps, Status: Running, Started: now(),
	})
	return r.writeMetadata()
}

// endSession tells how the session went.
func (r *Recorder) endSession(s sim.Summary, err error) error {
	m, ended := r.metadata, now()
	last := &m.Sessions[len(m.Sessions)-1]
	last.Ended, last.Status, last.LastStep = &ended, s.Reason, s.Last
	last.WallSeconds, last.Updates = s.Wall.Seconds(), s.Updates
	if err != nil {
		last.Error = err.Error()
	}
	m.Status, m.Steps, m.Ended, m.Controls, m.Ends, m.Files = s.Reason, s.Last, &ended, r.interventions(), s.Ends, r.files()
	m.WallSeconds, m.Updates, m.UpdatesPerSecond = 0, 0, 0
	for _, s := range m.Sessions {
		m.WallSeconds += s.WallSeconds
		m.Updates += s.Updates
	}
	if m.WallSeconds > 0 {
		m.UpdatesPerSecond = float64(m.Updates) / m.WallSeconds
	}
	return r.writeMetadata()
}

// interventions are a list also where there is none.
func (r *Recorder) interventions() []state.Control {
	return append([]state.Control{}, r.controls...)
}

func (r *Recorder) writeMetadata() error {
	return r.folder.Replace(MetadataName, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(r.metadata)
	})
}

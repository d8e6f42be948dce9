package gpu

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"tnn-gpu/gpu/device"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// ErrDied is wrapped where a driver ended the process that tried it.
var ErrDied = errors.New("the OpenCL driver ended the process that tried it")

// Drivers are the OpenCL drivers of this machine. Some end the whole process where
// they cannot go on: PoCL does so over a damaged kernel cache, and without a linker. So
// what is asked of a driver is first asked in a process of its own, and where that dies
// the answer is an error that wraps [ErrDied]. The nil Drivers ask at once.
type Drivers struct {
	command []string
	tried   map[string]bool
	soon    time.Duration // until it is told that kernels are compiled
	patient time.Duration // until it is told that a trial does not end
	tell    func(words string)

	compiles sync.Once // it is told once that kernels are compiled, however many networks there are
}

// NewDrivers has the command line of a process that calls Try with its standard input,
// and tells of one that takes its time or does not end.
func NewDrivers(tell func(words string), command ...string) *Drivers {
	return &Drivers{command: command, tried: make(map[string]bool), soon: 2 * time.Second, patient: 30 * time.Second, tell: tell}
}

// Try makes the trial that a process of Drivers writes. What a driver merely refuses
// is no matter: the process that asked for the trial will hear of it itself. Left is
// called when that process ends before.
func Try(in io.Reader, left func()) error {
	var t device.Trial
	if err := json.NewDecoder(in).Decode(&t); err != nil {
		return fmt.Errorf("this is no trial of a driver: %w", err)
	}
	go func() {
		_, _ = io.Copy(io.Discard, in)
		left()
	}()
	_ = t.Run()
	return nil
}

// Devices is gpu.Devices.
func (d *Drivers) Devices() ([]Info, error) {
	if err := d.try(&device.Trial{}); err != nil {
		return nil, err
	}
	return Devices()
}

// Find is gpu.Find.
func (d *Drivers) Find(selector string) (Info, error) {
	if err := d.try(&device.Trial{}); err != nil {
		return Info{}, err
	}
	return Find(selector)
}

// Probe is gpu.Probe.
func (d *Drivers) Probe(info Info) (Info, error) {
	selector := fmt.Sprint(info.Index)
	if err := d.try(&device.Trial{Selector: &selector, Precisions: []state.Precision{state.Single, state.Double}}); err != nil {
		return Info{}, err
	}
	return Probe(info)
}

// New is gpu.New.
func (d *Drivers) New(net model.Network, o backend.Options) (backend.Backend, error) {
	if d == nil || !built {
		return New(net, o)
	}
	err := d.try(&device.Trial{})
	if err != nil {
		return nil, err
	}
	t, err := trialOf(net, o)
	if err == nil {
		err = d.try(t)
	}
	if err != nil {
		return nil, err
	}
	return New(net, o)
}

// NewStream is gpu.NewStream.
func (d *Drivers) NewStream(selector string, elements int, factor float32) (Stream, error) {
	if err := d.try(&device.Trial{Selector: &selector, Stream: true}); err != nil {
		return nil, err
	}
	return NewStream(selector, elements, factor)
}

// try makes a trial, once. A process that cannot be started says nothing about a driver.
func (d *Drivers) try(t *device.Trial) error {
	if d == nil || !built {
		return nil
	}
	text, err := json.Marshal(t)
	if err != nil || d.tried[string(text)] {
		return err
	}
	said := &beginning{}
	c := exec.Command(d.command[0], d.command[1:]...)
	c.Stderr = said
	c.Env = append(os.Environ(), "GOTRACEBACK=none")
	// The trial's standard input stays open for as long as this process is there.
	in, err := c.StdinPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err == nil {
		stop := d.watch(t, c.Process.Pid)
		_, _ = in.Write(text) // what cannot read it says so
		err := c.Wait()
		stop()
		if err != nil {
			how, words := said.words()
			return fmt.Errorf("%w (%s)%s; %s", ErrDied, cmp.Or(how, err.Error()), words, advice())
		}
	}
	d.tried[string(text)] = true
	return nil
}

// watch tells of a trial that takes its time, until the function that it returns is called.
func (d *Drivers) watch(t *device.Trial, process int) (stop func()) {
	soon := time.AfterFunc(d.soon, func() {
		if t.Program != nil {
			d.compiles.Do(func() {
				d.tell("The OpenCL driver compiles the kernels: for a network of a new kind or size some seconds to minutes, and it keeps them for the next time.")
			})
		}
	})
	late := time.AfterFunc(d.patient, func() {
		d.tell(fmt.Sprintf("An OpenCL driver is tried in a process of its own, %d, which has not ended for %v. It is waited for.", process, d.patient))
	})
	return func() {
		soon.Stop()
		late.Stop()
	}
}

// beginning keeps the beginning of what is written to it.
type beginning struct{ text []byte }

func (b *beginning) Write(p []byte) (int, error) {
	const most = 1 << 12
	b.text = append(b.text, p[:min(len(p), most-len(b.text))]...)
	return len(p), nil
}

// words are those of the driver, and how the process ended where Go's runtime says so:
// it catches the signals of threads of its own.
func (b *beginning) words() (how, words string) {
	var lines []string
	for line := range strings.Lines(string(b.text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "SIG") || strings.HasPrefix(line, "fatal error: ") {
			how = line
			break
		}
		if line != "" && len(lines) < 3 {
			lines = append(lines, line)
		}
	}
	if lines != nil {
		words = fmt.Sprintf(", which said %q", strings.Join(lines, " "))
	}
	return how, words
}

// advice is what helps with PoCL, the driver that is known for it.
func advice() string {
	linker := "none is there"
	if path, err := exec.LookPath("ld"); err == nil {
		linker = "it is " + path
	}
	text := fmt.Sprintf("PoCL does so where its kernel cache is damaged (remove %s, it is made anew) or where it finds no linker: it needs ld in PATH, and %s (Debian package binutils)", kernelCache(), linker)
	if _, err := os.Stat("/sys/devices"); err != nil {
		text += "; it needs /sys, too, which is not mounted here"
	}
	return text
}

// kernelCache is where PoCL keeps compiled kernels.
func kernelCache() string {
	if path := os.Getenv("POCL_CACHE_DIR"); path != "" {
		return path
	}
	if path := os.Getenv("XDG_CACHE_HOME"); path != "" {
		return filepath.Join(path, "pocl", "kcache")
	}
	return filepath.Join(os.Getenv("HOME"), ".cache", "pocl", "kcache")
}

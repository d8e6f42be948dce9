package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/urfave/cli/v2"

	tnngpu "tnn-gpu"
	"tnn-gpu/gpu"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/compare"
	"tnn-gpu/host/config"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/models"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

func (p *program) selftestCommand() *cli.Command {
	return &cli.Command{
		Name:  "selftest",
		Usage: "check that this program computes rightly on this machine",
		Description: "Checks the noise against its known answers, probes every OpenCL device, replays\n" +
			"two recorded trajectories on everything that can compute, and runs a network on\n" +
			"every device beside the CPU. Takes some seconds. The exit code is 1 if anything\n" +
			"fails.",
		Action: func(c *cli.Context) error {
			if err := parseArguments(c).none(); err != nil {
				return err
			}
			return p.selftest(c.Context)
		},
	}
}

// selftest is a list of checks in progress.
type selftest struct {
	p      *program
	count  int
	failed int
}

// check prints a line about something that was tried, or that a device rightly refused.
func (t *selftest) check(name, detail string, err error) {
	if errors.Is(err, gpu.ErrTurns) {
		t.skip(name, err)
		return
	}
	t.count++
	word := "ok"
	if err != nil {
		word, detail = "FAIL", err.Error()
		t.failed++
	}
	fmt.Fprintf(t.p.out, "%-4s  %-44s  %s\n", word, name, detail)
}

func (t *selftest) skip(name string, why error) {
	fmt.Fprintf(t.p.out, "%-4s  %-44s  %v\n", "skip", name, why)
}

func (p *program) selftest(ctx context.Context) error {
	t := &selftest{p: p}
	t.check("noise", "Philox4x32-10 gives its known answers", knownAnswers())
	goldens, err := embeddedGoldens()
	if err != nil {
		return err
	}
	t.replay("cpu", goldens, p.verifierOn(false, backend.Options{}), true)
	infos, err := p.drivers.Devices()
	if err != nil {
		t.skip("opencl", err)
	}
	for _, info := range infos {
		if err := ctx.Err(); err != nil {
			return err
		}
		t.device(ctx, info, goldens)
	}
	if t.failed > 0 {
		return fmt.Errorf("%d of %s failed", t.failed, count(int64(t.count), "check"))
	}
	fmt.Fprintf(p.out, "%s passed.\n", count(int64(t.count), "check"))
	return nil
}

// device checks one OpenCL device.
func (t *selftest) device(ctx context.Context, info gpu.Info, goldens []goldenText) {
	name := fmt.Sprintf("opencl:%d", info.Index)
	probed, err := t.p.drivers.Probe(info)
	verdicts := fmt.Sprintf("%s: single %s", info.Name, probed.SingleVerdict)
	if probed.Double {
		verdicts += ", double " + probed.DoubleVerdict
	}
	t.check(name+", probe", verdicts, err)
	if err != nil {
		return
	}
	t.replay(name, goldens, t.p.verifierOn(true, backend.Options{Device: fmt.Sprint(info.Index)}), info.Double)
	for _, precision := range []state.Precision{state.Single, state.Double} {
		if precision == state.Double && !info.Double {
			continue
		}
		for _, m := range models.All() {
			if m.Selftest == "" {
				continue
			}
			detail, err := besideCPU(ctx, t.p.drivers, info, m.Selftest, precision)
			t.check(fmt.Sprintf("%s, %s beside the CPU, %s", name, m.Selftest, precision), detail, err)
		}
	}
}

// replay checks a backend with recorded trajectories.
func (t *selftest) replay(name string, goldens []goldenText, v *verifier, double bool) {
	for _, precision := range []state.Precision{state.Single, state.Double} {
		if precision == state.Double && !double {
			continue
		}
		v.Options.Precision = precision
		for _, g := range goldens {
			r, err := v.checkText(g.format, g.text)
			if err == nil && r.Failed {
				err = fmt.Errorf("it deviates by %s, more than %g", r.Detail, r.Tolerance)
			}
			t.check(fmt.Sprintf("%s, %s, %s", name, r.Name, precision), "deviates by "+r.Detail, err)
		}
	}
}

// besideCPU runs a preset on a device and on the CPU.
func besideCPU(ctx context.Context, drivers *gpu.Drivers, info gpu.Info, preset string, precision state.Precision) (detail string, err error) {
	const steps = 100
	cfg, err := config.NewPreset(preset)
	if err != nil {
		return "", err
	}
	n, err := buildSetup(cfg)
	if err != nil {
		return "", err
	}
	n.drivers = drivers
	var in []compare.Contestant
	for _, x := range []contestant{{"cpu", "", precision}, {"opencl", fmt.Sprint(info.Index), precision}} {
		b, err := x.open(n, 0)
		if err != nil {
			return "", err
		}
		defer b.Close()
		in = append(in, compare.Contestant{Name: x.String(), Backend: b})
	}
	r, err := compare.Run(ctx, n.net, in, steps)
	if err != nil {
		return "", err
	}
	pair := r.Pairs[0]
	switch d := pair.Parted; {
	case d == nil:
		return fmt.Sprintf("every bit is equal over %d steps", steps), nil
	case pair.Strict:
		return "", fmt.Errorf("%s of %s is %v on the CPU and %v on the device at step %d", d.Field, d.Where, d.Reference, d.Other, d.Step)
	default:
		return fmt.Sprintf("parts at step %d, as a tolerant device may", d.Step), nil
	}
}

// knownAnswers are those of docs/model.md section 7.
func knownAnswers() error {
	const ones = ^uint32(0)
	for _, known := range []struct {
		counter [4]uint32
		key     [2]uint32
		want    [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{ones, ones, ones, ones}, [2]uint32{ones, ones}, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0}, [4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		if got := rng.Philox(known.counter, known.key); got != known.want {
			return fmt.Errorf("Philox4x32-10 of %08x is %08x, not %08x", known.counter, got, known.want)
		}
	}
	return nil
}

// goldenText is a golden file that the program carries.
type goldenText struct {
	format string
	text   []byte
}

// embeddedGoldens are the golden files that the program carries.
func embeddedGoldens() ([]goldenText, error) {
	var out []goldenText
	err := fs.WalkDir(tnngpu.Goldens, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		f, err := tnngpu.Goldens.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		var g goldenText
		if g.format, g.text, err = golden.Read(f); err != nil {
			return fmt.Errorf("%s: %w", strings.TrimSuffix(path.Base(name), ".json.gz"), err)
		}
		out = append(out, g)
		return nil
	})
	if err == nil && len(out) == 0 {
		err = errors.New("no golden file is embedded")
	}
	return out, err
}

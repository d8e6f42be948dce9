package record

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"tnn-gpu/host/model"
	"tnn-gpu/host/npy"
)

const (
	mostReplicas = 1 << 20
	mostItems    = 1 << 48 // of an array, so that sizes in bytes stay inside an int64
)

// check finds what no run writes, so that readers need not.
func (m *Metadata) check() error {
	switch {
	case len(m.Noise()) < 1 || len(m.Noise()) > mostReplicas:
		return fmt.Errorf("it has %d seeds", len(m.Noise()))
	case m.Steps < 0 || m.Updates < 0 || m.WallSeconds < 0 || m.UpdatesPerSecond < 0:
		return errors.New("it has negative steps or times")
	case m.Sweep != nil && (m.Sweep.Key == "" || len(m.Sweep.Values) != len(m.Noise())):
		return fmt.Errorf("%s has %d values for %d replicas", m.Sweep.Key, len(m.Sweep.Values), len(m.Noise()))
	}
	for _, in := range m.Inputs {
		if in.Kept != "" && !filepath.IsLocal(filepath.FromSlash(in.Kept)) {
			return fmt.Errorf("%s is kept as %q, which is not in the folder", in.Key, in.Kept)
		}
	}
	for name, n := range m.Network {
		if n < 0 {
			return fmt.Errorf("the network has %d %s", n, name)
		}
	}
	for _, s := range m.Sessions {
		if s.FirstStep < 0 || s.LastStep < s.FirstStep || s.Planned < 0 || s.Updates < 0 || s.WallSeconds < 0 {
			return fmt.Errorf("a session goes from step %d to %d", s.FirstStep, s.LastStep)
		}
	}
	seen := make(map[string]bool)
	for _, f := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Name)) || seen[f.Name] {
			return fmt.Errorf("file %q is twice, or not in the folder", f.Name)
		}
		seen[f.Name] = true
		if err := f.check(len(m.Noise())); err != nil {
			return fmt.Errorf("file %s: %w", f.Name, err)
		}
	}
	return nil
}

func (f *File) check(replicas int) error {
	for i, c := range f.Columns {
		if c.Name == "" || slices.ContainsFunc(f.Columns[:i], func(o Column) bool { return o.Name == c.Name }) {
			return fmt.Errorf("column %q is twice, or has no name", c.Name)
		}
	}
	for i, a := range f.Arrays {
		if a.Name == "" || slices.ContainsFunc(f.Arrays[:i], func(o Array) bool { return o.Name == a.Name }) {
			return fmt.Errorf("array %q is twice, or has no name", a.Name)
		}
		if err := a.check(replicas); err != nil {
			return fmt.Errorf("array %s: %w", a.Name, err)
		}
	}
	return nil
}

// check is for readers that take an array apart by replica and item.
func (a *Array) check(replicas int) error {
	switch {
	case !slices.Contains([]string{"<f4", "<f8", "<i4", "<i8", "|u1"}, a.Dtype) && !(a.Every == 0 && npy.IsTextType(a.Dtype)):
		return fmt.Errorf("its type is %q", a.Dtype)
	case a.Every < 0 || a.First < 0 || a.Every > 0 && a.First%a.Every != 0:
		return fmt.Errorf("it is recorded every %d steps from step %d on", a.Every, a.First)
	case a.Items != "" && !filepath.IsLocal(filepath.FromSlash(a.Items)):
		return fmt.Errorf("its items are in %q, which is not in the folder", a.Items)
	}
	items := int64(1)
	for _, side := range a.Shape {
		if side < 0 || side > mostItems/max(items, 1) {
			return fmt.Errorf("its shape is %v", a.Shape)
		}
		items *= side
	}
	axes := a.Axes
	if a.Every > 0 {
		if len(axes) == 0 || axes[0] != "record" {
			return fmt.Errorf("its axes are %q", a.Axes)
		}
		axes = axes[1:]
	}
	if len(axes) != len(a.Shape) {
		return fmt.Errorf("it has axes %q and shape %v", a.Axes, a.Shape)
	}
	if i := slices.Index(axes, "replica"); i > 0 || i == 0 && a.Shape[0] != int64(replicas) {
		return fmt.Errorf("it has axes %q and shape %v for %d replicas", a.Axes, a.Shape, replicas)
	}
	return nil
}

// belongsTo tells whether metadata are of the run that has these.
func (m *Metadata) belongsTo(run *Metadata) error {
	wrong := func(what string, got, want any) error {
		return fmt.Errorf("%s does not belong to %s: its %s is %v, and the run has %v", MetadataName, ConfigName, what, got, want)
	}
	switch {
	case m.Config != run.Config:
		return wrong("config_sha256", m.Config, run.Config)
	case m.Model != run.Model || m.Rule != run.Rule:
		return wrong("model", m.Model+" "+m.Rule, run.Model+" "+run.Rule)
	case m.Precision != run.Precision:
		return wrong("precision", m.Precision, run.Precision)
	case !slices.Equal(m.Noise(), run.Noise()):
		return wrong("list of seeds", m.Noise(), run.Noise())
	case m.NetworkSum != "" && run.NetworkSum != "" && m.NetworkSum != run.NetworkSum:
		return wrong("network_sha256", m.NetworkSum, run.NetworkSum)
	case !sameSweep(m.Sweep, run.Sweep):
		return wrong("sweep", m.Sweep, run.Sweep)
	}
	return nil
}

func sameSweep(a, b *model.Sweep) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Key == b.Key && slices.Equal(a.Values, b.Values)
}

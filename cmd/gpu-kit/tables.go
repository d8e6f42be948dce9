//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"tnn-gpu/host/backend"
)

// measured is what a table needs of a figure of `tnn-gpu bench --json`.
type measured struct {
	Series string `json:"series"`
	Unit   string `json:"unit"`
	Axes   []struct {
		Axis  string `json:"axis"`
		Value int    `json:"value"`
	} `json:"axes"`
	Replicas  int     `json:"replicas"`
	Bytes     float64 `json:"bytes_per_unit"`
	Bandwidth float64 `json:"bytes_per_second"`
	Fraction  float64 `json:"fraction_of_stream"`
	Rate      struct {
		PerSecond struct {
			Median float64 `json:"median"`
		} `json:"per_second"`
	} `json:"rate"`
	Peers []struct {
		Name  string  `json:"name"`
		Times float64 `json:"times"`
	} `json:"peers"`
	KernelTimes []backend.KernelTime `json:"kernel_times"`
}

// numbers tells the values of the axes.
func (m *measured) numbers() string {
	var words []string
	for _, a := range m.Axes {
		words = append(words, fmt.Sprintf("%s %d", a.Axis, a.Value))
	}
	return strings.Join(words, ", ")
}

// peers tells how many times as fast as other programs it is.
func (m *measured) peers() string {
	var words []string
	for _, p := range m.Peers {
		words = append(words, fmt.Sprintf("%.3g x %s", p.Times, p.Name))
	}
	return strings.Join(words, ", ")
}

// tried is what a table needs of an experiment of gpu/tnn.
type tried struct {
	Name        string  `json:"name"`
	Connections int     `json:"connections"`
	Rate        float64 `json:"updates_per_second"`
	SameBits    bool    `json:"same_bits"`
	Error       string  `json:"error"`
	Kernels     []struct {
		Kernel  string `json:"kernel"`
		Local   uint64 `json:"local_bytes"`
		Private uint64 `json:"private_bytes"`
	} `json:"kernels"`
}

// tables are those of docs/performance-notes.md, as Markdown.
func (r *report) tables() string {
	var b strings.Builder
	b.WriteString("| part | result | seconds | left out |\n|---|---|---|---|\n")
	for _, p := range r.Parts {
		fmt.Fprintf(&b, "| %s | %s | %.1f | %s |\n", p.Name, map[bool]string{true: "ok", false: "FAIL: " + p.Error}[p.OK], p.Seconds, strings.Join(p.Left, ", "))
	}
	b.WriteString("\n| series | numbers | replicas | a second | bytes of one (model) | GB/s (model) | of the stream | beside one core | kernels |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, p := range r.Parts {
		var list []measured
		if !strings.HasPrefix(p.Name, "bench") || json.Unmarshal(p.Result, &list) != nil {
			continue
		}
		for _, m := range list {
			fmt.Fprintf(&b, "| %s | %s | %d | %.4g %s | %.0f | %.1f | %.0f %% | %s | %s |\n", m.Series, m.numbers(), m.Replicas,
				m.Rate.PerSecond.Median, m.Unit, m.Bytes, m.Bandwidth/1e9, 100*m.Fraction, m.peers(), shares(m.KernelTimes))
		}
	}
	b.WriteString("\n| experiment | connections | M updates/s | bits | local bytes | private bytes |\n|---|---|---|---|---|---|\n")
	for _, p := range r.Parts {
		var list []tried
		if p.Name != "experiments" || json.Unmarshal(p.Result, &list) != nil {
			continue
		}
		for _, e := range list {
			bits := map[bool]string{true: "same", false: "OTHER"}[e.SameBits]
			if e.Error != "" {
				bits = e.Error
			}
			var local, private uint64
			for _, k := range e.Kernels {
				local, private = max(local, k.Local), max(private, k.Private)
			}
			fmt.Fprintf(&b, "| %s | %d | %.1f | %s | %d | %d |\n", e.Name, e.Connections, e.Rate/1e6, bits, local, private)
		}
	}
	return b.String()
}

// shares tells how the time of a profile is spread.
func shares(times []backend.KernelTime) string {
	total, words := 0.0, []string(nil)
	for _, k := range times {
		total += k.Total.Seconds()
	}
	for _, k := range times {
		words = append(words, fmt.Sprintf("%s %.0f %%", k.Kernel, 100*k.Total.Seconds()/total))
	}
	return strings.Join(words, ", ")
}

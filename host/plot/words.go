package plot

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// subtitle says what bands and colours are.
func (s *series) subtitle() string {
	var parts []string
	switch spread := slices.ContainsFunc(s.curves, func(t table) bool { return t.spread != nil }); {
	case spread && s.options.Errors:
		parts = append(parts, "standard errors of the mean")
	case spread:
		parts = append(parts, "standard deviations among replicas or runs")
	case s.isTimed():
		parts = append(parts, "from the first step, dark, to the last, bright")
	}
	if len(s.flips()) > 0 {
		parts = append(parts, "ticks at the lower edge: external nodes change their signs")
	}
	return strings.Join(parts, "; ")
}

// isTimed tells whether one curve goes through the space of two quantities.
func (s *series) isTimed() bool {
	return s.options.X != "step" && len(s.curves) == 1 && s.curves[0].spread == nil && !s.across(s.runs[0])
}

// begins are marks where the eras of a run begin, but the first.
func (s *series) begins() []LineMark {
	if s.options.X != "step" || len(s.runs) > 1 {
		return nil
	}
	var out []LineMark
	for i, p := range s.runs[0].Metadata.Phases {
		if i > 0 && p.First <= s.runs[0].Metadata.Steps {
			name, _, _ := strings.Cut(p.Text, ",")
			out = append(out, LineMark{X: float64(p.First), Name: name})
		}
	}
	const most = 8 // more are a thicket
	if len(out) > most {
		return nil
	}
	return out
}

// printable is a canvas on which all text can be written: a name may have control
// characters, which no XML has, or be no UTF-8.
type printable struct{ vg.CanvasSizer }

// FillString implements vg.Canvas.
func (p printable) FillString(f font.Face, at vg.Point, text string) {
	p.CanvasSizer.FillString(f, at, strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\ufffe' || r == '\uffff' {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(text, string(utf8.RuneError))))
}

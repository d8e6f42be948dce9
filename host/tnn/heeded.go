package tnn

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Unheeded implements model.Selective.
func (s *Spec) Unheeded(key string, _ bool) (why string) {
	if by := s.setBy(key); by != "" {
		return by + " gives it another value from the first step on"
	}
	table, name, _ := strings.Cut(key, ".")
	table, index, _ := strings.Cut(strings.TrimSuffix(table, "]"), "[")
	switch {
	case table == "group" && name == "threshold" && s.Network.Rule == Hylton2019:
		return "the rule hylton2019 has no threshold"
	case (table == "era" && (name == "mode" || name == "predict") || key == "graph.separation") && len(s.Externals) == 0:
		return "there are no external nodes"
	case s.Edge.Kind == Fixed && s.isOfChange(table, name):
		return "edge.kind is fixed, and no weight changes"
	case table == "external":
		if i, err := strconv.Atoi(index); err == nil && i < len(s.Externals) {
			return s.unheededOf(i, name)
		}
	}
	return ""
}

// isOfChange tells whether a key is of weights that change, and of nothing else: under
// hylton2020 an era that does not adapt has no visits that use up charge, either.
func (s *Spec) isOfChange(table, name string) bool {
	switch table {
	case "edge":
		return name == "noise" || name == "bound" && s.Graph.File == ""
	case "era":
		return name == "adapt" && s.Network.Rule == Hylton2019
	}
	return false
}

// unheededOf is Unheeded for a key of a table of external nodes.
func (s *Spec) unheededOf(i int, name string) (why string) {
	e := &s.Externals[i]
	ofWave := slices.Contains([]string{"periods", "amplitude", "correlation_time", "series"}, name)
	ofSign := name == "polarity" || name == "sublattice" && e.Count == 0 // which of a pair is the first
	switch {
	case e.Wave == Fed && ofWave:
		return "the external nodes are fed"
	case !s.drives() && (ofWave || ofSign || name == "wave" && e.Wave != Fed):
		return "no era drives the external nodes"
	case ofSign && (e.Wave == Fed || e.Wave == WaveNoise):
		return fmt.Sprintf("the wave %s has no polarity", e.Wave)
	case name == "sublattice" && len(e.Nodes) > 0:
		return fmt.Sprintf("external[%d].nodes names the sites", i)
	case name == "sublattice" && e.Count > 0 && !s.Graph.Bipartite:
		return "graph.bipartite is false, and any site will do"
	}
	return ""
}

// drives tells whether external nodes are driven in an era.
func (s *Spec) drives() bool {
	return slices.ContainsFunc(s.Eras, func(e EraSpec) bool { return e.Mode == Driven })
}

package tnn

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tnn-gpu/host/model"
)

// Unheeded implements model.Selective.
func (s *Spec) Unheeded(key string, in model.Use) (why string) {
	if by := s.setBy(key, in); by != "" {
		return by + " gives it another value from the first step on"
	}
	table, name, _ := strings.Cut(key, ".")
	table, index, _ := strings.Cut(strings.TrimSuffix(table, "]"), "[")
	switch {
	case table == "group" && name == "threshold" && s.Network.Rule == Hylton2019:
		return "the rule hylton2019 has no threshold"
	case (table == "era" && (name == "mode" || name == "predict") || key == "graph.separation") && len(s.Externals) == 0:
		return "there are no external nodes"
	case s.Edge.Kind == Fixed && s.isOfChange(table, name, in):
		return "edge.kind is fixed, and no weight changes"
	case table == "external":
		if i, err := strconv.Atoi(index); err == nil && i < len(s.Externals) {
			return s.unheededOf(i, name)
		}
	}
	return ""
}

// isOfChange tells whether a key is of weights that change, and of nothing else. Masses give first
// weights their deviation, too, which no branch draws. Under hylton2020 an era that does not adapt
// has no visits that use up charge, either.
func (s *Spec) isOfChange(table, name string, in model.Use) bool {
	switch table {
	case "edge":
		ofStart := name == "inverse_temperature" || name == "size_mass" || name == "change_mass"
		return name == "noise" || name == "bound" && s.Graph.File == "" || ofStart && in == model.Branch
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

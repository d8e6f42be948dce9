package tnn

import "slices"

// What follows is what a configuration asks of a model beside Validate.

// SetSteps makes the run n steps long: eras are cut off at the end, or the last
// one is made longer. It needs an era, and n to be 1 or more.
func (s *Spec) SetSteps(n int64) {
	s.Eras = slices.Clone(s.Eras)
	last := len(s.Eras) - 1
	for i, e := range s.Eras {
		if int64(e.Steps) >= n || i == last {
			s.Eras[i].Steps = int(n)
			s.Eras = s.Eras[:i+1]
			return
		}
		n -= int64(e.Steps)
	}
}

// Files are the names, by key, of the files that the network rests on.
func (s *Spec) Files() map[string]*string {
	if s.Graph.Kind != FromFile {
		return nil
	}
	return map[string]*string{"graph.file": &s.Graph.File}
}

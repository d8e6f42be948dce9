package backendtest

import (
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
)

// Case is a network on which backends are tested, whose replicas differ by their keys
// alone.
type Case struct {
	Name string
	Net  model.Network
}

// Run runs the suite on networks, each for so many steps, and stops and resumes them.
// Replicas of two keys must part.
func Run(t *testing.T, open backend.Open, precisions Precisions, steps int, cases ...Case) {
	for i, c := range cases {
		for _, p := range precisions(i) {
			t.Run(c.Name+"/"+p.String(), func(t *testing.T) {
				s := New(t, open, c.Net, p, steps)
				defer s.Close()
				s.All()
				if !s.Differs() {
					t.Error("replicas of two keys are alike")
				}
				Resume(t, c.Net, p, 3*steps, open, open, open)
			})
		}
	}
}

// Alike checks that two backends agree in all steps of networks, and that each goes on
// from what the other has left.
func Alike(t *testing.T, one, other backend.Open, precisions Precisions, steps int, cases ...Case) {
	for i, c := range cases {
		for _, p := range precisions(i) {
			t.Run(c.Name+"/"+p.String(), func(t *testing.T) {
				o := backend.Options{Precision: p, Seeds: Keys()}
				Agree(t, c.Net, Opened(t, one, c.Net, o), Opened(t, other, c.Net, o), 1, int64(steps))
				Resume(t, c.Net, p, 3*steps, one, other, one)
			})
		}
	}
}

package backend

import (
	"fmt"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Fields are those of a model, for a backend that computes derived fields when they are
// asked for and has no controls: it has the methods Watch and Control of such a backend.
type Fields struct {
	about   model.Description
	watched map[string]bool // derived fields, by name
}

// NewFields are those of a network. No derived field is watched.
func NewFields(net model.Network) Fields { return Fields{about: net.Describe()} }

// Watch implements Backend.
func (f *Fields) Watch(names ...string) error {
	watched := make(map[string]bool, len(names))
	for _, name := range names {
		if found, ok := f.about.Field(name); !ok || !found.Derived {
			return fmt.Errorf("the model %s has no derived field %q: %w", f.about.Name, name, ErrUnknownField)
		}
		watched[name] = true
	}
	f.watched = watched
	return nil
}

// Find finds a field that may be read: one of the state, or one that is watched.
func (f *Fields) Find(name string) (state.Field, error) {
	found, ok := f.about.Field(name)
	switch {
	case !ok:
		return found, fmt.Errorf("the model %s has no field %q: %w", f.about.Name, name, ErrUnknownField)
	case found.Derived && !f.watched[name]:
		return found, fmt.Errorf("field %q is not watched: %w", name, ErrUnknownField)
	}
	return found, nil
}

// Control implements Backend.
func (f *Fields) Control(name string, _ float64) error {
	return model.UnknownControl("the model %s has no control %q", f.about.Name, name)
}

package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"tnn-gpu/host/sim"
	"tnn-gpu/host/text"
)

// mostMessage is the length of the longest message that a page sends.
const mostMessage = 1 << 12

// message is what a page asks of a live run.
type message struct {
	Do    string   `json:"do"`
	View  *View    `json:"view"`  // of do view
	Name  string   `json:"name"`  // of a distribution or a control; none is "" for no distribution
	Node  *int32   `json:"node"`  // of do inspect; negative for none
	Value *float64 `json:"value"` // of do control; null takes the control back
}

// The requests of a page. The first ones change only the view of that page, and the rest
// are commands to the run.
const (
	doView         = "view"
	doReady        = "ready" // for the next picture
	doInspect      = "inspect"
	doDistribution = "distribution"
	doPause        = sim.DoPause
	doResume       = sim.DoResume
	doStep         = "step"
	doStop         = "stop"
	doCheckpoint   = "checkpoint"
	doControl      = sim.DoControl
)

// parseMessage reads one message. A message that it returns has all entries that its Do
// needs. Whether they suit the network is checked later.
func parseMessage(src []byte) (message, error) {
	var m message
	d := json.NewDecoder(bytes.NewReader(src))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return message{}, fmt.Errorf("the message cannot be read: %w", text.JSONProblem(err, src))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return message{}, errors.New("the message goes on after its end")
	}
	return m, m.check()
}

func (m *message) check() error {
	switch m.Do {
	case doView:
		if m.View == nil {
			return errors.New("the message view has no view")
		}
	case doInspect:
		if m.Node == nil {
			return errors.New("the message inspect has no node")
		}
	case doControl:
		if m.Name == "" {
			return errors.New("the message control has no name")
		}
	case doReady, doDistribution, doPause, doResume, doStep, doStop, doCheckpoint:
	default:
		return fmt.Errorf("a page cannot ask for %q", m.Do)
	}
	return nil
}

// value of a control; NaN takes it back.
func (m *message) value() float64 {
	if m.Value == nil {
		return math.NaN()
	}
	return *m.Value
}

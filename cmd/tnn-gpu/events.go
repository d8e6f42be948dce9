package main

import (
	"encoding/json"
	"io"
	"math"
	"time"

	"github.com/urfave/cli/v2"

	"tnn-gpu/host/experiment"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
)

func jsonFlag() cli.Flag {
	return &cli.BoolFlag{Name: "json", Usage: "print JSON, an object a line, for scripts: what begins, what is done, and how it ended (docs/data.md)"}
}

// events prints what a command does as JSON, an object a line. The nil events print
// nothing.
type events struct{ to io.Writer }

// tell prints a line. One that cannot be printed is no reason to end a run.
func (e *events) tell(event any) {
	if e != nil {
		_ = json.NewEncoder(e.to).Encode(event)
	}
}

// finiteNumber is null where JSON has no number for it.
type finiteNumber float64

// MarshalJSON implements json.Marshaler.
func (v finiteNumber) MarshalJSON() ([]byte, error) {
	if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(v))
}

// runBegins is the first line of a run.
type runBegins struct {
	Event     string `json:"event"`
	Folder    string `json:"folder"`
	Model     string `json:"model"`
	Device    string `json:"device"`
	Precision string `json:"precision"`
	Seed      uint64 `json:"seed"`
	Replicas  int    `json:"replicas"`
	First     int64  `json:"first"` // the step that it begins after
	Steps     int64  `json:"steps"` // the last one that is planned
	Page      string `json:"page,omitempty"`
}

// epochDone is a line for each epoch.
type epochDone struct {
	Event   string       `json:"event"`
	Epoch   int64        `json:"epoch"`
	First   int64        `json:"first"`
	Last    int64        `json:"last"`
	Percent float64      `json:"percent"`
	Points  []epochPoint `json:"points"`
}

// epochPoint has the quantities of the replicas that have the same settings.
type epochPoint struct {
	Swept    map[string]float64      `json:"swept,omitempty"` // key and value
	Replicas int                     `json:"replicas"`
	Mean     map[string]finiteNumber `json:"mean"`
	Error    map[string]finiteNumber `json:"error,omitempty"` // standard error, of several replicas
}

// ended is the last line.
type ended struct {
	Event   string       `json:"event"`
	Folder  string       `json:"folder"`
	Status  string       `json:"status"`
	Steps   int64        `json:"steps,omitempty"` // of a run, that are made in all
	Seconds finiteNumber `json:"seconds"`
	Error   string       `json:"error,omitempty"`
}

func (e *events) runBegins(j *job, folder string) {
	if e == nil {
		return
	}
	d, r := j.backend.Describe(), j.setup.config.Run
	begins := runBegins{
		Event: "begin", Folder: folder, Model: j.setup.net.Describe().Name, Device: d.Device, Precision: d.Precision.String(),
		Seed: r.Seed, Replicas: r.Replicas, First: j.first(), Steps: j.plan.Steps,
	}
	if j.live != nil {
		begins.Page = j.live.server.URL()
	}
	e.tell(begins)
}

// ofRun is an observer of a run.
func (e *events) ofRun(columns []model.Column, sweep *model.Sweep, steps int64) sim.Observer {
	return func(event sim.Event) error {
		done, isEpoch := event.(*sim.Epoch)
		if e == nil || !isEpoch {
			return nil
		}
		line := epochDone{Event: "epoch", Epoch: done.Index, First: done.First, Last: done.Last, Percent: 100 * float64(done.Last) / float64(steps)}
		for _, p := range done.Points {
			of := epochPoint{Replicas: len(p.Replicas), Mean: named(columns, p.Mean), Error: named(columns, p.Error)}
			if sweep != nil {
				of.Swept = map[string]float64{sweep.Key: sweep.Values[p.Replicas[0]]}
			}
			line.Points = append(line.Points, of)
		}
		e.tell(line)
		return nil
	}
}

func named(columns []model.Column, values []float64) map[string]finiteNumber {
	if values == nil {
		return nil
	}
	out := make(map[string]finiteNumber, len(values))
	for i, v := range values {
		out[columns[i].Name] = finiteNumber(v)
	}
	return out
}

func (e *events) runEnds(s sim.Summary, folder string, err error) {
	line := ended{Event: "end", Folder: folder, Status: string(s.Reason), Steps: s.Last, Seconds: finiteNumber(s.Wall.Seconds())}
	if err != nil {
		line.Status, line.Error = string(sim.Failed), err.Error()
	}
	e.tell(line)
}

// scanBegins is the first line of a scan.
type scanBegins struct {
	Event  string   `json:"event"`
	Folder string   `json:"folder"`
	Keys   []string `json:"keys"`
	Points int      `json:"points"`
	Trials int      `json:"trials"` // of each
}

// pointDone is a line for each point that has come to its end.
type pointDone struct {
	Event       string         `json:"event"`
	Point       map[string]any `json:"point"` // value by key: a number, or a text
	Trials      int            `json:"trials"`
	Left        int            `json:"left"` // points
	SecondsLeft finiteNumber   `json:"seconds_left"`
	Error       string         `json:"error,omitempty"`
}

func (e *events) scanBegins(folder string, plan *experiment.Plan) {
	e.tell(scanBegins{"begin", folder, plan.Keys, len(plan.Points), plan.Trials})
}

func (e *events) pointDone(plan *experiment.Plan, of experiment.Event) {
	if of.Begun > 0 {
		return
	}
	line := pointDone{Event: "point", Point: make(map[string]any), Trials: of.Trials, Left: of.Left, SecondsLeft: finiteNumber(of.Time.Seconds())}
	for i, key := range plan.Keys {
		if v := plan.Points[of.Point].Values[i]; v.IsNumber {
			line.Point[key] = finiteNumber(v.Number)
		} else {
			line.Point[key] = v.Text
		}
	}
	if of.Err != nil {
		line.Error = of.Err.Error()
	}
	e.tell(line)
}

func (e *events) scanEnds(folder string, took time.Duration, err error) {
	line := ended{Event: "end", Folder: folder, Status: string(sim.Finished), Seconds: finiteNumber(took.Seconds())}
	switch code := exitCode(err); {
	case err == nil:
	case code == codeInterrupted || code == codeTimeIsUp:
		line.Status, line.Error = string(sim.Cancelled), err.Error()
	default:
		line.Status, line.Error = string(sim.Failed), err.Error()
	}
	e.tell(line)
}

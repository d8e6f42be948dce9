package model

import (
	"tnn-gpu/host/exchange"
	"tnn-gpu/host/state"
)

// What follows is what some networks can tell. It is found by assertion.

// Sited is a network with an index space whose items have places, of which
// pictures are made.
type Sited interface {
	Sites() Sites

	// Region lists the sites of a box of the lattice, ascending: those whose
	// coordinates are at least from and below to, in every dimension. Where there
	// is no such box it is an error.
	Region(from, to []int) ([]int, error)
}

// Sites of a network.
type Sites struct {
	Space     state.Space `json:"space"`
	Count     int         `json:"count"`
	Sides     []int       `json:"sides,omitempty"`     // of a lattice, the last dimension fastest; nil where there is none
	Bipartite bool        `json:"bipartite,omitempty"` // links join sites of even and of odd coordinate sum only
	Marked    int         `json:"marked,omitempty"`    // how many sites pictures mark
	Field     string      `json:"field,omitempty"`     // that pictures show, from -1 to 1
	Signed    bool        `json:"signed,omitempty"`    // colours tell its sign; else it is a picture, from black to white
}

// Linked is a network with an index space whose items join two items of another.
type Linked interface {
	// Links are those of a replica in a state, or those at the start where s is nil.
	Links(s *state.State, replica int) Links
}

// Links join items.
type Links struct {
	Space state.Space // of the links
	Joins state.Space // of the items that they join
	Count int
	Ends  func(i int) (a, b int32)
}

// Find gives the number of the first link between two items, in either direction.
func (l *Links) Find(a, b int32) (int, bool) {
	for i := range l.Count {
		if x, y := l.Ends(i); x == a && y == b || x == b && y == a {
			return i, true
		}
	}
	return 0, false
}

// Phased is a network whose run has parts under different regimes.
type Phased interface {
	// Phases are in order. One that is alone is the whole run.
	Phases() []Phase
}

// Phase is a part of a run.
type Phase struct {
	First int64    `json:"first"` // step
	Text  string   `json:"text"`
	Held  []string `json:"held,omitempty"` // quantities that are only held over from before it
}

// Flipped is a network that knows at which steps what drives it changes its sign.
type Flipped interface {
	// Flips are these steps, ascending; nil where there are more than so many.
	Flips(most int) []int64
}

// Ended is a network whose replicas can end by themselves, one before the other:
// in a fixed point, or because their values diverge. A backend leaves the state of
// a replica that has ended as it is, and repeats the sums of its last step, which
// may be infinite or NaN. A run ends when all its replicas have.
type Ended interface {
	// HasEnded tells from the sums of a step of one replica whether the replica
	// had ended with this step or before.
	HasEnded(sums []float64) bool

	// Ends tells, by replica, of those that have ended in a state.
	Ends(s *state.State) []End
}

// End of a replica.
type End struct {
	Replica int    `json:"replica"`
	Step    int64  `json:"step"` // its last
	Why     string `json:"why"`  // "fixed point", "diverged"
}

// Pictured is a network whose run ends with pictures, to be shown side by side.
type Pictured interface {
	// Pictures are those of a replica with a key in its last state.
	Pictures(key uint64, replica int, last Values) ([]Picture, error)

	// Image tells which field is an image of rows x columns pixels in each replica, whose
	// values are -1 and +1; empty where none is. Runs leave it as a file.
	Image() (field string, rows, columns int)
}

// Picture is a rectangle of values from -1, black, to 1, white.
type Picture struct {
	Title         string
	Rows, Columns int
	Values        []float64 // row after row
}

// Recorded is a network that names the steps whose quantities are of interest. Of
// the others there are no rows, their sums are not looked at, and backends need
// not compute them.
type Recorded interface {
	// NextRow is the first step with a row after a step: a pure function.
	NextRow(step int64) int64

	// IsExtra tells whether a step has a row only because the run ends with it. A longer
	// run has none there.
	IsExtra(step int64) bool
}

// Numbered is a network whose replicas share the key of the run: the number of a replica
// tells it apart from the others. Without numbers replica r has number r.
type Numbered interface {
	// Numbered is the same network with these numbers, by replica.
	Numbered(numbers []int) Network
}

// Concluded is a network that has tables made of the state that a whole run ends with.
type Concluded interface {
	// Conclusions tells of the tables.
	Conclusions() []Conclusion

	// Conclude gives the rows of each, of replicas with these keys. An error is that of
	// the run.
	Conclude(s *state.State, keys []uint64) ([][][]float64, error)
}

// Conclusion is a table of numbers, in which NaN is an empty cell.
type Conclusion struct {
	File    string // its name in the folder of a run: blocks.csv
	Doc     string // one line
	Columns []Column
}

// Exported is a network that other programs can read as a graph.
type Exported interface {
	// Export makes the graph of a replica.
	Export(last Values) (*exchange.Export, error)
}

// Attributed is a network whose nodes or edges differ in what they are, for as long as a
// run takes.
type Attributed interface {
	// Attributes are those of the items of a space, by number: of state.Node and state.Edge.
	Attributes(of state.Space) []exchange.Attribute
}

// AttributesOf are those of the items of a space; nil where a network has none.
func AttributesOf(net Network, of state.Space) []exchange.Attribute {
	if a, ok := net.(Attributed); ok {
		return a.Attributes(of)
	}
	return nil
}

// Inspected is a network that can tell more of an item than its values.
type Inspected interface {
	// Inspect tells of an item of a space; last is nil where there is no last state.
	Inspect(s state.Space, item int, last Values) (*Inspection, error)
}

// Values gives a field of the last state of a replica, in original order.
type Values func(field string) ([]float64, error)

// Inspection is what a network tells of an item.
type Inspection struct {
	Kind   string // "network", "external"
	Idle   bool   // what steps find of it, that is derived fields, means nothing
	Facts  []Fact
	Tables []Table // what the item has to do with others
}

// Fact is a property of an item.
type Fact struct {
	Name  string
	Value any // as JSON has it
	Text  string
}

// Table lists things that belong to an item.
type Table struct {
	Name  string // as JSON has it
	Title string
	Head  []string
	Lines [][]string
	Value any // as JSON has it
}

// Controlled is a network that backends can change while it runs.
type Controlled interface {
	// CheckControl tells what is wrong with a control, which a backend's Control would
	// refuse with the same error; nil where nothing is.
	CheckControl(name string, value float64) error
}

// Commanded is a network whose controls have commands of their own where inputs come line
// by line: !phase training.
type Commanded interface {
	// Command gives the controls that a command with some words sets, in order; none where
	// it is not known.
	Command(name string, words []string) ([]state.Control, error)
	// Commands tells of them: !phase PHASE.
	Commands() []string
}

// Sized is a specification that can tell which key makes its network smaller.
type Sized interface {
	// TooLarge is an error with a ConfigKey method, about a problem with the size of
	// the network of which a share would fit.
	TooLarge(problem string, share float64) error
}

// Sampled is a specification of which backends can be tried out.
type Sampled interface {
	// Sample is a specification of a network of about so many updates a step, each of
	// which takes about as long.
	Sample(updates int64) Spec
}

// Measured is a network that tells its memory better than its specification, which
// knows neither a graph that is read from a file, nor the padding of small networks, nor
// what replicas share.
type Measured interface {
	// Need is that of Spec, of replicas with these keys.
	Need(p state.Precision, keys []uint64) (host, device int64)
}

// Sharing is a specification whose replicas may share what takes most of their memory.
type Sharing interface {
	// NeedOf is Need of replicas with these keys and variants, which are nil where no key is
	// swept. It is what a network that is not built yet needs at the least.
	NeedOf(p state.Precision, keys []uint64, variants []Spec) (host, device int64)
}

// Summed is a network that a run is known by, whatever it was made from: two networks
// of one specification with the same sum have the same links, places and start values.
type Summed interface {
	Sum() string // SHA-256 in hexadecimal
}

// Branched is a specification that knows which others a state can go on under.
type Branched interface {
	// BranchOf says why a state of another specification, of the same type, cannot go
	// on under this one.
	BranchOf(base any) error
}

// Timed is a specification with a key that must fit the length of a run. SetSteps fits it,
// which is not for a value that the user gave.
type Timed interface {
	// PastEnd names the key that SetSteps(n) would change for that; empty where none is.
	PastEnd(n int64) string
}

// Alternative is a specification with keys that say the same, of which one is heeded.
type Alternative interface {
	// Instead is the key that is to be zero where a value is given to a key; empty where
	// none is.
	Instead(key string) string
	// PassedOver is a key whose value is passed over, and the key that is heeded; both are
	// empty where none is.
	PassedOver() (key, heeded string)
}

// Selective is a specification that does not heed all of its keys.
type Selective interface {
	// Unheeded says why a key is not heeded in a use, to end a sentence. It is empty where
	// the key is heeded, and where a page can have it heeded while a run goes on. What a
	// strength of 0 leaves idle counts as heeded, as that is a strength like others.
	Unheeded(key string, in Use) (why string)
}

// Use is what a specification is read for.
type Use int

// A run begins with the start that is specified, and a branch at a checkpoint of another run. An
// experiment of a scan makes runs, and looks at more of a specification than they do.
const (
	Run Use = iota
	Branch
	Experiment
)

// Feedable is a specification whose network can take its inputs from outside.
type Feedable interface {
	// SetFed has the network take inputs (Description.Inputs) where it can. Errors have a
	// ConfigKey method.
	SetFed() error
	// IsFed tells whether it does.
	IsFed() bool
}

// Growing is a network whose items get more room where a backend finds that they need
// it: a state of it may have more values of a space than Describe tells.
type Growing interface {
	// Grown is the network with the spaces that a state of it has.
	Grown(s *state.State) Network
	// Most is how many values of a space a replica may have.
	Most(s state.Space) int
}

// GrownTo is a network with the spaces that a state of it has.
func GrownTo(n Network, s *state.State) Network {
	if g, grows := n.(Growing); grows {
		return g.Grown(s)
	}
	return n
}

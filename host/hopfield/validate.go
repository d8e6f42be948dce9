package hopfield

import (
	"fmt"
	"math"
	"reflect"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Limits of a network.
const (
	MaxUnits    = 1 << 20
	MaxPatterns = 1 << 27
	MaxSweeps   = math.MaxUint32
)

// Sides of letters.
const (
	minSide = 6
	maxSide = 1024
)

// Validate implements model.Spec.
func (s *Spec) Validate() error {
	err := model.FirstError(s.checkNetwork(), s.checkPatterns(), s.checkGraph(), s.checkRecall())
	if n, p := s.Size(); err == nil && n > 0 && p > 0 {
		return s.checkFields(n, p)
	}
	return err
}

func (s *Spec) checkNetwork() error {
	n := s.Network
	err := model.FirstError(
		model.Within("network.units", n.Units, 0, MaxUnits, "units, 0 taking those of the graph or of files"),
		model.OneOf("network.rule", n.Rule, Hebb, StorkeyRule, ProjectionRule, FlowRule, Polynomial, Exponential, Sequence),
		model.Between("network.damage", n.Damage, 0, math.Nextafter(1, 0), "the share of couplings that is lost"),
	)
	if err != nil {
		return err
	}
	if n.Units == 1 {
		return model.BadKey("network.units", n.Units, "use 2 units or more")
	}
	for _, v := range n.Thresholds {
		if !(math.Abs(v) <= 1e6) {
			return model.BadKey("network.thresholds", n.Thresholds, "use numbers of magnitude 1e6 at most")
		}
	}
	if units := s.units(); units > 0 && len(n.Thresholds) > 1 && len(n.Thresholds) != units {
		return model.BadKey("network.thresholds", n.Thresholds, fmt.Sprintf("give one for all units, or %d", units))
	}
	dense := n.Rule == Polynomial || n.Rule == Exponential || n.Rule == Sequence
	switch {
	case n.Rule == Polynomial && (n.Degree < 2 || n.Degree > 30):
		return model.BadKey("network.degree", n.Degree, "use a whole number from 2 to 30")
	case n.Rule != Polynomial && n.Degree != 0:
		return onlyOf("network.degree", n.Degree, Polynomial)
	case n.Rule == Exponential && !(n.Beta > 0 && n.Beta <= 100):
		return model.BadKey("network.beta", n.Beta, "use a number above 0, to 100")
	case n.Rule != Exponential && n.Beta != 0:
		return onlyOf("network.beta", n.Beta, Exponential)
	case n.Rule == FlowRule && (n.Iterations < 1 || n.Iterations > 1e6):
		return model.BadKey("network.iterations", n.Iterations, "use a whole number from 1 to 1000000, such as 3000")
	case n.Rule != FlowRule && n.Iterations != 0:
		return onlyOf("network.iterations", n.Iterations, FlowRule)
	case n.Rule != ProjectionRule && n.Diagonal:
		return onlyOf("network.diagonal", n.Diagonal, ProjectionRule)
	case n.Clip && n.Rule != Hebb:
		return onlyOf("network.clip", n.Clip, Hebb)
	case dense && len(n.Thresholds) > 0:
		return model.BadKey("network.thresholds", n.Thresholds, fmt.Sprintf("the rule %s has no thresholds, so leave it out", n.Rule))
	case dense && n.Damage != 0:
		return model.BadKey("network.damage", n.Damage, fmt.Sprintf("the rule %s has no couplings that could be lost, so leave it out", n.Rule))
	}
	return nil
}

func onlyOf(key string, value any, rule Rule) error {
	return model.BadKey(key, value, fmt.Sprintf("only the rule %s has it, so leave it out", rule))
}

func (s *Spec) checkPatterns() error {
	p := s.Patterns
	err := model.FirstError(
		model.Within("patterns.count", p.Count, 0, MaxPatterns, "patterns, 0 taking load times units or all that are given"),
		model.Between("patterns.load", p.Load, 0, MaxPatterns, "patterns a unit"),
		model.Between("patterns.bias", p.Bias, 0, 1, "the probability of +1"),
		model.Within("patterns.prototypes", p.Prototypes, 0, MaxPatterns, "prototypes, 0 for independent patterns"),
		model.Between("patterns.spread", p.Spread, 0, 1, "the probability of a difference from the prototype"),
		model.Between("patterns.threshold", p.Threshold, 0, 1, "from black to white, 0 taking Otsu's"),
		model.Within("patterns.letters", p.Letters, 0, maxSide, "units a side of a letter, 0 for no letters"),
	)
	if err != nil {
		return err
	}
	if p.Letters > 0 && p.Letters < minSide {
		return model.BadKey("patterns.letters", p.Letters, fmt.Sprintf("letters of fewer than %d units a side cannot be told apart", minSide))
	}
	if err := s.checkSources(); err != nil {
		return err
	}
	if p.Prototypes == 0 && p.Spread != 0 {
		return model.BadKey("patterns.spread", p.Spread, "without patterns.prototypes there is none, so leave it out")
	}
	if p.Prototypes > 0 && p.Bias != 0.5 {
		return model.BadKey("patterns.bias", p.Bias, "copies of prototypes are fair, so leave it out")
	}
	if s.given() {
		return nil
	}
	if p.Count == 0 && p.Load == 0 {
		return model.BadKey("patterns.count", nil, "give the number of patterns, or patterns.load, or files")
	}
	if n := s.units(); s.Network.Rule == ProjectionRule && n > 0 && s.count(n) > n {
		return s.badCount(fmt.Sprintf("the projection rule holds at most as many patterns as there are units, %d", n))
	}
	return nil
}

// Instead implements model.Alternative.
func (s *Spec) Instead(key string) string {
	switch key {
	case "patterns.load":
		return "patterns.count"
	case "patterns.count":
		return "patterns.load"
	}
	return ""
}

// PassedOver implements model.Alternative.
func (s *Spec) PassedOver() (key, heeded string) {
	if s.Patterns.Count > 0 && s.Patterns.Load > 0 {
		return "patterns.load", "patterns.count"
	}
	return "", ""
}

// checkSources refuses what says twice what is stored.
func (s *Spec) checkSources() error {
	p := s.Patterns
	switch {
	case p.Letters > 0 && len(p.Texts)+len(p.Files) > 0:
		return model.BadKey("patterns.letters", p.Letters, "texts or files are the patterns, so leave it out")
	case len(p.Texts) > 0 && len(p.Files) > 0:
		return model.BadKey("patterns.texts", p.Texts, "files are the patterns, so leave it out")
	case s.given() && p.Load != 0:
		return model.BadKey("patterns.load", p.Load, "patterns are given, and patterns.count takes the first of them, so leave it out")
	case s.given() && (p.Bias != 0.5 || p.Prototypes != 0):
		return model.BadKey("patterns.bias", p.Bias, "patterns are given and not drawn, so leave it and prototypes out")
	}
	_, err := p.spelled()
	return err
}

// given tells whether the patterns come from files or are letters.
func (s *Spec) given() bool {
	return len(s.Patterns.Files)+len(s.Patterns.Texts)+s.Patterns.Letters > 0
}

// units is N as far as the specification tells, else 0.
func (s *Spec) units() int {
	if s.Network.Units > 0 {
		return s.Network.Units
	}
	if s.Patterns.Letters > 0 {
		return s.Patterns.Letters * s.Patterns.Letters
	}
	if len(s.Patterns.Texts) > 0 {
		return len(s.Patterns.Texts[0])
	}
	if len(s.Graph.Sides) == 0 {
		return 0
	}
	n := 1
	for _, side := range s.Graph.Sides {
		n *= side
	}
	return n
}

// Size is N and P as far as the specification tells, else 0.
func (s *Spec) Size() (units, patterns int) {
	n := s.units()
	switch {
	case s.Patterns.Count > 0:
		return n, s.Patterns.Count
	case s.Patterns.Letters > 0:
		return n, 26
	case s.given():
		return n, len(s.Patterns.Texts)
	}
	return n, s.count(n)
}

// count is P of a network of n units whose patterns are drawn.
func (s *Spec) count(n int) int {
	if s.Patterns.Count > 0 {
		return s.Patterns.Count
	}
	return max(1, int(math.Round(float64(s.Patterns.Load*float64(n)))))
}

// badCount names the key that the number of patterns follows from.
func (s *Spec) badCount(problem string) error {
	if p := s.Patterns; p.Count == 0 && p.Load != 0 {
		return model.BadKey("patterns.load", p.Load, problem)
	}
	return model.BadKey("patterns.count", s.count(s.units()), problem)
}

func (s *Spec) checkGraph() error {
	g, n := s.Graph, s.units()
	if err := model.OneOf("graph.kind", g.Kind, Complete, graph.Neighbor, graph.Random, graph.Gaussian, graph.Exponential); err != nil {
		return err
	}
	if len(g.Sides) > 3 {
		return model.BadKey("graph.sides", g.Sides, "a lattice or an image has 1, 2 or 3 sides")
	}
	sites := int64(1)
	for _, side := range g.Sides {
		if side < 1 || int64(side) > MaxUnits/sites {
			return model.BadKey("graph.sides", g.Sides, fmt.Sprintf("every side must be 1 or more, and a network has at most %d units", MaxUnits))
		}
		sites *= int64(side)
	}
	if len(g.Sides) > 0 && n > 0 && int64(n) != sites {
		return model.BadKey("graph.sides", g.Sides, fmt.Sprintf("their product must be the number of units, %d", n))
	}
	if n == 0 && !s.given() {
		return model.BadKey("network.units", nil, "give the number of units, or graph.sides")
	}
	if g.Kind == Complete {
		return s.checkComplete()
	}
	switch {
	case len(g.Sides) == 0:
		return model.BadKey("graph.sides", nil, "give the 1, 2 or 3 sides of the lattice, such as [48, 48]")
	case s.Network.Rule != Hebb:
		return model.BadKey("network.rule", s.Network.Rule, fmt.Sprintf("a graph of kind %s takes the rule hebb; the others need a complete graph", g.Kind))
	case g.Connections < 1:
		return model.BadKey("graph.connections", g.Connections, "use 1 or more")
	case (g.Kind == graph.Gaussian || g.Kind == graph.Exponential) && !(g.Scale > 0 && g.Scale <= math.MaxFloat32):
		return model.BadKey("graph.scale", g.Scale, "use a positive number, in lattice units")
	case g.Kind != graph.Gaussian && g.Kind != graph.Exponential && g.Scale != 0:
		return model.BadKey("graph.scale", g.Scale, fmt.Sprintf("a graph of kind %s has none, so leave it out or take gaussian or exponential", g.Kind))
	case len(s.Network.Thresholds) > 0:
		return model.BadKey("network.thresholds", s.Network.Thresholds, "only a complete graph takes thresholds, so leave it out")
	}
	lattice := graph.Lattice{Sides: g.Sides}
	if err := lattice.Validate(g.Bipartite); err != nil {
		return model.BadKey("graph.sides", g.Sides, err.Error())
	}
	if err := lattice.CheckConnections(g.Kind, g.Bipartite, g.Connections); err != nil {
		return model.BadKey("graph.connections", g.Connections, err.Error())
	}
	return nil
}

// checkComplete refuses what a graph that joins all units does not have.
func (s *Spec) checkComplete() error {
	g := s.Graph
	const says = "a complete graph joins all units, so leave it out or take another graph.kind"
	switch {
	case g.Connections != 0:
		return model.BadKey("graph.connections", g.Connections, says)
	case g.Bipartite:
		return model.BadKey("graph.bipartite", g.Bipartite, says)
	case g.Scale != 0:
		return model.BadKey("graph.scale", g.Scale, says)
	case g.Seed != 0:
		return model.BadKey("graph.seed", g.Seed, says)
	}
	return nil
}

// checkWarm refuses a temperature where fields are no differences of energies.
func (s *Spec) checkWarm() error {
	switch n, t := s.Network, s.Recall.Temperature; {
	case t == 0:
	case n.Rule == Exponential:
		return model.BadKey("recall.temperature", t, "the unit of fields of the rule exponential changes with the state, so that they have no temperature; use 0")
	case n.Rule == ProjectionRule && n.Diagonal:
		return model.BadKey("recall.temperature", t, "with network.diagonal fields hold a unit in its own state, of which its energy knows nothing; use 0, or leave the diagonal out")
	}
	return nil
}

func (s *Spec) checkRecall() error {
	r := s.Recall
	err := model.FirstError(
		model.OneOf("recall.update", r.Update, Async, Cyclic, IID, Sync, Colours, Blocks),
		model.OneOf("recall.method", r.Method, Glauber, Metropolis),
		model.OneOf("recall.corruption", r.Corruption, Flip, Noise, Erase, Occlude, AnyStart),
		model.Between("recall.fraction", r.Fraction, 0, 1, "the share of units that is corrupted"),
		model.Within("recall.trial", r.Trial, 0, math.MaxInt32, "the number of the trial"),
		model.Within("recall.trials", r.Trials, 0, math.MaxInt32, "recalls of a network, 0 taking one of each pattern"),
		model.Within("recall.max_sweeps", r.Sweeps, 1, MaxSweeps, "sweeps"),
		model.Between("recall.temperature", r.Temperature, 0, 1e6, "in units of the couplings, 0 following fields"),
	)
	if err != nil {
		return err
	}
	if r.Temperature > 0 && r.Temperature < 1e-6 {
		return model.BadKey("recall.temperature", r.Temperature, "use 0, or 1e-6 or more")
	}
	if err := s.checkWarm(); err != nil {
		return err
	}
	n := s.units()
	switch {
	case r.Update == Colours && s.Graph.Kind == Complete:
		return model.BadKey("recall.update", r.Update, "in a complete graph no two units may decide at once; use async, or another graph.kind")
	case r.Update == Sync && r.Method == Metropolis && r.Temperature > 0:
		return model.BadKey("recall.method", r.Method, "where all units decide at once, each flip that lowers the energy is certain, and units turn round for ever; use glauber, or another recall.update")
	case r.Update == Blocks && (r.Blocks < 1 || n > 0 && r.Blocks > n):
		return model.BadKey("recall.blocks", r.Blocks, "give the number of parts of a sweep, from 1 to the number of units")
	case r.Update != Blocks && r.Blocks != 0:
		return model.BadKey("recall.blocks", r.Blocks, "only update blocks has parts, so leave it out")
	case r.First != 0 && r.Update != Cyclic:
		return model.BadKey("recall.first", r.First, "only update cyclic begins with a certain unit, so leave it out")
	case r.First < 0 || n > 0 && r.First >= n:
		return model.BadKey("recall.first", r.First, "give the number of a unit, from 0")
	case r.State != "" && r.Start != "":
		return model.BadKey("recall.state", r.State, "recall.start names a start, too; leave one of them out")
	case s.Network.Rule == Sequence && r.Update != Sync:
		return model.BadKey("recall.update", r.Update, "the rule sequence leads from pattern to pattern where all units decide at once; use sync")
	case r.Corruption == Occlude && s.Patterns.Letters == 0 && len(s.Patterns.Files) == 0 && len(s.Graph.Sides) < 2:
		return model.BadKey("recall.corruption", r.Corruption, "what is occluded is an image, so give graph.sides, patterns.letters or files of images")
	}
	if r.State != "" {
		start := &images{n: n}
		if err := start.addText(r.State); err != nil {
			return model.BadKey("recall.state", r.State, err.Error())
		}
	}
	return s.checkClamped()
}

func (s *Spec) checkClamped() error {
	n := s.units()
	for _, i := range s.Recall.Clamped {
		if i < 0 || n > 0 && i >= n {
			return model.BadKey("recall.clamped", s.Recall.Clamped, "give the numbers of units, from 0")
		}
	}
	return model.EachOnce("recall.clamped", s.Recall.Clamped)
}

// VariantOf implements model.Spec: replicas side by side share the graph, the units
// and the order of the fields.
func (s *Spec) VariantOf(base any) error {
	b := base.(*Spec)
	switch {
	case s.units() != b.units():
		return model.BadKey("network.units", s.Network.Units, "replicas side by side have as many units")
	case s.form() != b.form():
		return model.BadKey("network.rule", s.Network.Rule, "replicas side by side have one rule, which keeps couplings or not; use `tnn-gpu scan` to compare rules")
	case !reflect.DeepEqual(s.Graph, b.Graph):
		return model.BadKey("graph.kind", s.Graph.Kind, "replicas side by side have the same graph")
	case s.Recall.Update != b.Recall.Update && (s.Recall.Update.alone() || b.Recall.Update.alone()):
		return model.BadKey("recall.update", s.Recall.Update, "sync, blocks and colours run beside their like only; use `tnn-gpu scan` to compare them")
	case s.Recall.Sweeps != b.Recall.Sweeps:
		return model.BadKey("recall.max_sweeps", s.Recall.Sweeps, "replicas side by side are as long")
	case !reflect.DeepEqual(s.Patterns.Files, b.Patterns.Files) || s.Patterns.Letters != b.Patterns.Letters ||
		!reflect.DeepEqual(s.Patterns.Texts, b.Patterns.Texts):
		return model.BadKey("patterns.files", s.Patterns.Files, "replicas side by side have the same given patterns")
	case s.Patterns.Threshold != b.Patterns.Threshold:
		return model.BadKey("patterns.threshold", s.Patterns.Threshold, "replicas side by side have the same given patterns")
	case s.Recall.Start != b.Recall.Start || s.Recall.State != b.Recall.State:
		return model.BadKey("recall.state", s.Recall.State, "replicas side by side have the same given start")
	}
	return nil
}

// alone tells whether replicas with this update run side by side with their like only.
func (u Update) alone() bool { return u == Sync || u == Blocks || u == Colours }

// form is what replicas side by side share of the rule.
func (s *Spec) form() string {
	return fmt.Sprint(s.Network.Rule, s.Network.Degree, s.Network.Beta, s.hasMatrix())
}

// Steps implements model.Spec: a step is a sweep.
func (s *Spec) Steps() int64 { return int64(s.Recall.Sweeps) }

// SetSteps implements model.Spec.
func (s *Spec) SetSteps(n int64) { s.Recall.Sweeps = int(n) }

// Files implements model.Spec.
func (s *Spec) Files() map[string]*string {
	files := make(map[string]*string)
	for i := range s.Patterns.Files {
		files[fmt.Sprintf("patterns.files[%d]", i)] = &s.Patterns.Files[i]
	}
	if s.Recall.Start != "" {
		files["recall.start"] = &s.Recall.Start
	}
	return files
}

// Key implements model.Spec: replica i is network i/values with value i modulo
// values, so that values are compared in pairs.
func (s *Spec) Key(seed uint64, replica, values int) uint64 {
	return NetworkKey(seed, uint32(replica/values))
}

// Need implements model.Spec.
func (s *Spec) Need(_ state.Precision, replicas int) (host, device int64) {
	n := int64(s.units())
	p := int64(s.Patterns.Count)
	if p == 0 && !s.given() {
		p = int64(s.count(int(n)))
	}
	stored := s.needToStore(n, p)
	device = int64(replicas) * (stored + needToRecall(n, p))
	return device + int64(replicas)*s.needToBuild(n, p), device
}

// needToStore is what a memory takes: patterns twice, and couplings.
func (s *Spec) needToStore(n, p int64) int64 {
	if s.hasMatrix() {
		return n/4*p + 4*n*n
	}
	return n / 4 * p
}

// needToRecall is what a recall has: values for a unit, and overlaps.
func needToRecall(n, p int64) int64 { return 28*n + 4*p }

// needToBuild is what couplings take on their way to integers.
func (s *Spec) needToBuild(n, p int64) int64 {
	switch s.Network.Rule {
	case StorkeyRule:
		return 8 * n * n
	case ProjectionRule:
		return 8*n*n + 16*n*p + 8*p*p
	case FlowRule:
		return 16*n*n + 32*n*p
	case Hebb:
		if s.Graph.Kind == Complete && len(s.Network.Thresholds) > 0 {
			return 8 * n * n
		}
	}
	return 0
}

// TooLarge implements model.Sized.
func (s *Spec) TooLarge(problem string, share float64) error {
	n := s.units()
	fits := fmt.Sprintf("about %d units fit", int(float64(n)*math.Sqrt(share)))
	switch net := s.Network; {
	case !s.hasMatrix():
		return s.badCount(problem + "; use fewer patterns, units or replicas")
	case net.Rule == Hebb && net.Damage == 0 && !net.Clip && len(net.Thresholds) == 0:
		return model.BadKey("network.matrix", net.Matrix, fmt.Sprintf("%s for the couplings of %d x %d; with network.matrix=false no matrix is kept and any number of units fits", problem, n, n))
	}
	return model.BadKey("network.units", n, fmt.Sprintf("%s for the couplings of %d x %d; %s, and the rule hebb with network.matrix=false keeps none", problem, n, n, fits))
}

// hasMatrix tells whether couplings are kept as a matrix of N x N.
func (s *Spec) hasMatrix() bool {
	switch s.Network.Rule {
	case Hebb:
		return s.Graph.Kind == Complete && s.Network.needsMatrix()
	case StorkeyRule, ProjectionRule, FlowRule:
		return true
	}
	return false
}

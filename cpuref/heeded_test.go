package cpuref_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/config"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/model"
	"tnn-gpu/host/npy"
	"tnn-gpu/host/state"
)

// TestHeeded gives each key of small networks of all models other values that it can have, one
// key after another. A run differs by that, or the specification says that it does not heed the
// key; what it says so of changes no run. With TNN_SOAK=1 each of these networks is also changed
// in each of its switches before, and goes on from a state.
func TestHeeded(t *testing.T) {
	soak := os.Getenv("TNN_SOAK") == "1"
	l := &looker{t, soak, make(map[string]bool)}
	folder := folderOfFiles(t)
	for _, settings := range smallNetworks {
		words := strings.Fields(strings.ReplaceAll(settings, "FILES", folder))
		base, err := config.NewPreset(words[0], words[1:]...)
		if err != nil {
			t.Fatalf("%s: %v", settings, err)
		}
		l.look(settings, base.Spec, nil)
		if soak {
			l.lookAtBranches(settings, base.Spec)
			l.switchEach(settings, base.Spec)
		}
	}
	for key := range excuses {
		if soak && !l.excused[key] {
			t.Errorf("%s is heeded or refused by all networks, and needs no excuse", key)
		}
	}
}

// excuses are keys that some networks do not heed, whose setting is all the same not refused.
var excuses = map[string]string{
	"perceptron.average_from": "it lies within the run, so that who sets a shorter time must set it, too",
	"network.units":           "it is the product of graph.sides, and another one is refused",
	"network.matrix":          "it is a matter of memory and time, not of bits",
	"patterns.load":           "beside patterns.count it is passed over, which the configuration mends or tells",
	"patterns.count":          "patterns beyond may do nothing to a recall",
	"graph.sides":             "it can be the shape of images alone",
	"graph.seed":              "whether a lattice leaves anything to be drawn is a matter of the number of neighbours",
	"graph.separation":        "another one can give the same places",
	"group[].name":            "it is for the reader",
	"group[].levels":          "nodes of little energy have fewer states",
	"external[].pairs":        "where there is a count, pairs can be 0 or 1, which say nothing",
	"external[].count":        "two single nodes that nothing drives are a pair",
	"edge.bound":              "weights that a file gives lie within it",
	"era[].shuffle":           "all units may be at rest",
	"input.blank":             "a text may be longer than the run",
	"era[].predict":           "a page may hold an external node that is off",
	"sorn.spike_at_zero":      "a drive may never be equal to the threshold",
	"sorn.inhibition_floor":   "no weight may come to 0",
	"sorn.sp_weight":          "no two units may be left to be joined",
	"sorn.room":               "it is a matter of memory and time, not of bits",
}

// byPage are switches of eras that a page can turn over while a run goes on: what they switch
// off is heeded then.
var byPage = []string{"era[].adapt", "era[].phase", "era[].input"}

// smallNetworks are presets with settings, which have no blanks.
var smallNetworks = []string{
	"isolated graph.sides=[6,6] group[0].connections=4 group[0].inverse_temperature=20 era[0].steps=5 edge.bound=0.2",
	"isolated4 graph.sides=[8,8] era=[{steps=2},{steps=3,adapt=false}] group=[{connections=4,count=20,levels=3},{connections=4,self_loops=1}] graph.kind=random group[1].inverse_temperature=20 edge.kind=fixed",
	"relaxed graph.sides=[6,6] era[0].steps=3 network.relaxations=2 edge.bound=0.2 edge.kind=real2",
	"relaxed graph.sides=[6,6] era=[{steps=3,change=[\"edge.bound=0.1\"]}] network.relaxations=2 edge.kind=fixed",
	"driven graph.sides=[12,12] graph.separation=2 era=[{steps=3},{steps=3}] external=[{connections=4,periods=[3],weight=2.0},{connections=4,periods=[5,3],wave=\"sine\",weight=2.0}]",
	"driven graph.sides=[12,12] graph.separation=2 graph.bipartite=false graph.kind=random era=[{steps=2,change=[\"external[0].weight=3\"]},{steps=3,mode=\"off\"}] external=[{count=2,connections=4,wave=\"noise\",amplitude=0.5,correlation_time=2.0,weight=2.0}]",
	"relaxed-driven graph.sides=[12,12] network.relaxations=2 era=[{steps=4,mode=\"noise\"}] external=[{connections=4,periods=[3],weight=2.0,nodes=[2,79]}]",
	"relaxed-driven graph.sides=[12,12] network.relaxations=2 era=[{steps=4}] external=[{count=2,connections=4,wave=\"feed\",weight=2.0}]",
	"driven graph.sides=[12,12] graph.separation=2 era[0].steps=4 external=[{connections=4,wave=\"series\",series=\"FILES/series.csv\",weight=2.0}]",
	"isolated4 graph={kind=\"file\",file=\"FILES/edges.txt\"} group=[{}] era[0].steps=4",

	"sorn-0.3 " + smallSorn,
	"sorn-0.3 " + smallSorn + " sorn.noise=false sorn.network_type_ee=Dense sorn.network_type_ei=Dense sorn.freeze=[\"sp\"] sorn.clamp=false sorn.te_max=0.5",
	"sorn-0.3 " + smallSorn + " sorn.freeze=[\"stdp\",\"istdp\",\"ip\",\"ss\"] sorn.target_rate=0.2 input.kind=counting input.count=2 input.pool_size=3",
	"sorn-0.3 " + smallSorn + " sorn.state=FILES/state.npz sorn.eta_inhib=0.3 sorn.scaling_mix=0.2 input.kind=one-hot input.units=3 input.alphabet=4",
	"sorn-0.3 " + smallSorn + " input.kind=words input.words=[\"AB_C\",\"DE\"] input.blank=1 sorn.network_type_ie=Sparse",
	"sorn-0.3 " + smallSorn + " input.kind=random-sequence input.alphabet=4 sorn.thresholds=even sorn.degree=binomial",
	"sorn-0.3 " + smallSorn + " input.kind=strong input.units=4 input.amplitude=0.3",
	"sorn-0.3 " + smallSorn + " input.kind=gaussian era=[{steps=3},{steps=6,phase=\"training\",shuffle=true}]",
	"sorn-0.3 " + smallSorn + " input.kind=fed input.pool_size=4 sorn.target_rate=0.1",
	"sorn-0.3 " + smallSorn + " input.kind=text input.file=FILES/words.txt",
	"sorn-0.3 " + smallSorn + " input.kind=file input.file=FILES/series.csv sorn.nu=1",

	"hopfield-recall network.units=50 patterns.load=0.2 recall.max_sweeps=4",
	"hopfield-recall network.units=50 patterns.load=0.2 recall.max_sweeps=4 recall.temperature=0.5 recall.corruption=random network.rule=storkey",
	"hopfield-recall network.units=50 patterns.load=0.2 recall.max_sweeps=4 recall.update=cyclic recall.corruption=noise patterns.prototypes=2 patterns.spread=0.1 network.damage=0.2",
	"hopfield-recall network.units=36 patterns.count=6 graph={kind=\"random\",sides=[6,6],connections=5} recall.update=blocks recall.blocks=4 recall.fraction=0.4",
	"hopfield-recall network.units=30 patterns.count=12 network.rule=polynomial network.degree=2 recall.fraction=0.4 recall.max_sweeps=4",
	"hopfield-recall network.units=30 patterns.count=12 network.rule=sequence recall.update=sync recall.fraction=0.4 recall.max_sweeps=4",
	"hopfield-flow network.units=20 patterns.count=12 network.iterations=20 recall.fraction=0.4 recall.temperature=0.5 recall.max_sweeps=4",
	"hopfield-two-memories",

	"perceptron-hebb " + smallPerceptron,
	"perceptron-alphatron " + smallPerceptron + " perceptron.swirl=0.5 perceptron.ramp=0.2 perceptron.examples=stored perceptron.P=4",

	"signals-urns lewis.plays=50",
	"signals-urns lewis.plays=50 lewis.noise=0.1 lewis.listeners=2 lewis.forget=0.1",
	"signals-language attributes.updates=10 attributes.batch=8",
	"signals-language attributes.updates=10 attributes.batch=8 attributes.agents=table/both attributes.held_out=0 attributes.reward=act",

	"codes-policy " + smallCodes + " codes.copies=4",
	"codes-policy " + smallCodes + " codes.copies=4 codes.channel=bursts codes.receiver=network",
	"codes-policy " + smallCodes + " codes.copies=4 codes.transmitter_rate=0.1",
	"codes-exact " + smallCodes,
	"codes-backprop " + smallCodes + " codes.copies=4 codes.blocks=50",
	"codes-free " + smallCodes + " codes.copies=4 codes.blocks=50 codes.channel=laplace",
}

const (
	smallSorn = "sorn.ne=30 sorn.nu=3 sorn.lambda_ee=5 sorn.lambda_ei=6 sorn.lambda_ie=10 era[0].steps=9 sorn.initial_x=0.3 sorn.initial_y=0.3" +
		" sorn.eta_stdp=0.1 sorn.eta_inhib=0.02 sorn.eta_ip=0.1 sorn.clamp=true sorn.te_max=0.3 sorn.sp_prob=2"
	smallPerceptron = "perceptron.n=20 perceptron.B=6 perceptron.dt=0.01 perceptron.time=0.4 perceptron.average_from=0"
	smallCodes      = "codes.k=2 codes.n=3 codes.updates=22"
)

// folderOfFiles has the files that small networks read.
func folderOfFiles(t *testing.T) string {
	dir := t.TempDir()
	var series, edges strings.Builder
	for i := range 32 {
		fmt.Fprintf(&series, "%g\n", math.Sin(float64(i)))
		fmt.Fprintf(&edges, "%d %d\n%d %d\n", i, (i+1)%32, i, (i+7)%32)
	}
	const n, m = 30, 6
	var archive bytes.Buffer
	z := npy.NewArchiveWriter(&archive)
	for _, a := range []struct {
		name          string
		rows, columns int
		value         func(row, column int) float64
	}{
		{"Wee", n, n, func(i, j int) float64 { return float64((i*j+i+j)%3) * 0.1 * min(1, math.Abs(float64(i-j))) }},
		{"Wei", m, n, func(i, j int) float64 { return float64((i+j)%3) * 0.1 }},
		{"Wie", n, m, func(i, j int) float64 { return float64((i+j)%4) * 0.1 }},
		{"Te", n, 1, func(i, _ int) float64 { return float64(i) / n }},
		{"Ti", m, 1, func(i, _ int) float64 { return float64(i) / m }},
		{"X", n, 2, func(i, j int) float64 { return float64((i + j) % 2) }},
		{"Y", m, 2, func(i, j int) float64 { return float64((i + j) % 2) }},
	} {
		w, err := z.Add(a.name, "<f8", []int64{int64(a.rows), int64(a.columns)})
		if err != nil {
			t.Fatal(err)
		}
		for i := range a.rows * a.columns {
			if err := binary.Write(w, binary.LittleEndian, a.value(i/a.columns, i%a.columns)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"series.csv": []byte(series.String()), "edges.txt": []byte(edges.String()), "words.txt": []byte("abcab"), "state.npz": archive.Bytes(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// key of a specification.
type key struct {
	name, comment string
	value         reflect.Value
}

func keysOf(table reflect.Value, at string) []key {
	var out []key
	for i := range table.NumField() {
		f, v := table.Type().Field(i), table.Field(i)
		tag, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		if tag == "" {
			continue
		}
		name := strings.TrimPrefix(at+"."+tag, ".")
		switch {
		case f.Type.Kind() == reflect.Struct:
			out = append(out, keysOf(v, name)...)
		case isTables(f.Type):
			for k := range v.Len() {
				out = append(out, keysOf(v.Index(k), fmt.Sprintf("%s[%d]", name, k))...)
			}
		default:
			out = append(out, key{name, f.Tag.Get("comment"), v})
		}
	}
	return out
}

func isTables(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct
}

func allKeys(s model.Spec) []key { return keysOf(reflect.ValueOf(s).Elem(), "") }

// apart is a copy of a specification whose keys can be set.
func apart(s model.Spec) model.Spec {
	out := reflect.New(reflect.TypeOf(s).Elem())
	out.Elem().Set(reflect.ValueOf(s).Elem())
	for i := range out.Elem().NumField() {
		if v := out.Elem().Field(i); isTables(v.Type()) {
			v.Set(reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()), v))
		}
	}
	return out.Interface().(model.Spec)
}

var words = regexp.MustCompile(`[A-Za-z][A-Za-z0-9/-]*`)

// values are some that a key may have: words of its comment, and numbers.
func (k *key) values() []any {
	var out []any
	of, lists := k.value.Type(), k.value.Kind() == reflect.Slice
	x := 1.0
	switch {
	case lists:
		of = of.Elem()
	case k.value.CanFloat():
		x = k.value.Float()
	case k.value.CanInt():
		x = float64(k.value.Int())
	}
	switch of.Kind() {
	case reflect.Bool:
		return []any{true, false}
	case reflect.String:
		for _, word := range append(words.FindAllString(k.comment, -1), "alphatron(0.5)") {
			out = append(out, word)
		}
	default:
		for _, v := range []float64{2 * x, x / 3, x + 1, 0.05, 0.3, 0, 1, x - 1, 2, 4, 0.01, -0.7} {
			if of.Kind() != reflect.Float64 {
				v = math.Round(v)
			}
			out = append(out, v)
		}
	}
	if lists {
		for i, v := range out {
			out[i] = []any{v}
		}
		out = append(out, []any{1.0, 2.0, 3.0}, []any{0.5, 0.5, 1.0, 0.0})
	}
	return out
}

// set gives a key a value, if it can have it.
func set(to reflect.Value, value any) bool {
	v := reflect.ValueOf(value)
	switch to.Kind() {
	case reflect.Slice:
		list := reflect.MakeSlice(to.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			if !set(list.Index(i), v.Index(i).Interface()) {
				return false
			}
		}
		to.Set(list)
		return true
	case reflect.Interface:
		number, ok := value.(float64)
		if ok {
			to.Set(reflect.ValueOf(int64(number)))
		}
		return ok
	}
	if (v.Kind() == reflect.Float64) != (to.CanInt() || to.CanUint() || to.CanFloat()) || to.CanUint() && v.Float() < 0 {
		return false
	}
	to.Set(v.Convert(to.Type()))
	return true
}

// others has a copy of a specification visited with each other value that its key number k can
// have.
func others(base model.Spec, k int, visit func(s model.Spec, value any) (more bool)) {
	s := apart(base)
	here := allKeys(s)[k]
	seen := []any{here.value.Interface()}
	for _, value := range here.values() {
		if !set(here.value, value) {
			continue
		}
		value = here.value.Interface()
		if slices.ContainsFunc(seen, func(v any) bool { return reflect.DeepEqual(v, value) }) || s.Validate() != nil {
			continue
		}
		seen = append(seen, value)
		if !visit(s, value) {
			return
		}
	}
}

var index = regexp.MustCompile(`\[\d+\]`)

// general is a key without the number of its table in a list.
func general(key string) string { return index.ReplaceAllString(key, "[]") }

// looker looks at networks.
type looker struct {
	t       *testing.T
	soak    bool
	excused map[string]bool
}

// lookAtBranches looks at runs that begin at a state of the network. Cold Hopfield networks, but
// for those that go from pattern to pattern, are at rest by then.
func (l *looker) lookAtBranches(name string, base model.Spec) {
	if h, is := base.(*hopfield.Spec); is && h.Recall.Temperature == 0 && h.Network.Rule != hopfield.Sequence {
		return
	}
	b, _, err := opened(base)
	if err != nil {
		l.t.Errorf("%s: %v", name, err)
		return
	}
	defer b.Close()
	_, err = b.Advance(1)
	if err != nil {
		l.t.Fatal(err)
	}
	from, err := b.State()
	if err != nil {
		l.t.Fatal(err)
	}
	l.look(name+" from step 1", base, from)
}

// look gives each key of a network other values, in runs or in branches from a state.
func (l *looker) look(name string, base model.Spec, from *state.State) {
	was, err := outcome(base, from)
	if err != nil {
		l.t.Errorf("%s: %v", name, err)
		return
	}
	for k, key := range allKeys(base) {
		tried, heeded := 0, false
		others(base, k, func(s model.Spec, value any) (more bool) {
			if s.Steps() != base.Steps() {
				heeded = true
				return false
			}
			if from != nil && branchOf(s, base) != nil {
				return true
			}
			is, err := outcome(s, from)
			if err != nil {
				return true // the network cannot be built
			}
			tried++
			why := unheeded(s, key.name, from)
			if why != "" && is != was {
				l.t.Errorf("%s: %s = %v makes another run, and is said not to be heeded, as %s", name, key.name, value, why)
			}
			heeded = heeded || is != was || why != ""
			return !heeded || why != "" && l.soak && tried < 5
		})
		switch of := general(key.name); {
		case tried == 0 || heeded:
		case excuses[of] != "":
			l.excused[of] = true
		default:
			l.t.Errorf("%s: %s makes no other run, and is not said not to be heeded", name, key.name)
		}
	}
}

// switchEach looks at the network with each switch set otherwise.
func (l *looker) switchEach(name string, base model.Spec) {
	for k, key := range allKeys(base) {
		if kind := key.value.Kind(); kind != reflect.Bool && kind != reflect.String || slices.Contains(byPage, general(key.name)) {
			continue
		}
		others(base, k, func(s model.Spec, value any) bool {
			if _, err := outcome(s, nil); err == nil {
				l.look(fmt.Sprintf("%s %s=%v", name, key.name, value), s, nil)
			}
			return true
		})
	}
}

func unheeded(s model.Spec, key string, from *state.State) string {
	in := model.Run
	if from != nil {
		in = model.Branch
	}
	if selective, ok := s.(model.Selective); ok {
		return selective.Unheeded(key, in)
	}
	return ""
}

// branchOf tells whether a state of one specification can go on under another.
func branchOf(s, base model.Spec) error {
	if b, ok := s.(model.Branched); ok {
		return b.BranchOf(base)
	}
	return s.VariantOf(base)
}

const runSeed = 1

// opened is a network on the processor, with the inputs of all its steps.
func opened(s model.Spec) (b backend.Backend, net model.Network, err error) {
	if net, err = s.Build(runSeed, nil); err != nil {
		return nil, nil, err
	}
	if b, err = cpuref.New(net, backend.Options{Precision: state.Double, Seeds: keysOfReplicas(s), Threads: 1}); err != nil {
		return nil, nil, err
	}
	return b, net, feed(b, net.Describe().Inputs, int(s.Steps()))
}

// feed gives a network the inputs of steps, if it takes some.
func feed(b backend.Backend, of []model.Input, steps int) error {
	feeder, ok := b.(backend.Feeder)
	if !ok || len(of) == 0 {
		return nil
	}
	inputs := make([]float64, steps*len(of))
	for i := range inputs {
		inputs[i] = float64(i%3) / 3
	}
	return feeder.Feed(inputs)
}

func keysOfReplicas(s model.Spec) []uint64 { return model.Keys(s, runSeed, 2, 1) }

var seed = maphash.MakeSeed()

// outcome is a hash of all that a run gives, or a branch from a state.
func outcome(s model.Spec, from *state.State) (uint64, error) {
	b, net, err := opened(s)
	if err != nil {
		return 0, err
	}
	defer b.Close()
	keys, d, first := keysOfReplicas(s), net.Describe(), 0
	if from != nil {
		first = int(from.Step)
		if err := errors.Join(b.SetState(from), feed(b, d.Inputs, int(s.Steps())-first)); err != nil {
			return 0, err
		}
	}
	steps := int(s.Steps()) - first
	var h maphash.Hash
	h.SetSeed(seed)
	number := func(v float64) { maphash.WriteComparable(&h, math.Float64bits(v)) } // also of NaN
	sums, err := b.Advance(steps)
	if err != nil {
		return 0, err
	}
	row, each := make([]float64, len(d.Columns)), len(sums)/steps/len(keys)
	recorded, some := net.(model.Recorded)
	for i := 0; i < len(sums); i += each {
		if step := int64(first + i/each/len(keys)); some && recorded.NextRow(step) != step+1 {
			continue
		}
		net.Row(row, sums[i:i+each])
		for _, v := range row {
			number(v)
		}
	}
	end, err := b.State()
	if err != nil {
		return 0, err
	}
	for i := range end.Arrays {
		for k := range end.Arrays[i].Len() {
			number(end.Arrays[i].At(k))
		}
	}
	if concluded, ok := net.(model.Concluded); ok {
		tables, err := concluded.Conclude(end, keys)
		if err != nil {
			return 0, err
		}
		fmt.Fprint(&h, tables)
	}
	for _, c := range d.Columns {
		maphash.WriteComparable(&h, c.Name)
	}
	return h.Sum64(), nil
}

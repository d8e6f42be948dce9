package state_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"tnn-gpu/host/state"
)

// example is a checkpoint of two replicas with every part in use.
func example(p state.Precision) *state.Checkpoint {
	s := &state.State{Step: 123, Precision: p, Replicas: 2}
	for i, per := range []state.Space{state.Node, state.HalfEdge, state.Edge} {
		a := state.NewArray(state.Field{Name: string(per), Space: per}, p, 2*(3+i))
		for j := range a.Len() {
			a.Set(j, float64(j)/3)
		}
		s.Arrays = append(s.Arrays, a)
	}
	s.Arrays[0].Set(1, math.Copysign(0, -1))
	s.Arrays[0].Set(2, math.Inf(-1))
	return &state.Checkpoint{
		Program: "tnn-gpu 1.2", Config: strings.Repeat("ab", 32), Graph: strings.Repeat("cd", 32), First: 100, Model: "tnn", Rule: "hylton2020", State: s,
		EpochSums: []float64{1, -2.5, 1e300, 0.1},
		ExtraSums: []float64{math.Inf(1), 0.2},
		Controls:  []state.Control{{Step: 7, Name: "adapt", Value: 0.1}, {Step: 9, Name: "adapt", Value: math.NaN()}},
		Files:     []state.FileLength{{Name: "steps.csv", Length: 4711, Sum: strings.Repeat("ef", 32)}, {Name: "recordings/state.npy", Length: 1 << 40}},
	}
}

func encode(t testing.TB, c *state.Checkpoint) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := c.Encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func decode(b []byte) (*state.Checkpoint, error) {
	return state.DecodeCheckpoint(bytes.NewReader(b), int64(len(b)))
}

func TestCheckpointComesBackAsItWas(t *testing.T) {
	for _, p := range []state.Precision{state.Single, state.Double} {
		want := example(p)
		got, err := decode(encode(t, want))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got, cmpopts.EquateNaNs()); d != "" {
			t.Errorf("%s precision (-want +got):\n%s", p, d)
		}
		if d, err := state.Diff(want.State, got.State); err != nil || d != nil {
			t.Errorf("%s precision: bits differ: %v, %v", p, d, err)
		}
	}
}

func TestArraysLongerThanAChunkComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := state.Precision(rapid.IntRange(0, 1).Draw(t, "precision"))
		n := rapid.IntRange(0, 40000).Draw(t, "length")
		a := state.NewArray(state.Field{Name: "x", Space: state.Node}, p, n)
		for i := range n {
			a.Set(i, float64(i*i)/7)
		}
		want := &state.Checkpoint{State: &state.State{Precision: p, Replicas: 1, Arrays: []state.Array{a}}}
		var b bytes.Buffer
		if err := want.Encode(&b); err != nil {
			t.Fatal(err)
		}
		got, err := decode(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if d, err := state.Diff(want.State, got.State); err != nil || d != nil {
			t.Fatalf("%v, %v", d, err)
		}
	})
}

func TestEveryTruncationIsRefused(t *testing.T) {
	whole := encode(t, example(state.Single))
	for n := range whole {
		if c, err := decode(whole[:n]); !errors.Is(err, state.ErrBroken) || c != nil {
			t.Fatalf("%d of %d bytes: %v", n, len(whole), err)
		}
	}
	if _, err := decode(append(whole[:len(whole):len(whole)], 0)); !errors.Is(err, state.ErrBroken) {
		t.Errorf("with one byte more: %v", err)
	}
}

func TestEveryAlterationIsRefused(t *testing.T) {
	whole := encode(t, example(state.Double))
	for i := range whole {
		for _, mask := range []byte{1, 0x80} {
			altered := bytes.Clone(whole)
			altered[i] ^= mask
			if c, err := decode(altered); !errors.Is(err, state.ErrBroken) || c != nil {
				t.Fatalf("bit of byte %d turned: %v", i, err)
			}
		}
	}
}

// reseal gives altered contents a checksum that fits.
func reseal(b []byte) []byte {
	body := b[:len(b)-sha256.Size]
	sum := sha256.Sum256(body)
	return append(bytes.Clone(body), sum[:]...)
}

func TestAnotherVersionIsNotDamage(t *testing.T) {
	b := encode(t, example(state.Single))
	binary.LittleEndian.PutUint32(b[8:], 9)
	_, err := decode(reseal(b))
	if err == nil || errors.Is(err, state.ErrBroken) || !strings.Contains(err.Error(), "version 9") {
		t.Errorf("got %v", err)
	}
}

// hostile is a resealed file with another header and no data.
func hostile(header string) []byte {
	b := []byte("TNNCKPT\n")
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(header)))
	b = append(b, header...)
	return reseal(append(b, make([]byte, sha256.Size)...))
}

func TestHostileHeadersAreRefusedBeforeMemoryIsTaken(t *testing.T) {
	const rest = `"config":"","model":"","rule":"","precision":"double","step":0,"controls":null,"files":null`
	for _, header := range []string{
		`{` + rest + `,"replicas":1,"epoch_sums":1000000000000,"arrays":null}`,
		`{` + rest + `,"replicas":1,"epoch_sums":0,"arrays":[{"name":"a","per":"node","length":9223372036854775807}]}`,
		`{` + rest + `,"replicas":1,"epoch_sums":2,"arrays":[{"name":"a","per":"node","length":9223372036854775806}]}`,
		`{` + rest + `,"replicas":0,"epoch_sums":0,"arrays":null}`,
		`{` + rest + `,"replicas":1,"epoch_sums":-1,"arrays":null}`,
		`{` + rest + `,"replicas":1,"epoch_sums":0,"extra_sums":1000000000000,"arrays":null}`,
		`{` + rest + `,"replicas":1,"epoch_sums":0,"extra_sums":-1,"arrays":null}`,
		`{` + rest + `,"replicas":1,"epoch_sums":0,"arrays":[{"name":"a","per":"node","length":-4}]}`,
		`{` + rest + `,"replicas":2,"epoch_sums":0,"arrays":[{"name":"a","per":"node","length":3}]}`,
		`{` + rest + `,"replicas":1,"epoch_sums":0,"arrays":[{"name":"a","per":"","length":0}]}`,
		`{` + rest + `,"replicas":1,"epoch_sums":0,"arrays":[{"name":"a","per":"node","length":0},{"name":"a","per":"node","length":0}]}`,
		`{` + rest + `,"replicas":1,"epoch_sums":0,"arrays":null,"more":1}`,
		`{"precision":"half","replicas":1}`,
		`{` + rest + `,"replicas":"x"}`, `{` + rest + `,"arrays":{}}`, `{` + rest + `,"arrays":[{"length":1.5}]}`, `{"precision":7}`,
		`{"controls":[3]}`, `{"controls":[{"step":"x"}]}`,
		`[]`, ``, `{`,
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := decode(hostile(header))
		runtime.ReadMemStats(&after)
		if !errors.Is(err, state.ErrBroken) {
			t.Errorf("%s: %v", header, err)
		}
		if err != nil && regexp.MustCompile(`json|Go |state\.|invalid|unexpected`).MatchString(err.Error()) {
			t.Errorf("%s: %v has words of encoding/json", header, err)
		}
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
			t.Errorf("%s: %d bytes of memory were taken", header, taken)
		}
	}
	accepted := `{` + rest + `,"replicas":1,"epoch_sums":0,"arrays":null}`
	if _, err := decode(hostile(accepted)); err != nil {
		t.Errorf("the pattern that the others vary is refused itself: %v", err)
	}
}

func TestInconsistentCheckpointIsNotWritten(t *testing.T) {
	for name, spoil := range map[string]func(*state.Checkpoint){
		"no replica":        func(c *state.Checkpoint) { c.State.Replicas = 0 },
		"negative step":     func(c *state.Checkpoint) { c.State.Step = -1 },
		"uneven sums":       func(c *state.Checkpoint) { c.EpochSums = c.EpochSums[:3] },
		"uneven extra sums": func(c *state.Checkpoint) { c.ExtraSums = c.ExtraSums[:1] },
		"two fields alike":  func(c *state.Checkpoint) { c.State.Arrays[1].Name = c.State.Arrays[0].Name },
		"mixed precision":   func(c *state.Checkpoint) { c.State.Precision = state.Double },
		"infinite control":  func(c *state.Checkpoint) { c.Controls[0].Value = math.Inf(1) },
	} {
		c := example(state.Single)
		spoil(c)
		var b bytes.Buffer
		if err := c.Encode(&b); err == nil || b.Len() > 0 {
			t.Errorf("%s: error %v, %d bytes written", name, err, b.Len())
		}
	}
}

// full takes some bytes and no more.
type full struct{ room int }

var errFull = errors.New("no space left on device")

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.room {
		return 0, errFull
	}
	f.room -= len(p)
	return len(p), nil
}

func TestWriteErrorsArriveWhereverTheyHappen(t *testing.T) {
	c := example(state.Double)
	size := len(encode(t, c))
	for room := range size {
		if err := c.Encode(&full{room}); !errors.Is(err, errFull) {
			t.Fatalf("with room for %d of %d bytes: %v", room, size, err)
		}
	}
	if err := c.Encode(&full{size}); err != nil {
		t.Error(err)
	}
}

func FuzzDecodeCheckpoint(f *testing.F) {
	for _, p := range []state.Precision{state.Single, state.Double} {
		b := encode(f, example(p))
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
	f.Add(hostile(`{"precision":"single","replicas":1,"arrays":[{"name":"a","per":"edge","length":4}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, in := range [][]byte{b, sealed(b)} {
			c, err := decode(in)
			if err != nil {
				continue
			}
			again, err := decode(encode(t, c))
			if err != nil {
				t.Fatal(err)
			}
			if d, err := state.Diff(c.State, again.State); err != nil || d != nil {
				t.Fatalf("a decoded checkpoint does not survive a second time: %v, %v", d, err)
			}
		}
	})
}

// sealed lets the fuzzer past the checksum.
func sealed(b []byte) []byte {
	if len(b) < sha256.Size {
		return b
	}
	return reseal(b)
}

func BenchmarkEncode(b *testing.B) {
	a := state.NewArray(state.Field{Name: "x", Space: state.Node}, state.Single, 1<<24)
	c := &state.Checkpoint{State: &state.State{Replicas: 1, Arrays: []state.Array{a}}}
	b.SetBytes(1 << 26)
	for b.Loop() {
		if err := c.Encode(&full{1 << 30}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestOtherKindsComeBack: whole numbers and bits, of replicas and shared, with
// lengths around those of a byte and of a chunk.
func TestOtherKindsComeBack(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 9, 1<<14 + 1, 1<<19 + 3} {
		s := &state.State{Step: 3, Precision: state.Double, Replicas: 2}
		for _, f := range []state.Field{
			{Name: "order", Space: "pattern", Kind: state.Int},
			{Name: "fired", Space: "neuron", Kind: state.Bit},
			{Name: "matrix", Space: "link", Shared: true},
			{Name: "mask", Space: "link", Kind: state.Bit, Shared: true},
		} {
			a := state.NewArray(f, s.Precision, f.Copies(s.Replicas)*n)
			for i := range a.Len() {
				a.Set(i, float64(i%5-2))
			}
			s.Arrays = append(s.Arrays, a)
		}
		want := &state.Checkpoint{State: s}
		got, err := decode(encode(t, want))
		if err != nil {
			t.Fatal(err)
		}
		if d, err := state.Diff(want.State, got.State); err != nil || d != nil {
			t.Fatalf("%d values: %v, %v", n, d, err)
		}
		for i, a := range got.State.Arrays {
			if d := cmp.Diff(s.Arrays[i].Field, a.Field); d != "" {
				t.Fatalf("%d values (-want +got):\n%s", n, d)
			}
		}
	}
}

// TestFilesOfVersion1 reads checkpoints that the program wrote before arrays had
// kinds: of a run in single precision with two replicas, and of one in double
// precision.
func TestFilesOfVersion1(t *testing.T) {
	for name, want := range map[string]struct {
		rule             string
		step             int64
		replicas, arrays int
		precision        state.Precision
	}{
		"single": {rule: "hylton2020", step: 5, replicas: 2, arrays: 13, precision: state.Single},
		"double": {rule: "hylton2019", step: 7, replicas: 1, arrays: 9, precision: state.Double},
	} {
		b, err := os.ReadFile("testdata/version1-" + name + ".tnn")
		if err != nil {
			t.Fatal(err)
		}
		c, err := decode(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		s := c.State
		if c.Model != "tnn" || c.Rule != want.rule || s.Step != want.step || s.Replicas != want.replicas || s.Precision != want.precision || len(s.Arrays) != want.arrays {
			t.Errorf("%s: %s %s at step %d, %d replicas, %s precision, %d arrays", name, c.Model, c.Rule, s.Step, s.Replicas, s.Precision, len(s.Arrays))
		}
		for _, a := range s.Arrays {
			if a.Kind != state.Real || a.Shared || a.Precision() != want.precision || a.Len()%want.replicas != 0 {
				t.Errorf("%s: field %s is %s, shared %v, %s", name, a.Name, a.Kind, a.Shared, a.Precision())
			}
		}
		again, err := decode(encode(t, c))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(c, again, cmpopts.EquateNaNs()); d != "" {
			t.Errorf("%s: written by this program it reads otherwise (-old +new):\n%s", name, d)
		}
	}
}

// TestFirstFormatIsRead reads a checkpoint that a program wrote which knew no sums.
func TestFirstFormatIsRead(t *testing.T) {
	text, err := os.ReadFile("testdata/format1.tnn")
	if err != nil {
		t.Fatal(err)
	}
	c, err := decode(text)
	if err != nil || c.State.Step != 20 || c.State.Replicas != 2 || c.Program != "" || c.Graph != "" || c.First != 0 || len(c.Files) != 7 || c.Files[0].Sum != "" {
		t.Errorf("got %+v, %v", c, err)
	}
}

// TestReadErrorIsNoDamage: a disk that fails once tells nothing of the checkpoint.
func TestReadErrorIsNoDamage(t *testing.T) {
	text := encode(t, example(state.Double))
	for n := range text {
		failing := io.MultiReader(bytes.NewReader(text[:n]), iotest.ErrReader(syscall.EIO))
		if _, err := state.DecodeCheckpoint(failing, int64(len(text))); !errors.Is(err, syscall.EIO) || errors.Is(err, state.ErrBroken) {
			t.Fatalf("after %d bytes: %v", n, err)
		}
	}
}

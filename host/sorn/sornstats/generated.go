package sornstats

import (
	"math/rand/v2"
	"slices"

	"tnn-gpu/host/analysis"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/stats"
)

// grammar is what a network was shown: words of symbols.
type grammar struct {
	words  [][]int32
	inside map[[2]int32]bool // symbols that follow each other in a word
	begins map[int32]bool    // symbols that a word begins with
	ends   map[int32]bool
}

func grammarOf(words [][]int32) *grammar {
	g := &grammar{words: words, inside: map[[2]int32]bool{}, begins: map[int32]bool{}, ends: map[int32]bool{}}
	for _, w := range words {
		g.begins[w[0]], g.ends[w[len(w)-1]] = true, true
		for i := range w[1:] {
			g.inside[[2]int32{w[i], w[i+1]}] = true
		}
	}
	return g
}

// pieces cuts a stream before each symbol that begins a word and follows the end of one,
// unless the two follow each other in a word. The first piece and the last, which the
// stream may have cut, are left out.
func (g *grammar) pieces(stream []int32) (out [][]int32) {
	first := 0
	for i := 1; i < len(stream); i++ {
		if g.ends[stream[i-1]] && g.begins[stream[i]] && !g.inside[[2]int32{stream[i-1], stream[i]}] {
			out = append(out, stream[first:i])
			first = i
		}
	}
	return out[min(1, len(out)):]
}

// word is the number of the word that a piece is, or -1.
func (g *grammar) word(piece []int32) int {
	return slices.IndexFunc(g.words, func(w []int32) bool { return slices.Equal(w, piece) })
}

// possible tells whether all neighbours in a piece follow each other in a word.
func (g *grammar) possible(piece []int32) bool {
	for i := range piece[1:] {
		if !g.inside[[2]int32{piece[i], piece[i+1]}] {
			return false
		}
	}
	return true
}

// tally is what pieces of a stream are, and what pairs of successive words are.
type tally struct {
	known, fresh, wrong float64   // symbols in pieces that are words, that could be, that cannot
	words               []float64 // how often each came
	pairs, allowed      float64   // successive words, and those of them that the odds allow
}

func (g *grammar) count(stream []int32, allowed func(from, to int) bool) tally {
	t, last := tally{words: make([]float64, len(g.words))}, -1
	for _, piece := range g.pieces(stream) {
		size, w := float64(len(piece)), g.word(piece)
		switch {
		case w >= 0:
			t.known += size
			t.words[w]++
		case g.possible(piece):
			t.fresh += size
		default:
			t.wrong += size
		}
		if w >= 0 && last >= 0 {
			t.pairs++
			t.allowed += is(allowed(last, w))
		}
		last = w
	}
	return t
}

// generated tells what a network says that runs free.
func generated(r *analysis.Run) (*analysis.Result, error) {
	in := &r.Network.(*sorn.Network).Spec.Input
	if in.Readout == "" {
		return nil, analysis.Missing("the network does not run free: input.readout names the weights that predict its symbols")
	}
	task, err := each(r, sorn.TaskName)
	if err != nil {
		return nil, err
	}
	defer task.Close()
	g := grammarOf(in.Vocabulary())
	shares := map[string][]float64{}
	words := make([]float64, len(g.words))
	for _, replica := range r.Replicas {
		var stream []int32
		for k := range task.Steps {
			at, err := task.Read(k, replica)
			if err != nil {
				return nil, err
			}
			stream = append(stream, int32(in.Shown(at).Symbol))
		}
		t := g.count(stream, in.MayFollow)
		for w, n := range t.words {
			words[w] += n
		}
		add := func(name string, of, all float64) {
			if all > 0 {
				shares[name] = append(shares[name], of/all)
			}
		}
		all := t.known + t.fresh + t.wrong
		add("known", t.known, all)
		add("new", t.fresh, all)
		add("ungrammatical", t.wrong, all)
		add("pairs_allowed", t.allowed, t.pairs)
		random := rand.New(rand.NewPCG(uint64(replica), 1))
		random.Shuffle(len(stream), func(i, j int) { stream[i], stream[j] = stream[j], stream[i] })
		t = g.count(stream, in.MayFollow)
		add("known_chance", t.known, t.known+t.fresh+t.wrong)
	}
	out := &analysis.Result{}
	for _, v := range []struct{ name, doc string }{
		{"known", "share of the symbols that stand in words that were shown; who knows all words has 1"},
		{"known_chance", "the same for these symbols in random order"},
		{"new", "share in other words, in which each symbol follows the one before as in a word that was shown"},
		{"ungrammatical", "share in what has symbols after each other that no word has"},
		{"pairs_allowed", "share of the pairs of successive known words that the odds allow"},
	} {
		if values := shares[v.name]; values != nil {
			out.Add(v.name, "1", v.doc, stats.Mean(values))
		}
	}
	t := analysis.Table{Name: "generated", Title: "words of a network that runs free"}
	numbers, symbols := make([]float64, len(words)), in.Symbols()
	for w, word := range g.words {
		numbers[w] = float64(w)
		if len(g.words) <= mostWords {
			text := ""
			for _, s := range word {
				if s < 0 {
					text += "_"
				} else {
					text += symbols[s]
				}
			}
			out.Note("word %d is %s", w, text)
		}
	}
	t.Add(column("word", "1", "its number among the words of the input"), numbers)
	t.Add(model.Column{Name: "count", Title: "times", Unit: "1", Doc: "how often the network said it"}, words)
	out.Tables = append(out.Tables, t)
	if len(shares["known"]) == 0 {
		out.Note("no word ends and another one begins in these steps, so there is nothing to count")
	}
	return out, nil
}

// mostWords are spelled out.
const mostWords = 20

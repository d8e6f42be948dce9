package sorn

// Shown is what a stream of symbols showed in a step: -1 for none.
type Shown struct {
	Symbol int
	Word   int // that is being read, or was last
	Letter int // of it, which was shown; -1 in a step without input
}

// Shown reads what field task holds after a step with input.
func (s *InputSpec) Shown(task []float64) Shown {
	out := Shown{Symbol: int(task[taskSymbol]) - 1, Word: int(task[taskWord]) - 1, Letter: -1}
	if out.Word < 0 || task[taskBlank] > 0 && int(task[taskBlank]) < s.Blank || s.Blank > 0 && task[taskBlank] == 0 && task[taskAt] == 0 {
		return out // before the first word, or between words
	}
	if out.Letter = int(task[taskAt]) - 1; out.Letter < 0 {
		out.Letter = len(s.words()[out.Word]) - 1
	}
	return out
}

// Vocabulary are the words, lists of symbols by their numbers, -1 for none.
func (s *InputSpec) Vocabulary() [][]int32 { return s.words() }

// MayFollow tells whether a word can come after another, both by their numbers.
func (s *InputSpec) MayFollow(from, to int) bool {
	return len(s.Transitions) == 0 || s.Transitions[from*len(s.words())+to] > 0
}

// Places is the number of letters of all words, and tells which of them was shown, or -1
// for none. Letters without input have places, too.
func (s *InputSpec) Places() (places int, of func(Shown) int) {
	words := s.words()
	first := make([]int, len(words))
	for w, word := range words {
		first[w] = places
		places += len(word)
	}
	return places, func(at Shown) int {
		if at.Word < 0 || at.Letter < 0 {
			return -1
		}
		return first[at.Word] + at.Letter
	}
}

// Odds gives the probability of the likeliest symbol that can come next after a step, or
// of its likeliest place in the words.
func (s *InputSpec) Odds(place bool) func(Shown) float64 {
	words := s.words()
	after := func(w int) float64 { // the words after word w, or the first one
		odds, most := map[int]float64{}, 0.0
		for next, word := range words {
			p := 1 / float64(len(words))
			if w >= 0 && len(s.Transitions) > 0 {
				p = s.Transitions[w*len(words)+next]
			}
			kind := int(word[0])
			if place {
				kind = next
			}
			odds[kind] += p
			most = max(most, odds[kind])
		}
		return most
	}
	known := make([]float64, len(words)+1)
	for w := range known {
		known[w] = after(w - 1)
	}
	return func(at Shown) float64 {
		if at.Word >= 0 && at.Letter >= 0 && at.Letter < len(words[at.Word])-1 {
			return 1
		}
		return known[at.Word+1]
	}
}

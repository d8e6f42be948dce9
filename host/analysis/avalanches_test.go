package analysis

import (
	"math"
	"strings"
	"testing"
)

// TestLawsOfLargeNumbers: a fit has a term for each number of its range, which therefore
// ends at mostRange however large a value is.
func TestLawsOfLargeNumbers(t *testing.T) {
	var values []float64
	for i := range 60 {
		values = append(values, float64(1+i%3))
	}
	r := &Result{}
	r.Laws("size", "1", append(values, 1e19), 1, math.MaxInt32)
	if len(r.Values) == 0 || r.Values[0].Name != "size_exponent" || r.Values[0].N != len(values) || !strings.HasSuffix(r.Values[0].Doc, "from 1 to 1048576") {
		t.Errorf("the laws are %+v, %q", r.Values, r.Notes)
	}
}

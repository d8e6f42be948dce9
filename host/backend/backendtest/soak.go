package backendtest

import (
	"os"

	"tnn-gpu/host/state"
)

// Precisions are those in which the network with a number is tested.
type Precisions func(i int) []state.Precision

// Both has every network in both precisions.
func Both(int) []state.Precision { return []state.Precision{state.Single, state.Double} }

// InTurns has networks take turns in precision, where a compiler takes longer than all
// else. TNN_SOAK=1 has both precisions of each.
func InTurns(i int) []state.Precision {
	if Soak() {
		return Both(i)
	}
	return Both(i)[i%2:][:1]
}

// Soak tells whether long tests are asked for.
func Soak() bool { return os.Getenv("TNN_SOAK") == "1" }

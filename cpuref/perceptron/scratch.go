package perceptron

import (
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/perceptron"
)

// scratch is the memory that one thread needs.
type scratch[F fmath.Float] struct {
	fielder  perceptron.Fielder[F]
	eta      [perceptron.Block]F
	patterns perceptron.Patterns
	sums     [perceptron.Block]F
}

func newScratch[F fmath.Float](t *perceptron.Table) scratch[F] {
	return scratch[F]{
		fielder: perceptron.NewFielder[F](t.B), patterns: perceptron.NewPatterns(t.B),
	}
}

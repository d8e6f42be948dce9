//go:build !amd64

package sorn

import "tnn-gpu/host/fmath"

// hasVectors tells whether eight sums are added up side by side.
func hasVectors[F fmath.Float]() bool { return false }

func (c *columns[F]) scaleEight(*[8]int32) bool { return false }

func addRows[F fmath.Float](_, _ []F, _ int, _ []int32) int { return 0 }

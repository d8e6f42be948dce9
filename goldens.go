package tnngpu

import "embed"

// Goldens are the recorded trajectories, in testdata/golden, that the program's
// self-test replays: one of either rule, with external nodes that predict, and
// with edges of kind real2.
//
//go:embed testdata/golden/2019-predict.json.gz testdata/golden/2020-real2.json.gz
var Goldens embed.FS

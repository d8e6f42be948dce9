// The generators of vector forms' assembly, kept out of the program's own
// requirements. That of the core model reads the layouts of its structures, and
// stands beside them.
module tnn-gpu/cpuref/internal/gen

go 1.26.0

require github.com/mmcloughlin/avo v0.5.0

require (
	golang.org/x/mod v0.41.0 // indirect
	golang.org/x/sync v0.23.0 // indirect
	golang.org/x/tools v0.51.0 // indirect
)

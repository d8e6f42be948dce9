// The generator of the vector form's assembly, kept out of the program's own
// requirements.
module tnn-gpu/cpuref/sorn/internal/vector/gen

go 1.26.0

require github.com/mmcloughlin/avo v0.5.0

require (
	golang.org/x/mod v0.41.0 // indirect
	golang.org/x/sync v0.23.0 // indirect
	golang.org/x/tools v0.51.0 // indirect
)

# Needs Go and make. `make run` and `make test` install the rest (Debian packages)
# where it is missing and they may.

RUN_PACKAGES  = ca-certificates gcc libc6-dev pkg-config ocl-icd-opencl-dev opencl-headers pocl-opencl-icd
TEST_PACKAGES = $(RUN_PACKAGES) clang oclgrind python3-numpy

# What follows `tnn-gpu run` in `make run`, for example ARGS="--preset large".
ARGS =
# How often `make bench` repeats each benchmark; benchstat likes 10.
COUNT = 1
# How long `make soak` fuzzes each parser.
FUZZTIME = 1m

.PHONY: build run test test-cpu test-opencl test-fma bench lint lint-go lint-kernels soak setup-run setup-test clean

build: ## bin/tnn-gpu, with OpenCL where its headers are
	@. scripts/env && echo "go build -tags '$$TAGS'" && go build -tags "$$TAGS" -o bin/tnn-gpu ./cmd/tnn-gpu

run: setup-run build ## the main job
	@. scripts/env && bin/tnn-gpu run $(ARGS)

test: setup-test test-cpu test-opencl lint-kernels ## everything, on both backends

# What a machine with Go alone can do.
test-cpu:
	@. scripts/env && export CGO_ENABLED=0 TNN_REQUIRE_OPENCL= && go vet ./... && go test -timeout 15m ./...

# The packages that the tag changes, again with it.
test-opencl:
	@. scripts/env && scripts/test-opencl

# The processor's fused multiply-add must change no bit.
test-fma:
	@. scripts/env && if grep -q avx2.*fma /proc/cpuinfo || grep -q fma.*avx2 /proc/cpuinfo; then \
		GOAMD64=v3 CGO_ENABLED=0 go test -timeout 15m ./host/fmath/... ./cpuref/...; fi

bench: ## all benchmarks, in the format that benchstat reads
	@. scripts/env && go test -tags "$$TAGS" -run '^$$' -bench . -benchmem -count $(COUNT) ./...

lint: setup-test lint-go lint-kernels ## gofmt, vet and staticcheck in both builds, and the kernels

lint-go:
	@. scripts/env && scripts/lint-go

lint-kernels:
	@scripts/lint-kernels

soak: setup-test ## the long tests, also under the race detector, and every fuzz target for FUZZTIME
	@. scripts/env && scripts/soak $(FUZZTIME)

setup-run:
	@scripts/setup $(RUN_PACKAGES) || true

setup-test:
	@scripts/setup $(TEST_PACKAGES) || true

clean:
	rm -rf bin build

# Needs make and Go. `make run` and `make test` install the rest (Debian packages)
# where it is missing and they may.

RUN_PACKAGES  = ca-certificates gcc libc6-dev opencl-headers ocl-icd-libopencl1 pocl-opencl-icd
TEST_PACKAGES = $(RUN_PACKAGES) mesa-opencl-icd clang oclgrind python3-numpy python3-networkx python3-pandas \
	python3-xarray python3-matplotlib python3-venv python3-setuptools python3-wheel mypy zsh fish chromium

# What follows `tnn-gpu run` in `make run`, for example ARGS="--preset large".
ARGS =
# Which benchmarks `make bench` runs, how long each takes, and how often it is
# repeated; benchstat likes 10 times.
BENCH = .
BENCHTIME = 0.3s
COUNT = 1
# How long `make soak` fuzzes each parser.
FUZZTIME = 1m

.PHONY: build run test test-cpu test-opencl test-python test-fma test-arch test-cluster test-manifest gpu-kit dist test-dist bench lint lint-go lint-kernels lint-python soak gallery setup-run setup-test clean

# bin/tnn-gpu, with OpenCL where its headers are.
build:
	@. scripts/env && set -x && go build -tags "$$TAGS" -o bin/tnn-gpu ./cmd/tnn-gpu

# The main job.
run: setup-run build
	@. scripts/env && bin/tnn-gpu run $(ARGS)

# Everything, on both backends. What comes last takes one core each.
test: setup-test test-cpu test-opencl
	@$(MAKE) -j 2 lint-kernels test-python
test: export TNN_OPENCL_FOLLOWS = 1

# What a machine with Go alone can do.
test-cpu:
	@. scripts/env && export CGO_ENABLED=0 TNN_REQUIRE_OPENCL= && \
		{ [ "$$TAGS" = opencl ] || unset TNN_OPENCL_FOLLOWS; } && go vet ./... && \
		go test -vet=off -timeout 3h $${TNN_OPENCL_FOLLOWS:+-skip '^TestKernelsCompile$$'} ./... # lint-kernels runs these

# What the tag opencl changes.
test-opencl: build
	@. scripts/env && scripts/test-opencl

# The Python package, its page and its notebook, with the program.
test-python: build
	@scripts/test-python

# Where the compiler fuses multiplications and additions, no bit may change.
test-fma:
	@. scripts/env && ! grep -q '^flags.* avx2 ' /proc/cpuinfo || \
		GOAMD64=v3 CGO_ENABLED=0 go test -timeout 3h ./host/fmath/... ./host/rng/... ./cpuref/...

# Scans on Slurm, which is installed and started for it, by root. Some minutes.
test-cluster:
	@. scripts/env && scripts/test-cluster

# What is written for Kubernetes, against the types of its API.
test-manifest:
	@. scripts/env && go test -count 1 -modfile tools/manifest.mod cmd/tnn-gpu/manifest_test.go

# The program on arm64, riscv64, ppc64le and s390x, as QEMU emulates them: the same bits,
# and checkpoints that go from one to another. Some minutes.
test-arch:
	@scripts/setup qemu-user-static
	@. scripts/env && TNN_ARCH=1 go test -count 1 -timeout 1h -run '^TestArchitectures$$' ./cmd/tnn-gpu

# A folder that tries the program on a GPU elsewhere: build/gpu-kit/run.sh.
gpu-kit:
	@. scripts/env && scripts/gpu-kit

# Archives for other machines, in build/dist; and those that can be, started.
dist:
	@. scripts/env && scripts/dist

test-dist:
	@. scripts/env && scripts/test-dist

# All benchmarks, one after another, in the format that benchstat reads
# (go tool -modfile=tools/go.mod benchstat OLD NEW); then what this machine reaches,
# beside what its memory streams. Some minutes.
bench: build
	@. scripts/env && go test -tags "$$TAGS" -p 1 -timeout 1h -run '^$$' -bench '$(BENCH)' -benchtime $(BENCHTIME) -benchmem -count $(COUNT) ./...
	@bin/tnn-gpu bench --series all

# docs/gallery.md and docs/paper.md, with their pictures and numbers.
gallery: build
	@scripts/gallery
	@scripts/paper

lint: setup-test lint-go lint-kernels lint-python

# gofmt, vet and staticcheck, in both builds.
lint-go:
	@. scripts/env && scripts/lint-go

# clang's warnings about each program that can be made of kernels.cl are errors. Without
# OpenCL and cgo, as test-cpu has built these tests.
lint-kernels:
	@. scripts/env && if command -v clang >/dev/null || [ "$$TNN_REQUIRE_OPENCL" = 1 ]; then \
		CGO_ENABLED=0 TNN_SOAK=1 go test -vet=off -run '^TestKernelsCompile$$' ./gpu/...; \
	else \
		echo "Not checked: kernels.cl by clang's warnings, as clang is missing." >&2; \
	fi

# mypy, strictly, where it is.
lint-python:
	@! command -v mypy >/dev/null || mypy --config-file python/pyproject.toml --cache-dir /dev/null python/tnn_gpu

# The long tests, also under the race detector, and every fuzz target. One run of
# TNN_SOAK_MINUTES, 30 if that is not set, is made on each backend.
soak: setup-test
	@. scripts/env && scripts/soak $(FUZZTIME)

setup-run:
	@scripts/setup $(RUN_PACKAGES) || true

setup-test:
	@scripts/setup $(TEST_PACKAGES) || true

clean:
	rm -rf bin build

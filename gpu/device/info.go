package device

import (
	"errors"
	"fmt"
	"strings"

	"tnn-gpu/host/state"
)

// The reasons for which there is nothing to compute on, or not enough of it.
var (
	// ErrNotBuilt is returned by every entry of a build without the tag opencl.
	ErrNotBuilt = errors.New("this program was built without OpenCL; build it with `make build`, or with " +
		"`PKG_CONFIG=true go build -tags opencl ./cmd/tnn-gpu`, where a C compiler and the OpenCL headers are installed " +
		"(Debian packages: gcc libc6-dev opencl-headers)")
	// ErrNoDevice is wrapped where no platform offers a device, or none that was asked for.
	ErrNoDevice = errors.New("no such OpenCL device")
	// ErrWrong is wrapped where a device answers the probes with wrong numbers, not
	// merely with numbers that are rounded in another way.
	ErrWrong = errors.New("the device computes wrongly")
	// ErrTurns is wrapped where the driver may end a kernel's loops before they are done.
	ErrTurns = errors.New("loops end too early")
	// ErrMemory is wrapped where a device has less memory than was asked for.
	ErrMemory = errors.New("not enough device memory")
)

// Strict is the verdict on a device whose arithmetic gives the reference's bits.
const Strict = "strict"

// Info describes a device. Sizes are in bytes.
type Info struct {
	Index    int    // position in the answer of List
	Platform string // the name of the driver's platform
	Name     string
	Vendor   string
	Driver   string
	Version  string // the OpenCL version, as the device words it
	Kind     string // "gpu", "cpu" or "accelerator"

	ComputeUnits int
	MaxWorkGroup int // work-items in one work-group, if all are in its first dimension
	GlobalMemory uint64
	MaxAlloc     uint64 // the largest single buffer
	LocalMemory  uint64 // of one work-group

	Double bool // has 64-bit floating point
	// Values in one of the hardware's vectors, by precision.
	VectorSingle, VectorDouble int

	// Turns is how many turns all loops of a work-item make in a launch together, where the
	// driver ends them after that, as Probe found; 0 where it does not.
	Turns int

	// What Probe found for either precision: Strict, or "tolerant: " and the
	// first function whose bits differ from the host's. Empty before Probe, and
	// where the device lacks the precision.
	SingleVerdict string
	DoubleVerdict string
}

// Verdict is what Probe found for a precision.
func (i Info) Verdict(p state.Precision) string {
	if p == state.Double {
		return i.DoubleVerdict
	}
	return i.SingleVerdict
}

func (i Info) String() string {
	return fmt.Sprintf("%d: %s (%s, %s)", i.Index, i.Name, i.Kind, i.Platform)
}

// Error is a driver call that failed.
type Error struct {
	Call   string // the OpenCL function, for example "clEnqueueReadBuffer"
	Kernel string // the kernel concerned, or ""
	Device string // the device's name, or "" before one is known
	Log    string // what the compiler said, for a failed build
	Err    error  // the driver's answer
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("the OpenCL call " + e.Call)
	if e.Kernel != "" {
		b.WriteString(" for kernel " + e.Kernel)
	}
	if e.Device != "" {
		b.WriteString(" on " + e.Device)
	}
	fmt.Fprintf(&b, " failed: %v", e.Err)
	if e.Log != "" {
		b.WriteString("; the compiler says:\n" + e.Log)
	}
	return b.String()
}

// Unwrap gives the driver's answer.
func (e *Error) Unwrap() error { return e.Err }

// Stream streams arrays through a device's memory.
type Stream interface {
	// Run makes some passes over the arrays and waits for them.
	Run(passes int) error
	// Bytes is what one pass reads and writes.
	Bytes() int64
	Close() error
}

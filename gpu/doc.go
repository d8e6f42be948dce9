// Package gpu is the door to OpenCL 1.2 devices: GPUs, and processors through PoCL.
//
// It is real only with the build tag opencl, which needs cgo and the OpenCL headers;
// on linux the OpenCL library is looked for when it is first used. Without the tag the
// package builds anywhere and answers [ErrNotBuilt].
//
// Package device below it has all that knows no model; beside that, every model has a
// room of its own, named as in host and cpuref.
package gpu

import "tnn-gpu/gpu/device"

// What the rest of the program needs of package device, where it is explained.
type (
	Info   = device.Info
	Error  = device.Error
	Stream = device.Stream
)

// The errors of package device, and its best verdict.
var (
	ErrNotBuilt = device.ErrNotBuilt
	ErrNoDevice = device.ErrNoDevice
	ErrWrong    = device.ErrWrong
	ErrTurns    = device.ErrTurns
	ErrMemory   = device.ErrMemory
)

// Strict is the verdict on a device whose arithmetic gives the reference's bits.
const Strict = device.Strict

// Devices lists every device of every platform, in the drivers' order. Where there is
// none the error wraps [ErrNoDevice].
func Devices() ([]Info, error) { return device.List() }

// Find describes the device that New takes for a selector, without opening it.
func Find(selector string) (Info, error) { return device.Find(selector) }

// Probe opens a device and returns info with the verdicts on its arithmetic.
func Probe(info Info) (Info, error) { return device.Probe(info) }

// Package gpu computes on OpenCL 1.2 devices: GPUs, and processors through PoCL.
// It is the only package that knows the OpenCL binding.
//
// It is real only with the build tag opencl, which needs cgo and the OpenCL headers;
// on linux the OpenCL library is looked for when it is first used. Without the tag the
// package builds anywhere and answers [ErrNotBuilt].
//
// A [Device] has one in-order queue. The device, and everything made from it, is
// owned by one goroutine: nothing here may be called concurrently. Launches and
// fills only enqueue; reads, writes and Finish wait for all that was enqueued
// before them, and so it is they that report what went wrong in it.
package gpu

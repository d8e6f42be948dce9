// Package device computes on OpenCL 1.2 devices with programs, buffers and kernels. It
// knows no model, and is the only package that knows the OpenCL binding.
//
// A [Device] has one in-order queue. The device, and everything made from it, is
// owned by one goroutine: nothing here may be called concurrently. Launches and
// fills only enqueue; reads, writes and Finish wait for all that was enqueued
// before them, and so it is they that report what went wrong in it.
package device

//go:build opencl && cgo

package device

// The calls that the binding lacks, or makes with buffers of a fixed length.
//
// On linux loader_linux.c has all of OpenCL that is called, so that the linker needs
// no library: as-needed drops the one that pkg-config names for the binding.

/*
#cgo CFLAGS: -DCL_TARGET_OPENCL_VERSION=120
#cgo linux LDFLAGS: -Wl,--as-needed -ldl
#cgo darwin LDFLAGS: -framework OpenCL
#cgo windows LDFLAGS: -lOpenCL
#ifdef __APPLE__
#include <OpenCL/cl.h>
#else
#include <CL/cl.h>
#endif

#ifdef __linux__
const char *opencl_missing(void);
#else // the library is linked: without it there is no process
static const char *opencl_missing(void) { return NULL; }
#endif

// Sizes by value, so that a launch takes no memory from the Go heap.
static cl_int launch(cl_command_queue queue, cl_kernel kernel, cl_uint dims,
                     size_t g0, size_t g1, size_t g2,
                     size_t l0, size_t l1, size_t l2) {
	size_t global[3] = {g0, g1, g2}, local[3] = {l0, l1, l2};
	return clEnqueueNDRangeKernel(queue, kernel, dims, NULL, global,
	                              l0 ? local : NULL, 0, NULL, NULL);
}
*/
import "C"

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"unsafe"

	"github.com/jgillich/go-opencl/cl"
)

// library tells why OpenCL cannot be called, where that is so.
func library() error {
	words := C.opencl_missing()
	if words == nil {
		return nil
	}
	return fmt.Errorf("%w: the OpenCL library cannot be loaded (%s); install it with the driver of the GPU, or from the Debian package ocl-icd-libopencl1", ErrNoDevice, C.GoString(words))
}

// status turns a code into the error that the binding gives for it.
func status(code C.cl_int) error {
	switch code {
	case C.CL_SUCCESS:
		return nil
	case C.CL_MEM_OBJECT_ALLOCATION_FAILURE:
		return cl.ErrMemObjectAllocationFailure
	case C.CL_OUT_OF_RESOURCES:
		return cl.ErrOutOfResources
	case C.CL_OUT_OF_HOST_MEMORY:
		return cl.ErrOutOfHostMemory
	case C.CL_INVALID_VALUE:
		return cl.ErrInvalidValue
	case C.CL_INVALID_COMMAND_QUEUE:
		return cl.ErrInvalidCommandQueue
	case C.CL_INVALID_KERNEL_ARGS:
		return cl.ErrInvalidKernelArgs
	case C.CL_INVALID_WORK_GROUP_SIZE:
		return cl.ErrInvalidWorkGroupSize
	case C.CL_INVALID_WORK_ITEM_SIZE:
		return cl.ErrInvalidWorkItemSize
	}
	return cl.ErrOther(code)
}

// query asks twice, for the length and for the bytes, so that no answer is too long.
func query(ask func(n C.size_t, p unsafe.Pointer, length *C.size_t) C.cl_int) ([]byte, error) {
	var n C.size_t
	if err := status(ask(0, nil, &n)); err != nil || n == 0 {
		return nil, err
	}
	answer := make([]byte, n)
	err := status(ask(n, unsafe.Pointer(&answer[0]), nil))
	return answer, err
}

func text(answer []byte) string { return strings.TrimSpace(strings.Trim(string(answer), "\x00")) }

func number(answer []byte) (uint64, error) {
	switch len(answer) {
	case 4:
		return uint64(binary.NativeEndian.Uint32(answer)), nil
	case 8:
		return binary.NativeEndian.Uint64(answer), nil
	}
	return 0, fmt.Errorf("the driver answers a number with %d bytes", len(answer))
}

func platformName(p *cl.Platform) (string, error) {
	id := C.cl_platform_id(handle(p, "id"))
	b, err := query(func(n C.size_t, p unsafe.Pointer, length *C.size_t) C.cl_int {
		return C.clGetPlatformInfo(id, C.CL_PLATFORM_NAME, n, p, length)
	})
	return text(b), err
}

func deviceInfo(d *cl.Device, param C.cl_device_info) ([]byte, error) {
	id := C.cl_device_id(handle(d, "id"))
	b, err := query(func(n C.size_t, p unsafe.Pointer, length *C.size_t) C.cl_int {
		return C.clGetDeviceInfo(id, param, n, p, length)
	})
	if err != nil {
		return nil, &Error{Call: fmt.Sprintf("clGetDeviceInfo(%#x)", param), Err: err}
	}
	return b, nil
}

// describe asks a device all that Info holds but its index, platform and verdicts.
func describe(d *cl.Device) (Info, error) {
	var failed error
	str := func(param C.cl_device_info) string {
		b, err := deviceInfo(d, param)
		if err != nil {
			failed = err
		}
		return text(b)
	}
	num := func(param C.cl_device_info) uint64 {
		b, err := deviceInfo(d, param)
		n := uint64(0)
		if err == nil {
			n, err = number(b)
		}
		if err != nil {
			failed = err
		}
		return n
	}
	info := Info{
		Name: str(C.CL_DEVICE_NAME), Vendor: str(C.CL_DEVICE_VENDOR),
		Driver: str(C.CL_DRIVER_VERSION), Version: str(C.CL_DEVICE_VERSION),
		ComputeUnits: int(num(C.CL_DEVICE_MAX_COMPUTE_UNITS)),
		MaxWorkGroup: int(num(C.CL_DEVICE_MAX_WORK_GROUP_SIZE)),
		VectorSingle: int(num(C.CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT)),
		VectorDouble: int(num(C.CL_DEVICE_NATIVE_VECTOR_WIDTH_DOUBLE)),
		GlobalMemory: num(C.CL_DEVICE_GLOBAL_MEM_SIZE),
		MaxAlloc:     num(C.CL_DEVICE_MAX_MEM_ALLOC_SIZE),
		LocalMemory:  num(C.CL_DEVICE_LOCAL_MEM_SIZE),
		Double:       hasDouble(d),
		Kind:         "accelerator",
	}
	if items, _, err := launchLimits(d); err == nil && len(items) > 0 {
		info.MaxWorkGroup = min(info.MaxWorkGroup, int(items[0]))
	}
	switch kind := num(C.CL_DEVICE_TYPE); {
	case kind&C.CL_DEVICE_TYPE_GPU != 0:
		info.Kind = "gpu"
	case kind&C.CL_DEVICE_TYPE_CPU != 0:
		info.Kind = "cpu"
	}
	return info, failed
}

// hasDouble takes a refusal to answer for a no: the query came to the standard
// with version 1.2.
func hasDouble(d *cl.Device) bool {
	b, err := deviceInfo(d, C.CL_DEVICE_DOUBLE_FP_CONFIG)
	if err != nil {
		return false
	}
	config, err := number(b)
	return err == nil && config != 0
}

// roundsDivision tells whether single precision division and square root can be
// asked to be correctly rounded, as the same-bits rule needs.
func roundsDivision(d *cl.Device) (bool, error) {
	b, err := deviceInfo(d, C.CL_DEVICE_SINGLE_FP_CONFIG)
	if err != nil {
		return false, err
	}
	config, err := number(b)
	return config&C.CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT != 0, err
}

// launchLimits gives the largest local size in each dimension and the bytes that
// the arguments of a kernel can take together.
func launchLimits(d *cl.Device) (items []uint64, parameters uint64, err error) {
	b, err := deviceInfo(d, C.CL_DEVICE_MAX_WORK_ITEM_SIZES)
	if err != nil {
		return nil, 0, err
	}
	const word = int(unsafe.Sizeof(C.size_t(0)))
	for ; len(b) >= word; b = b[word:] {
		n, err := number(b[:word])
		if err != nil {
			return nil, 0, err
		}
		items = append(items, n)
	}
	if b, err = deviceInfo(d, C.CL_DEVICE_MAX_PARAMETER_SIZE); err != nil {
		return nil, 0, err
	}
	parameters, err = number(b)
	return items, parameters, err
}

func buildLog(p *cl.Program, d *cl.Device) string {
	program, device := C.cl_program(handle(p, "clProgram")), C.cl_device_id(handle(d, "id"))
	b, err := query(func(n C.size_t, p unsafe.Pointer, length *C.size_t) C.cl_int {
		return C.clGetProgramBuildInfo(program, device, C.CL_PROGRAM_BUILD_LOG, n, p, length)
	})
	runtime.KeepAlive(p)
	if err != nil {
		return fmt.Sprintf("(the driver has no build log: %v)", err)
	}
	return text(b)
}

// kernelLimits gives the largest work-group that the kernel can have on the
// device, in work-items, the local memory in bytes that one takes, and the private
// memory of a work-item.
func kernelLimits(k *cl.Kernel, d *cl.Device) (workGroup, local, private uint64, err error) {
	kernel, device := C.cl_kernel(handle(k, "clKernel")), C.cl_device_id(handle(d, "id"))
	var limits [3]uint64
	for i, param := range []C.cl_kernel_work_group_info{C.CL_KERNEL_WORK_GROUP_SIZE, C.CL_KERNEL_LOCAL_MEM_SIZE, C.CL_KERNEL_PRIVATE_MEM_SIZE} {
		b, err := query(func(n C.size_t, p unsafe.Pointer, length *C.size_t) C.cl_int {
			return C.clGetKernelWorkGroupInfo(kernel, device, param, n, p, length)
		})
		if err != nil {
			return 0, 0, 0, err
		}
		if limits[i], err = number(b); err != nil {
			return 0, 0, 0, err
		}
	}
	runtime.KeepAlive(k)
	return limits[0], limits[1], limits[2], nil
}

func flush(q *cl.CommandQueue) error {
	err := status(C.clFlush(C.cl_command_queue(handle(q, "clQueue"))))
	runtime.KeepAlive(q)
	return err
}

// kernelHandle is looked up once a kernel, as a launch costs about as much.
type kernelHandle C.cl_kernel

func handleOf(k *cl.Kernel) kernelHandle { return kernelHandle(handle(k, "clKernel")) }

type queueHandle C.cl_command_queue

func queueHandleOf(q *cl.CommandQueue) queueHandle { return queueHandle(handle(q, "clQueue")) }

// enqueue launches without an event. Unused dimensions are 1; a local size of 0
// leaves the work-group to the driver.
func enqueue(q queueHandle, k kernelHandle, dims int, global, local [3]int) error {
	return status(C.launch(q, k, C.cl_uint(dims),
		C.size_t(global[0]), C.size_t(global[1]), C.size_t(global[2]),
		C.size_t(local[0]), C.size_t(local[1]), C.size_t(local[2])))
}

//go:build opencl && cgo

// The OpenCL functions that this package and its binding call. Each looks for the
// function of its name among the libraries of the process and forwards to it, so that
// the program starts where there is no OpenCL library. One that is called and missing
// here does not link or, where pkg-config names the library to the linker, fails
// TestOpenCLIsNotLinked.

#define _GNU_SOURCE // for RTLD_DEFAULT
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

// Hidden, so that they are found neither by find nor by a driver that calls OpenCL.
#pragma GCC visibility push(hidden)
#include <CL/cl.h>

// MISSING is the status of a function that is not there; no driver gives it.
#define MISSING (-30000)

// What is said where the library was loaded and is none of OpenCL.
static const char *why = "it has no function clGetPlatformIDs";

// Signals by which the program is told something.
static const int told[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU};
enum { TOLD = sizeof told / sizeof *told };

// What answered them before there was a driver.
static struct sigaction answers[TOLD];

static void keep_signals(void) {
	for (int i = 0; i < TOLD; i++)
		sigaction(told[i], NULL, &answers[i]);
}

static int passes_by(const struct sigaction *a) { return a->sa_handler == SIG_IGN || a->sa_handler == SIG_DFL; }

// take_back_signals has the program answer its signals again. Drivers compile with LLVM,
// which answers all of them once it has a file to remove at the end: SIGUSR1 and SIGXCPU
// are lost then. What the program itself has ignored meanwhile stays ignored.
static void take_back_signals(void) {
	struct sigaction now;
	for (int i = 0; i < TOLD; i++)
		if (!sigaction(told[i], NULL, &now) && !passes_by(&now) && now.sa_handler != answers[i].sa_handler)
			sigaction(told[i], &answers[i], NULL);
}

// load makes the library's functions global, as if it had been linked: what is loaded
// with LD_PRELOAD comes before it.
static void load(void) {
	const int flags = RTLD_NOW | RTLD_GLOBAL;
	keep_signals();
	if (dlopen("libOpenCL.so.1", flags))
		return;
	const char *words = strdup(dlerror());
	if (!dlopen("libOpenCL.so", flags))
		why = words;
}

static void *find(const char *name) {
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, load);
	return dlsym(RTLD_DEFAULT, name);
}

const char *opencl_missing(void) { return find("clGetPlatformIDs") ? NULL : why; }

// FORWARD defines a function. Threads that find it at the same time find the same.
#define FORWARD(type, name, parameters, arguments, after, otherwise) \
	type name parameters { \
		static typeof(&name) _Atomic found; \
		typeof(&name) function = found; \
		if (!function) \
			found = function = (typeof(&name))find(#name); \
		if (function) { \
			type result = function arguments; \
			after; \
			return result; \
		} \
		otherwise; \
	}

#define STATUS(name, parameters, arguments) \
	FORWARD(cl_int, name, parameters, arguments, , return MISSING)

// COMPILES is for functions in which drivers are loaded or compile, or which wait for
// those that compile.
#define COMPILES(name, parameters, arguments) \
	FORWARD(cl_int, name, parameters, arguments, take_back_signals(), return MISSING)

// MAKE is for functions that leave their status in a last argument, which may be NULL.
#define MAKE(type, name, parameters, arguments) \
	FORWARD(type, name, parameters, arguments, take_back_signals(), if (status) *status = MISSING; return NULL)

// What many functions end with.
#define EVENTS cl_uint n, const cl_event *list, cl_event *event
#define ANSWER size_t size, void *value, size_t *length

COMPILES(clBuildProgram, (cl_program p, cl_uint n, const cl_device_id *devices, const char *options,
	void (CL_CALLBACK *notify)(cl_program, void *), void *data), (p, n, devices, options, notify, data))
MAKE(cl_mem, clCreateBuffer, (cl_context c, cl_mem_flags flags, size_t size, void *host, cl_int *status), (c, flags, size, host, status))
MAKE(cl_command_queue, clCreateCommandQueue, (cl_context c, cl_device_id d, cl_command_queue_properties properties, cl_int *status),
	(c, d, properties, status))
MAKE(cl_context, clCreateContext, (const cl_context_properties *properties, cl_uint n, const cl_device_id *devices,
	void (CL_CALLBACK *notify)(const char *, const void *, size_t, void *), void *data, cl_int *status),
	(properties, n, devices, notify, data, status))
MAKE(cl_mem, clCreateImage, (cl_context c, cl_mem_flags flags, const cl_image_format *format, const cl_image_desc *image, void *host,
	cl_int *status), (c, flags, format, image, host, status))
MAKE(cl_kernel, clCreateKernel, (cl_program p, const char *name, cl_int *status), (p, name, status))
MAKE(cl_program, clCreateProgramWithSource, (cl_context c, cl_uint n, const char **strings, const size_t *lengths, cl_int *status),
	(c, n, strings, lengths, status))
MAKE(cl_event, clCreateUserEvent, (cl_context c, cl_int *status), (c, status))
STATUS(clEnqueueBarrierWithWaitList, (cl_command_queue q, EVENTS), (q, n, list, event))
STATUS(clEnqueueCopyBuffer, (cl_command_queue q, cl_mem from, cl_mem to, size_t start, size_t end, size_t size, EVENTS),
	(q, from, to, start, end, size, n, list, event))
STATUS(clEnqueueFillBuffer, (cl_command_queue q, cl_mem m, const void *pattern, size_t length, size_t offset, size_t size, EVENTS),
	(q, m, pattern, length, offset, size, n, list, event))
MAKE(void *, clEnqueueMapBuffer, (cl_command_queue q, cl_mem m, cl_bool wait, cl_map_flags flags, size_t offset, size_t size, EVENTS,
	cl_int *status), (q, m, wait, flags, offset, size, n, list, event, status))
MAKE(void *, clEnqueueMapImage, (cl_command_queue q, cl_mem m, cl_bool wait, cl_map_flags flags, const size_t *origin, const size_t *region,
	size_t *row, size_t *slice, EVENTS, cl_int *status), (q, m, wait, flags, origin, region, row, slice, n, list, event, status))
STATUS(clEnqueueMarkerWithWaitList, (cl_command_queue q, EVENTS), (q, n, list, event))
STATUS(clEnqueueNDRangeKernel, (cl_command_queue q, cl_kernel k, cl_uint dims, const size_t *offset, const size_t *global,
	const size_t *local, EVENTS), (q, k, dims, offset, global, local, n, list, event))
COMPILES(clEnqueueReadBuffer, (cl_command_queue q, cl_mem m, cl_bool wait, size_t offset, size_t size, void *to, EVENTS),
	(q, m, wait, offset, size, to, n, list, event))
STATUS(clEnqueueReadImage, (cl_command_queue q, cl_mem m, cl_bool wait, const size_t *origin, const size_t *region, size_t row,
	size_t slice, void *to, EVENTS), (q, m, wait, origin, region, row, slice, to, n, list, event))
STATUS(clEnqueueTask, (cl_command_queue q, cl_kernel k, EVENTS), (q, k, n, list, event))
STATUS(clEnqueueUnmapMemObject, (cl_command_queue q, cl_mem m, void *mapped, EVENTS), (q, m, mapped, n, list, event))
STATUS(clEnqueueWriteBuffer, (cl_command_queue q, cl_mem m, cl_bool wait, size_t offset, size_t size, const void *from, EVENTS),
	(q, m, wait, offset, size, from, n, list, event))
STATUS(clEnqueueWriteImage, (cl_command_queue q, cl_mem m, cl_bool wait, const size_t *origin, const size_t *region, size_t row,
	size_t slice, const void *from, EVENTS), (q, m, wait, origin, region, row, slice, from, n, list, event))
COMPILES(clFinish, (cl_command_queue q), (q))
STATUS(clFlush, (cl_command_queue q), (q))
COMPILES(clGetDeviceIDs, (cl_platform_id p, cl_device_type type, cl_uint room, cl_device_id *devices, cl_uint *n), (p, type, room, devices, n))
STATUS(clGetDeviceInfo, (cl_device_id d, cl_device_info what, ANSWER), (d, what, size, value, length))
STATUS(clGetEventProfilingInfo, (cl_event e, cl_profiling_info what, ANSWER), (e, what, size, value, length))
STATUS(clGetKernelArgInfo, (cl_kernel k, cl_uint index, cl_kernel_arg_info what, ANSWER), (k, index, what, size, value, length))
STATUS(clGetKernelInfo, (cl_kernel k, cl_kernel_info what, ANSWER), (k, what, size, value, length))
STATUS(clGetKernelWorkGroupInfo, (cl_kernel k, cl_device_id d, cl_kernel_work_group_info what, ANSWER), (k, d, what, size, value, length))
COMPILES(clGetPlatformIDs, (cl_uint room, cl_platform_id *platforms, cl_uint *n), (room, platforms, n))
STATUS(clGetPlatformInfo, (cl_platform_id p, cl_platform_info what, ANSWER), (p, what, size, value, length))
STATUS(clGetProgramBuildInfo, (cl_program p, cl_device_id d, cl_program_build_info what, ANSWER), (p, d, what, size, value, length))
STATUS(clGetSupportedImageFormats, (cl_context c, cl_mem_flags flags, cl_mem_object_type type, cl_uint room, cl_image_format *formats,
	cl_uint *n), (c, flags, type, room, formats, n))
STATUS(clReleaseCommandQueue, (cl_command_queue q), (q))
STATUS(clReleaseContext, (cl_context c), (c))
STATUS(clReleaseEvent, (cl_event e), (e))
STATUS(clReleaseKernel, (cl_kernel k), (k))
STATUS(clReleaseMemObject, (cl_mem m), (m))
STATUS(clReleaseProgram, (cl_program p), (p))
STATUS(clSetKernelArg, (cl_kernel k, cl_uint index, size_t size, const void *value), (k, index, size, value))
STATUS(clSetUserEventStatus, (cl_event e, cl_int status), (e, status))
COMPILES(clWaitForEvents, (cl_uint n, const cl_event *list), (n, list))

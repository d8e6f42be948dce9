//go:build opencl && cgo

package device

import (
	"fmt"
	"reflect"
	"unsafe"
)

// handle reads the driver's handle out of one of the binding's objects, whose
// fields are not exported. It panics if the binding's layout is not the pinned one.
func handle(object any, field string) unsafe.Pointer {
	v := reflect.ValueOf(object).Elem().FieldByName(field)
	if !v.IsValid() || v.Kind() != reflect.Pointer {
		panic(fmt.Sprintf("the OpenCL binding's %T has no handle %s: go.mod must pin the version that this package was written for", object, field))
	}
	return v.UnsafePointer()
}

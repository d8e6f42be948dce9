//go:build opencl && cgo

package device

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// installed says which drivers the system's OpenCL loader was told of, for where none
// of them offers a device. Loaders read the variables ocl-icd and Khronos document.
func installed() string {
	if files := os.Getenv("OCL_ICD_FILENAMES"); files != "" {
		return fmt.Sprintf("OCL_ICD_FILENAMES names %s", files)
	}
	place, said := "/etc/OpenCL/vendors", "/etc/OpenCL/vendors"
	if vendors := os.Getenv("OCL_ICD_VENDORS"); vendors != "" {
		place, said = vendors, "OCL_ICD_VENDORS="+vendors
	}
	files, err := os.ReadDir(place)
	if err != nil {
		return fmt.Sprintf("%s cannot be read as a folder of drivers", said)
	}
	var found []string
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".icd") {
			found = append(found, f.Name()+libraryOf(filepath.Join(place, f.Name())))
		}
	}
	if found == nil {
		return fmt.Sprintf("there is no driver's file .icd in %s", said)
	}
	return fmt.Sprintf("in %s there is %s, of which none works here (PoCL does not where it cannot write its kernel cache, POCL_CACHE_DIR)", said, strings.Join(found, ", "))
}

// libraryOf is the library that a driver's file names, in brackets.
func libraryOf(icd string) string {
	text, err := os.ReadFile(icd)
	name, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	switch {
	case err != nil:
		return " (which cannot be read)"
	case filepath.IsAbs(name):
		if _, err := os.Stat(name); err != nil {
			return fmt.Sprintf(" (%s, which is not there)", name)
		}
	}
	return fmt.Sprintf(" (%s)", name)
}

package backendtest

import "os"

// Soak tells whether long tests are asked for.
func Soak() bool { return os.Getenv("TNN_SOAK") == "1" }

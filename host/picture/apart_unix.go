//go:build unix

package picture

import (
	"os/exec"
	"syscall"
)

// apart keeps signals of the terminal from a process: who started it ends it.
func apart(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

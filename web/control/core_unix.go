//go:build unix

package control

import (
	"fmt"
	"syscall"
)

// NoCoreFile keeps the process's memory, in which secrets are open, from being written to a file when it
// crashes. The hard limit goes with the soft one, so that nothing raises it again. Programs that are
// given cores by a pipe (systemd-coredump, apport) go by the limit too.
func NoCoreFile() error {
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}); err != nil {
		return fmt.Errorf("core files are not switched off: %w", err)
	}
	return nil
}

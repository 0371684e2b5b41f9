package intent

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// resident is the memory the process holds and has held at most, in bytes. It is read from Linux's
// /proc/self/status (proc_pid_status(5)); elsewhere what the Go runtime got from the system stands for both.
func resident() (now, peak uint64) {
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		now, peak = kilobytes(string(status), "VmRSS:"), kilobytes(string(status), "VmHWM:")
	}
	if now == 0 || peak == 0 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		now, peak = m.Sys-m.HeapReleased, m.Sys
	}
	return now, peak
}

func kilobytes(status, key string) uint64 {
	for line := range strings.Lines(status) {
		if rest, found := strings.CutPrefix(line, key); found {
			n, _ := strconv.ParseUint(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return n << 10
		}
	}
	return 0
}

// settledMemory is what stays resident once everything unused has gone back to the system.
func settledMemory() uint64 {
	debug.FreeOSMemory()
	now, _ := resident()
	return now
}

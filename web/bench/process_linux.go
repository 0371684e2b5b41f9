package bench

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// clockTick is the unit of the processor times in /proc: 1/100 s on every Linux that Go runs on.
const clockTick = 10 * time.Millisecond

// usageOf reads what a running process has used so far.
func usageOf(pid int) usage {
	var u usage
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u
	}
	u.rss, u.peak = kilobytes(status, "VmRSS:"), kilobytes(status, "VmHWM:")
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return u
	}
	// The name in parentheses may hold anything; utime and stime are the 12th and 13th field behind it.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) > 12 {
		user, _ := strconv.ParseInt(string(fields[11]), 10, 64) // the kernel writes numbers
		system, _ := strconv.ParseInt(string(fields[12]), 10, 64)
		u.cpu = time.Duration(user+system) * clockTick
	}
	return u
}

// kilobytes reads a line of the status in bytes.
func kilobytes(status []byte, name string) int64 {
	_, rest, _ := bytes.Cut(status, []byte("\n"+name))
	fields := bytes.Fields(rest[:max(bytes.IndexByte(rest, '\n'), 0)])
	if len(fields) == 0 {
		return 0
	}
	n, _ := strconv.ParseInt(string(fields[0]), 10, 64) // as above
	return n << 10
}

// resetPeak makes the peak of the resident memory count from now on.
func resetPeak(pid int) {
	// Where it is not allowed, the peak is that of the whole life, which is no less honest.
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0)
}

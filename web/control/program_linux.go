package control

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ReleaseProgram gives back the memory that holds parts of the program itself, most of which only the start
// has used. They stay in the system's cache and come back at a touch. Parts that differ from the file
// are left alone.
func ReleaseProgram() {
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	b, err := os.ReadFile("/proc/self/smaps") // https://man7.org/linux/man-pages/man5/proc_pid_smaps.5.html
	if err != nil {
		return
	}
	var begin, end uint64
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		fields := bytes.Fields(lines.Bytes())
		switch {
		case len(fields) >= 6 && bytes.Equal(bytes.Join(fields[5:], []byte(" ")), []byte(exe)) && fields[1][1] == '-':
			low, high, _ := bytes.Cut(fields[0], []byte("-"))
			begin, _ = strconv.ParseUint(string(low), 16, 64)
			end, _ = strconv.ParseUint(string(high), 16, 64)
		case len(fields) >= 5 && bytes.IndexByte(fields[0], '-') > 0:
			begin, end = 0, 0
		case len(fields) == 3 && string(fields[0]) == "Private_Dirty:" && string(fields[1]) == "0" && end > begin:
			_ = unix.Madvise(unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(nil), begin)), end-begin), unix.MADV_DONTNEED)
		}
	}
}

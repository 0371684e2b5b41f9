package boltstore

import (
	"bytes"
	"os"
	"strconv"
	"unsafe"

	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"
)

// releaseMemory gives back the pages of the file that have been read through the map. They stay in the
// system's cache and come back at a touch; only this process stops holding on to them. Without it the
// process would seem to grow with the file.
func releaseMemory(db *bbolt.DB) {
	var size int64
	if err := db.View(func(tx *bbolt.Tx) error { size = tx.Size(); return nil }); err != nil || size == 0 {
		return
	}
	data := db.Info().Data
	if data == 0 {
		return
	}
	_ = unix.Madvise(unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(nil), data)), size), unix.MADV_DONTNEED)
}

// mappedMemory is how much of mapped files this process holds on to, in bytes; 0 if it cannot be told.
// https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html
func mappedMemory() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	fields := bytes.Fields(b)
	if err != nil || len(fields) < 3 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[2]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

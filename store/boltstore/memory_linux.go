package boltstore

import (
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

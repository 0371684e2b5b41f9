package boltstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"runtime/debug"

	"go.etcd.io/bbolt"
)

// inspect looks at a file before it is opened for writing. After a crash bbolt searches the whole tree for
// free pages in a goroutine of its own, where damage ends the program with a stack trace; so the tree is
// read here first, with a look at every key and at the end of every value. What a value says is for its
// reader to check. After an orderly end there is no search, and a file of gigabytes opens at once. half is
// true when one of the file's two beginnings is damaged: the file is then as it was before its last
// commit, or the power went during that commit.
func inspect(path string, opts bbolt.Options) (half bool, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	opts.ReadOnly = true
	db, err := bbolt.Open(path, 0o600, &opts)
	if err != nil {
		return false, err
	}
	defer db.Close()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // the map may be longer than the file
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("is damaged (%v)", p)
		}
	}()
	err = db.View(func(tx *bbolt.Tx) error {
		if info.Size() < tx.Size() {
			return fmt.Errorf("is cut off: it has %d bytes of %d", info.Size(), tx.Size())
		}
		if closedInOrder(path, db.Info().PageSize) {
			return nil
		}
		w := &walker{db: db}
		return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error { return w.walk(b) })
	})
	if err != nil {
		return false, err
	}
	_, first := begins(path, 0)
	_, second := begins(path, int64(db.Info().PageSize))
	return !first || !second, nil
}

// closedInOrder tells whether the file says which pages are free, which it only does after an orderly end.
func closedInOrder(path string, pageSize int) bool {
	newest, ok := begins(path, 0)
	if other, ok2 := begins(path, int64(pageSize)); ok2 && (!ok || other.transaction > newest.transaction) {
		newest, ok = other, true
	}
	return ok && newest.freelist != ^uint64(0)
}

// walker touches what is in buckets.
type walker struct {
	db      *bbolt.DB
	keys    int
	touched byte
}

func (w *walker) walk(b *bbolt.Bucket) error {
	var before []byte
	return b.ForEach(func(k, v []byte) error {
		if before != nil && bytes.Compare(before, k) >= 0 {
			return errors.New("is damaged (its keys are not in order)")
		}
		before = k
		if w.keys++; w.keys%releaseScanned == 0 {
			releaseMemory(w.db)
		}
		if v == nil {
			return w.walk(b.Bucket(k))
		}
		if len(v) > 0 {
			w.touched ^= v[len(v)-1]
		}
		return nil
	})
}

// The beginning of a file is a page with a header of 16 bytes and a description of 56 that ends in its
// own checksum: https://github.com/etcd-io/bbolt/blob/main/internal/common/meta.go
const (
	metaHeader, metaSize      = 16, 56
	freelistAt, transactionAt = 32, 48
)

// beginning is what is of interest in one of the two.
type beginning struct {
	freelist    uint64 // the page that lists the free ones; all bits set if none does
	transaction uint64
}

// begins reads the beginning at the offset; false if it is not whole.
func begins(path string, offset int64) (beginning, bool) {
	f, err := os.Open(path)
	if err != nil {
		return beginning{}, false
	}
	defer f.Close()
	b := make([]byte, metaSize+8)
	if _, err := f.ReadAt(b, offset+metaHeader); err != nil {
		return beginning{}, false
	}
	sum := fnv.New64a()
	sum.Write(b[:metaSize])
	found := beginning{binary.NativeEndian.Uint64(b[freelistAt:]), binary.NativeEndian.Uint64(b[transactionAt:])}
	return found, sum.Sum64() == binary.NativeEndian.Uint64(b[metaSize:])
}

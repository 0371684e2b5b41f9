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

// inspect reads the whole tree of a file before it is opened for writing, when bbolt does the same in a
// goroutine of its own, where damage ends the program with a stack trace. It takes a look at every key
// and at the end of every value; what a value says is for its reader to check. half is true when
// one of the file's two beginnings is damaged: the file is then as it was before its last commit, or
// the power went during that commit.
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
		w := &walker{}
		return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error { return w.walk(b) })
	})
	if err != nil {
		return false, err
	}
	return !begins(path, 0) || !begins(path, int64(db.Info().PageSize)), nil
}

// walker touches what is in buckets.
type walker struct{ touched byte }

func (w *walker) walk(b *bbolt.Bucket) error {
	var before []byte
	return b.ForEach(func(k, v []byte) error {
		if before != nil && bytes.Compare(before, k) >= 0 {
			return errors.New("is damaged (its keys are not in order)")
		}
		before = k
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
const metaHeader, metaSize = 16, 56

// begins tells whether the beginning at the offset is whole.
func begins(path string, offset int64) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	b := make([]byte, metaSize+8)
	if _, err := f.ReadAt(b, offset+metaHeader); err != nil {
		return false
	}
	sum := fnv.New64a()
	sum.Write(b[:metaSize])
	return sum.Sum64() == binary.NativeEndian.Uint64(b[metaSize:])
}

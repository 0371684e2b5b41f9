package bench

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"dari/store/boltstore"
)

// usedBytes is how much of the store's file holds something; 0 if there is no file yet. The file grows
// in large steps, so that its size says little. Nobody may have the store open.
func usedBytes(dir string) (int64, error) {
	path := filepath.Join(dir, boltstore.FileName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, PreLoadFreelist: true, Timeout: time.Second})
	if err != nil {
		return 0, fmt.Errorf("measure %s: %w", path, err)
	}
	defer db.Close()
	var used int64
	err = db.View(func(tx *bbolt.Tx) error {
		used = tx.Size() - int64(db.Stats().FreePageN*db.Info().PageSize)
		return nil
	})
	return used, err
}

const (
	syncTrials = 200
	syncPiece  = 4 << 10
)

// medianSync is how long it takes here to make 4 KiB at the end of a file durable.
func medianSync(dir string) (time.Duration, error) {
	f, err := os.CreateTemp(dir, "sync")
	if err != nil {
		return 0, fmt.Errorf("measure the disk: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	piece := make([]byte, syncPiece)
	rand.Read(piece)
	times := make([]time.Duration, syncTrials)
	for i := range times {
		begin := time.Now()
		if _, err := f.Write(piece); err != nil {
			return 0, fmt.Errorf("measure the disk: %w", err)
		}
		if err := datasync(f); err != nil {
			return 0, fmt.Errorf("measure the disk: %w", err)
		}
		times[i] = time.Since(begin)
	}
	slices.Sort(times)
	return quantile(times, 0.5), nil
}

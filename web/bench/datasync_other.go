//go:build !linux

package bench

import "os"

// datasync waits until what was written to the file is on the disk, as the store does.
func datasync(f *os.File) error { return f.Sync() }

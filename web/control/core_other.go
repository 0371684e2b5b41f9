//go:build !unix

package control

// NoCoreFile does nothing where there are no core files.
func NoCoreFile() error { return nil }

//go:build !linux

package boltstore

import "go.etcd.io/bbolt"

func releaseMemory(*bbolt.DB) {}

func mappedMemory() int64 { return 0 }

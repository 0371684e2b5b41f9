//go:build race

package pgstore

func init() { raced = true }

package scenario

import "testing"

// raced tells whether the race detector watches. It makes everything ten times as slow and finds nothing in
// conversations that run one after the other.
var raced bool

// rounds is how often a random test is repeated: a tenth of the times where that takes long.
func rounds(n uint64) uint64 {
	if raced || testing.Short() {
		return n / 10
	}
	return n
}

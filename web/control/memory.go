package control

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// How much garbage may gather before it is collected: an allowance in bytes, not a share of what is alive,
// so that little memory costs little time and much memory does not double. The share that the runtime
// is told stays within bounds.
const (
	allowance       = 32 << 20
	leastGC, mostGC = 60, 400
)

// CollectByAllowance tunes the garbage collector from now on, anew after every collection.
func CollectByAllowance() {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/stack:bytes"}, {Name: "/gc/scan/globals:bytes"}}
	tune := func() {
		metrics.Read(sample)
		alive := uint64(1)
		for _, s := range sample {
			if s.Value.Kind() == metrics.KindUint64 {
				alive += s.Value.Uint64()
			}
		}
		debug.SetGCPercent(int(min(max(allowance*100/alive, leastGC), mostGC)))
	}
	tune()
	afterCollections(tune)
}

// afterCollections runs f after every collection: something that nobody holds is cleaned up by each.
func afterCollections(f func()) {
	type sentinel struct{ _ *byte }
	runtime.AddCleanup(&sentinel{new(byte)}, func(struct{}) {
		f()
		afterCollections(f)
	}, struct{}{})
}

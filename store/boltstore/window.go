package boltstore

import "hash/maphash"

// window remembers which event keys were accepted lately. It maps a hash of channel and key to the
// event that brought it; the hash is only a hint, the record decides. It is filled from the records at
// start and belongs to the committer's goroutine alone.
type window struct {
	seed  maphash.Seed
	seqs  map[uint64]uint64
	order []windowEntry // a ring, oldest at start
	start int
	limit int
}

type windowEntry struct{ hash, seq uint64 }

// windowSize is how many keys are remembered: at 40 bytes each 20 MB when full. A busy bot of 100,000
// messages a day fills it in days, far beyond any platform's redelivery.
const windowSize = 500_000

func newWindow(limit int) *window {
	return &window{seed: maphash.MakeSeed(), seqs: map[uint64]uint64{}, limit: limit}
}

func (w *window) hash(channel, key string) uint64 {
	var h maphash.Hash
	h.SetSeed(w.seed)
	h.WriteString(channel)
	h.WriteByte(0)
	h.WriteString(key)
	return h.Sum64()
}

// hashBytes is hash for what has been read.
func (w *window) hashBytes(channel, key []byte) uint64 {
	var h maphash.Hash
	h.SetSeed(w.seed)
	h.Write(channel)
	h.WriteByte(0)
	h.Write(key)
	return h.Sum64()
}

// find returns the event that may have brought the key.
func (w *window) find(hash uint64) (uint64, bool) {
	seq, ok := w.seqs[hash]
	return seq, ok
}

func (w *window) add(hash, seq uint64) {
	w.seqs[hash] = seq
	if len(w.order) < w.limit {
		w.order = append(w.order, windowEntry{hash, seq})
		return
	}
	if old := w.order[w.start]; w.seqs[old.hash] == old.seq {
		delete(w.seqs, old.hash)
	}
	w.order[w.start] = windowEntry{hash, seq}
	w.start = (w.start + 1) % w.limit
}

// forget takes back an add whose event did not become durable. Its place in the ring stays and is
// harmless.
func (w *window) forget(hash, seq uint64) {
	if w.seqs[hash] == seq {
		delete(w.seqs, hash)
	}
}

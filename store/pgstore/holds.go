package pgstore

import "time"

// held returns what is in hand, or false if it is the caller's no more.
func (l *lanes[C]) held(fence uint64) (hold, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.holds[fence]
	if h == nil {
		return hold{}, false
	}
	return *h, true
}

// name remembers the ids that the first attempt of a commit uses, and returns them at every later one.
func (l *lanes[C]) name(fence uint64, fresh func() []int64) []int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.holds[fence]
	if h == nil {
		return fresh()
	}
	if h.ids == nil {
		h.ids = fresh()
	}
	return h.ids
}

// done ends a hold and offers what comes next.
func (l *lanes[C]) done(fence uint64) {
	l.settle(fence, func(h *hold) {
		if _, ours := l.tenure(h.lane.shard); ours && (h.more || h.lane.again) {
			l.offer(h.lane)
			return
		}
		delete(l.byKey, h.lane.key)
	})
}

// release ends a hold without its work having been done.
func (l *lanes[C]) release(fence uint64, due time.Time) {
	l.settle(fence, func(h *hold) {
		if _, ours := l.tenure(h.lane.shard); ours {
			l.delay(h.lane, due)
			return
		}
		delete(l.byKey, h.lane.key)
	})
}

func (l *lanes[C]) settle(fence uint64, end func(*hold)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.holds[fence]
	if h == nil {
		return
	}
	delete(l.holds, fence)
	if l.byKey[h.lane.key] == h.lane {
		end(h)
	}
}

// drop forgets the shards' lanes. What is in hand there stays valid unless lost is true.
func (l *lanes[C]) drop(gone map[int16]bool, lost bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	held := map[*lane]bool{}
	for fence, h := range l.holds {
		switch {
		case !gone[h.lane.shard]:
		case lost:
			delete(l.holds, fence)
		default:
			held[h.lane] = true
		}
	}
	for key, ln := range l.byKey {
		if gone[ln.shard] && !held[ln] {
			delete(l.byKey, key)
		}
	}
}

// busy counts what is in hand by shard.
func (l *lanes[C]) busy() map[int16]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := map[int16]int{}
	for _, h := range l.holds {
		n[h.lane.shard]++
	}
	return n
}

package web

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestThoseThatNeverComeAgainAreLetInFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlaces(1)
		if !p.enter(t.Context(), false, time.Second) {
			t.Fatal("an empty house is full")
		}
		var mu sync.Mutex
		var in []string
		for i, urgent := range []bool{false, false, true, false, true} {
			go func() {
				if p.enter(context.Background(), urgent, time.Minute) {
					mu.Lock()
					in = append(in, fmt.Sprint(i))
					mu.Unlock()
					time.Sleep(time.Second)
					p.leave()
				}
			}()
			synctest.Wait()
		}
		if p.waiting() != 5 {
			t.Fatalf("%d wait", p.waiting())
		}
		p.leave()
		time.Sleep(10 * time.Second)
		mu.Lock()
		defer mu.Unlock()
		if !slices.Equal(in, []string{"2", "4", "0", "1", "3"}) {
			t.Errorf("let in %v", in)
		}
	})
}

func TestWhoHasWaitedTooLongIsSentAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &admission{small: newPlaces(1), large: newPlaces(1)}
		leave := a.enter(t.Context(), 100, false, time.Second)
		start := time.Now()
		if a.enter(t.Context(), 100, true, 1500*time.Millisecond) != nil {
			t.Error("a full house let somebody in")
		}
		if waited := time.Since(start); waited != 1500*time.Millisecond {
			t.Errorf("sent away after %v", waited)
		}
		for _, length := range []int64{-1, smallBody + 1} {
			large := a.enter(t.Context(), length, false, time.Second)
			if large == nil {
				t.Fatalf("a body of %d waits for the small ones", length)
			}
			large()
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if a.enter(gone, 100, false, time.Hour) != nil {
			t.Error("a client that is gone was let in")
		}
		leave()
		if leave = a.enter(t.Context(), 100, false, time.Second); leave == nil || a.small.waiting() != 0 {
			t.Error("the place was lost")
		}
	})
}

// waiting counts those that wait.
func (p *places) waiting() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.urgent.Len() + p.patient.Len()
}

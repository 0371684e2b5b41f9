package e2e

import (
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"
)

// killCount is how often the program is killed: DARI_KILLS, or enough for every change.
func killCount(t *testing.T) int {
	text, set := os.LookupEnv("DARI_KILLS")
	switch {
	case set:
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("DARI_KILLS=%q: must be a number of kills, like 500", text)
		}
		return n
	case testing.Short():
		return 10
	}
	return 50
}

// seed is DARI_SEED, or a new one. It repeats the moments of the kills, though not what they hit.
func seed(t *testing.T) uint64 {
	text, set := os.LookupEnv("DARI_SEED")
	if !set {
		return rand.Uint64()
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("DARI_SEED=%q: must be the number that a run has printed", text)
	}
	return n
}

func TestCrashesLoseNothingDoubleOnlyWhatWasInFlightAndKeepTheOrder(t *testing.T) {
	kills, seed := killCount(t), seed(t)
	s := newStorm(t, seed)
	for s.kills < kills && !t.Failed() {
		s.round()
	}
	d := s.start()
	for _, p := range s.people { // what the platforms still have to bring
		if p.open != 0 {
			p.m.say(d, p.user, p.open, numbered(p.user, p.open))
			p.acked = append(p.acked, p.open)
		}
	}
	d.settled()
	l, states := d.ledger(), d.recount()
	s.end(d)
	o := s.judge()
	t.Logf("%d kills (%d of them while starting): %d acknowledged, %d answered, %d lost, %d doubled, %d in flight at the kills; ledger %+v, true at %d looks; seed %d",
		s.kills, s.inSetup, o.acknowledged, o.answered, o.lost, o.doubled, o.inFlight, l, s.looks, seed)
	if o.doubled > o.inFlight {
		t.Errorf("%d messages were doubled although only %d were in flight", o.doubled, o.inFlight)
	}
	if o.answered != l.Accepted || l.Handled != l.Accepted || l.Failed != 0 || l.Waiting != 0 {
		t.Errorf("%d answered, but the ledger says %+v", o.answered, l)
	}
	if states["handled"] != l.Handled || states["failed"] != l.Failed || states["accepted"] != l.Waiting {
		t.Errorf("the events themselves are %v, but the ledger says %+v", states, l)
	}
	if o.acknowledged < kills*len(s.people)/4 || s.looks < kills/2 {
		t.Errorf("%d callbacks acknowledged and %d looks at the ledger: the load proves nothing", o.acknowledged, s.looks)
	}
}

func TestAFirstStartThatIsCutShortIsMadeUpFor(t *testing.T) {
	random := rand.New(rand.NewPCG(1, seed(t)))
	for range 8 {
		dir := t.TempDir()
		d := launch(t, dir)
		<-time.After(time.Duration(random.Int64N(int64(longestSetup))))
		d.kill()
		d = start(t, dir)
		newBot(d)
		d.kill()
	}
}

// recount counts the events by state, one by one.
func (d *dari) recount() map[string]int {
	d.t.Helper()
	states := map[string]int{}
	for cursor := ""; ; {
		var page struct {
			Items      []struct{ State string }
			NextCursor string `json:"next_cursor"`
		}
		d.api(http.MethodGet, "/events?limit=500&cursor="+cursor, nil, http.StatusOK, &page)
		for _, e := range page.Items {
			states[e.State]++
		}
		if cursor = page.NextCursor; cursor == "" {
			return states
		}
	}
}

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// storm is load on all messengers while the program is killed again and again.
type storm struct {
	t      *testing.T
	dir    string
	all    []*messenger
	people []*person
	random *rand.Rand

	kills   int
	inSetup int // kills before the program was ready
	noted   int // deliveries whose result was noted, over all lives
	looks   int // at the ledger, under load
}

// person sends one text after the other, each when the one before it was acknowledged.
type person struct {
	m     *messenger
	user  int
	next  int   // counts the texts
	open  int   // the text that was not acknowledged and will be sent again; 0 if none
	acked []int // the texts that were answered 200
}

// perMessenger is how many people write on each messenger.
const perMessenger = 6

func newStorm(t *testing.T, seed uint64) *storm {
	s := &storm{t: t, dir: t.TempDir(), all: messengers(t), random: rand.New(rand.NewPCG(seed, seed))}
	d := s.start()
	newBot(d)
	for _, m := range s.all {
		m.connect(d, "bot")
		for user := range perMessenger {
			s.people = append(s.people, &person{m: m, user: user})
		}
	}
	s.end(d)
	return s
}

func (s *storm) start() *dari {
	s.t.Helper()
	return start(s.t, s.dir, "DARI_LOG_LEVEL=debug")
}

// end kills the program and counts what it had noted.
func (s *storm) end(d *dari) {
	d.kill()
	s.noted += noted(d)
}

// notedDelivery is what is logged when a platform has taken a message and that is written down.
var notedDelivery = regexp.MustCompile(`"msg":"delivery tried"[^\n]*"status":"delivered"`)

// noted counts the messages that a program has sent and noted. Failed attempts have shown nobody anything.
func noted(d *dari) int { return len(notedDelivery.FindAllString(d.out.String(), -1)) }

// The longest that the program lives under load, and before it is ready.
const (
	longestLife  = 400 * time.Millisecond
	longestSetup = 150 * time.Millisecond
)

// round is one life under load, cut short at a random moment. Every fourth is preceded by one that ends
// while the program still looks through its store.
func (s *storm) round() {
	s.t.Helper()
	if s.random.IntN(4) == 0 {
		d := launch(s.t, s.dir, "DARI_LOG_LEVEL=info")
		<-time.After(s.moment(longestSetup))
		s.end(d)
		s.kills++
		s.inSetup++
		return
	}
	d := s.start()
	over, stop := context.WithCancel(s.t.Context())
	defer stop()
	var busy sync.WaitGroup
	for _, p := range s.people {
		busy.Go(func() { p.talk(over, d) })
	}
	busy.Go(func() { s.watch(over, d) })
	<-time.After(s.moment(longestLife))
	s.end(d)
	stop()
	busy.Wait()
	s.kills++
}

func (s *storm) moment(longest time.Duration) time.Duration {
	return time.Duration(s.random.Int64N(int64(longest)))
}

// talk sends until the program is gone.
func (p *person) talk(over context.Context, d *dari) {
	for over.Err() == nil {
		n := p.open
		if n == 0 {
			p.next++
			n = p.next*perMessenger + p.user // no two texts of a messenger share a number
		}
		p.open = 0
		switch status := p.m.call(d, p.m.text(p.user, n, numbered(p.user, n))); status {
		case http.StatusOK:
			p.acked = append(p.acked, n)
		case 0:
			if p.m.redelivers {
				p.open = n
			}
			return
		default:
			d.t.Errorf("%s: a callback was answered %d", p.m.name, status)
			return
		}
	}
}

// numbered is the text of a person, to be found again in its answer.
func numbered(user, n int) string { return fmt.Sprintf("no-%d-%d.", user, n) }

// watch looks at the ledger until the program is gone.
func (s *storm) watch(over context.Context, d *dari) {
	often := time.NewTicker(5 * time.Millisecond)
	defer often.Stop()
	for ; over.Err() == nil; <-often.C {
		req, err := http.NewRequestWithContext(over, http.MethodGet, d.url+"/api/v1/ledger", nil)
		if err != nil {
			s.t.Error(err)
			return
		}
		req.Header.Set("Authorization", "Bearer "+adminKey)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return
		}
		var l ledger
		err = json.NewDecoder(resp.Body).Decode(&l)
		resp.Body.Close()
		if err != nil {
			return
		}
		s.looks++
		l.check(s.t)
	}
}

// outcome is what became of the texts.
type outcome struct {
	acknowledged, answered, lost, doubled, inFlight int
}

// judge compares what was acknowledged with what people saw. In flight is what they saw and the program had
// not reported yet when it was killed.
func (s *storm) judge() outcome {
	var o outcome
	shownInAll := 0
	for _, m := range s.all {
		shown := m.shown()
		shownInAll += len(shown)
		for _, p := range s.people {
			if p.m == m {
				s.judgeOne(p, shown, &o)
			}
		}
	}
	o.inFlight = shownInAll - s.noted
	return o
}

func (s *storm) judgeOne(p *person, shown []string, o *outcome) {
	who := fmt.Sprintf("%s user %d", p.m.name, p.user)
	var seen []int
	for _, text := range shown {
		_, rest, ok := strings.Cut(text, fmt.Sprintf("no-%d-", p.user))
		if !ok {
			continue
		}
		var n int
		if _, err := fmt.Sscanf(rest, "%d.", &n); err != nil {
			s.t.Fatalf("%s: odd answer %q", who, text)
		}
		seen = append(seen, n)
	}
	if !slices.IsSorted(seen) {
		s.t.Errorf("%s: answers out of order: %v", who, seen)
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(seen)))
	o.acknowledged += len(p.acked)
	o.answered += len(distinct)
	doubled := len(seen) - len(distinct)
	o.doubled += doubled
	if doubled > s.kills { // a kill leaves one message of a conversation in doubt
		s.t.Errorf("%s: %d answers were doubled in %d kills", who, doubled, s.kills)
	}
	for _, n := range p.acked {
		if _, found := slices.BinarySearch(distinct, n); !found {
			o.lost++
			s.t.Errorf("%s: text %d was acknowledged and never answered", who, n)
		}
	}
}

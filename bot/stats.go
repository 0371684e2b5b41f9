package bot

import (
	"hash/fnv"
	"math"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"time"

	"dari/bot/message"
	"dari/store"
)

// Tally counts what happened on a channel within a time.
type Tally struct {
	Received   int `json:"received,omitempty"` // events that had a turn
	Answered   int `json:"answered,omitempty"` // of them, those that the bot said something to
	Unanswered int `json:"unanswered,omitempty"`
	Failed     int `json:"failed,omitempty"`
	Ignored    int `json:"ignored,omitempty"`
	Late       int `json:"late,omitempty"` // answers that came after their turn
	Rejected   int `json:"rejected,omitempty"`
	Duplicates int `json:"duplicates,omitempty"`

	Delivered   int            `json:"delivered,omitempty"`
	Undelivered int            `json:"undelivered,omitempty"` // failed for good, or nobody knows
	Routes      map[string]int `json:"routes,omitempty"`      // of what was delivered
	Errors      map[string]int `json:"errors,omitempty"`

	Reply  Spread `json:"reply,omitempty"`  // from the callback to the first answer being delivered
	Engine Spread `json:"engine,omitempty"` // of the engine's answer
	People crowd  `json:"people,omitempty"`
}

// maxErrors is how many different errors a tally tells apart.
const maxErrors = 40

func (t *Tally) fail(code string) {
	if _, known := t.Errors[code]; !known && len(t.Errors) >= maxErrors {
		code = "other"
	}
	plus(&t.Errors, code, 1)
}

func plus(m *map[string]int, key string, n int) {
	if *m == nil {
		*m = map[string]int{}
	}
	(*m)[key] += n
}

// add puts another tally's counts on top.
func (t *Tally) add(o *Tally) {
	t.Received += o.Received
	t.Answered += o.Answered
	t.Unanswered += o.Unanswered
	t.Failed += o.Failed
	t.Ignored += o.Ignored
	t.Late += o.Late
	t.Rejected += o.Rejected
	t.Duplicates += o.Duplicates
	t.Delivered += o.Delivered
	t.Undelivered += o.Undelivered
	for route, n := range o.Routes {
		plus(&t.Routes, route, n)
	}
	for code, n := range o.Errors {
		plus(&t.Errors, code, n)
	}
	t.Reply.add(o.Reply)
	t.Engine.add(o.Engine)
	t.People.add(o.People)
}

// Spread counts durations in steps that grow by the square root of two, from a millisecond on. It tells
// quantiles to within a fifth.
type Spread []int

// maxSteps reach beyond the longest turn.
const maxSteps = 42

func (s *Spread) observe(d time.Duration) {
	step := 0
	if ms := float64(d) / float64(time.Millisecond); ms > 1 {
		step = min(int(math.Ceil(2*math.Log2(ms))), maxSteps-1)
	}
	s.grow(step + 1)
	(*s)[step]++
}

func (s *Spread) grow(n int) {
	for len(*s) < n {
		*s = append(*s, 0)
	}
}

func (s *Spread) add(o Spread) {
	s.grow(len(o))
	for i, n := range o {
		(*s)[i] += n
	}
}

// Quantile is the duration that a share q of all stays under; 0 for none.
func (s Spread) Quantile(q float64) time.Duration {
	total := 0
	for _, n := range s {
		total += n
	}
	rank := q * float64(total)
	for i, n := range s {
		if rank -= float64(n); n > 0 && rank <= 0 {
			within := 1 + rank/float64(n) // how far into the step, 0 to 1
			return time.Duration(math.Exp2((float64(i)-1+within)/2) * float64(time.Millisecond))
		}
	}
	return 0
}

// crowd estimates how many different people there were, to within about three in a hundred, without
// keeping who (Flajolet et al., HyperLogLog, 2007): the registers that are not empty, in their order, each
// as its number and its rank.
type crowd []uint16

const (
	crowdBits = 10
	rankBits  = 6
)

func (c *crowd) see(person string) {
	h := fnv.New64a()
	h.Write([]byte(person))
	x := h.Sum64() // FNV mixes its high bits badly; this is the finisher of MurmurHash3
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	x ^= x >> 33
	rank := bits.LeadingZeros64(x<<crowdBits|1) + 1
	c.set(uint16(x>>(64-crowdBits))<<rankBits | uint16(rank))
}

// set raises a register.
func (c *crowd) set(register uint16) {
	i, _ := slices.BinarySearch(*c, register>>rankBits<<rankBits)
	if i < len(*c) && (*c)[i]>>rankBits == register>>rankBits {
		(*c)[i] = max((*c)[i], register)
		return
	}
	*c = slices.Insert(*c, i, register)
}

func (c *crowd) add(o crowd) {
	if len(o) == 0 {
		return
	}
	a, out := *c, make(crowd, 0, len(*c)+len(o))
	for len(a) > 0 && len(o) > 0 {
		x, y := a[0]>>rankBits, o[0]>>rankBits
		switch {
		case x < y:
			out, a = append(out, a[0]), a[1:]
		case x > y:
			out, o = append(out, o[0]), o[1:]
		default:
			out, a, o = append(out, max(a[0], o[0])), a[1:], o[1:]
		}
	}
	*c = append(append(out, a...), o...)
}

func (c crowd) size() int {
	const m = 1 << crowdBits
	empty := m - len(c)
	sum := float64(empty)
	for _, register := range c {
		sum += math.Exp2(-float64(register & (1<<rankBits - 1)))
	}
	estimate := 0.7213 / (1 + 1.079/m) * m * m / sum
	if empty > 0 && estimate < 2.5*m {
		estimate = m * math.Log(m/float64(empty))
	}
	return int(math.Round(estimate))
}

// tallies are tallies by channel and hour, in seconds of Unix time.
type tallies map[string]map[int64]*Tally

func (t tallies) at(channelID string, hour int64) *Tally {
	hours := t[channelID]
	if hours == nil {
		hours = map[int64]*Tally{}
		t[channelID] = hours
	}
	if hours[hour] == nil {
		hours[hour] = &Tally{}
	}
	return hours[hour]
}

func (t tallies) add(o tallies) {
	for channelID, hours := range o {
		for hour, tally := range hours {
			t.at(channelID, hour).add(tally)
		}
	}
}

func hourOf(t time.Time) int64 { return t.Unix() - t.Unix()%3600 }

// stats counts what happens, for the plots. What is new since the last minute is apart from the rest, so
// that nobody who looks at a year keeps the runtime waiting.
type stats struct {
	table store.Table[store.Stats]

	mu    sync.Mutex
	fresh tallies

	keep sync.RWMutex
	kept tallies

	failed tallies // could not be written; of the goroutine alone that writes
}

func newStats(table store.Table[store.Stats]) *stats {
	return &stats{table: table, fresh: tallies{}, kept: tallies{}}
}

func (s *stats) note(channelID string, at time.Time, set func(*Tally)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	set(s.fresh.at(channelID, hourOf(at)))
}

// turn notes how a turn ended. asked is empty if no engine was asked.
func (s *stats) turn(c store.TurnClaim, t store.Turn, asked trace) {
	person := c.Conversation.User.ID
	if t.Conversation != nil {
		person = t.Conversation.User.ID
	}
	s.note(c.Event.ChannelID, c.Event.ReceivedAt, func(y *Tally) {
		if asked.Engine != "" {
			y.Engine.observe(time.Duration(asked.EngineMS) * time.Millisecond)
		}
		answered := len(t.Deliveries) > 0
		if c.Event.Kind == message.KindLate {
			if answered {
				y.Late++
			}
			return
		}
		y.Received++
		switch {
		case t.State == store.Failed:
			y.Failed++
			y.fail("turn:" + reasonCode(t.Reason))
		case t.State == store.Ignored:
			y.Ignored++
			return
		case answered:
			y.Answered++
		case c.Event.Kind.FromUser():
			y.Unanswered++
		}
		if person != "" && c.Event.Kind.FromUser() {
			y.People.see(person)
		}
	})
}

// reasonCode is the stable beginning of why a turn failed: "engine timeout", "parse".
func reasonCode(reason string) string {
	reason, engine := strings.CutPrefix(reason, "engine: ")
	code, _, _ := strings.Cut(reason, ":")
	switch {
	case engine:
		return "engine " + errorCode(code)
	case code == "channel" || code == "parse" || code == "bot":
		return code
	}
	return "answer"
}

// refused notes an event that had no turn.
func (s *stats) refused(channelID, code string, at time.Time) {
	s.note(channelID, at, func(y *Tally) {
		if code == string(store.Duplicate) {
			y.Duplicates++
			return
		}
		y.Rejected++
		y.fail("rejected:" + code)
	})
}

// delivery notes an attempt that was the last one.
func (s *stats) delivery(d store.Delivery, result store.Result, now time.Time) {
	if result.Status == store.Pending {
		return
	}
	s.note(d.ChannelID, now, func(y *Tally) {
		if result.Status != store.Delivered {
			y.Undelivered++
			y.fail(strings.TrimRight("delivery:"+result.ErrorKind+" "+result.ErrorCode, " "))
			return
		}
		y.Delivered++
		plus(&y.Routes, result.Route, 1)
		if d.First && !d.AddressAt.IsZero() {
			y.Reply.observe(now.Sub(d.AddressAt))
		}
	})
}

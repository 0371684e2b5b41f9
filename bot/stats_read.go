package bot

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// The steps of a time series.
const (
	StepHour = "hour"
	StepDay  = "day"
	StepWeek = "week"
)

// StatsSteps are all steps, the shortest first.
var StatsSteps = []string{StepHour, StepDay, StepWeek}

// maxPoints bounds a series.
const maxPoints = 1000

// StatsQuery asks for time series. Empty fields select everything.
type StatsQuery struct {
	BotID, ChannelID string
	// From and To are rounded outwards to whole steps. What is older than 35 days is counted by days of
	// UTC, whatever the zone.
	From, To time.Time
	Step     string
	Zone     *time.Location
}

// Stats are time series for the plots.
type Stats struct {
	From, To time.Time
	Step     string
	Zone     *time.Location
	Channels []ChannelStats
	// All is the sum over the channels.
	All ChannelStats
	// Hours counts what was received by day of the week, Monday first, and hour of the day, as far as
	// hours are told apart.
	Hours [7][24]int
}

// ChannelStats is the series of one channel.
type ChannelStats struct {
	ID, Name, Type string
	Points         []StatsPoint
	Sum            StatsPoint
}

// StatsPoint is what happened from At to the next point.
type StatsPoint struct {
	At time.Time
	Tally
}

// Active is about how many different people wrote.
func (p StatsPoint) Active() int { return p.People.size() }

// Silent is how many messages got no answer, neither at once nor later.
func (p StatsPoint) Silent() int { return max(0, p.Unanswered-p.Late) }

// Stats answers from memory.
func (r *Runtime) Stats(ctx context.Context, q StatsQuery) (Stats, error) {
	if q.Zone == nil {
		q.Zone = time.UTC
	}
	if err := checkOption("step", q.Step, StatsSteps); err != nil {
		return Stats{}, err
	}
	if !q.From.Before(q.To) {
		return Stats{}, &InputError{Field: "from", Code: "range", Detail: "must be before to"}
	}
	starts, err := stepsOf(q)
	if err != nil {
		return Stats{}, err
	}
	views, err := r.Channels(ctx, q.BotID)
	if err != nil {
		return Stats{}, err
	}
	s := Stats{From: starts[0], To: starts[len(starts)-1], Step: q.Step, Zone: q.Zone, Channels: []ChannelStats{}}
	s.All = ChannelStats{Points: points(starts)}
	for _, v := range views {
		if q.ChannelID != "" && v.ID != q.ChannelID {
			continue
		}
		one := ChannelStats{ID: v.ID, Name: v.Name, Type: v.Type, Points: points(starts)}
		r.stats.visit(v.ID, func(hour int64, t *Tally) { s.take(&one, starts, hour, t) })
		for i := range one.Points {
			one.Sum.add(&one.Points[i].Tally)
			s.All.Points[i].add(&one.Points[i].Tally)
		}
		s.All.Sum.add(&one.Sum.Tally)
		s.Channels = append(s.Channels, one)
	}
	return s, nil
}

// stepsOf are the beginnings of the steps, and the end of the last one.
func stepsOf(q StatsQuery) ([]time.Time, error) {
	starts := []time.Time{startOf(q.From, q.Step, q.Zone)}
	for starts[len(starts)-1].Before(q.To) {
		if len(starts) > maxPoints {
			return nil, &InputError{Field: "step", Code: "range", Detail: fmt.Sprintf("a series has at most %d points; choose a longer step or a shorter time", maxPoints)}
		}
		starts = append(starts, after(starts[len(starts)-1], q.Step))
	}
	return starts, nil
}

// startOf is where the step begins that t lies in, for people in a zone. Hours are those of UTC: they
// are counted so.
func startOf(t time.Time, step string, zone *time.Location) time.Time {
	t = t.In(zone)
	y, m, d := t.Date()
	switch step {
	case StepHour:
		return time.Unix(hourOf(t), 0).In(zone)
	case StepWeek: // weeks begin on Monday
		d -= weekday(t)
	}
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

func weekday(t time.Time) int { return (int(t.Weekday()) + 6) % 7 }

func after(t time.Time, step string) time.Time {
	switch step {
	case StepHour:
		return t.Add(time.Hour)
	case StepWeek:
		return t.AddDate(0, 0, 7)
	}
	return t.AddDate(0, 0, 1)
}

func points(starts []time.Time) []StatsPoint {
	out := make([]StatsPoint, len(starts)-1)
	for i := range out {
		out[i].At = starts[i]
	}
	return out
}

// take adds an hour of a channel to the series it belongs to.
func (s *Stats) take(one *ChannelStats, starts []time.Time, hour int64, t *Tally) {
	i, found := slices.BinarySearchFunc(starts, hour, func(start time.Time, hour int64) int { return cmp.Compare(start.Unix(), hour) })
	if !found {
		i--
	}
	if i < 0 || i >= len(one.Points) {
		return
	}
	one.Points[i].add(t)
	if at := time.Unix(hour, 0).In(s.Zone); time.Since(at) < statsHours {
		s.Hours[weekday(at)][at.Hour()] += t.Received
	}
}

// visit calls each for every hour of the channel that something happened in, maybe twice for one.
func (s *stats) visit(channelID string, each func(hour int64, t *Tally)) {
	s.mu.Lock() // while both are held nothing is on its way from one to the other
	s.keep.RLock()
	defer s.keep.RUnlock()
	now := make(map[int64]*Tally, len(s.fresh[channelID]))
	for hour, t := range s.fresh[channelID] {
		sum := &Tally{}
		sum.add(t)
		now[hour] = sum
	}
	s.mu.Unlock()
	for hour, t := range s.kept[channelID] {
		each(hour, t)
	}
	for hour, t := range now {
		each(hour, t)
	}
}

// TopErrors are the most frequent errors, at most n.
func (p StatsPoint) TopErrors(n int) []ErrorCount {
	var out []ErrorCount
	for _, code := range slices.Sorted(maps.Keys(p.Errors)) {
		out = append(out, ErrorCount{code, p.Errors[code]})
	}
	slices.SortStableFunc(out, func(a, b ErrorCount) int { return cmp.Compare(b.Count, a.Count) })
	return out[:min(n, len(out))]
}

// ErrorCount is how often an error happened. Its code begins with "turn:", "delivery:" or "rejected:".
type ErrorCount struct {
	Code  string `json:"code"`
	Count int    `json:"count"`
}

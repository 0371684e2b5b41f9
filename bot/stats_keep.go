package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"dari/store"
)

// How often the counters are written, how long they tell hours apart, and how long they are kept.
const (
	statsEvery = time.Minute
	statsHours = 35 * 24 * time.Hour
	statsLife  = 397 * 24 * time.Hour // thirteen months
)

// keepStats reads what was counted before, and writes what is new every minute until ctx ends.
func (r *Runtime) keepStats(ctx context.Context) {
	if err := r.stats.load(ctx); err != nil {
		r.log.Error("counters of the plots not read; the plots begin now", "error", err)
	}
	var shortened int64 // the day on which old ones were put together last
	every(ctx, statsEvery, func() {
		note := func(what string, err error) {
			if err != nil && ctx.Err() == nil {
				r.log.Error(what, "error", err)
			}
		}
		note("counters of the plots not written; they are kept in memory", r.stats.save(ctx))
		if _, shared := r.store.(store.Watcher); shared {
			note("counters of the other nodes not read", r.othersStats(ctx, time.Now()))
		}
		if today := time.Now().Unix() / daySeconds; today != shortened {
			err := r.stats.shorten(ctx, time.Now())
			if err == nil {
				shortened = today
			}
			note("old counters of the plots not put together", err)
		}
	})
}

// load reads what is stored.
func (s *stats) load(ctx context.Context) error {
	all, err := s.table.List(ctx)
	if err != nil {
		return err
	}
	read := tallies{}
	for _, rec := range all {
		if err := read.put(rec); err != nil {
			return err
		}
	}
	s.keep.Lock()
	defer s.keep.Unlock()
	s.kept.add(read)
	return nil
}

// put adds what a record holds.
func (t tallies) put(rec store.Stats) error {
	for hour, raw := range rec.Hours {
		var y Tally
		if err := json.Unmarshal(raw, &y); err != nil {
			return fmt.Errorf("counters of %s on %s: %w", rec.ChannelID, rec.Day.Format(time.DateOnly), err)
		}
		t.at(rec.ChannelID, rec.Day.Unix()+int64(hour)*3600).add(&y)
	}
	return nil
}

// othersStats reads today's and yesterday's counters again, which other nodes have written to as well.
func (r *Runtime) othersStats(ctx context.Context, now time.Time) error {
	channels, err := r.store.Channels().List(ctx)
	if err != nil {
		return err
	}
	today := now.UTC().Truncate(daySeconds * time.Second)
	for _, ch := range channels {
		for _, day := range []time.Time{today.AddDate(0, 0, -1), today} {
			if err := r.stats.again(ctx, ch.ID, day); err != nil {
				return err
			}
		}
	}
	return nil
}

// again reads one day of one channel again. What could not be written yet is not in it, and stays.
func (s *stats) again(ctx context.Context, channelID string, day time.Time) error {
	rec, err := s.table.Get(ctx, statsID(channelID, day))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	read := tallies{}
	if err == nil {
		err = read.put(rec)
	}
	if err != nil {
		return err
	}
	s.keep.Lock()
	defer s.keep.Unlock()
	for hour, tally := range read[channelID] {
		if unsaved := s.failed[channelID][hour]; unsaved != nil {
			tally.add(unsaved)
		}
		*s.kept.at(channelID, hour) = *tally
	}
	return nil
}

func statsID(channelID string, day time.Time) string {
	return channelID + ":" + day.Format(time.DateOnly)
}

// save adds what is new to what is stored: other processes may count on the same channels.
func (s *stats) save(ctx context.Context) error {
	s.mu.Lock()
	fresh := s.fresh
	s.fresh = tallies{}
	s.keep.Lock()
	s.kept.add(fresh) // both locks, so that nobody misses what is on its way
	s.keep.Unlock()
	s.mu.Unlock()
	var failed error
	for channelID, hours := range s.unsaved(fresh) {
		for day, part := range byDay(hours) {
			if err := s.store(ctx, channelID, time.Unix(day, 0).UTC(), part); err != nil {
				failed = errors.Join(failed, err)
				s.remember(channelID, part)
			}
		}
	}
	return failed
}

// unsaved puts what could not be written before to what is new.
func (s *stats) unsaved(fresh tallies) tallies {
	all := s.failed
	s.failed = nil
	if all == nil {
		return fresh
	}
	all.add(fresh)
	return all
}

func (s *stats) remember(channelID string, hours map[int64]*Tally) {
	if s.failed == nil {
		s.failed = tallies{}
	}
	s.failed.add(tallies{channelID: hours})
}

const daySeconds = 24 * 3600

func byDay(hours map[int64]*Tally) map[int64]map[int64]*Tally {
	days := map[int64]map[int64]*Tally{}
	for hour, t := range hours {
		day := hour - hour%daySeconds
		if days[day] == nil {
			days[day] = map[int64]*Tally{}
		}
		days[day][hour] = t
	}
	return days
}

func (s *stats) store(ctx context.Context, channelID string, day time.Time, hours map[int64]*Tally) error {
	id := statsID(channelID, day)
	add := func(rec *store.Stats) error {
		for hour, t := range hours {
			if err := addTo(rec, int(hour-day.Unix())/3600, t); err != nil {
				return err
			}
		}
		return nil
	}
	_, err := s.table.Update(ctx, id, add)
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	rec := store.Stats{ChannelID: channelID, Day: day, Hours: map[int]json.RawMessage{}}
	if err := add(&rec); err != nil {
		return err
	}
	err = s.table.Create(ctx, id, rec)
	if errors.Is(err, store.ErrExists) { // another process was quicker
		_, err = s.table.Update(ctx, id, add)
	}
	return err
}

func addTo(rec *store.Stats, hour int, t *Tally) error {
	var sum Tally
	if raw := rec.Hours[hour]; raw != nil {
		if err := json.Unmarshal(raw, &sum); err != nil {
			return err
		}
	}
	sum.add(t)
	raw, err := json.Marshal(&sum)
	rec.Hours[hour] = raw
	return err
}

// shorten makes one tally of each day that is old, and deletes those that are too old.
func (s *stats) shorten(ctx context.Context, now time.Time) error {
	hours, life := now.Add(-statsHours), now.Add(-statsLife)
	s.keep.Lock()
	s.kept.shorten(hours.Unix(), life.Unix())
	s.keep.Unlock()
	all, err := s.table.List(ctx)
	if err != nil {
		return err
	}
	for _, rec := range all {
		id := statsID(rec.ChannelID, rec.Day)
		switch {
		case rec.Day.Before(life):
			if err := s.table.Delete(ctx, id); err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		case rec.Day.Before(hours) && len(rec.Hours) > 1:
			if _, err := s.table.Update(ctx, id, together); err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
	}
	return nil
}

func together(rec *store.Stats) error {
	whole := store.Stats{Hours: map[int]json.RawMessage{}}
	for _, raw := range rec.Hours {
		var t Tally
		if err := json.Unmarshal(raw, &t); err != nil {
			return err
		}
		if err := addTo(&whole, 0, &t); err != nil {
			return err
		}
	}
	rec.Hours = whole.Hours
	return nil
}

// shorten does in memory what is done in the store.
func (t tallies) shorten(hours, life int64) {
	for _, all := range t {
		for hour, tally := range all {
			day := hour - hour%daySeconds
			switch {
			case day < life:
				delete(all, hour)
			case day < hours && hour != day:
				delete(all, hour)
				if all[day] == nil {
					all[day] = &Tally{}
				}
				all[day].add(tally)
			}
		}
	}
}

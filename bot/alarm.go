package bot

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"dari/store"
)

// Alarms: what whoever runs bots must know is looked for once a minute, kept, and told to the places that an
// administrator has chosen: when it begins, once a day while it lasts, and when it is over. All that is
// remembered lies in the store, so that any node can go on where another has stopped.

// Kinds of alarms.
const (
	AlarmCredentials = "credentials" // a messenger refuses a channel's credentials
	AlarmDeliveries  = "deliveries"  // messages of a channel do not arrive
	AlarmEngine      = "engine"      // a bot's engine has no answer
	AlarmRejected    = "rejected"    // callbacks to a channel are turned away
	AlarmExpiry      = "expiry"      // a channel's secret ends
	AlarmKeyExpiry   = "key_expiry"  // an API key ends
)

// AlarmKinds are all kinds, the gravest first.
var AlarmKinds = []string{AlarmCredentials, AlarmDeliveries, AlarmEngine, AlarmRejected, AlarmExpiry, AlarmKeyExpiry}

// What the targets are told.
const (
	alarmRaised = "raised"
	alarmStill  = "still"
	alarmOver   = "over"
)

const (
	alarmEvery = time.Minute      // between two looks
	alarmCalm  = 15 * time.Minute // without anything new, until it is over
	alarmAgain = 24 * time.Hour   // between two tellings of what lasts
	alarmTried = time.Hour        // how long a target that does not hear is tried
)

// ends tells which kinds know their end in advance. Each level is told once, and nobody needs to hear that a
// credential was renewed.
func ends(kind string) bool { return kind == AlarmExpiry || kind == AlarmKeyExpiry }

// watch looks once. Only one node does so at a time.
func (r *Runtime) watch(ctx context.Context) {
	unlock, err := r.store.Lock(ctx, "alarms")
	if err != nil {
		return
	}
	defer unlock()
	if err := r.look(ctx, time.Now().UTC()); err != nil && ctx.Err() == nil {
		r.log.Error("alarms not looked for", "error", err)
	}
}

func (r *Runtime) look(ctx context.Context, now time.Time) error {
	found, err := r.findAlarms(ctx, now)
	if err != nil {
		return err
	}
	known, err := r.store.Alarms().List(ctx)
	if err != nil {
		return err
	}
	targets, err := r.store.AlarmTargets().List(ctx)
	if err != nil {
		return err
	}
	next, gone := advance(known, found, targets, now)
	for _, id := range gone {
		if err := r.store.Alarms().Delete(ctx, id); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	// What is owed is written before it is told: a node that stops in between leaves it to the next.
	for _, a := range next {
		if err := r.store.Alarms().Put(ctx, a.ID, a); err != nil {
			return err
		}
	}
	return r.tellAlarms(ctx, next, targets, now)
}

// advance works out what becomes of the alarms that are known by what a look has found, which it uses up.
func advance(known []store.Alarm, found map[string]store.Alarm, targets []store.AlarmTarget, now time.Time) (next []store.Alarm, gone []string) {
	refused := refusedChannels(known, found)
	for id, f := range found {
		if f.Kind == AlarmDeliveries && refused[f.ChannelID] {
			delete(found, id)
		}
	}
	for _, a := range known {
		f, on := found[a.ID]
		delete(found, a.ID)
		switch {
		case on:
			a = renewed(a, f, targets, now)
		case ends(a.Kind), a.Kind == AlarmDeliveries && refused[a.ChannelID]:
			gone = append(gone, a.ID)
			continue
		case a.State != alarmOver && now.Sub(a.SeenAt) >= alarmCalm:
			untold := a.ToldAt.IsZero()
			if a = begin(a, alarmOver, targets, now); untold {
				a.Owed = nil
			}
		}
		if a.Owed = stillOwed(a, targets, now); a.State == alarmOver && len(a.Owed) == 0 {
			gone = append(gone, a.ID)
			continue
		}
		next = append(next, a)
	}
	for _, f := range found {
		f.Since, f.SeenAt = now, now
		next = append(next, begin(f, alarmRaised, targets, now))
	}
	slices.SortFunc(next, func(a, b store.Alarm) int { return cmp.Compare(a.ID, b.ID) })
	return next, gone
}

// refusedChannels are those whose credentials are refused: that says why their messages do not arrive.
func refusedChannels(known []store.Alarm, found map[string]store.Alarm) map[string]bool {
	refused := map[string]bool{}
	for _, a := range known {
		if a.Kind == AlarmCredentials && a.State != alarmOver {
			refused[a.ChannelID] = true
		}
	}
	for _, a := range found {
		if a.Kind == AlarmCredentials {
			refused[a.ChannelID] = true
		}
	}
	return refused
}

// renewed is an alarm that a look has found again.
func renewed(a, f store.Alarm, targets []store.AlarmTarget, now time.Time) store.Alarm {
	a.BotID, a.Subject, a.Count, a.Last, a.Payload, a.EventID, a.SeenAt = f.BotID, f.Subject, f.Count, f.Last, f.Payload, f.EventID, now
	switch {
	case a.State == alarmOver: // not over after all, or once more
		a.Since = now
		return begin(a, alarmRaised, targets, now)
	case a.ToldAt.IsZero():
		return begin(a, alarmRaised, targets, now)
	case !ends(a.Kind) && now.Sub(a.ToldAt) >= alarmAgain:
		return begin(a, alarmStill, targets, now)
	}
	return a
}

// begin makes everybody be told of the alarm's new state.
func begin(a store.Alarm, state string, targets []store.AlarmTarget, now time.Time) store.Alarm {
	a.State, a.Owed = state, nil
	for _, t := range targets {
		a.Owed, a.ToldAt, a.TriedAt = append(a.Owed, t.ID), now, time.Time{}
	}
	return a
}

// stillOwed are the targets that are to be tried: they exist, and the hour is not over.
func stillOwed(a store.Alarm, targets []store.AlarmTarget, now time.Time) []string {
	if now.Sub(a.ToldAt) > alarmTried {
		return nil
	}
	return slices.DeleteFunc(a.Owed, func(id string) bool {
		return !slices.ContainsFunc(targets, func(t store.AlarmTarget) bool { return t.ID == id })
	})
}

// AlarmView is an alarm as people see it.
type AlarmView struct {
	store.Alarm
	Bot, Channel string // their names
	Path         string // where the console shows more
}

// Alarms lists what goes wrong now or will soon, the gravest first.
func (r *Runtime) Alarms(ctx context.Context) ([]AlarmView, error) {
	list, err := r.store.Alarms().List(ctx)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	names, err := r.alarmNames(ctx)
	if err != nil {
		return nil, err
	}
	var views []AlarmView
	for _, a := range list {
		if a.State != alarmOver {
			views = append(views, AlarmView{a, names.bot(a), names.channel(a), alarmPath(a)})
		}
	}
	slices.SortStableFunc(views, func(a, b AlarmView) int {
		return cmp.Or(cmp.Compare(slices.Index(AlarmKinds, a.Kind), slices.Index(AlarmKinds, b.Kind)), b.Since.Compare(a.Since))
	})
	return views, nil
}

package bot

import (
	"context"
	"fmt"
	"strings"
	"time"

	"dari/channels"
	"dari/store"
)

// How many of a kind within the window are worth an alarm.
const (
	alarmWindow = 10 * time.Minute

	needCredentials = 1
	needDeliveries  = 3
	needEngine      = 3
	needRejected    = 5
)

const (
	// alarmReach is how much earlier than the window something may have begun that ended in it: lists are in
	// order of their beginnings, and deliveries are tried for a while.
	alarmReach = 2 * time.Hour
	// alarmRecords bounds what one look reads of a list.
	alarmRecords = 500
	alarmPage    = 100
)

// keyWarning is how long before its end an API key is worth an alarm.
const keyWarning = 7 * 24 * time.Hour

// finding gathers what one look finds.
type finding struct {
	r     *Runtime
	ctx   context.Context
	now   time.Time
	found map[string]store.Alarm
	ended map[string]time.Time // of the newest one of each
}

// findAlarms returns what holds now, by id. Times of telling are not set.
func (r *Runtime) findAlarms(ctx context.Context, now time.Time) (map[string]store.Alarm, error) {
	f := &finding{r, ctx, now, map[string]store.Alarm{}, map[string]time.Time{}}
	for _, look := range []func() error{f.deliveries, f.events, f.channels, f.keys} {
		if err := look(); err != nil {
			return nil, err
		}
	}
	need := map[string]int{
		AlarmCredentials: needCredentials, AlarmDeliveries: needDeliveries, AlarmEngine: needEngine, AlarmRejected: needRejected,
	}
	for id, a := range f.found {
		if a.Count < need[a.Kind] {
			delete(f.found, id)
			continue
		}
		if !ends(a.Kind) {
			a.Last = alarmText(f.hidden(a.ChannelID, a.Last))
			f.found[id] = a
		}
	}
	return f.found, nil
}

// count adds one that ended at a time, if that is within the window.
func (f *finding) count(a store.Alarm, subject string, at time.Time) {
	if at.Before(f.now.Add(-alarmWindow)) {
		return
	}
	id := a.Kind + ":" + subject
	n := f.found[id].Count
	if n > 0 && !at.After(f.ended[id]) {
		a = f.found[id]
	} else {
		f.ended[id] = at
	}
	a.ID, a.Count = id, n+1
	f.found[id] = a
}

// lately visits the newest records of a list, as far back as they matter.
func lately[T any](f *finding, list func(context.Context, store.Query) (store.Page[T], error), state string, begun func(T) time.Time, visit func(T)) error {
	q := store.Query{State: state, Limit: alarmPage}
	for range alarmRecords / alarmPage {
		page, err := list(f.ctx, q)
		if err != nil {
			return err
		}
		for _, rec := range page.Items {
			if begun(rec).Before(f.now.Add(-alarmWindow - alarmReach)) {
				return nil
			}
			visit(rec)
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return nil
		}
	}
	return nil
}

// deliveries finds what did not arrive. One whose credentials were refused counts for that alone; if there
// are others, too, the first alarm says enough.
func (f *finding) deliveries() error {
	for _, state := range []store.DeliveryStatus{store.Undelivered, store.Uncertain} {
		err := lately(f, f.r.store.Deliveries, string(state), func(d store.Delivery) time.Time { return d.CreatedAt }, func(d store.Delivery) {
			kind := AlarmDeliveries
			if d.Result.ErrorKind == string(channels.Auth) {
				kind = AlarmCredentials
			}
			f.count(store.Alarm{
				Kind: kind, BotID: d.BotID, ChannelID: d.ChannelID, Last: first(d.Result.Error, d.Result.ErrorKind), Payload: deliveryPayload(d), EventID: d.EventID,
			}, d.ChannelID, d.Result.DoneAt)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// notEngine are the causes of failed turns that no engine has to do with.
var notEngine = map[string]bool{"parse": true, "channel": true, "bot": true, "file": true}

// events finds turns in which the engine failed, and callbacks that were turned away.
func (f *finding) events() error {
	received := func(e store.Event) time.Time { return e.ReceivedAt }
	err := lately(f, f.r.store.Events, string(store.Failed), received, func(e store.Event) {
		if code, _, _ := strings.Cut(e.Reason, ": "); !notEngine[code] {
			f.count(store.Alarm{Kind: AlarmEngine, BotID: e.BotID, Last: e.Reason, Payload: eventPayload(e), EventID: e.ID}, e.BotID, e.FinishedAt)
		}
	})
	if err != nil {
		return err
	}
	return lately(f, f.r.store.Events, string(store.Rejected), received, func(e store.Event) {
		f.count(store.Alarm{
			Kind: AlarmRejected, BotID: e.BotID, ChannelID: e.ChannelID, Last: e.Reason, Payload: eventPayload(e), EventID: e.ID,
		}, e.ChannelID, e.ReceivedAt)
	})
}

// channels finds those whose secret ends.
func (f *finding) channels() error {
	list, err := f.r.store.Channels().List(f.ctx)
	if err != nil {
		return err
	}
	for _, ch := range list {
		end := SecretEnd(ch.Settings)
		level := HowSoon(end.Sub(f.now))
		if end.IsZero() || ch.Draft || !ch.Enabled || level == "later" {
			continue
		}
		id := AlarmExpiry + ":" + ch.ID + ":" + level
		f.found[id] = store.Alarm{
			ID: id, Kind: AlarmExpiry, BotID: ch.BotID, ChannelID: ch.ID, Subject: level, Last: ch.Settings.Text(secretExpires),
		}
	}
	return nil
}

// keys finds API keys that end and have not been replaced.
func (f *finding) keys() error {
	list, err := f.r.store.APIKeys().List(f.ctx)
	if err != nil {
		return err
	}
	for _, k := range list {
		left := k.ExpiresAt.Sub(f.now)
		if k.ExpiresAt.IsZero() || k.ReplacedBy != "" || left <= 0 || left > keyWarning {
			continue
		}
		a := store.Alarm{ID: AlarmKeyExpiry + ":" + k.ID, Kind: AlarmKeyExpiry, Subject: k.Name, Last: k.ExpiresAt.UTC().Format(time.DateOnly)}
		for _, scope := range k.Scopes {
			if channel, desk := strings.CutPrefix(scope, "desk:"); desk {
				a.ChannelID = channel // it is a header of that channel's token desk
			}
		}
		f.found[a.ID] = a
	}
	return nil
}

// hidden takes the channel's secrets out of a text.
func (f *finding) hidden(channelID, text string) string {
	if channelID == "" {
		return text
	}
	if ch, err := f.r.Channel(f.ctx, channelID); err == nil {
		return ch.secrets.Text(text)
	}
	return text
}

// eventPayload tells what kind of thing an event was, but nothing of what was said.
func eventPayload(e store.Event) string {
	typ, _, _ := strings.Cut(e.ContentType, ";")
	return alarmText(fmt.Sprintf("%s, %s, %d B", first(string(e.Kind), "callback"), first(strings.TrimSpace(typ), "?"), len(e.Raw)))
}

func deliveryPayload(d store.Delivery) string {
	var types []string
	for _, m := range d.Messages {
		types = append(types, string(m.Type))
	}
	s := strings.Join(types, " + ")
	if d.Result.ErrorCode != "" {
		s += ", " + d.Result.ErrorCode
	}
	return alarmText(s)
}

package bot

import (
	"context"
	"sync"
	"time"

	"dari/bot/check"
	"dari/bot/words"
	"dari/channels"
	"dari/store"
)

// What a channel's badge says is told by its traffic before its last test: who answers is connected, and what is
// refused needs attention, whatever a test has said earlier.

// Trouble is why a channel needs attention: the sentence, and where to go on.
type Trouble struct {
	check.Check
	Where   string // WhereSettings, WhereState, WhereEvent or WhereDeliveries
	EventID string // of WhereEvent
}

// Where people go on from a trouble.
const (
	WhereSettings   = "settings"
	WhereState      = "state"
	WhereEvent      = "event"
	WhereDeliveries = "deliveries"
)

const (
	// pulseLife is how long what the store has told is kept, and pulseMost how many records of a kind are read.
	pulseLife = 2 * time.Second
	pulseMost = 200
	// trafficLately is how long traffic tells that a channel is connected.
	trafficLately = 30 * 24 * time.Hour
	// needRefused is how many callbacks have to be turned away, one after the other, until a channel that has
	// worked is in trouble: anybody can call its address.
	needRefused = 3
)

// pulse is what goes wrong at one channel, as the newest records tell.
type pulse struct {
	refused []store.Event // callbacks that were turned away, newest first
	failed  store.Delivery
	alarms  map[string]store.Alarm // by kind
}

// pulses keeps those of all channels for a moment: one look is enough for all of them.
type pulses struct {
	mu sync.Mutex
	at time.Time
	by map[string]*pulse
}

func (c *Catalog) pulse(ctx context.Context, channelID string) (pulse, error) {
	p := &c.pulses
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); p.by == nil || now.Sub(p.at) >= pulseLife || now.Before(p.at) {
		by, err := c.takePulses(ctx)
		if err != nil {
			return pulse{}, err
		}
		p.at, p.by = now, by
	}
	if one := p.by[channelID]; one != nil {
		return *one, nil
	}
	return pulse{}, nil
}

func (c *Catalog) takePulses(ctx context.Context) (map[string]*pulse, error) {
	by := map[string]*pulse{}
	of := func(channelID string) *pulse {
		if by[channelID] == nil {
			by[channelID] = &pulse{alarms: map[string]store.Alarm{}}
		}
		return by[channelID]
	}
	refused, err := c.store.Events(ctx, store.Query{State: string(store.Rejected), Limit: pulseMost})
	if err != nil {
		return nil, err
	}
	for _, e := range refused.Items {
		p := of(e.ChannelID)
		p.refused = append(p.refused, e)
	}
	for _, state := range []store.DeliveryStatus{store.Undelivered, store.Uncertain} {
		failed, err := c.store.Deliveries(ctx, store.Query{State: string(state), Limit: pulseMost})
		if err != nil {
			return nil, err
		}
		for _, d := range failed.Items {
			if p := of(d.ChannelID); d.Result.DoneAt.After(p.failed.Result.DoneAt) {
				p.failed = d
			}
		}
	}
	alarms, err := c.store.Alarms().List(ctx)
	for _, a := range alarms {
		if a.State != alarmOver && a.ChannelID != "" {
			of(a.ChannelID).alarms[a.Kind] = a
		}
	}
	return by, err
}

// judge completes a view of a channel that is switched on and can be used.
func (c *Catalog) judge(ctx context.Context, v *ChannelView, rec store.Channel) error {
	p, err := c.pulse(ctx, rec.ID)
	if err != nil {
		return err
	}
	t := traffic{c: c, ctx: ctx, rec: rec}
	t.heard, t.sent = c.lately(rec.ID)
	trouble := t.trouble(p)
	switch {
	case t.err != nil:
		return t.err
	case trouble != nil:
		v.troubled(*trouble)
	case t.heard.After(time.Now().Add(-trafficLately)), t.sent.After(time.Now().Add(-trafficLately)), !rec.CheckedAt.IsZero():
		v.Status = "connected"
	}
	return nil
}

func (v *ChannelView) troubled(t Trouble) {
	v.Status, v.StatusDetail, v.Trouble = "attention", words.Check(words.Default, t.Check), &t
}

// traffic tells what came and went on one channel.
type traffic struct {
	c           *Catalog
	ctx         context.Context
	rec         store.Channel
	heard, sent time.Time // the newest hours in which callbacks were taken, and deliveries
	err         error
}

// trouble is the gravest one that nothing has disproved since; nil for none.
func (t *traffic) trouble(p pulse) *Trouble {
	for _, look := range []func(pulse) *Trouble{t.ofDeliveries, t.ofCallbacks, t.ofTest} {
		if found := look(p); found != nil || t.err != nil {
			return found
		}
	}
	return nil
}

// ofDeliveries finds credentials or settings that the platform refused last, or now and then, and messages that
// do not arrive now.
func (t *traffic) ofDeliveries(p pulse) *Trouble {
	at, kind, code := p.failed.Result.DoneAt, channels.Kind(p.failed.Result.ErrorKind), first(p.failed.Result.ErrorCode, p.failed.Result.ErrorKind)
	_, refused := p.alarms[AlarmCredentials]
	mended := t.rec.CheckOK && t.rec.CheckedAt.After(at)
	if at.IsZero() || !at.After(t.rec.UpdatedAt) || mended || !refused && t.sentAfter(at) {
		return nil
	}
	if kind != channels.Auth && refused { // others have failed since, for other reasons
		kind, code = channels.Auth, string(channels.Auth)
	}
	switch _, many := p.alarms[AlarmDeliveries]; {
	case kind == channels.Auth:
		return &Trouble{Check: check.New("deliveries", check.Fail, "channel.now_auth", "code", code), Where: WhereSettings}
	case kind == channels.Config:
		return &Trouble{Check: check.New("deliveries", check.Fail, "channel.now_config", "code", code), Where: WhereSettings}
	case many:
		return &Trouble{Check: check.New("deliveries", check.Fail, "channel.now_undelivered", "code", code), Where: WhereDeliveries}
	}
	return nil
}

// ofCallbacks finds callbacks that are turned away, where none has been taken since.
func (t *traffic) ofCallbacks(p pulse) *Trouble {
	var since []store.Event
	for _, e := range p.refused {
		if e.ReceivedAt.After(t.rec.UpdatedAt) {
			since = append(since, e)
		}
	}
	if len(since) == 0 {
		return nil
	}
	_, alarm := p.alarms[AlarmRejected]
	lone := t.heard.IsZero() || !t.heardAfter(t.rec.UpdatedAt)
	many := len(since) >= needRefused && !t.heardAfter(since[needRefused-1].ReceivedAt)
	if !alarm && !many && !lone {
		return nil
	}
	return &Trouble{Check: lastCallback(since[0]), Where: WhereEvent, EventID: since[0].ID}
}

// ofTest finds what the last test has found, unless the traffic since then says otherwise.
func (t *traffic) ofTest(pulse) *Trouble {
	found := t.rec.Found
	switch {
	case t.rec.CheckedAt.IsZero() || t.rec.CheckOK && found == nil:
		return nil
	case found == nil: // of a version that did not keep it
		found = &store.Found{Code: "channel.failed"}
	}
	if found.Lasting && !t.heard.IsZero() {
		return nil // it could not be reached from here, and yet it is reached
	}
	if t.heardAfter(t.rec.CheckedAt) && (found.Way || t.sentAfter(t.rec.CheckedAt)) {
		return nil
	}
	return &Trouble{Check: check.Check{Code: found.Code, Params: found.Params}, Where: WhereState}
}

// heardAfter tells whether a callback was taken after a time.
func (t *traffic) heardAfter(at time.Time) bool {
	return t.after(t.heard, at, func() (time.Time, error) {
		page, err := t.c.store.Events(t.ctx, store.Query{ChannelID: t.rec.ID, Limit: 50})
		for _, e := range page.Items {
			if e.State != store.Rejected && e.Of == "" {
				return e.ReceivedAt, err
			}
		}
		return time.Time{}, err
	})
}

// sentAfter tells whether a delivery was taken after a time.
func (t *traffic) sentAfter(at time.Time) bool {
	return t.after(t.sent, at, func() (time.Time, error) {
		page, err := t.c.store.Deliveries(t.ctx, store.Query{ChannelID: t.rec.ID, Limit: 50})
		var newest time.Time
		for _, d := range page.Items {
			if done := d.Result.DoneAt; d.Result.Status == store.Delivered && done.After(newest) {
				newest = done
			}
		}
		return newest, err
	})
}

// after compares with the hour that something happened in, and looks closer only where that does not tell.
func (t *traffic) after(hour, at time.Time, closer func() (time.Time, error)) bool {
	switch {
	case hour.IsZero() || t.err != nil || !hour.Add(time.Hour).After(at):
		return false
	case hour.After(at):
		return true
	}
	newest, err := closer()
	t.err = err
	return newest.After(at)
}

// newest are the beginnings of the newest hours in which events were taken, and deliveries.
func (s *stats) newest(channelID string) (heard, sent time.Time) {
	var in, out int64
	s.visit(channelID, func(hour int64, t *Tally) {
		if t.Received+t.Ignored+t.Duplicates > 0 {
			in = max(in, hour)
		}
		if t.Delivered > 0 {
			out = max(out, hour)
		}
	})
	if in > 0 {
		heard = time.Unix(in, 0)
	}
	if out > 0 {
		sent = time.Unix(out, 0)
	}
	return heard, sent
}

// troubleIn is what a test has found that stops messages; nil if nothing does.
func troubleIn(checks []check.Check) *store.Found {
	for _, c := range checks {
		if c.Status == check.Fail {
			return &store.Found{Code: c.Code, Params: c.Params, Way: aboutWay[c.ID]}
		}
	}
	for _, c := range checks {
		if c.Status == check.Warn && aboutWay[c.ID] && !harmless[c.Code] {
			return &store.Found{Code: c.Code, Params: c.Params, Way: true, Lasting: c.ID == "public_url" || c.ID == "reachable"}
		}
	}
	return nil
}

var (
	// aboutWay are the checks that look whether the messenger's callbacks come in, by their ids.
	aboutWay = map[string]bool{"public_url": true, "reachable": true, "callback": true, "webhook": true, "callbacks": true}
	// harmless are their warnings in spite of which messages arrive, or may.
	harmless = map[string]bool{
		"channel.reach_slow": true, "channel.reach_untold": true, "channel.callbacks_none": true, "channel.callbacks_none_socket": true,
	}
)

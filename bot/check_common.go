package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"dari/bot/check"
	"dari/bot/settings"
	"dari/channels"
	"dari/store"
)

// checkTimeout bounds a connection test, which makes a handful of calls.
const checkTimeout = 30 * time.Second

// Check tests the connection of a channel live and keeps the result. What the channel's type finds comes
// first, then what is the same for all: the way in from the internet, the clock, and what became of the
// newest callbacks and deliveries. A channel that cannot be used at all fails its only check.
func (c *Catalog) Check(ctx context.Context, id string) (channels.Report, error) {
	rec, err := c.store.Channels().Get(ctx, id)
	if err != nil {
		return channels.Report{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	report, err := c.examine(ctx, rec)
	if err != nil {
		return report, err
	}
	_, err = c.store.Channels().Update(ctx, id, func(rec *store.Channel) error {
		rec.CheckedAt, rec.CheckOK, rec.Found = time.Now().UTC(), !check.Failed(report.Checks), troubleIn(report.Checks)
		if report.BotName != "" {
			rec.BotName = report.BotName
		}
		return nil
	})
	if err == nil && report.BotName != rec.BotName {
		c.forget("", id)
	}
	return report, err
}

// TestChannel tests a channel that is not saved. Nothing is kept of it but the tokens that channels share.
// Values that the form itself would refuse are an *InputError; what the type finds wrong with them is a
// failed check. An unknown type is store.ErrNotFound.
func (c *Catalog) TestChannel(ctx context.Context, typ string, v settings.Values) (channels.Report, error) {
	t := c.channels.Type(typ)
	if t == nil {
		return channels.Report{}, fmt.Errorf("channel type %q: %w", typ, store.ErrNotFound)
	}
	return c.try(ctx, store.Channel{Type: typ}, t, v)
}

// TestChange is TestChannel for a channel whose settings are being changed: patch is what PatchChannel
// would take. The saved channel stays as it is.
func (c *Catalog) TestChange(ctx context.Context, id string, patch settings.Values) (channels.Report, error) {
	rec, t, stored, err := c.settings(ctx, id)
	if err != nil {
		return channels.Report{}, err
	}
	return c.try(ctx, rec, t, settings.Merge(ChannelFields(t), stored, patch))
}

// try connects with settings that are not those of a live channel.
func (c *Catalog) try(ctx context.Context, rec store.Channel, t channels.Type, v settings.Values) (channels.Report, error) {
	values, err := settings.Clean(ChannelFields(t), v, c.urls)
	if err != nil {
		return channels.Report{}, inputError("settings.", err)
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	mark := c.testedMark(t.Name(), values)
	ch, err := c.make(rec, t, values)
	if err != nil {
		broken, err := unusable(err)
		return only(broken), err
	}
	report := c.connect(ctx, ch)
	c.rememberTest(mark, report)
	return report, nil
}

func (c *Catalog) examine(ctx context.Context, rec store.Channel) (channels.Report, error) {
	if c.channels.Type(rec.Type) == nil {
		return only(check.New("settings", check.Fail, "channel.type_unknown", "type", rec.Type)), nil
	}
	if rec.Draft {
		return c.examineDraft(ctx, rec.ID)
	}
	ch, err := c.Channel(ctx, rec.ID)
	if err != nil {
		broken, err := unusable(err)
		return only(broken), err
	}
	report := c.connect(ctx, ch)
	if rec.Enabled {
		report.Checks = append(report.Checks, check.New("enabled", check.Pass, "channel.enabled"))
	} else {
		report.Checks = append(report.Checks, check.New("enabled", check.Warn, "channel.disabled"))
	}
	past, err := c.checkPast(ctx, ch)
	report.Checks = append(report.Checks, past...)
	return report, err
}

// examineDraft tests a draft as far as it goes.
func (c *Catalog) examineDraft(ctx context.Context, id string) (channels.Report, error) {
	report, err := c.TestChange(ctx, id, nil)
	var missing *InputError
	switch {
	case errors.As(err, &missing):
		field := strings.TrimPrefix(missing.Field, "settings.")
		return only(check.New("settings", check.Warn, "channel.draft_incomplete", "field", field, "detail", missing.Detail)), nil
	case errors.Is(err, store.ErrSealed):
		return only(check.New("settings", check.Fail, "channel.sealed")), nil
	case err != nil:
		return report, err
	}
	report.Checks = append(report.Checks, check.New("enabled", check.Warn, "channel.draft"))
	return report, nil
}

func only(c check.Check) channels.Report { return channels.Report{Checks: []check.Check{c}} }

// unusable words settings of which no adapter can be made. Any other error is returned.
func unusable(err error) (check.Check, error) {
	if c, ok := check.Explained(err); ok {
		return c, nil
	}
	if errors.Is(err, store.ErrSealed) {
		return check.New("settings", check.Fail, "channel.sealed"), nil
	}
	var se *settings.Error
	if errors.As(err, &se) {
		return check.New("settings", check.Fail, "channel.setting", "field", se.Field, "detail", se.Detail), nil
	}
	return check.Check{}, err
}

// connect tests what needs the network: the messenger by the adapter's own checks, and meanwhile the way
// from outside to Dari. The messenger's answers tell what time it is there.
func (c *Catalog) connect(ctx context.Context, ch *Channel) channels.Report {
	var way []check.Check
	var probing sync.WaitGroup
	if ch.isCalled() {
		probing.Go(func() { way = c.checkWay(ctx, ch.Record) })
	}
	seen := &drift{now: time.Now}
	report := ch.Adapter.Check(withDrift(ctx, seen))
	for i, line := range report.Checks {
		report.Checks[i] = ch.hideCheck(line)
	}
	probing.Wait()
	report.Checks = append(slices.Clip(report.Checks), way...)
	if clock, ok := seen.check(); ok {
		report.Checks = append(report.Checks, clock)
	}
	return report
}

// isCalled tells whether the messenger calls Dari, which a channel that listens on a connection of its
// own, or has no messenger behind it, does without.
func (ch *Channel) isCalled() bool {
	return !ch.listens() &&
		slices.ContainsFunc(ch.Type.Setup().Steps, func(s settings.Step) bool { return s.Shows == "webhook" })
}

func (ch *Channel) listens() bool {
	l, ok := ch.Adapter.(channels.Listener)
	return ok && l.Listens()
}

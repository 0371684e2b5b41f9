package bot

import (
	"context"
	"errors"
	"slices"
	"time"

	"dari/bot/settings"
	"dari/channels"
	"dari/store"
)

// How long the settings before a change of secrets are of use: nobody changes a secret here and at the
// platform in the same moment, and a wrong one is noticed when messages stay away.
const (
	formerTaken = time.Hour      // callbacks that they prove are taken
	formerKept  = 24 * time.Hour // they can be put back
)

// ErrNoFormer means that no secret of the channel was changed in the last day.
var ErrNoFormer = errors.New("no secret of this channel was changed in the last 24 hours")

// keepFormer keeps the settings in which a secret is about to be replaced. Those that nobody has seen work
// are not worth the place of the ones before them.
func (c *Catalog) keepFormer(rec *store.Channel, fields []settings.Field, next settings.Values, overlap bool) {
	if rec.Draft || len(rec.Sealed) == 0 {
		return
	}
	values, err := c.unseal(channelOwner(rec.ID), fields, rec.Settings, rec.Sealed)
	if err != nil {
		return
	}
	secrets := settings.Secrets(fields, next)
	replaced := func(s string) bool { return !slices.Contains(secrets, s) }
	if !slices.ContainsFunc(settings.Secrets(fields, values), replaced) {
		return
	}
	if !kept(rec.Former) || rec.CheckOK {
		rec.Former = formerOf(rec)
	}
	if !overlap {
		rec.Former.TakenUntil = time.Time{}
	}
}

// formerOf are the present settings as those to be replaced now.
func formerOf(rec *store.Channel) *store.Former {
	now := time.Now().UTC()
	return &store.Former{Settings: rec.Settings, Sealed: rec.Sealed, ReplacedAt: now, TakenUntil: now.Add(formerTaken)}
}

func kept(f *store.Former) bool { return f != nil && time.Since(f.ReplacedAt) < formerKept }

// PutFormerBack gives a channel the settings that it had before its secrets were changed, and keeps the
// present ones in their place, so that this can be undone, too.
func (c *Catalog) PutFormerBack(ctx context.Context, id string) (ChannelView, error) {
	return c.updateChannel(ctx, id, func(rec *store.Channel) error {
		if !kept(rec.Former) {
			return ErrNoFormer
		}
		present := formerOf(rec)
		rec.Settings, rec.Sealed, rec.Former = rec.Former.Settings, rec.Former.Sealed, present
		rec.CheckedAt, rec.CheckOK, rec.Found = time.Time{}, false, nil
		return nil
	})
}

// ForgetFormer ends the use of a channel's former settings now: when a secret is replaced because others
// know it.
func (c *Catalog) ForgetFormer(ctx context.Context, id string) (ChannelView, error) {
	return c.updateChannel(ctx, id, func(rec *store.Channel) error {
		if !kept(rec.Former) {
			return ErrNoFormer
		}
		rec.Former = nil
		return nil
	})
}

// former is the adapter of a channel's former settings; nil if there are none that count.
func (c *Catalog) former(rec store.Channel, t channels.Type) channels.Adapter {
	if rec.Former == nil || !time.Now().Before(rec.Former.TakenUntil) {
		return nil
	}
	values, err := c.unseal(channelOwner(rec.ID), ChannelFields(t), rec.Former.Settings, rec.Former.Sealed)
	if err != nil {
		return nil
	}
	delete(values, groupModeKey)
	adapter, err := t.New(values, c.deps(rec))
	if err != nil {
		return nil
	}
	return adapter
}

// Verify proves where a callback comes from, by the channel's settings or, within the overlap after a change
// of secrets, by those before it. The refusal is that of the present ones.
func (ch *Channel) Verify(ctx context.Context, req *channels.Request) error {
	err := ch.Adapter.Verify(ctx, req)
	if err == nil || ch.former == nil || !req.ReceivedAt.Before(ch.Record.Former.TakenUntil) {
		return err
	}
	if ch.former.Verify(ctx, req) == nil {
		return nil
	}
	return err
}

// dropFormer deletes former settings that can be put back no more.
func (c *Catalog) dropFormer(ctx context.Context) error {
	list, err := c.store.Channels().List(ctx)
	if err != nil {
		return err
	}
	for _, rec := range list {
		if rec.Former == nil || kept(rec.Former) {
			continue
		}
		_, err := c.store.Channels().Update(ctx, rec.ID, func(rec *store.Channel) error {
			if !kept(rec.Former) {
				rec.Former = nil
			}
			return nil
		})
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}

package bot

import (
	"context"
	"errors"
	"fmt"
	"io"

	"dari/store"
)

// RotateKey seals everything with a new key while Dari runs, and tells w how far it has come. When it
// is cut off, nothing is lost: both keys are in the key file, and the next rotation goes on.
func (c *Catalog) RotateKey(ctx context.Context, keyFile string, w io.Writer) error {
	if err := c.sealer.BeginRotation(keyFile); err != nil {
		return err
	}
	for _, kind := range []struct {
		name   string
		reseal func(context.Context) (int, error)
	}{{"bots", c.resealBots}, {"channels", c.resealChannels}, {"alarm targets", c.resealAlarmTargets}, {"tokens", c.resealTokens}} {
		n, err := kind.reseal(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w; run the command again once that is mended", kind.name, err)
		}
		fmt.Fprintf(w, "%s: %d sealed anew\n", kind.name, n)
	}
	retired := keyFile + ".retired"
	if err := c.sealer.EndRotation(keyFile, retired); err != nil {
		return err
	}
	fmt.Fprintf(w, "done; backups made before need the old key, which is kept in %s\n", retired)
	return nil
}

func (c *Catalog) resealBots(ctx context.Context) (int, error) {
	return resealAll(ctx, c.store.Bots(), func(b store.Bot) string { return b.ID }, func(b *store.Bot) (err error) {
		b.Engine.Sealed, err = c.sealer.Reseal(botOwner(b.ID), b.Engine.Sealed)
		for name, e := range b.Engines {
			if err == nil {
				e.Sealed, err = c.sealer.Reseal(engineOwner(b.ID, name), e.Sealed)
				b.Engines[name] = e
			}
		}
		return err
	})
}

func (c *Catalog) resealChannels(ctx context.Context) (int, error) {
	return resealAll(ctx, c.store.Channels(), func(ch store.Channel) string { return ch.ID }, func(ch *store.Channel) (err error) {
		ch.Sealed, err = c.sealer.Reseal(channelOwner(ch.ID), ch.Sealed)
		if err == nil && ch.Former != nil {
			ch.Former.Sealed, err = c.sealer.Reseal(channelOwner(ch.ID), ch.Former.Sealed)
		}
		return err
	})
}

func (c *Catalog) resealAlarmTargets(ctx context.Context) (int, error) {
	return resealAll(ctx, c.store.AlarmTargets(), func(t store.AlarmTarget) string { return t.ID }, func(t *store.AlarmTarget) (err error) {
		t.Sealed, err = c.sealer.Reseal(alarmOwner(t.ID), t.Sealed)
		return err
	})
}

func (c *Catalog) resealTokens(ctx context.Context) (int, error) {
	return resealAll(ctx, c.store.Tokens(), func(t store.Token) string { return t.Name }, func(t *store.Token) (err error) {
		t.Sealed, err = c.sealer.Reseal("token:"+t.Name, t.Sealed)
		if errors.Is(err, store.ErrSealed) {
			t.Sealed, err = nil, nil // of a key that is gone already: as good as none
		}
		return err
	})
}

// resealAll changes every record of a table. One that somebody deletes meanwhile needs nothing.
func resealAll[T any](ctx context.Context, table store.Table[T], id func(T) string, reseal func(*T) error) (n int, err error) {
	list, err := table.List(ctx)
	if err != nil {
		return 0, err
	}
	for _, rec := range list {
		_, err := table.Update(ctx, id(rec), reseal)
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return n, fmt.Errorf("%s: %w", id(rec), err)
		default:
			n++
		}
	}
	return n, nil
}

package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dari/store"
)

// Provisioned is a bot that the configuration file declares, with its channels.
type Provisioned struct {
	Bot      BotSpec
	Channels []ProvisionedChannel
}

// ProvisionedChannel is a channel that the configuration file declares.
type ProvisionedChannel struct {
	ChannelSpec
	Enabled bool
}

// ProvisionError is a mistake in a declared bot; Path leads to it in the file ("bots[0].channels[1].settings.bot_id").
type ProvisionError struct {
	Path string
	Err  error
}

func (e *ProvisionError) Error() string { return e.Path + ": " + e.Err.Error() }
func (e *ProvisionError) Unwrap() error { return e.Err }

// Provision makes the managed bots and channels exactly those of the list: new ones are added, changed
// ones changed, and managed ones that are no longer declared removed. What people made in the console
// is not touched; an id that is taken there is an error.
func (c *Catalog) Provision(ctx context.Context, list []Provisioned) error {
	keep := map[string]bool{}
	for i, p := range list {
		path := fmt.Sprintf("bots[%d]", i)
		if err := c.provisionBot(ctx, path, p.Bot); err != nil {
			return err
		}
		keep["bot "+p.Bot.ID] = true
		for j, ch := range p.Channels {
			if err := c.provisionChannel(ctx, fmt.Sprintf("%s.channels[%d]", path, j), p.Bot.ID, ch); err != nil {
				return err
			}
			keep["channel "+ch.ID] = true
		}
	}
	return c.retire(ctx, keep)
}

var errTaken = errors.New("this id is taken by one made in the console; choose another or delete that one")

func (c *Catalog) provisionBot(ctx context.Context, path string, spec BotSpec) error {
	now := time.Now().UTC()
	rec, err := c.store.Bots().Get(ctx, spec.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		rec = store.Bot{ID: spec.ID, CreatedAt: now}
	case err != nil:
		return err
	case !rec.Managed:
		return &ProvisionError{path + ".id", errTaken}
	}
	rec.Managed, rec.UpdatedAt = true, now
	if err := c.fillBot(&rec, spec); err != nil {
		return provisionError(path, err)
	}
	c.forget(rec.ID, "")
	return c.store.Bots().Put(ctx, rec.ID, rec)
}

func (c *Catalog) provisionChannel(ctx context.Context, path, botID string, p ProvisionedChannel) error {
	now := time.Now().UTC()
	rec, err := c.store.Channels().Get(ctx, p.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		rec = store.Channel{ID: p.ID, CreatedAt: now}
	case err != nil:
		return err
	case !rec.Managed:
		return &ProvisionError{path + ".id", errTaken}
	}
	rec.BotID, rec.Enabled, rec.Managed, rec.UpdatedAt = botID, p.Enabled, true, now
	if err := c.fillChannel(&rec, p.ChannelSpec); err != nil {
		return provisionError(path, err)
	}
	c.forget("", rec.ID)
	return c.store.Channels().Put(ctx, rec.ID, rec)
}

func provisionError(path string, err error) error {
	var ie *InputError
	if errors.As(err, &ie) {
		return &ProvisionError{path + "." + ie.Field, errors.New(ie.Detail)}
	}
	return &ProvisionError{path, err}
}

// retire removes the managed records that are no longer declared.
func (c *Catalog) retire(ctx context.Context, keep map[string]bool) error {
	chans, err := c.store.Channels().List(ctx)
	if err != nil {
		return err
	}
	for _, ch := range chans {
		if ch.Managed && !keep["channel "+ch.ID] {
			if err := c.dropChannel(ctx, ch.ID); err != nil {
				return err
			}
		}
	}
	bots, err := c.store.Bots().List(ctx)
	if err != nil {
		return err
	}
	for _, b := range bots {
		if b.Managed && !keep["bot "+b.ID] {
			c.forget(b.ID, "")
			if err := c.store.Bots().Delete(ctx, b.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// demoEngine is the first of the list: the one that answers without any settings best.
func (c *Catalog) demoEngine() string { return c.engines.Names()[0] }

// Demo makes a bot that answers on Dari's own page, when there is no bot and never was a message.
func (c *Catalog) Demo(ctx context.Context) error {
	bots, err := c.store.Bots().List(ctx)
	if err != nil || len(bots) > 0 {
		return err
	}
	if l, err := c.store.Ledger(ctx); err != nil || l.Accepted > 0 {
		return err
	}
	if _, err := c.CreateBot(ctx, BotSpec{ID: "demo", Name: "Demo", Locale: "en", Engine: EngineSpec{Type: c.demoEngine()}}); err != nil {
		return err
	}
	_, err = c.CreateChannel(ctx, "demo", ChannelSpec{ID: "demo", Type: "web", Name: "Demo chat"})
	return err
}

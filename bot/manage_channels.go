package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"dari/bot/check"
	"dari/bot/settings"
	"dari/channels"
	"dari/store"
)

// ChannelSpec is a channel as a person describes it.
type ChannelSpec struct {
	ID       string          `json:"id,omitempty"`
	Type     string          `json:"type"`
	Name     string          `json:"name"`
	Settings settings.Values `json:"settings"`
	// Draft keeps a channel whose settings are not complete yet. It is off until it is none any more.
	Draft bool `json:"draft,omitempty"`

	overlap bool // as in ChannelPatch
}

// ChannelView is a channel as it is shown: secrets masked.
type ChannelView struct {
	ChannelSpec
	BotID        string    `json:"bot_id"`
	Enabled      bool      `json:"enabled"`
	Status       string    `json:"status"` // draft, new, connected, attention, disabled
	StatusDetail string    `json:"status_detail,omitempty"`
	BotName      string    `json:"bot_name,omitempty"`
	Managed      bool      `json:"managed"`
	CreatedAt    time.Time `json:"created_at"`
	UpdatedAt    time.Time `json:"updated_at"`
	// Trouble is why the status is "attention"; nil else.
	Trouble *Trouble `json:"-"`
	// Desk is true when the token desk is open.
	Desk bool `json:"-"`
	// ReplacedAt is when a secret was replaced, while the former settings can be put back, and TakenUntil how
	// long callbacks that they prove are taken; else zero.
	ReplacedAt, TakenUntil time.Time `json:"-"`
}

// CreateChannel adds a channel to a bot. It is enabled at once.
func (c *Catalog) CreateChannel(ctx context.Context, botID string, spec ChannelSpec) (ChannelView, error) {
	return c.createChannel(ctx, botID, spec, false)
}

func (c *Catalog) createChannel(ctx context.Context, botID string, spec ChannelSpec, managed bool) (ChannelView, error) {
	if _, err := c.store.Bots().Get(ctx, botID); err != nil {
		return ChannelView{}, err
	}
	if spec.ID == "" {
		spec.ID = randomID()
	}
	now := time.Now().UTC()
	rec := store.Channel{ID: spec.ID, BotID: botID, Enabled: true, Managed: managed, CreatedAt: now, UpdatedAt: now}
	if err := c.fillChannel(&rec, spec); err != nil {
		return ChannelView{}, err
	}
	if err := c.store.Channels().Create(ctx, rec.ID, rec); err != nil {
		return ChannelView{}, err
	}
	c.forget("", rec.ID)
	return c.channelView(ctx, rec)
}

func (c *Catalog) fillChannel(rec *store.Channel, spec ChannelSpec) error {
	if err := checkID(spec.ID); err != nil {
		return err
	}
	t := c.channels.Type(spec.Type)
	if t == nil {
		return checkOption("type", spec.Type, c.channels.Names())
	}
	name, err := checkName(spec.Name)
	if err != nil {
		return err
	}
	fields := ChannelFields(t)
	if spec.Draft {
		fields = settings.Draft(fields)
	}
	values, err := settings.Clean(fields, spec.Settings, c.urls)
	if err != nil {
		return inputError("settings.", err)
	}
	open, sealed, err := c.seal(channelOwner(spec.ID), fields, values)
	if err != nil {
		return err
	}
	c.keepFormer(rec, fields, values, spec.overlap)
	c.recallTest(rec, c.testedMark(spec.Type, values))
	rec.Type, rec.Name, rec.Settings, rec.Sealed = spec.Type, name, open, sealed
	if rec.Draft = spec.Draft; rec.Draft {
		rec.Enabled = false
		return nil
	}
	if _, err := c.make(*rec, t, values); err != nil {
		return inputError("settings.", err)
	}
	return nil
}

// Channels lists the channels of a bot, of all bots if botID is empty.
func (c *Catalog) Channels(ctx context.Context, botID string) ([]ChannelView, error) {
	recs, err := c.store.Channels().List(ctx)
	views := []ChannelView{}
	for _, rec := range recs {
		if err == nil && (botID == "" || rec.BotID == botID) {
			var v ChannelView
			v, err = c.channelView(ctx, rec)
			views = append(views, v)
		}
	}
	return views, err
}

// ShowChannel shows one channel.
func (c *Catalog) ShowChannel(ctx context.Context, id string) (ChannelView, error) {
	rec, err := c.store.Channels().Get(ctx, id)
	if err != nil {
		return ChannelView{}, err
	}
	return c.channelView(ctx, rec)
}

func (c *Catalog) channelView(ctx context.Context, rec store.Channel) (ChannelView, error) {
	v := c.settingsView(rec)
	if v.Status != "new" {
		return v, nil
	}
	return v, c.judge(ctx, &v, rec)
}

// settingsView is a view as the channel's settings alone tell. A channel that can be used is "new".
func (c *Catalog) settingsView(rec store.Channel) ChannelView {
	v := ChannelView{
		ChannelSpec: ChannelSpec{ID: rec.ID, Type: rec.Type, Name: rec.Name, Settings: settings.Values{}},
		BotID:       rec.BotID, Enabled: rec.Enabled, BotName: rec.BotName,
		Managed: rec.Managed, CreatedAt: rec.CreatedAt, UpdatedAt: rec.UpdatedAt,
	}
	if kept(rec.Former) {
		v.ReplacedAt = rec.Former.ReplacedAt
		if time.Now().Before(rec.Former.TakenUntil) {
			v.TakenUntil = rec.Former.TakenUntil
		}
	}
	v.Status = "new"
	t := c.channels.Type(rec.Type)
	if t == nil {
		v.troubled(Trouble{Check: check.New("settings", check.Fail, "channel.type_unknown", "type", rec.Type), Where: WhereSettings})
		return v
	}
	values, err := c.unseal(channelOwner(rec.ID), settings.Draft(ChannelFields(t)), rec.Settings, rec.Sealed)
	if err != nil {
		v.unusable(err)
		return v
	}
	v.Settings = settings.Mask(ChannelFields(t), values)
	if v.Draft = rec.Draft; v.Draft {
		v.Status = "draft"
		return v
	}
	if ch, err := c.make(rec, t, values); err != nil {
		v.unusable(err)
	} else if desk, ok := ch.Adapter.(channels.TokenDesk); ok {
		v.Desk = desk.DeskHeader() != ""
	}
	if !rec.Enabled {
		v.Status, v.StatusDetail, v.Trouble = "disabled", "", nil
	}
	return v
}

// unusable says that the stored settings are no good.
func (v *ChannelView) unusable(err error) {
	broken, other := unusable(err)
	if other != nil {
		broken = check.New("settings", check.Fail, "channel.now_unusable")
	}
	v.troubled(Trouble{Check: broken, Where: WhereSettings})
}

// ChannelPatch is a JSON merge patch of a channel; nil leaves a field as it is.
type ChannelPatch struct {
	Name     *string         `json:"name"`
	Settings settings.Values `json:"settings"`
	// Draft false says that a draft is complete: it is checked like any channel and switched on. What is
	// no draft cannot become one.
	Draft *bool `json:"draft"`
	// Overlap has callbacks taken for an hour that a secret proves which the patch replaces.
	Overlap bool `json:"-"`
}

// PatchChannel changes a channel.
func (c *Catalog) PatchChannel(ctx context.Context, id string, p ChannelPatch) (ChannelView, error) {
	return c.updateChannel(ctx, id, func(rec *store.Channel) error {
		spec := ChannelSpec{ID: rec.ID, Type: rec.Type, Name: or(p.Name, rec.Name), Draft: rec.Draft && or(p.Draft, true), overlap: p.Overlap}
		if p.Draft != nil && *p.Draft && !rec.Draft {
			return &InputError{Field: "draft", Code: "state", Detail: "is finished; disable the channel instead"}
		}
		if rec.Draft && !spec.Draft {
			rec.Enabled = true
		}
		if t := c.channels.Type(rec.Type); t != nil {
			stored, err := c.unseal(channelOwner(rec.ID), settings.Draft(ChannelFields(t)), rec.Settings, rec.Sealed)
			if err != nil && !errors.Is(err, store.ErrSealed) {
				return err
			}
			spec.Settings = settings.Merge(ChannelFields(t), stored, p.Settings)
		}
		if p.Settings != nil { // the last test was of other settings, unless they were tested just now
			rec.CheckedAt = time.Time{}
		}
		if err := c.fillChannel(rec, spec); err != nil {
			return err
		}
		if rec.CheckedAt.IsZero() {
			rec.CheckOK, rec.Found = false, nil
		}
		return nil
	})
}

// EnableChannel switches a channel on or off. A channel that is off answers callbacks with 404.
func (c *Catalog) EnableChannel(ctx context.Context, id string, on bool) (ChannelView, error) {
	return c.updateChannel(ctx, id, func(rec *store.Channel) error {
		if rec.Draft && on {
			return &InputError{Field: "draft", Code: "draft", Detail: `the channel is a draft; complete its settings and send {"draft": false}`}
		}
		rec.Enabled = on
		return nil
	})
}

// settings are the record of a channel, its type, and its settings, complete or not.
func (c *Catalog) settings(ctx context.Context, id string) (store.Channel, channels.Type, settings.Values, error) {
	rec, err := c.store.Channels().Get(ctx, id)
	if err != nil {
		return rec, nil, nil, err
	}
	t := c.channels.Type(rec.Type)
	if t == nil {
		return rec, nil, nil, fmt.Errorf("channel %s: this version has no channel type %q", rec.ID, rec.Type)
	}
	values, err := c.unseal(channelOwner(rec.ID), settings.Draft(ChannelFields(t)), rec.Settings, rec.Sealed)
	return rec, t, values, err
}

func (c *Catalog) updateChannel(ctx context.Context, id string, change func(*store.Channel) error) (ChannelView, error) {
	rec, err := c.store.Channels().Update(ctx, id, func(rec *store.Channel) error {
		if rec.Managed {
			return ErrManaged
		}
		rec.UpdatedAt = time.Now().UTC()
		return change(rec)
	})
	if err != nil {
		return ChannelView{}, err
	}
	c.forget("", id)
	return c.channelView(ctx, rec)
}

// DeleteChannel removes a channel. Its events stay until retention takes them, its token until it expires.
func (c *Catalog) DeleteChannel(ctx context.Context, id string) error {
	rec, err := c.store.Channels().Get(ctx, id)
	if err != nil {
		return err
	}
	if rec.Managed {
		return ErrManaged
	}
	return c.dropChannel(ctx, id)
}

func (c *Catalog) dropChannel(ctx context.Context, id string) error {
	if err := c.store.Channels().Delete(ctx, id); err != nil {
		return err
	}
	c.forget("", id)
	return nil
}

// ErrUnsupported means that a channel type lacks what was asked for.
var ErrUnsupported = errors.New("this channel type has no such thing")

// SetWebhook enters the channel's callback URL at the platform, where its API allows that.
func (c *Catalog) SetWebhook(ctx context.Context, id string) error {
	ch, err := c.Channel(ctx, id)
	if err != nil {
		return err
	}
	setter, ok := ch.Adapter.(channels.WebhookSetter)
	if !ok {
		return ErrUnsupported
	}
	address := c.callbackURL(ch.Record)
	if !strings.HasPrefix(address, "https://") {
		return &InputError{Field: "server.public_url", Code: "not_https", Detail: "must be an https address that platforms can reach; it is " + c.publicURL}
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	return setter.SetWebhook(ctx, address)
}

// AppFile makes the file that sets the app up at the platform.
func (c *Catalog) AppFile(ctx context.Context, id string) (channels.AppFile, error) {
	rec, t, values, err := c.settings(ctx, id)
	if err != nil {
		return channels.AppFile{}, err
	}
	packager, ok := t.(channels.AppPackager)
	if !ok {
		return channels.AppFile{}, ErrUnsupported
	}
	return packager.AppFile(values, c.deps(rec), rec.Name)
}

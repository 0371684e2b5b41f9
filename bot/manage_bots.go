package bot

import (
	"context"
	"errors"
	"strings"
	"time"

	"dari/bot/settings"
	"dari/store"
)

// BotSpec is a bot as a person describes it.
type BotSpec struct {
	ID     string     `json:"id,omitempty"`
	Name   string     `json:"name"`
	Locale string     `json:"locale,omitempty"`
	Engine EngineSpec `json:"engine"`
}

// EngineSpec is an engine as a person describes it.
type EngineSpec struct {
	Type     string          `json:"type"`
	Settings settings.Values `json:"settings"`
}

// BotView is a bot as it is shown: secrets masked.
type BotView struct {
	BotSpec
	Managed   bool      `json:"managed"` // comes from the configuration file and is changed there
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// ErrManaged means that the record comes from the configuration file.
var ErrManaged = errors.New("comes from the configuration file; change it there")

// ErrHasChannels means that a bot cannot be deleted yet.
var ErrHasChannels = errors.New("the bot still has channels; delete them first")

// locales that Dari speaks.
var locales = []string{"ko", "ja", "en"}

// CreateBot adds a bot.
func (c *Catalog) CreateBot(ctx context.Context, spec BotSpec) (BotView, error) {
	return c.createBot(ctx, spec, false)
}

func (c *Catalog) createBot(ctx context.Context, spec BotSpec, managed bool) (BotView, error) {
	if spec.ID == "" {
		spec.ID = slug(spec.Name)
	}
	now := time.Now().UTC()
	rec := store.Bot{ID: spec.ID, Managed: managed, CreatedAt: now, UpdatedAt: now}
	if err := c.fillBot(&rec, spec); err != nil {
		return BotView{}, err
	}
	if err := c.store.Bots().Create(ctx, rec.ID, rec); err != nil {
		return BotView{}, err
	}
	return c.botView(rec), nil
}

func (c *Catalog) fillBot(rec *store.Bot, spec BotSpec) error {
	if err := checkID(spec.ID); err != nil {
		return err
	}
	name, err := checkName(spec.Name)
	if err != nil {
		return err
	}
	if spec.Locale == "" {
		spec.Locale = "en"
	}
	if err := checkOption("locale", spec.Locale, locales); err != nil {
		return err
	}
	t := c.engines.Type(spec.Engine.Type)
	if t == nil {
		return checkOption("engine.type", spec.Engine.Type, c.engines.Names())
	}
	values, err := settings.Clean(t.Fields(), spec.Engine.Settings, c.urls)
	if err != nil {
		return inputError("engine.settings.", err)
	}
	if _, err := c.engine(t, spec.ID, values); err != nil {
		return inputError("engine.settings.", err)
	}
	open, sealed, err := c.seal(botOwner(spec.ID), t.Fields(), values)
	if err != nil {
		return err
	}
	rec.Name, rec.Locale = name, spec.Locale
	rec.Engine = store.EngineSpec{Type: spec.Engine.Type, Settings: open, Sealed: sealed}
	return nil
}

// Bots lists all bots.
func (c *Catalog) Bots(ctx context.Context) ([]BotView, error) {
	recs, err := c.store.Bots().List(ctx)
	views := make([]BotView, len(recs))
	for i, rec := range recs {
		views[i] = c.botView(rec)
	}
	return views, err
}

// Bot shows one bot.
func (c *Catalog) Bot(ctx context.Context, id string) (BotView, error) {
	rec, err := c.store.Bots().Get(ctx, id)
	if err != nil {
		return BotView{}, err
	}
	return c.botView(rec), nil
}

func (c *Catalog) botView(rec store.Bot) BotView {
	v := BotView{Managed: rec.Managed, CreatedAt: rec.CreatedAt, UpdatedAt: rec.UpdatedAt, BotSpec: BotSpec{
		ID: rec.ID, Name: rec.Name, Locale: rec.Locale, Engine: EngineSpec{Type: rec.Engine.Type, Settings: settings.Values{}},
	}}
	if t := c.engines.Type(rec.Engine.Type); t != nil {
		if values, err := c.unseal(botOwner(rec.ID), t.Fields(), rec.Engine.Settings, rec.Engine.Sealed); err == nil {
			v.Engine.Settings = settings.Mask(t.Fields(), values)
		}
	}
	return v
}

// BotPatch is a JSON merge patch of a bot; nil leaves a field as it is.
type BotPatch struct {
	Name   *string `json:"name"`
	Locale *string `json:"locale"`
	Engine *struct {
		Type     *string         `json:"type"`
		Settings settings.Values `json:"settings"`
	} `json:"engine"`
}

// PatchBot changes a bot.
func (c *Catalog) PatchBot(ctx context.Context, id string, p BotPatch) (BotView, error) {
	rec, err := c.store.Bots().Update(ctx, id, func(rec *store.Bot) error {
		if rec.Managed {
			return ErrManaged
		}
		spec := BotSpec{ID: rec.ID, Name: or(p.Name, rec.Name), Locale: or(p.Locale, rec.Locale), Engine: EngineSpec{Type: rec.Engine.Type}}
		var stored settings.Values
		if t := c.engines.Type(rec.Engine.Type); t != nil {
			var err error
			if stored, err = c.unseal(botOwner(rec.ID), t.Fields(), rec.Engine.Settings, rec.Engine.Sealed); err != nil && !errors.Is(err, store.ErrSealed) {
				return err
			}
			spec.Engine.Settings = stored
		}
		if p.Engine != nil {
			if p.Engine.Type != nil && *p.Engine.Type != rec.Engine.Type {
				spec.Engine.Type, stored = *p.Engine.Type, nil
			}
			spec.Engine.Settings = stored
			if t := c.engines.Type(spec.Engine.Type); t != nil {
				spec.Engine.Settings = settings.Merge(t.Fields(), stored, p.Engine.Settings)
			}
		}
		rec.UpdatedAt = time.Now().UTC()
		return c.fillBot(rec, spec)
	})
	if err != nil {
		return BotView{}, err
	}
	c.forget(id, "")
	return c.botView(rec), nil
}

// DeleteBot removes a bot that has no channels.
func (c *Catalog) DeleteBot(ctx context.Context, id string) error {
	rec, err := c.store.Bots().Get(ctx, id)
	if err != nil {
		return err
	}
	if rec.Managed {
		return ErrManaged
	}
	list, err := c.Channels(ctx, id)
	if err != nil {
		return err
	}
	if len(list) > 0 {
		return ErrHasChannels
	}
	c.forget(id, "")
	return c.store.Bots().Delete(ctx, id)
}

func or[T any](p *T, stored T) T {
	if p != nil {
		return *p
	}
	return stored
}

func checkName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" {
		return "", &InputError{Field: "name", Code: "required", Detail: "is missing"}
	}
	if len([]rune(name)) > 100 {
		return "", &InputError{Field: "name", Code: "length", Detail: "must be at most 100 characters long"}
	}
	return name, nil
}

func checkOption(field, have string, options []string) error {
	for _, o := range options {
		if o == have {
			return nil
		}
	}
	if have == "" {
		return &InputError{Field: field, Code: "required", Detail: "is missing; it must be one of " + strings.Join(options, ", ")}
	}
	return &InputError{Field: field, Code: "option", Detail: "must be one of " + strings.Join(options, ", ")}
}

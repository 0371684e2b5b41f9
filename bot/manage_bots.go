package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
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
	// Engines are further ones by name, for Routes and Failover, and for the engines themselves.
	Engines  map[string]EngineSpec `json:"engines,omitempty"`
	Routes   []store.Route         `json:"routes,omitempty"`
	Failover string                `json:"failover,omitempty"`
	// Handoff is the room from which people answer when they take a conversation over.
	Handoff store.HandoffRoom `json:"handoff,omitzero"`
}

// EngineSpec is an engine as a person describes it.
type EngineSpec struct {
	Type     string          `json:"type"`
	Settings settings.Values `json:"settings"`
}

// BotView is a bot as it is shown: secrets masked.
type BotView struct {
	BotSpec
	Revision  string    `json:"revision,omitempty"` // of the published files
	Managed   bool      `json:"managed"`            // comes from the configuration file and is changed there
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
	main, err := c.fillEngine("engine", spec.ID, "", spec.Engine)
	if err != nil {
		return err
	}
	var others map[string]store.EngineSpec
	for _, key := range slices.Sorted(maps.Keys(spec.Engines)) {
		if !enginePattern.MatchString(key) {
			return &InputError{Field: "engines." + key, Code: "format", Detail: "must be 1 to 40 lower-case letters, digits or hyphens"}
		}
		if others == nil {
			others = map[string]store.EngineSpec{}
		}
		if others[key], err = c.fillEngine("engines."+key, spec.ID, key, spec.Engines[key]); err != nil {
			return err
		}
	}
	if err := checkRoutes(spec); err != nil {
		return err
	}
	rec.Name, rec.Locale, rec.Engine, rec.Engines = name, spec.Locale, main, others
	rec.Routes, rec.Failover, rec.Handoff = spec.Routes, spec.Failover, spec.Handoff
	return nil
}

var enginePattern = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

func (c *Catalog) fillEngine(field, botID, name string, spec EngineSpec) (store.EngineSpec, error) {
	t := c.engines.Type(spec.Type)
	if t == nil {
		return store.EngineSpec{}, checkOption(field+".type", spec.Type, c.engines.Names())
	}
	values, err := settings.Clean(t.Fields(), spec.Settings, c.urls)
	if err != nil {
		return store.EngineSpec{}, inputError(field+".settings.", err)
	}
	if _, err := c.engine(t, botID, values); err != nil {
		return store.EngineSpec{}, inputError(field+".settings.", err)
	}
	open, sealed, err := c.seal(engineOwner(botID, name), t.Fields(), values)
	return store.EngineSpec{Type: spec.Type, Settings: open, Sealed: sealed}, err
}

// checkRoutes makes sure that whatever is referred to is there.
func checkRoutes(spec BotSpec) error {
	known := func(field, name string) error {
		if _, ok := spec.Engines[name]; name == "" || ok {
			return nil
		}
		return &InputError{Field: field, Code: "unknown", Detail: fmt.Sprintf("%q is none of the bot's engines", name)}
	}
	for i, rt := range spec.Routes {
		field := fmt.Sprintf("routes[%d]", i)
		if err := known(field+".engine", rt.Engine); err != nil {
			return err
		}
		if rt.Share < 0 || rt.Share > 1 {
			return &InputError{Field: field + ".share", Code: "range", Detail: "must be from 0 to 1"}
		}
	}
	if spec.Handoff.Conversation != "" && !strings.Contains(spec.Handoff.Conversation, ":") {
		return &InputError{Field: "handoff.conversation", Code: "format", Detail: "must be the id of a conversation, as /conversations shows it"}
	}
	return known("failover", spec.Failover)
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
	v := BotView{Revision: rec.Revision, Managed: rec.Managed, CreatedAt: rec.CreatedAt, UpdatedAt: rec.UpdatedAt, BotSpec: BotSpec{
		ID: rec.ID, Name: rec.Name, Locale: rec.Locale, Engine: c.engineView(rec.ID, "", rec.Engine),
		Routes: rec.Routes, Failover: rec.Failover, Handoff: rec.Handoff,
	}}
	for name, spec := range rec.Engines {
		if v.Engines == nil {
			v.Engines = map[string]EngineSpec{}
		}
		v.Engines[name] = c.engineView(rec.ID, name, spec)
	}
	return v
}

func (c *Catalog) engineView(botID, name string, spec store.EngineSpec) EngineSpec {
	v := EngineSpec{Type: spec.Type, Settings: settings.Values{}}
	if t := c.engines.Type(spec.Type); t != nil {
		if values, err := c.unseal(engineOwner(botID, name), t.Fields(), spec.Settings, spec.Sealed); err == nil {
			v.Settings = settings.Mask(t.Fields(), values)
		}
	}
	return v
}

// BotPatch is a JSON merge patch of a bot; nil leaves a field as it is.
type BotPatch struct {
	Name   *string      `json:"name"`
	Locale *string      `json:"locale"`
	Engine *EnginePatch `json:"engine"`
	// Engines changes those that it names; null takes one away.
	Engines  map[string]*EnginePatch `json:"engines"`
	Routes   *[]store.Route          `json:"routes"`
	Failover *string                 `json:"failover"`
	Handoff  *store.HandoffRoom      `json:"handoff"`
}

// EnginePatch is a JSON merge patch of an engine.
type EnginePatch struct {
	Type     *string         `json:"type"`
	Settings settings.Values `json:"settings"`
}

// PatchBot changes a bot.
func (c *Catalog) PatchBot(ctx context.Context, id string, p BotPatch) (BotView, error) {
	rec, err := c.store.Bots().Update(ctx, id, func(rec *store.Bot) error {
		if rec.Managed {
			return ErrManaged
		}
		spec := BotSpec{
			ID: rec.ID, Name: or(p.Name, rec.Name), Locale: or(p.Locale, rec.Locale), Engines: map[string]EngineSpec{},
			Routes: or(p.Routes, rec.Routes), Failover: or(p.Failover, rec.Failover), Handoff: or(p.Handoff, rec.Handoff),
		}
		var err error
		if spec.Engine, err = c.patchEngine(rec.ID, "", rec.Engine, p.Engine); err != nil {
			return err
		}
		for name, stored := range rec.Engines {
			patch, named := p.Engines[name]
			if named && patch == nil {
				continue
			}
			if spec.Engines[name], err = c.patchEngine(rec.ID, name, stored, patch); err != nil {
				return err
			}
		}
		for name, patch := range p.Engines {
			if _, known := rec.Engines[name]; !known && patch != nil {
				spec.Engines[name] = EngineSpec{Type: or(patch.Type, ""), Settings: patch.Settings}
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

// patchEngine is an engine as it was, with what the patch names changed.
func (c *Catalog) patchEngine(botID, name string, rec store.EngineSpec, p *EnginePatch) (EngineSpec, error) {
	spec := EngineSpec{Type: rec.Type}
	if t := c.engines.Type(rec.Type); t != nil {
		stored, err := c.unseal(engineOwner(botID, name), t.Fields(), rec.Settings, rec.Sealed)
		if err != nil && !errors.Is(err, store.ErrSealed) {
			return spec, err
		}
		spec.Settings = stored
	}
	if p == nil {
		return spec, nil
	}
	if p.Type != nil && *p.Type != rec.Type {
		spec.Type, spec.Settings = *p.Type, nil
	}
	if t := c.engines.Type(spec.Type); t != nil {
		spec.Settings = settings.Merge(t.Fields(), spec.Settings, p.Settings)
	}
	return spec, nil
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

package bot

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"

	"dari/bot/settings"
	"dari/channels"
	"dari/dialog"
	"dari/store"
)

// CheckDeclared judges declared bots as Provision would, and returns all that is wrong with them. It
// starts nothing, calls nobody and needs no store, so that it cannot see ids that are taken there.
func CheckDeclared(types *channels.Registry, engines *dialog.Registry, urls settings.URLPolicy, list []Provisioned) []*ProvisionError {
	key := make([]byte, 32)
	rand.Read(key)
	sealer, err := store.NewSealer(key) // settings are sealed and thrown away
	if err != nil {
		return []*ProvisionError{{"bots", err}}
	}
	offline := &http.Client{Transport: nowhere{}}
	c := &Catalog{
		channels: types, engines: engines, sealer: sealer, urls: urls, http: offline, engineHTTP: offline,
		log: slog.New(slog.DiscardHandler), live: map[string]*Channel{}, liveBots: map[string]*liveBot{}, changed: make(chan struct{}, 1),
	}
	var all []*ProvisionError
	note := func(path string, errs []error) {
		for _, err := range errs {
			var pe *ProvisionError
			if errors.As(provisionError(path, err), &pe) {
				all = append(all, pe)
			}
		}
	}
	for i, p := range list {
		path := fmt.Sprintf("bots[%d]", i)
		note(path, c.botMistakes(p.Bot))
		for j, ch := range p.Channels {
			note(fmt.Sprintf("%s.channels[%d]", path, j), c.channelMistakes(p.Bot.ID, ch.ChannelSpec))
		}
	}
	return all
}

// nowhere is a network that is not there.
type nowhere struct{}

// RoundTrip implements http.RoundTripper.
func (nowhere) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("nobody is called while settings are checked")
}

func (c *Catalog) botMistakes(spec BotSpec) []error {
	var errs []error
	add := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	_, err := checkName(spec.Name)
	add(err)
	if spec.Locale != "" {
		add(checkOption("locale", spec.Locale, locales))
	}
	errs = append(errs, c.engineMistakes("engine", spec.ID, "", spec.Engine)...)
	for _, name := range slices.Sorted(maps.Keys(spec.Engines)) {
		errs = append(errs, c.engineMistakes("engines."+name, spec.ID, name, spec.Engines[name])...)
	}
	add(checkRoutes(spec))
	if len(errs) == 0 {
		add(c.fillBot(&store.Bot{}, spec)) // whatever else it looks at
	}
	return errs
}

func (c *Catalog) engineMistakes(field, botID, name string, spec EngineSpec) []error {
	if t := c.engines.Type(spec.Type); t != nil {
		if errs := c.formMistakes(field+".settings.", t.Fields(), spec.Settings); len(errs) > 0 {
			return errs
		}
	}
	if _, err := c.fillEngine(field, botID, name, spec); err != nil {
		return []error{err}
	}
	return nil
}

func (c *Catalog) channelMistakes(botID string, spec ChannelSpec) []error {
	if t := c.channels.Type(spec.Type); t != nil {
		if errs := c.formMistakes("settings.", ChannelFields(t), spec.Settings); len(errs) > 0 {
			return errs
		}
	}
	rec := store.Channel{ID: spec.ID, BotID: botID}
	if err := c.fillChannel(&rec, spec); err != nil {
		return []error{err}
	}
	return nil
}

// formMistakes looks at every setting by itself, where settings.Clean stops at the first mistake.
func (c *Catalog) formMistakes(prefix string, fields []settings.Field, in settings.Values) []error {
	var errs []error
	try := func(fields []settings.Field, v settings.Values) {
		if _, err := settings.Clean(fields, v, c.urls); err != nil {
			errs = append(errs, inputError(prefix, err))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(in)) {
		if !slices.ContainsFunc(fields, func(f settings.Field) bool { return f.Key == key }) {
			try(settings.Draft(fields), settings.Values{key: in[key]})
		}
	}
	for _, f := range fields {
		v := settings.Values{}
		if given, ok := in[f.Key]; ok {
			v[f.Key] = given
		}
		try([]settings.Field{f}, v)
	}
	return errs
}

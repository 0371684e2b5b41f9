package console

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/settings"
	"dari/bot/words"
)

// engineView is the page of an engine.
type engineView struct {
	engineShell
	Name    string // of the engine in the form; "" is the main one
	New     bool
	Engines []engineLink // of the bot
	Types   []engineType
	Type    string // of the engine in the form
	Changed bool   // the type is not the one that is saved
	Basic   []engineField
	More    []engineField
	Fault   string // key

	Tested, CheckedOK bool
	Checks            []checkView
	Sample            *sampleView
	Signs             bool // its questions are signed
	Explained         []checkView
	Request, Own      string // as pasted
	Text, Via, Locale string // of the sample turn
	Locales           []words.Language
	ChannelTypes      []string

	Routes []routeRow
	Rest   restView
}

type engineLink struct {
	Name, Type, URL string
	Here            bool
}

type engineType struct {
	Name        string
	Title, Help string // keys; "" if the console has no words for it
	Here        bool
}

// engineField is a setting in the form.
type engineField struct {
	settings.Field
	Value  string
	Saved  string      // of a stored secret: its mask
	Pairs  []savedPair // of a stored map
	Fault  string      // key
	Secret bool
}

type savedPair struct{ Name, Mask string }

// optionKey is the key of an option's word; "" if the console has none.
func (engineField) OptionKey(option string) string {
	if key := "option." + option; words.In(words.Default)[key] != "" {
		return key
	}
	return ""
}

func engineTypeOf(name string, here bool) engineType {
	t := engineType{Name: name, Here: here}
	if key := "engines.type." + name; words.In(words.Default)[key] != "" {
		t.Title, t.Help = key, key+".help"
	}
	return t
}

func (c *Console) showEngine(g *gin.Context) {
	if b, ok := c.bot(g); ok {
		c.enginePage(g, b, http.StatusOK, form{}, nil)
	}
}

// enginePage shows the engine that the address or the form names.
func (c *Console) enginePage(g *gin.Context, b bot.BotView, status int, typed form, more func(*engineView)) {
	v := &engineView{
		engineShell: c.engineShell(g, b, "engine"), Name: cmp.Or(g.PostForm("engine"), g.Query("engine")), Fault: typed.fault,
		Locales: words.Languages, Locale: b.Locale, Via: "web",
	}
	spec, saved := b.BotSpec.Engine, true
	if v.Name != "" {
		if spec, saved = b.Engines[v.Name]; !saved && !engineName.MatchString(v.Name) {
			v.Fault, v.Name, spec = "engines.fault.engine_name", "", b.BotSpec.Engine
			status = http.StatusUnprocessableEntity
		}
	}
	v.New, v.Type = v.Name != "" && !saved, spec.Type
	types := c.runtime.EngineTypes()
	if asked := cmp.Or(g.PostForm("type"), g.Query("type")); types.Type(asked) != nil && asked != spec.Type {
		v.Type, v.Changed, spec = asked, true, bot.EngineSpec{}
	}
	if v.Type == "" {
		v.Type = firstEngine
	}
	for _, t := range types.Types() {
		v.Types = append(v.Types, engineTypeOf(t.Name(), t.Name() == v.Type))
	}
	v.Engines = enginesOf(b, v.Name)
	if t := types.Type(v.Type); t != nil {
		for _, f := range t.Fields() {
			field := engineFieldOf(f, spec.Settings, typed)
			if f.Required || f.Key == "secret" || f.Key == "url" || field.Fault != "" || len(t.Fields()) < 7 {
				v.Basic = append(v.Basic, field)
			} else {
				v.More = append(v.More, field)
			}
		}
	}
	if err := c.fillRest(g, b, v); err != nil {
		c.fail(g, err)
		return
	}
	v.Signs = !v.Changed && c.runtime.Signs(g.Request.Context(), b.ID, v.Name)
	if more != nil {
		more(v)
	}
	c.show(g, status, "engine", "engine", b.ID, v)
}

func enginesOf(b bot.BotView, here string) []engineLink {
	base := engineBase(b.ID)
	links := []engineLink{{"", b.BotSpec.Engine.Type, base, here == ""}}
	for _, name := range slices.Sorted(maps.Keys(b.Engines)) {
		links = append(links, engineLink{name, b.Engines[name].Type, base + "?engine=" + name, name == here})
	}
	return links
}

func engineFieldOf(f settings.Field, stored settings.Values, typed form) engineField {
	v := engineField{Field: f, Secret: f.Kind.Secret(), Fault: typed.faults[f.Key]}
	saved := stored.Text(f.Key)
	if list := stored.List(f.Key); list != nil {
		saved = strings.Join(list, ", ")
	}
	for _, name := range slices.Sorted(maps.Keys(stored.Map(f.Key))) {
		v.Pairs = append(v.Pairs, savedPair{name, stored.Map(f.Key)[name]})
	}
	text, isTyped := typed.values[f.Key].(string)
	switch {
	case v.Secret:
		v.Saved = saved
	case isTyped:
		v.Value = text
	default:
		v.Value = saved
	}
	if f.Kind == settings.Select {
		v.Value = cmp.Or(v.Value, f.Default)
	} else if v.Value == f.Default {
		v.Value = "" // the field shows its default as a hint
	}
	return v
}

// readEngine reads the form. An empty secret means that it stays as it is.
func readEngine(g *gin.Context, fields []settings.Field) form {
	f := readForm(g, fields)
	for _, field := range fields {
		if field.Kind != settings.Map {
			continue
		}
		delete(f.values, field.Key)
		pairs := map[string]any{}
		for _, name := range g.PostFormArray("clear." + field.Key) {
			pairs[name] = nil
		}
		for line := range strings.Lines(g.PostForm("f." + field.Key)) {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			name, value, ok := strings.Cut(line, ":")
			if name, value = strings.TrimSpace(name), strings.TrimSpace(value); !ok || name == "" || value == "" {
				f.faults[field.Key], f.fault = "engines.fault.pairs", "channels.fault.form"
				continue
			}
			pairs[name] = value
		}
		if len(pairs) > 0 {
			f.values[field.Key] = pairs
		}
	}
	return f
}

// saveEngine saves the engine that the form names.
func (c *Console) saveEngine(g *gin.Context) {
	b, ok := c.bot(g)
	if !ok || !c.bounded(g) || c.managed(g, b) {
		return
	}
	name, typ := g.PostForm("engine"), g.PostForm("type")
	t := c.runtime.EngineTypes().Type(typ)
	if t == nil {
		c.notice(g, http.StatusBadRequest, "bad_request")
		return
	}
	f := readEngine(g, t.Fields())
	if f.fault != "" {
		f.blameOthers("engine."+typ, t.Fields(), storedSettings(b, name, typ))
		c.enginePage(g, b, http.StatusUnprocessableEntity, f, nil)
		return
	}
	patch := &bot.EnginePatch{Type: &typ, Settings: f.values}
	change := bot.BotPatch{Engine: patch}
	if name != "" {
		change = bot.BotPatch{Engines: map[string]*bot.EnginePatch{name: patch}}
	}
	now, err := c.runtime.PatchBot(g.Request.Context(), b.ID, change)
	if err != nil {
		c.refuseEngine(g, b, typ, name, f, err)
		return
	}
	c.note(g, "bot.engine", b.ID, strings.Join(append([]string{cmp.Or(name, "main")}, engineChanges(engineSpec(b, name), engineSpec(now, name), t.Fields(), f)...), "; "))
	to := engineBase(b.ID) + "?done=saved"
	if name != "" {
		to += "&engine=" + name
	}
	g.Redirect(http.StatusSeeOther, to)
}

func engineSpec(b bot.BotView, name string) bot.EngineSpec {
	if name != "" {
		return b.Engines[name]
	}
	return b.BotSpec.Engine
}

// storedSettings are those that an engine of the type has; a change of the type keeps none.
func storedSettings(b bot.BotView, name, typ string) settings.Values {
	if spec := engineSpec(b, name); spec.Type == typ {
		return spec.Settings
	}
	return nil
}

// engineChanges says for the audit log what has become of an engine's settings: of secrets that they were
// changed, of others what they were and are.
func engineChanges(before, after bot.EngineSpec, fields []settings.Field, typed form) []string {
	said := changeOf("type", before.Type, after.Type)
	for _, f := range fields {
		old, now := before.Settings[f.Key], after.Settings[f.Key]
		switch _, touched := typed.values[f.Key]; {
		case !f.Kind.Secret():
			said = append(said, changeOf(f.Key, plainText(old), plainText(now))...)
		case now == nil && old != nil:
			said = append(said, f.Key+": removed")
		case touched && now != nil:
			said = append(said, f.Key+": changed")
		}
	}
	return said
}

// plainText is a setting on one line.
func plainText(v any) string {
	if v == nil {
		return ""
	}
	return strings.Trim(fmt.Sprint(v), "[]")
}

// refuseEngine shows the form with what is wrong.
func (c *Console) refuseEngine(g *gin.Context, b bot.BotView, typ, name string, f form, err error) {
	var input *bot.InputError
	if !errors.As(err, &input) {
		c.failOr404(g, err)
		return
	}
	prefix := "engine."
	if name != "" {
		prefix = "engines." + name + "."
	}
	if rest, ok := strings.CutPrefix(input.Field, prefix); ok {
		input = &bot.InputError{Field: rest, Code: input.Code, Detail: input.Detail}
	}
	if err := f.blame("engine."+typ, input); err != nil {
		c.fail(g, err)
		return
	}
	f.blameOthers("engine."+typ, c.runtime.EngineTypes().Type(typ).Fields(), storedSettings(b, name, typ))
	c.enginePage(g, b, http.StatusUnprocessableEntity, f, nil)
}

// checkEngine tests the connections of all of the bot's engines.
func (c *Console) checkEngine(g *gin.Context) {
	limitForm(g)
	b, ok := c.bot(g)
	if !ok {
		return
	}
	report, err := c.runtime.CheckEngine(g.Request.Context(), b.ID)
	if err != nil {
		c.fail(g, err)
		return
	}
	c.note(g, "bot.check", b.ID, "")
	c.enginePage(g, b, http.StatusOK, form{}, func(v *engineView) {
		v.Tested, v.Checks = true, checksOf(c.language(g), report.Checks)
		v.CheckedOK = !slices.ContainsFunc(v.Checks, func(k checkView) bool { return k.Status == "fail" })
	})
}

package console

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/settings"
	"dari/bot/words"
	"dari/channels"
	"dari/store"
)

// maxSetupForm holds every setting, a key file and the text of a whole console page.
const maxSetupForm = 256 << 10

// fieldView is a setting in the form.
type fieldView struct {
	Key, Label, Help string
	Kind             settings.Kind
	Required, Secret bool
	Locked           bool   // it can only be read
	Value            string // as typed, or as it is stored if it is no secret
	Saved            string // of a stored secret: its mask
	Example, Default string
	Options          []optionView
	Fault            string // key
}

type optionView struct {
	Value, Label string
	Chosen       bool
}

// form is what a person has typed, and what is wrong with it.
type form struct {
	name      string
	values    settings.Values   // as a patch: nil removes, absent leaves
	faults    map[string]string // field → key
	fault     string            // of the whole form
	nameFault string
	about     string      // key of what has not been done because of the faults; "": nothing was saved
	before    bot.Settled // the channel as it was when the form came
}

func fieldOf(f settings.Field, ch bot.ChannelView, typed form) fieldView {
	v := fieldView{
		Key: f.Key, Label: f.Help + ".label", Help: f.Help, Kind: f.Kind, Required: f.Required, Secret: f.Kind.Secret(),
		Example: f.Example, Default: f.Default, Fault: typed.faults[f.Key],
	}
	stored := ch.Settings.Text(f.Key)
	if list := ch.Settings.List(f.Key); list != nil {
		stored = strings.Join(list, ", ")
	}
	value, isTyped := typed.values[f.Key]
	text, _ := value.(string)
	if v.Secret {
		v.Saved, v.Value = stored, text
	} else if v.Value = stored; isTyped {
		v.Value = text
	}
	if v.Value == f.Default && !v.Secret && f.Kind != settings.Select {
		v.Value = "" // the field shows its default as a hint
	}
	for _, o := range f.Options {
		v.Options = append(v.Options, optionView{o, f.Help + "." + o, o == v.Value || v.Value == "" && o == f.Default})
	}
	return v
}

// readForm reads the set-up form. An empty secret means that it stays as it is.
func readForm(g *gin.Context, fields []settings.Field) form {
	f := form{name: strings.TrimSpace(g.PostForm("name")), values: settings.Values{}, faults: map[string]string{}}
	for _, field := range fields {
		text, sent := g.GetPostForm("f." + field.Key)
		text = strings.TrimSpace(text)
		switch {
		case g.PostForm("clear."+field.Key) != "":
			f.values[field.Key] = nil
		case text != "":
			f.values[field.Key] = text
		case sent && !field.Kind.Secret():
			f.values[field.Key] = nil
		}
	}
	return f
}

// empty tells whether nothing was typed: there is no draft worth keeping.
func (f form) empty(fields []settings.Field) bool {
	for _, field := range fields {
		if text, _ := f.values[field.Key].(string); text != "" && text != field.Default {
			return false
		}
	}
	return true
}

// needsTyping tells whether a channel of the type cannot be without settings.
func needsTyping(t channels.Type) bool {
	return slices.ContainsFunc(t.Setup().Fields, func(f settings.Field) bool { return f.Required })
}

// bounded reads the form. One that is too large is answered and not read.
func (c *Console) bounded(g *gin.Context) bool {
	g.Request.Body = http.MaxBytesReader(g.Writer, g.Request.Body, maxSetupForm)
	err := g.Request.ParseForm() // which the next one does, too, but keeps quiet about it
	if err == nil {
		err = g.Request.ParseMultipartForm(maxSetupForm)
	}
	if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		c.notice(g, http.StatusRequestEntityTooLarge, "too_large")
		return false
	}
	return true
}

// pasted is what lies in the paste box: a text, a file, or both.
func pasted(g *gin.Context) string {
	text := g.PostForm("paste")
	file, err := g.FormFile("keyfile")
	if err != nil {
		return text
	}
	r, err := file.Open()
	if err != nil {
		return text
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxSetupForm))
	if err != nil {
		return text
	}
	return text + "\n" + string(b)
}

// blame puts an error of the runtime beside its field. It returns any error that is none of the form's.
func (f *form) blame(typ string, err error) error {
	var input *bot.InputError
	if !errors.As(err, &input) {
		return err
	}
	field, ok := strings.CutPrefix(input.Field, "settings.")
	switch {
	case ok:
		if f.faults == nil {
			f.faults = map[string]string{}
		}
		if f.faults[field] == "" { // the first is the nearest to what was typed
			f.faults[field] = faultKey(typ, field, input.Code)
		}
		f.fault = cmp.Or(f.about, "channels.fault.form")
	case input.Field == "name":
		f.nameFault = "channels.fault.name"
		f.fault = cmp.Or(f.about, "channels.fault.form")
	default:
		f.fault = "channels.fault.other"
	}
	return nil
}

// missing blames every required field that is neither typed nor stored, so that they are found at once.
func (f *form) missing(typ string, fields []settings.Field, stored settings.Values) {
	for _, field := range fields {
		_, typed := f.values[field.Key]
		if field.Required && stored[field.Key] == nil && (!typed || f.values[field.Key] == nil) {
			_ = f.blame(typ, &bot.InputError{Field: "settings." + field.Key, Code: "required"})
		}
	}
}

// blameOthers blames, besides the one that an error has named, every field whose value has not even its form.
func (f *form) blameOthers(typ string, fields []settings.Field, stored settings.Values) {
	f.missing(typ, fields, stored)
	for _, field := range fields {
		if field.Kind == settings.Map {
			continue // what stands there is a patch of the stored one
		}
		_, err := settings.Clean(settings.Draft([]settings.Field{field}), settings.Values{field.Key: f.values[field.Key]}, nil)
		var wrong *settings.Error
		if errors.As(err, &wrong) {
			_ = f.blame(typ, &bot.InputError{Field: "settings." + wrong.Field, Code: wrong.Code})
		}
	}
}

// wrong blames every field whose typed value its channel type refuses, not only the first.
func (c *Console) wrong(typ string, f *form) error {
	codes, err := c.runtime.SettingFaults(typ, f.values)
	for field, code := range codes {
		_ = f.blame(typ, &bot.InputError{Field: "settings." + field, Code: code})
	}
	return err
}

// aboutFaults is the key of what a form with faults has not brought about.
func aboutFaults(do string, draft bool) string {
	switch {
	case do == "test":
		return "channels.fault.test"
	case draft:
		return "channels.fault.draft"
	}
	return "channels.fault.form"
}

// faultKey is the key of the sentence about a field: its own, if there is one, else that of the code.
func faultKey(typ, field, code string) string {
	for _, key := range []string{"fault." + typ + "." + field + "." + code, "fault." + code} {
		if words.In(words.Default)[key] != "" {
			return key
		}
	}
	return "fault.format"
}

// postNewChannel takes the form of a channel that is not there yet. Whatever its button, the channel is
// kept as a draft first, so that nothing typed is lost and no secret has to travel back.
func (c *Console) postNewChannel(g *gin.Context) {
	b, ok := c.bot(g)
	t := c.types.Type(g.Param("type"))
	switch {
	case !ok:
		return
	case t == nil:
		c.notice(g, http.StatusNotFound, "gone")
		return
	}
	if !c.bounded(g) {
		return
	}
	f := readForm(g, bot.ChannelFields(t))
	if do := g.PostForm("do"); (do == "save" || do == "test") && needsTyping(t) && f.empty(bot.ChannelFields(t)) && strings.TrimSpace(pasted(g)) == "" {
		f.about = aboutFaults(do, false)
		f.missing(t.Name(), t.Setup().Fields, nil)
		c.newChannelPage(g, http.StatusUnprocessableEntity, b, t, f)
		return
	}
	spec := bot.ChannelSpec{ID: g.PostForm("id"), Type: t.Name(), Name: f.name, Draft: true}
	if spec.Name == "" {
		spec.Name = b.Name
	}
	ch, err := c.runtime.CreateChannel(g.Request.Context(), b.ID, spec)
	var input *bot.InputError
	switch {
	case errors.Is(err, store.ErrExists): // sent twice, or kept while it was typed
		if ch, err = c.runtime.ShowChannel(g.Request.Context(), spec.ID); err != nil || !ch.Draft || ch.Type != t.Name() {
			g.Redirect(http.StatusSeeOther, channelBase(spec.ID))
			return
		}
		g.Set(backKey, channelBase(ch.ID))
		c.actOn(g, ch, t, f)
		return
	case errors.As(err, &input):
		c.notice(g, http.StatusBadRequest, "bad_request")
		return
	case err != nil:
		c.fail(g, err)
		return
	}
	c.note(g, "channel.create", ch.ID, ch.Type+" "+ch.Name)
	g.Set(backKey, channelBase(ch.ID))
	c.actOn(g, ch, t, f)
}

// postChannelSetup takes the form of a channel.
func (c *Console) postChannelSetup(g *gin.Context) {
	ch, ok := c.channel(g)
	t := c.types.Type(ch.Type)
	switch {
	case !ok:
		return
	case t == nil || ch.Managed:
		c.notice(g, http.StatusConflict, "managed")
		return
	}
	if !c.bounded(g) {
		return
	}
	c.actOn(g, ch, t, readForm(g, bot.ChannelFields(t)))
}

// actOn does what the button of the form says.
func (c *Console) actOn(g *gin.Context, ch bot.ChannelView, t channels.Type, f form) {
	ctx := g.Request.Context()
	var err error
	do := g.PostForm("do")
	found := settings.Values{}
	if text := pasted(g); strings.TrimSpace(text) != "" {
		found = recognise(t.Name(), t.Setup().Fields, text)
		maps.Copy(f.values, found)
	}
	f.about = aboutFaults(do, ch.Draft)
	if f.before, err = c.runtime.Settled(ctx, ch.ID); err == nil {
		err = c.wrong(t.Name(), &f)
	}
	if err == nil && ch.Draft {
		ch, err = c.keepDraft(ctx, ch, &f)
	}
	switch {
	case err != nil:
		c.fail(g, err)
		return
	case do == "keep": // by the page itself, while it is being filled in
		g.Status(http.StatusNoContent)
		return
	}
	if do == "test" || do == "save" || !ch.Draft && do != "paste" && do != "webhook" && do != "install" {
		f.missing(t.Name(), t.Setup().Fields, ch.Settings)
	}
	switch do {
	case "test":
		c.testForm(g, ch, t, f)
	case "save":
		c.saveForm(g, ch, t, f)
	case "paste":
		c.channelSetup(g, http.StatusOK, ch, f, func(v *setupView) {
			v.Pasted, v.NothingFound = true, len(found) == 0
			for _, field := range t.Setup().Fields {
				if _, ok := found[field.Key]; ok {
					v.Found = append(v.Found, field.Help+".label")
				}
			}
		})
	case "webhook":
		c.setWebhook(g, ch)
	case "install":
		c.beginInstall(g, ch, t, f)
	default: // "draft", and the Enter key
		if !ch.Draft {
			c.saveForm(g, ch, t, f)
			return
		}
		if f.fault != "" {
			c.channelSetup(g, http.StatusUnprocessableEntity, ch, f, nil)
			return
		}
		c.sayNext(g, channelBase(ch.ID), "draft_saved")
	}
}

// keepDraft saves what of the form can be saved; what cannot gets its fault and stays in the form.
func (c *Console) keepDraft(ctx context.Context, ch bot.ChannelView, f *form) (bot.ChannelView, error) {
	patch := bot.ChannelPatch{Settings: maps.Clone(f.values)}
	maps.DeleteFunc(patch.Settings, func(key string, _ any) bool { return f.faults[key] != "" })
	if f.name != "" {
		patch.Name = &f.name
	}
	for range len(f.values) + 2 {
		saved, err := c.runtime.PatchChannel(ctx, ch.ID, patch)
		var input *bot.InputError
		if !errors.As(err, &input) {
			if err == nil { // it is kept; secrets need not come back
				maps.DeleteFunc(f.values, func(key string, _ any) bool { _, ok := patch.Settings[key]; return ok })
			}
			return saved, err
		}
		if err := f.blame(ch.Type, err); err != nil {
			return ch, err
		}
		if field, ok := strings.CutPrefix(input.Field, "settings."); ok {
			delete(patch.Settings, field)
		} else {
			patch.Name = nil
		}
	}
	return ch, errors.New("the draft cannot be kept")
}

// saveForm saves the settings for good; a draft becomes a channel that is on.
func (c *Console) saveForm(g *gin.Context, ch bot.ChannelView, t channels.Type, f form) {
	patch := bot.ChannelPatch{Settings: f.values, Draft: new(bool), Overlap: true}
	if f.name != "" {
		patch.Name = &f.name
	}
	wasDraft := ch.Draft
	if f.fault == "" {
		saved, err := c.runtime.PatchChannel(g.Request.Context(), ch.ID, patch)
		if err == nil {
			c.noteChanges(g, ch.ID, f.before)
			if wasDraft && len(t.Setup().Fields) > 0 {
				g.Redirect(http.StatusSeeOther, channelBase(saved.ID)+"/waiting")
				return
			}
			c.sayNext(g, channelBase(saved.ID), "saved")
			return
		}
		if err := f.blame(ch.Type, err); err != nil {
			c.fail(g, err)
			return
		}
	}
	c.channelSetup(g, http.StatusUnprocessableEntity, ch, f, nil)
}

// noteChanges writes into the audit log what has become of a channel's settings.
func (c *Console) noteChanges(g *gin.Context, id string, before bot.Settled) {
	now, err := c.runtime.Settled(g.Request.Context(), id)
	if err != nil {
		c.log.Warn("changes not told in the audit log", "channel", id, "error", err)
	}
	c.note(g, "channel.update", id, before.Changes(now))
}

// testForm tests the connection with what is typed, saved or not.
func (c *Console) testForm(g *gin.Context, ch bot.ChannelView, _ channels.Type, f form) {
	if f.fault != "" {
		c.channelSetup(g, http.StatusUnprocessableEntity, ch, f, nil)
		return
	}
	report, err := c.runtime.TestChange(g.Request.Context(), ch.ID, f.values)
	if err != nil {
		if err := f.blame(ch.Type, err); err != nil {
			c.fail(g, err)
			return
		}
		c.channelSetup(g, http.StatusUnprocessableEntity, ch, f, nil)
		return
	}
	for _, k := range report.Checks {
		if k.Code == "channel.setting" { // what the type finds wrong stands beside its field, too
			_ = f.blame(ch.Type, &bot.InputError{Field: "settings." + k.Params["field"], Code: "format"})
			f.fault = "" // the report says that
		}
	}
	c.channelSetup(g, http.StatusOK, ch, f, func(v *setupView) {
		v.Tested, v.Checks = true, checksOf(c.language(g), report.Checks)
		v.CheckedOK = !slices.ContainsFunc(v.Checks, func(k checkView) bool { return k.Status == "fail" })
	})
}

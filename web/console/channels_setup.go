package console

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"html/template"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/check"
	"dari/bot/settings"
	"dari/bot/words"
	"dari/channels"
	"dari/store"
)

// setupView is the guided set-up: the steps at the platform and the form with what they bring.
type setupView struct {
	Warning, Public string
	Action          string // where the form posts to
	Name            string
	Steps           []guideStep
	URLs            []urlView
	QR              template.HTML // of the first URL
	Basic, More     []fieldView
	MoreOpen        bool
	Fault           string // key of what is wrong with the whole form
	NameFault       string
	Found           []string // labels of the fields that the paste box has filled
	NothingFound    bool
	Pasted          bool
	Checks          []checkView
	CheckedOK       bool
	Tested          bool
	Webhook         bool   // the platform can be told the callback URL
	WebhookDone     string // key of what came of it
	WebhookCode     string
	App             *appView
	CanInstall      bool
	Install         string // where to go on
	Locked          bool   // nothing can be changed here
	Reads           bool   // because who looks at it may not
	DeleteFault     string // key
	Password        bool   // must be given to delete
}

type guideStep struct {
	Title, Text string // keys
	Link        string
	Host        string // of the link, for people
	Shows       string // the value that the step needs on screen
}

type urlView struct {
	Label string // key
	URL   string
}

// appView is the file that sets the app up at the platform.
type appView struct {
	Name  string
	Text  string // shown for copying, if it is text
	Link  string // opens the platform with it filled in
	Wants string // key of the field without which there is no file yet
}

type checkView struct {
	Status string
	Text   template.HTML
	MS     int64
}

// checksOf says the checks in the reader's language.
func checksOf(lang string, list []check.Check) []checkView {
	out := make([]checkView, len(list))
	for i, k := range list {
		out[i] = checkView{string(k.Status), withTimes(words.Check(lang, k)), k.Took.Milliseconds()}
	}
	return out
}

var timeInText = regexp.MustCompile(`\b(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC\b`)

// withTimes marks the times in a sentence as such, so that the page writes them in the reader's own zone like
// all others.
func withTimes(text string) template.HTML {
	return template.HTML(timeInText.ReplaceAllString(template.HTMLEscapeString(text), `<time datetime="${1}T${2}:00Z">$0</time>`))
}

// newChannelID is as hard to guess as the ids that the runtime gives.
func newChannelID() string { return strings.ToLower(rand.Text()) }

// idOfNew is the id that the bot's next channel of the type will have. The callback URL holds it, and people
// enter that at the platform before there is anything to save: within a session it stays the same until
// there is a channel of that id.
func (c *Console) idOfNew(g *gin.Context, botID, typ string) (string, error) {
	ctx, key := g.Request.Context(), "new "+botID+" "+typ
	if id := c.sessions.GetString(ctx, key); id != "" {
		_, err := c.runtime.ShowChannel(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			return id, nil
		}
		if err != nil {
			return "", err
		}
	}
	id := newChannelID()
	c.sessions.Put(ctx, key, id)
	return id, c.saveSession(g)
}

// showNewChannel shows the set-up of a channel that is not there yet, the callback URL first.
func (c *Console) showNewChannel(g *gin.Context) {
	b, ok := c.bot(g)
	if !ok {
		return
	}
	t := c.types.Type(g.Param("type"))
	if t == nil {
		c.notice(g, http.StatusNotFound, "gone")
		return
	}
	name, err := c.nameOfNew(g, b, t)
	if err != nil {
		c.fail(g, err)
		return
	}
	c.newChannelPage(g, http.StatusOK, b, t, form{name: name})
}

// nameOfNew is a name that the bot's next channel of a type could have, different from those there are.
func (c *Console) nameOfNew(g *gin.Context, b bot.BotView, t channels.Type) (string, error) {
	name := b.Name
	if _, ok := t.(channels.AppPackager); !ok { // elsewhere the name is the bot's own
		name += " " + cmp.Or(words.In(c.language(g))[typeKey(t.Name())], t.Name())
	}
	all, err := c.runtime.Channels(g.Request.Context(), b.ID)
	taken := func(name string) bool {
		return slices.ContainsFunc(all, func(ch bot.ChannelView) bool { return ch.Name == name })
	}
	free := name
	for n := 2; taken(free); n++ {
		free = name + " " + strconv.Itoa(n)
	}
	return free, err
}

// newChannelPage shows the set-up of a channel of which nothing is kept yet.
func (c *Console) newChannelPage(g *gin.Context, status int, b bot.BotView, t channels.Type, f form) {
	id, err := c.idOfNew(g, b.ID, t.Name())
	if err != nil {
		c.fail(g, err)
		return
	}
	ch := bot.ChannelView{ChannelSpec: bot.ChannelSpec{ID: id, Type: t.Name(), Name: f.name}, BotID: b.ID, Status: "draft"}
	v := c.setupView(g.Request.Context(), c.language(g), ch, t, f, false)
	v.Action = "/console/bots/" + b.ID + "/channels/new/" + t.Name()
	c.showOne(g, status, channelPage{Channel: ch, Tab: "setup", New: true, Setup: v})
}

func (c *Console) showChannelSetup(g *gin.Context) {
	ch, ok := c.channel(g)
	if !ok {
		return
	}
	c.channelSetup(g, http.StatusOK, ch, form{name: ch.Name}, nil)
}

// channelSetup shows the set-up of a channel with what has become of its form.
func (c *Console) channelSetup(g *gin.Context, status int, ch bot.ChannelView, f form, more func(*setupView)) {
	t := c.types.Type(ch.Type)
	if t == nil {
		c.showOne(g, status, channelPage{Channel: ch, Tab: "setup"})
		return
	}
	reads := !c.may(g, "builder")
	locked := ch.Managed || reads
	v := c.setupView(g.Request.Context(), c.language(g), ch, t, f, locked)
	v.Action = channelBase(ch.ID)
	v.Locked, v.Reads, v.Password = locked, reads, c.user(g).Password != nil
	if more != nil {
		more(v)
	}
	c.showOne(g, status, channelPage{Channel: ch, Tab: "setup", Setup: v})
}

func (c *Console) setupView(ctx context.Context, lang string, ch bot.ChannelView, t channels.Type, f form, locked bool) *setupView {
	v := &setupView{Warning: addressFault(c.publicURL), Public: c.publicURL, Name: f.name, Fault: f.fault, NameFault: f.nameFault}
	v.URLs = c.urls(ch, t)
	if len(v.URLs) > 0 {
		v.QR = qrCode(v.URLs[0].URL)
	}
	for _, s := range t.Setup().Steps {
		link := cmp.Or(s.Links[lang], s.Link)
		v.Steps = append(v.Steps, guideStep{s.ID + ".title", s.ID, link, hostOf(link), s.Shows})
	}
	for _, field := range bot.ChannelFields(t) {
		fv := fieldOf(field, ch, f)
		fv.Locked = locked
		if field.Required || field.Default == "" && field.Kind != settings.URL && field.Kind != settings.List {
			v.Basic = append(v.Basic, fv)
			continue
		}
		v.More = append(v.More, fv)
		v.MoreOpen = v.MoreOpen || fv.Fault != ""
	}
	v.App = c.appView(ctx, ch, t)
	_, v.CanInstall = t.(channels.Installer)
	if !ch.Draft && ch.ID != "" {
		if live, err := c.runtime.Channel(ctx, ch.ID); err == nil {
			_, v.Webhook = live.Adapter.(channels.WebhookSetter)
		}
	}
	return v
}

// urls are the addresses that others need, the callback URL first.
func (c *Console) urls(ch bot.ChannelView, t channels.Type) []urlView {
	base := c.publicURL + "/" + ch.Type + "/" + ch.ID
	var out []urlView
	for _, s := range t.Setup().Steps {
		if s.Shows == "webhook" {
			out = []urlView{{"url.webhook", base + "/webhook"}}
		}
	}
	if out == nil {
		return []urlView{{"url.chat", base}}
	}
	if c.hasDesk(ch.Type) {
		out = append(out, urlView{"url.auth", base + "/auth"}, urlView{"url.auth_refresh", base + "/authrefresh"})
	}
	if _, ok := t.(channels.Installer); ok {
		out = append(out, urlView{"channels.url.redirect", c.publicURL + bot.InstallPath(ch.Type, ch.ID)})
	}
	return out
}

func hostOf(link string) string {
	_, rest, _ := strings.Cut(link, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// appView makes the file for the app; nil if the type needs none.
func (c *Console) appView(ctx context.Context, ch bot.ChannelView, t channels.Type) *appView {
	packager, ok := t.(channels.AppPackager)
	if !ok {
		return nil
	}
	file, err := c.runtime.AppFile(ctx, ch.ID)
	if errors.Is(err, store.ErrNotFound) { // not saved yet
		deps := channels.Deps{ChannelID: ch.ID, CallbackURL: c.publicURL + "/" + ch.Type + "/" + ch.ID + "/webhook"}
		file, err = packager.AppFile(settings.Values{}, deps, ch.Name)
	}
	if err != nil {
		v := &appView{}
		var se *settings.Error
		if errors.As(err, &se) {
			for _, f := range t.Setup().Fields {
				if f.Key == se.Field {
					v.Wants = f.Help + ".label"
				}
			}
		}
		return v
	}
	v := &appView{Name: file.Name, Link: file.Link}
	if file.MIME == "application/json" {
		v.Text = string(file.Data)
	}
	return v
}

package console

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/words"
	"dari/channels"
	"dari/store"
)

// homeView is the first page: the bots with the states of their channels.
type homeView struct {
	Warning string // key of what is wrong with the public address, "" if nothing is
	Public  string
	Ledger  ledgerView
	Bots    []botView
	Form    botForm
	Locales []words.Language
}

// botForm is what a person says of a new bot.
type botForm struct {
	Name, Locale, Fault string
}

type ledgerView struct {
	Accepted string `json:"accepted"`
	Handled  string `json:"handled"`
	Waiting  string `json:"waiting"`
	Failed   string `json:"failed"`
}

type botView struct {
	bot.BotView
	Engine   string
	Language string // its name
	Channels []bot.ChannelView
}

func (c *Console) home(g *gin.Context) { c.homePage(g, http.StatusOK, botForm{Locale: c.language(g)}) }

func (c *Console) homePage(g *gin.Context, status int, form botForm) {
	v, err := c.homeView(g.Request.Context())
	if err != nil {
		c.fail(g, err)
		return
	}
	v.Form = form
	c.show(g, status, "home", "home", "", v)
}

func (c *Console) homeView(ctx context.Context) (homeView, error) {
	v := homeView{Warning: addressFault(c.publicURL), Public: c.publicURL, Locales: words.Languages}
	ledger, err := c.store.Ledger(ctx)
	if err != nil {
		return v, err
	}
	v.Ledger = ledgerOf(ledger)
	bots, err := c.runtime.Bots(ctx)
	if err != nil {
		return v, err
	}
	all, err := c.channels(ctx, "")
	if err != nil {
		return v, err
	}
	for _, b := range bots {
		view := botView{BotView: b, Engine: b.BotSpec.Engine.Type}
		for _, l := range words.Languages {
			if l.Code == b.Locale {
				view.Language = l.Name
			}
		}
		for _, ch := range all {
			if ch.BotID == b.ID {
				view.Channels = append(view.Channels, ch)
			}
		}
		v.Bots = append(v.Bots, view)
	}
	return v, nil
}

// channels are those of a bot, of all bots if it is "", in the order of their types.
func (c *Console) channels(ctx context.Context, botID string) ([]bot.ChannelView, error) {
	all, err := c.runtime.Channels(ctx, botID)
	slices.SortStableFunc(all, func(a, b bot.ChannelView) int { return cmp.Compare(c.rank(a.Type), c.rank(b.Type)) })
	return all, err
}

// rank is a channel type's place in the list of types, which is the order of the console.
func (c *Console) rank(name string) int {
	return slices.IndexFunc(c.types.Types(), func(t channels.Type) bool { return t.Name() == name })
}

// typeKey is the key of a type's name; "" if the console has no word for it.
func typeKey(name string) string {
	if key := "type." + name; words.In(words.Default)[key] != "" {
		return key
	}
	return ""
}

// createBot makes a bot that says back what it hears, until it gets an engine.
func (c *Console) createBot(g *gin.Context) {
	limitForm(g)
	form := botForm{Name: strings.TrimSpace(g.PostForm("name")), Locale: g.PostForm("locale")}
	v, err := c.runtime.CreateBot(g.Request.Context(), bot.BotSpec{
		Name: form.Name, Locale: form.Locale, Engine: bot.EngineSpec{Type: firstEngine},
	})
	var input *bot.InputError
	switch {
	case errors.As(err, &input):
		form.Fault = "error.bot_name"
		if input.Field != "name" {
			form.Fault = "error.bot"
		}
		c.homePage(g, http.StatusUnprocessableEntity, form)
	case err != nil:
		c.fail(g, err)
	default:
		c.note(g, "bot.create", v.ID, v.Name)
		c.sayNext(g, "/console/bots/"+v.ID+"/channels", "bot_created")
	}
}

// firstEngine needs no settings.
const firstEngine = "echo"

func ledgerOf(l store.Ledger) ledgerView {
	return ledgerView{grouped(l.Accepted), grouped(l.Handled), grouped(l.Waiting), grouped(l.Failed)}
}

// addressFault is the key of why messengers cannot call the public address: they demand https, from
// the internet.
func addressFault(public string) string {
	u, err := url.Parse(public)
	if err != nil || u.Hostname() == "" {
		return "warning.local"
	}
	host := u.Hostname()
	if addr, err := netip.ParseAddr(host); err == nil {
		if addr.IsLoopback() || addr.IsPrivate() || addr.IsUnspecified() || addr.IsLinkLocalUnicast() {
			return "warning.local"
		}
	}
	switch {
	case host == "localhost":
		return "warning.local"
	case u.Scheme != "https":
		return "warning.http"
	}
	return ""
}

package console

import (
	"cmp"
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/words"
	"dari/channels"
	webchat "dari/channels/web"
	"dari/store"
)

// homeView is the first page: the bots with their channels.
type homeView struct {
	Warning string // key of what is wrong with the public address, "" if nothing is
	Public  string
	Ledger  ledgerView
	Bots    []botView
	Chat    *chatBox // nil: there is no web chat
	ChatURL string
}

type ledgerView struct {
	Accepted string `json:"accepted"`
	Handled  string `json:"handled"`
	Waiting  string `json:"waiting"`
	Failed   string `json:"failed"`
}

type botView struct {
	ID, Name, Engine string
	Channels         []channelView
}

type channelView struct {
	ID, Name, Type, BotName string
	TypeKey                 string // of the type's name; "" if this console has no word for it
	Status                  string
	Webhook                 string
	Auth, AuthRefresh       string // of the token desk, if it is open
	ChatURL                 string // of a web chat
	LastAt                  time.Time
	LastState               store.EventState
}

func (c *Console) home(g *gin.Context) {
	v, err := c.homeView(g.Request.Context(), c.language(g))
	if err != nil {
		c.fail(g, err)
		return
	}
	c.render(g, http.StatusOK, "home", c.page(g, v))
}

func (c *Console) homeView(ctx context.Context, lang string) (homeView, error) {
	v := homeView{Warning: addressFault(c.publicURL), Public: c.publicURL}
	ledger, err := c.store.Ledger(ctx)
	if err != nil {
		return v, err
	}
	v.Ledger = ledgerOf(ledger)
	bots, err := c.runtime.Bots(ctx)
	if err != nil {
		return v, err
	}
	all, err := c.runtime.Channels(ctx, "")
	if err != nil {
		return v, err
	}
	slices.SortStableFunc(all, func(a, b bot.ChannelView) int { return cmp.Compare(c.rank(a.Type), c.rank(b.Type)) })
	for _, b := range bots {
		view := botView{ID: b.ID, Name: b.Name, Engine: b.Engine.Type}
		for _, ch := range all {
			if ch.BotID != b.ID {
				continue
			}
			cv, err := c.channelView(ctx, ch)
			if err != nil {
				return v, err
			}
			view.Channels = append(view.Channels, cv)
			if v.Chat == nil && cv.ChatURL != "" && ch.Enabled {
				if v.Chat, err = c.docked(ctx, ch.ID, lang); err != nil {
					return v, err
				}
				v.ChatURL = cv.ChatURL
			}
		}
		v.Bots = append(v.Bots, view)
	}
	return v, nil
}

// rank is a channel type's place in the list of types, which is the order of the console.
func (c *Console) rank(name string) int {
	return slices.IndexFunc(c.types.Types(), func(t channels.Type) bool { return t.Name() == name })
}

func ledgerOf(l store.Ledger) ledgerView {
	return ledgerView{grouped(l.Accepted), grouped(l.Handled), grouped(l.Waiting), grouped(l.Failed)}
}

func (c *Console) channelView(ctx context.Context, ch bot.ChannelView) (channelView, error) {
	base := c.publicURL + "/" + ch.Type + "/" + ch.ID
	v := channelView{ID: ch.ID, Name: ch.Name, Type: ch.Type, BotName: ch.BotName, Status: ch.Status, Webhook: base + "/webhook"}
	if key := "type." + ch.Type; words.In(words.Default)[key] != "" {
		v.TypeKey = key
	}
	if ch.Type == webchat.Name {
		v.ChatURL, v.Webhook = base, ""
	}
	if ch.Desk {
		v.Auth, v.AuthRefresh = base+"/auth", base+"/authrefresh"
	}
	page, err := c.store.Events(ctx, store.Query{ChannelID: ch.ID, Limit: 1})
	if err != nil {
		return v, err
	}
	for _, e := range page.Items {
		v.LastAt, v.LastState = e.ReceivedAt, e.State
	}
	return v, nil
}

// docked is the chat beside the console. It keeps a conversation of its own.
func (c *Console) docked(ctx context.Context, id, lang string) (*chatBox, error) {
	rec, err := c.store.Channels().Get(ctx, id)
	if err != nil {
		return nil, err
	}
	box := c.chatBox(rec, "/console/chat/"+id, "console."+id, lang)
	return &box, nil
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

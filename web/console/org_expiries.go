package console

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/store"
	"dari/web/apikeys"
)

// expiryView is something that comes to an end.
type expiryView struct {
	Kind  string // key of what it is
	Name  string
	At    time.Time // zero: Dari is not told
	Due   string
	Days  int
	URL   string // where to do something about it; ""
	Hint  string // key of what to do
	Width int    // of the bar, of 90: the days that are left
	Self  bool   // Dari renews it
}

type expiriesView struct {
	Soon    []expiryView // by their day
	Unknown []expiryView
	Counts  map[string]int // by how near they are
}

// Levels are how near an end may be, in the order of the page.
func (expiriesView) Levels() []string {
	return []string{"over", "day", "week", "month", "later", renewed}
}

// renewed is the level of what Dari renews by itself: however near its end is, there is nothing to do.
const renewed = "self"

// barDays is how many days the bar of an expiry shows.
const barDays = 90

func (c *Console) showExpiries(g *gin.Context) {
	all, err := c.expiries(g.Request.Context())
	if err != nil {
		c.fail(g, err)
		return
	}
	v := expiriesView{Counts: map[string]int{}}
	now := c.now()
	for _, e := range all {
		if e.At.IsZero() {
			v.Unknown = append(v.Unknown, e)
			continue
		}
		e.Due, e.Days = due(e.At, now), int(e.At.Sub(now).Hours()/24)
		if e.Self {
			e.Due = renewed
		}
		e.Width = max(1, min(e.Days, barDays))
		v.Counts[e.Due]++
		v.Soon = append(v.Soon, e)
	}
	if c.user(g).Role != "admin" { // the others cannot go there
		for i := range v.Soon {
			if strings.HasPrefix(v.Soon[i].URL, "/console/keys") {
				v.Soon[i].URL = ""
			}
		}
	}
	slices.SortStableFunc(v.Soon, func(a, b expiryView) int {
		if a.Self != b.Self { // what needs nobody comes last
			return map[bool]int{true: 1, false: -1}[a.Self]
		}
		return a.At.Compare(b.At)
	})
	c.show(g, http.StatusOK, "expiries", "expiries", "", v)
}

// expiries are all ends that Dari knows of, and those that it should be told of.
func (c *Console) expiries(ctx context.Context) ([]expiryView, error) {
	all, err := c.keyExpiries(ctx)
	if err != nil {
		return nil, err
	}
	tokens, err := c.store.Tokens().List(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range tokens {
		platform, _, _ := strings.Cut(t.Name, ":")
		end := t.AccessUntil // the rest of the record may live longer, by which another token is got
		if end.IsZero() {
			end = t.Expires
		}
		if key := typeKey(platform); key != "" && end.After(c.now()) {
			all = append(all, expiryView{Kind: "expiries.token", Name: key, At: end, Hint: "expiries.token_how", Self: true})
		}
	}
	chans, err := c.runtime.Channels(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, ch := range chans {
		if ch.Type == "teams" && !ch.Draft {
			e := expiryView{Kind: "expiries.teams", Name: ch.Name, At: bot.SecretEnd(ch.Settings), URL: channelBase(ch.ID), Hint: "expiries.teams_how"}
			if e.At.IsZero() {
				e.Hint = "expiries.teams_unknown_how"
			}
			all = append(all, e)
		}
	}
	if c.provider != nil {
		all = append(all, expiryView{Kind: "expiries.oidc", Name: "OpenID Connect", Hint: "expiries.oidc_how"})
	}
	return all, nil
}

// keyExpiries are those of the API keys and of the headers of token desks.
func (c *Console) keyExpiries(ctx context.Context) (all []expiryView, err error) {
	keys, err := c.store.APIKeys().List(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		if k.ExpiresAt.IsZero() || k.ExpiresAt.Before(c.now().Add(-apikeys.KeptExpired)) {
			continue
		}
		e := expiryView{Kind: "expiries.key", Name: k.Name, At: k.ExpiresAt, URL: "/console/keys", Hint: "expiries.key_how"}
		if channel, ok := deskOf(k); ok {
			e.Kind, e.URL, e.Hint = "expiries.desk", channelBase(channel)+"/desk", "expiries.desk_how"
		}
		if k.ReplacedBy != "" {
			e.Hint = "expiries.replaced_how"
		}
		all = append(all, e)
	}
	return all, nil
}

// deskOf is the channel whose token desk a key opens.
func deskOf(k store.APIKey) (channel string, ok bool) {
	for _, scope := range k.Scopes {
		if channel, ok = strings.CutPrefix(scope, "desk:"); ok {
			return channel, true
		}
	}
	return "", false
}

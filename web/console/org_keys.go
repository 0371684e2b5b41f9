package console

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/store"
	"dari/web/apikeys"
)

// keysView is the page of the API keys.
type keysView struct {
	Keys     []keyView
	Scopes   []scopeView
	Form     keyForm
	Once     string // a key that is shown this one time
	Made     store.APIKey
	Fault    string // key
	Try      string // a call that the key shown may make
	TryHow   string // key
	Password bool   // must be given
}

// Lives are how long a new key may work.
func (keysView) Lives() []string { return lives }

type keyView struct {
	store.APIKey
	Due    string
	Idle   bool   // has never been used, or not for long
	Tail   string // of the id, by which people tell keys apart
	NextID string // of the key that has its place
}

type scopeView struct {
	Name   string
	Chosen bool
}

type keyForm struct {
	Name, Life, Until string
	Scopes            []string
}

// lives are how long a new key may work, as the form offers it, in its order.
var lives = []string{"90d", "30d", "365d", "never", "date"}

// idleAfter is when a key that nobody uses is worth a word.
const idleAfter = 90 * 24 * time.Hour

func (c *Console) keys() *apikeys.Keys { return apikeys.New(c.store.APIKeys(), c.now) }

func (c *Console) showKeys(g *gin.Context) {
	c.keysPage(g, keysView{Form: keyForm{Life: lives[0], Scopes: []string{"send"}}})
}

func (c *Console) keysPage(g *gin.Context, v keysView) {
	all, err := c.keys().List(g.Request.Context())
	if err != nil {
		c.fail(g, err)
		return
	}
	slices.SortStableFunc(all, func(a, b store.APIKey) int {
		return cmp.Or(cmp.Compare(a.ReplacedBy, b.ReplacedBy), b.CreatedAt.Compare(a.CreatedAt))
	})
	now := c.now()
	for _, k := range all {
		used := k.LastUsedAt
		if used.IsZero() {
			used = k.CreatedAt
		}
		v.Keys = append(v.Keys, keyView{k, due(k.ExpiresAt, now), now.Sub(used) > idleAfter, k.ID, k.ReplacedBy})
	}
	for _, name := range apikeys.Scopes {
		v.Scopes = append(v.Scopes, scopeView{name, slices.Contains(v.Form.Scopes, name)})
	}
	v.Password = c.user(g).Password != nil
	if v.Once != "" {
		if v.Try, v.TryHow, err = c.tryKey(g.Request.Context(), v.Once, v.Made.Scopes); err != nil {
			c.fail(g, err)
			return
		}
	}
	once(g)
	c.show(g, statusOf(v.Fault), "keys", "keys", "", v)
}

// tryKey is a call for the command line that a key with these rights may make. One that may only send has
// nothing to read, so that its call needs somebody to write to.
func (c *Console) tryKey(ctx context.Context, key string, scopes []string) (call, how string, err error) {
	base := "curl -H \"Authorization: Bearer " + key + "\""
	api := c.ownURL + "/api/v1"
	if slices.ContainsFunc(scopes, func(s string) bool { return s != "send" }) {
		return base + " " + api + "/bots", "keys.try", nil
	}
	list, err := c.runtime.Channels(ctx, "")
	channel := "CHANNEL"
	for _, ch := range list {
		if ch.Enabled {
			channel = ch.ID
			break
		}
	}
	body := `{"to":{"user":"USER"},"messages":[{"type":"text","text":"Hello"}]}`
	return base + " -H \"Content-Type: application/json\" -d '" + body + "' " + api + "/channels/" + channel + "/messages", "keys.try_send", err
}

func (c *Console) createKey(g *gin.Context) {
	limitForm(g)
	v := keysView{Form: keyForm{
		strings.TrimSpace(g.PostForm("name")), chosen(g.PostForm("life"), lives...), g.PostForm("until"), g.PostFormArray("scopes"),
	}}
	expires, ok := v.Form.expires(c.now())
	if !ok {
		v.Fault = "keys.fault.until"
		c.keysPage(g, v)
		return
	}
	var err error
	if v.Fault, err = c.confirmed(g); err != nil {
		c.fail(g, err)
		return
	}
	if v.Fault != "" {
		c.keysPage(g, v)
		return
	}
	v.Made, v.Once, err = c.keys().Create(g.Request.Context(), apikeys.Spec{Name: v.Form.Name, Scopes: v.Form.Scopes, Expires: expires})
	var input *bot.InputError
	switch {
	case errors.As(err, &input):
		v.Fault = "keys.fault.name"
		if input.Field == "scopes" {
			v.Fault = "keys.fault.scopes"
		}
		if input.Field == "expires_at" {
			v.Fault = "keys.fault.until"
		}
	case err != nil:
		c.fail(g, err)
		return
	default:
		c.note(g, "api_key.create", v.Made.ID, v.Made.Name+": "+strings.Join(v.Made.Scopes, ", "))
		v.Form = keyForm{Life: lives[0], Scopes: []string{"send"}}
	}
	c.keysPage(g, v)
}

// expires is the end of the key's life; days that are typed end with the day, in UTC.
func (f keyForm) expires(now time.Time) (at time.Time, ok bool) {
	switch f.Life {
	case "never":
		return at, true
	case "date":
		day, err := time.Parse(time.DateOnly, f.Until)
		return day.AddDate(0, 0, 1), err == nil && day.AddDate(0, 0, 1).After(now)
	}
	days, err := time.ParseDuration(strings.TrimSuffix(f.Life, "d") + "h")
	return now.Add(24 * days).UTC().Truncate(time.Second), err == nil
}

func (c *Console) rotateKey(g *gin.Context) {
	limitForm(g)
	v := keysView{Form: keyForm{Life: lives[0], Scopes: []string{"send"}}}
	overlap, ok := overlaps[g.PostForm("overlap")]
	if !ok {
		overlap = apikeys.DefaultOverlap
	}
	var err error
	if v.Fault, err = c.confirmed(g); err == nil && v.Fault == "" {
		var old store.APIKey
		old, v.Made, v.Once, err = c.keys().Rotate(g.Request.Context(), g.PostForm("key"), overlap, time.Time{})
		if err == nil {
			c.note(g, "api_key.rotate", old.ID, "replaced by "+v.Made.ID+", works until "+old.ExpiresAt.Format(time.RFC3339))
		}
	}
	switch {
	case errors.Is(err, apikeys.ErrOver), errors.Is(err, store.ErrNotFound):
		v.Fault = "keys.fault.over"
	case err != nil:
		c.fail(g, err)
		return
	}
	c.keysPage(g, v)
}

func (c *Console) deleteKey(g *gin.Context) {
	limitForm(g)
	id := g.PostForm("key")
	err := c.keys().Delete(g.Request.Context(), id)
	switch {
	case errors.Is(err, store.ErrNotFound): // somebody else was quicker
	case err != nil:
		c.fail(g, err)
		return
	default:
		c.note(g, "api_key.delete", id, "")
	}
	g.Redirect(http.StatusSeeOther, "/console/keys?done=key_deleted")
}

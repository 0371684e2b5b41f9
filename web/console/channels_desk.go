package console

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/settings"
	"dari/channels"
	"dari/store"
	"dari/web/deskkeys"
)

// deskSetting is the setting that opens the token desk.
const deskSetting = "auth_header"

// deskView is the token desk of a channel.
type deskView struct {
	URLs     []urlView
	Header   string // mask of the channel's own header; "" if it has none
	Keys     []deskKeyView
	Log      []auditLine
	Once     string // a header that is shown this one time
	OnceName string
	Token    *tokenView
	Refused  string // key of why there is no token
	Code     string
	Fault    string // key
	KeyFault string // key
	KeyName  string
	KeyLife  string
	Password bool // must be given
	Locked   bool // the header stands in the configuration file
	IsDraft  bool
	Examples []example
}

// Lives are how long a new named header may work.
func (deskView) Lives() []string { return deskLives }

type deskKeyView struct {
	store.APIKey
	Over bool
	Due  string
	Uses *activity // of the last 24 hours; nil: none
}

// deskLives are those of headers, as the form offers them. A partner's program that stops without anybody
// there to mend it is worse than one that goes on, so that a year comes first and not a quarter.
var deskLives = []string{"365d", "90d", "30d", "never"}

// tokenView shows as much of a token as is no secret.
type tokenView struct {
	Tail     string
	Scope    string
	IssuedAt time.Time
	Expires  time.Time
	Hours    int // left, and the minutes of the last one
	Minutes  int
	Percent  int // of its life that is left
}

const (
	maxDeskLog   = 20
	maxOverlap   = 7 * 24 * time.Hour
	maxDeskNames = 60
)

// overlaps are how long the header before may go on, as the form offers it.
var overlaps = map[string]time.Duration{"0": 0, "1h": time.Hour, "24h": 24 * time.Hour, "7d": maxOverlap}

func (c *Console) showDesk(g *gin.Context) {
	if ch, ok := c.deskChannel(g); ok {
		c.deskPage(g, http.StatusOK, ch, nil)
	}
}

// deskChannel is the channel of the path, if its type has a desk.
func (c *Console) deskChannel(g *gin.Context) (bot.ChannelView, bool) {
	limitForm(g)
	ch, ok := c.channel(g)
	if ok && !c.hasDesk(ch.Type) {
		c.notice(g, http.StatusNotFound, "gone")
		return ch, false
	}
	return ch, ok
}

func (c *Console) deskPage(g *gin.Context, status int, ch bot.ChannelView, more func(*deskView)) {
	ctx := g.Request.Context()
	v := &deskView{
		Header: ch.Settings.Text(deskSetting), Locked: ch.Managed, IsDraft: ch.Draft, KeyLife: deskLives[0], Password: c.user(g).Password != nil,
	}
	base := c.publicURL + "/" + ch.Type + "/" + ch.ID
	v.URLs = []urlView{{"url.auth", base + "/auth"}, {"url.auth_refresh", base + "/authrefresh"}}
	keys, err := deskkeys.Of(ctx, c.store.APIKeys(), ch.ID)
	if err != nil {
		c.fail(g, err)
		return
	}
	log, uses, err := c.deskLog(ctx, ch.ID)
	if err != nil {
		c.fail(g, err)
		return
	}
	v.Log = log
	for _, k := range keys {
		v.Keys = append(v.Keys, deskKeyView{k, deskkeys.Over(k, c.now()), due(k.ExpiresAt, c.now()), uses[k.Name]})
	}
	if more != nil {
		more(v)
	}
	v.Examples = deskExamples(v.URLs[0].URL, v.Once)
	if v.Once != "" {
		once(g)
	}
	c.showOne(g, status, channelPage{Channel: ch, Tab: "desk", Desk: v})
}

// deskLog are the newest lines of the audit log that are about the desk, and how often each named header was
// used in the last day, as far as the newest lines tell.
func (c *Console) deskLog(ctx context.Context, id string) (lines []auditLine, uses map[string]*activity, err error) {
	uses = map[string]*activity{}
	now := c.now()
	_, err = c.scan(ctx, auditFilter{Action: "desk."}, "", auditScan, func(a store.Audit) bool {
		if a.On != id {
			return true
		}
		if len(lines) < maxDeskLog {
			lines = append(lines, auditLine{a})
		}
		if name, named := strings.CutPrefix(a.Who, deskClient); named {
			use := uses[name]
			if use == nil {
				use = &activity{}
				uses[name] = use
			}
			use.count(store.Event{ReceivedAt: a.At, State: map[bool]store.EventState{true: store.Handled, false: store.Failed}[a.OK]}, now)
		}
		return len(lines) < maxDeskLog || now.Sub(a.At) < activityLast*time.Hour
	})
	return lines, uses, err
}

// deskClient stands in the audit log before the name of a header that was used.
const deskClient = "token desk: "

// deskToken asks for the channel's token, which is issued if there is none, and shows how long it lives.
func (c *Console) deskToken(g *gin.Context) {
	ch, ok := c.deskChannel(g)
	if !ok {
		return
	}
	desk, ok := c.desk(g.Request.Context(), ch.ID)
	if !ok {
		c.deskPage(g, http.StatusConflict, ch, func(v *deskView) { v.Refused = "desk.not_ready" })
		return
	}
	t, err := desk.CurrentToken(g.Request.Context())
	if err != nil {
		se := channels.AsSendError(err)
		c.deskPage(g, http.StatusBadGateway, ch, func(v *deskView) {
			v.Refused, v.Code = "desk.refused", strings.TrimSpace(string(se.Kind)+" "+se.Code)
		})
		return
	}
	c.note(g, "desk.look", ch.ID, "")
	c.deskPage(g, http.StatusOK, ch, func(v *deskView) { v.Token = viewToken(t, c.now()) })
}

func (c *Console) desk(ctx context.Context, id string) (channels.TokenDesk, bool) {
	live, err := c.runtime.Channel(ctx, id)
	if err != nil || live.Record.Draft {
		return nil, false
	}
	desk, ok := live.Adapter.(channels.TokenDesk)
	return desk, ok
}

func viewToken(t channels.Token, now time.Time) *tokenView {
	v := &tokenView{Scope: t.Scope, IssuedAt: t.IssuedAt, Expires: t.ExpiresAt}
	if n := len(t.Access); n >= 16 {
		v.Tail = t.Access[n-4:]
	}
	left, life := t.ExpiresAt.Sub(now), t.ExpiresAt.Sub(t.IssuedAt)
	v.Hours, v.Minutes = max(0, int(left.Hours())), max(0, int(left.Minutes())%60)
	if life > 0 {
		v.Percent = min(100, max(0, int(100*left/life)))
	}
	return v
}

// deskHeader changes the channel's own header. The one before may go on for a while, as a named one.
func (c *Console) deskHeader(g *gin.Context) {
	ch, ok := c.deskChannel(g)
	if !ok {
		return
	}
	ctx := g.Request.Context()
	header, generated := strings.TrimSpace(g.PostForm("header")), false
	if header == "" {
		header, generated = deskkeys.Generate(), true
	}
	overlap, known := overlaps[g.PostForm("overlap")]
	if !known {
		c.notice(g, http.StatusBadRequest, "bad_request")
		return
	}
	if !c.deskConfirmed(g, ch, func(v *deskView, fault string) { v.Fault = fault }) {
		return
	}
	before := ""
	if desk, ok := c.desk(ctx, ch.ID); ok {
		before = desk.DeskHeader()
	}
	saved, err := c.runtime.PatchChannel(ctx, ch.ID, bot.ChannelPatch{Settings: settings.Values{deskSetting: header}, Overlap: true})
	var input *bot.InputError
	switch {
	case errors.Is(err, bot.ErrManaged):
		c.notice(g, http.StatusConflict, "managed")
		return
	case errors.As(err, &input):
		c.deskPage(g, http.StatusUnprocessableEntity, ch, func(v *deskView) { v.Fault = "desk.fault.header" })
		return
	case err != nil:
		c.fail(g, err)
		return
	}
	c.note(g, "desk.rotate", ch.ID, "overlap "+g.PostForm("overlap"))
	if before != "" && before != header && overlap > 0 {
		now := c.now()
		name := "before " + now.UTC().Format("2006-01-02 15:04")
		if _, err := deskkeys.Add(ctx, c.store.APIKeys(), ch.ID, name, before, now, now.Add(overlap)); err != nil {
			c.fail(g, err)
			return
		}
	}
	c.deskPage(g, http.StatusOK, saved, func(v *deskView) {
		if v.OnceName = "desk.own"; generated {
			v.Once = header
		} else {
			v.OnceName = "desk.changed"
		}
	})
}

// deskConfirmed asks for the password once more, as a header gives access to what the channel may do. If it is
// not given the answer has been: blame says where on the page.
func (c *Console) deskConfirmed(g *gin.Context, ch bot.ChannelView, blame func(v *deskView, fault string)) bool {
	fault, err := c.confirmed(g)
	switch {
	case err != nil:
		c.fail(g, err)
		return false
	case fault != "":
		c.deskPage(g, http.StatusUnprocessableEntity, ch, func(v *deskView) { blame(v, fault) })
		return false
	}
	return true
}

// deskKey makes a header for one integrator. It is shown once.
func (c *Console) deskKey(g *gin.Context) {
	ch, ok := c.deskChannel(g)
	if !ok {
		return
	}
	name, life := strings.TrimSpace(g.PostForm("name")), chosen(g.PostForm("life"), deskLives...)
	blame := func(v *deskView, fault string) { v.KeyFault, v.KeyName, v.KeyLife = fault, name, life }
	if name == "" || utf8.RuneCountInString(name) > maxDeskNames {
		c.deskPage(g, http.StatusUnprocessableEntity, ch, func(v *deskView) { blame(v, "desk.fault.name") })
		return
	}
	if !c.deskConfirmed(g, ch, blame) {
		return
	}
	expires, _ := keyForm{Life: life}.expires(c.now())
	header := deskkeys.Generate()
	k, err := deskkeys.Add(g.Request.Context(), c.store.APIKeys(), ch.ID, name, header, c.now(), expires)
	if err != nil {
		c.fail(g, err)
		return
	}
	c.note(g, "desk.key_create", ch.ID, k.Name+" ("+k.ID+")")
	c.deskPage(g, http.StatusOK, ch, func(v *deskView) { v.Once, v.OnceName = header, "desk.own" })
}

// deskKeyRotate gives an integrator a new header; the one before goes on working for a while.
func (c *Console) deskKeyRotate(g *gin.Context) {
	ch, ok := c.deskChannel(g)
	if !ok {
		return
	}
	blame := func(v *deskView, fault string) { v.KeyFault = fault }
	overlap, known := overlaps[g.PostForm("overlap")]
	if !known {
		c.notice(g, http.StatusBadRequest, "bad_request")
		return
	}
	if !c.deskConfirmed(g, ch, blame) {
		return
	}
	k, header, err := deskkeys.Rotate(g.Request.Context(), c.store.APIKeys(), ch.ID, g.Param("key"), c.now(), overlap)
	switch {
	case errors.Is(err, deskkeys.ErrOver), errors.Is(err, store.ErrNotFound):
		c.deskPage(g, http.StatusConflict, ch, func(v *deskView) { blame(v, "desk.fault.over") })
	case err != nil:
		c.fail(g, err)
	default:
		c.note(g, "desk.key_rotate", ch.ID, k.Name+" ("+g.Param("key")+"), replaced by "+k.ID+", overlap "+g.PostForm("overlap"))
		c.deskPage(g, http.StatusOK, ch, func(v *deskView) { v.Once, v.OnceName = header, "desk.own" })
	}
}

func (c *Console) deskKeyDelete(g *gin.Context) {
	ch, ok := c.deskChannel(g)
	if !ok {
		return
	}
	err := deskkeys.Delete(g.Request.Context(), c.store.APIKeys(), ch.ID, g.Param("key"))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		c.fail(g, err)
		return
	}
	if err == nil {
		c.note(g, "desk.key_delete", ch.ID, g.Param("key"))
	}
	c.sayNext(g, channelBase(ch.ID)+"/desk", "desk_key_deleted")
}

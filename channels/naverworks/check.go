package naverworks

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"dari/bot/check"
	"dari/channels"
)

// bot is the part of the bot object that the check looks at:
// https://developers.worksmobile.com/en/docs/bot-get
type bot struct {
	BotName        loose   `json:"botName"`
	EnableCallback bool    `json:"enableCallback"`
	CallbackURL    loose   `json:"callbackUrl"`
	ChannelEvents  []loose `json:"channelEvents"`
	CallbackEvents []loose `json:"callbackEvents"`
}

// Check implements channels.Adapter. It uses the shared token, since a second one could kill it.
func (a *adapter) Check(ctx context.Context) channels.Report {
	r := &report{now: a.Now, last: a.Now()}
	a.checkKey(r)
	began := a.Now()
	t, err := a.tokens.Get(ctx)
	if err != nil {
		r.keep(a.tokenFault(err))
		return r.Report
	}
	r.add("token", check.Pass, "naverworks.token_good", "until", t.ExpiresAt.UTC().Format("2006-01-02 15:04 UTC"))
	b, t, found := a.getBot(ctx, t, began)
	a.checkScopes(r, t)
	r.keep(found)
	if found.Status == check.Fail {
		return r.Report
	}
	r.BotName = string(b.BotName)
	a.checkCallback(r, b)
	checkEvents(r, b)
	a.checkPublic(ctx, r, t)
	return r.Report
}

// report stamps each check with the time since the one before.
type report struct {
	channels.Report
	now  func() time.Time
	last time.Time
}

func (r *report) add(id string, s check.Status, code string, pairs ...string) {
	r.keep(check.New(id, s, code, pairs...))
}

func (r *report) keep(c check.Check) {
	now := r.now()
	c.Took, r.last = now.Sub(r.last), now
	r.Checks = append(r.Checks, c)
}

// shortKey is what RSA keys have at least today; the console issues them with 2048 bits.
const shortKey = 2048

// checkKey tells of a key that works although it is not as the console gave it. One that does not work
// has been refused with the settings.
func (a *adapter) checkKey(r *report) {
	switch bits := a.privateKey.N.BitLen(); {
	case bits < shortKey:
		r.add("private_key", check.Warn, "naverworks.key_short", "bits", strconv.Itoa(bits))
	case a.keyMended:
		r.add("private_key", check.Pass, "naverworks.key_mended", "bits", strconv.Itoa(bits))
	default:
		r.add("private_key", check.Pass, "naverworks.key_good", "bits", strconv.Itoa(bits))
	}
}

// tokenFault says why there is no token.
func (a *adapter) tokenFault(err error) check.Check {
	se := channels.AsSendError(err)
	fail := func(code string, pairs ...string) check.Check { return check.New("token", check.Fail, code, pairs...) }
	switch {
	case se.Code == "invalid_scope":
		return fail("naverworks.token_scope", "scopes", strings.ReplaceAll(a.scopes, " ", ", "))
	case se.Code == "invalid_grant":
		return fail("naverworks.token_assertion")
	case se.Code == "invalid_client", se.Code == "unauthorized_client":
		return fail("naverworks.token_client")
	case se.Code == "private_key":
		return fail("naverworks.key_damaged")
	case se.Code == "address_refused":
		return fail("naverworks.token_address_refused")
	case se.Kind == channels.Auth:
		return fail("naverworks.token_refused", "code", se.Code)
	case se.Kind == channels.Config:
		return fail("naverworks.token_address", "code", se.Code)
	}
	return fail("naverworks.token_unanswered", "code", se.Code)
}

// getBot returns the bot and the check that says whether it was found, with the token that was used in
// the end. A refused token is replaced unless it was issued for this very check: the next one would fare
// no better.
func (a *adapter) getBot(ctx context.Context, t channels.Token, began time.Time) (bot, channels.Token, check.Check) {
	ans, failed := a.api(ctx, http.MethodGet, "", "", t)
	if failed == nil && ans.status == http.StatusUnauthorized && t.IssuedAt.Before(began) {
		other, err := a.tokens.Replace(ctx, t.Access)
		if err != nil {
			c := a.tokenFault(err)
			c.ID = "bot"
			return bot{}, t, c
		}
		t = other
		ans, failed = a.api(ctx, http.MethodGet, "", "", t)
	}
	b, found := a.readBot(ans, failed, t)
	return b, t, found
}

func (a *adapter) readBot(ans answer, failed *channels.SendError, t channels.Token) (b bot, found check.Check) {
	fail := func(code string, pairs ...string) check.Check { return check.New("bot", check.Fail, code, pairs...) }
	switch {
	case failed != nil && failed.Kind == channels.Config:
		return b, fail("naverworks.bot_address")
	case failed != nil:
		return b, fail("naverworks.bot_unanswered", "code", failed.Code)
	}
	code, _ := a.apiFault(ans, t)
	switch s := ans.status; {
	case ans.ok() && readJSON(ans, &b) && b.BotName != "":
		return b, check.New("bot", check.Pass, "naverworks.bot_found", "name", string(b.BotName))
	case s/100 == 2, s/100 == 3:
		return bot{}, fail("naverworks.bot_address")
	case s == http.StatusUnauthorized, s == http.StatusForbidden:
		return bot{}, fail("naverworks.bot_forbidden", "code", code)
	case s == http.StatusNotFound:
		return bot{}, fail("naverworks.bot_unknown", "bot", a.botID)
	}
	return bot{}, fail("naverworks.bot_unanswered", "code", code)
}

func (a *adapter) checkScopes(r *report, t channels.Token) {
	granted := channels.Scopes(t.Scope)
	lacking := slices.DeleteFunc(channels.Scopes(a.scopes), func(s string) bool { return slices.Contains(granted, s) })
	switch {
	case missing(t, sendScopes) != "":
		r.add("scopes", check.Fail, "naverworks.scopes_send")
	case missing(t, readScopes) != "":
		r.add("scopes", check.Warn, "naverworks.scopes_read")
	case len(granted) > 0 && len(lacking) > 0:
		r.add("scopes", check.Warn, "naverworks.scopes_lacking", "scopes", strings.Join(lacking, ", "))
	default:
		r.add("scopes", check.Pass, "naverworks.scopes_good")
	}
}

package naverworks

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

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
	a.http.drift.last.Store(nil)
	a.inspect(ctx, r)
	a.checkClock(r)
	return r.Report
}

func (a *adapter) inspect(ctx context.Context, r *report) {
	began := a.Now()
	t, err := a.tokens.Get(ctx)
	if err != nil {
		r.add("token", channels.Fail, sentence(err))
		return
	}
	r.add("token", channels.Pass, "The access token is good until "+t.ExpiresAt.UTC().Format("2006-01-02 15:04 UTC")+".")
	b, t, fault := a.getBot(ctx, t, began)
	a.checkScopes(r, t)
	if fault != "" {
		r.add("bot", channels.Fail, fault)
		return
	}
	r.BotName = string(b.BotName)
	r.add("bot", channels.Pass, fmt.Sprintf("The bot is found: %s.", b.BotName))
	a.checkCallback(r, b)
	checkEvents(r, b)
	a.checkPublic(ctx, r, t)
}

// report stamps each check with the time since the one before.
type report struct {
	channels.Report
	now  func() time.Time
	last time.Time
}

func (r *report) add(id string, s channels.Status, text string) {
	now := r.now()
	r.Checks = append(r.Checks, channels.Check{ID: id, Status: s, Message: text, MS: now.Sub(r.last).Milliseconds()})
	r.last = now
}

// getBot returns the bot, or a sentence that says why not, with the token that was used in the end. A
// refused token is replaced unless it was issued for this very check: the next one would fare no better.
func (a *adapter) getBot(ctx context.Context, t channels.Token, began time.Time) (bot, channels.Token, string) {
	ans, failed := a.api(ctx, http.MethodGet, "", "", t)
	if failed == nil && ans.status == http.StatusUnauthorized && t.IssuedAt.Before(began) {
		other, err := a.tokens.Replace(ctx, t.Access)
		if err != nil {
			return bot{}, t, sentence(err)
		}
		t = other
		ans, failed = a.api(ctx, http.MethodGet, "", "", t)
	}
	if failed != nil {
		return bot{}, t, sentence(failed)
	}
	code, said := a.apiFault(ans, t)
	var b bot
	switch s := ans.status; {
	case ans.ok() && readJSON(ans, &b) && b.BotName != "":
		return b, t, ""
	case s/100 == 2, s/100 == 3:
		return bot{}, t, "The answer is not a bot. Check api_base_url."
	case s == http.StatusUnauthorized, s == http.StatusForbidden:
		return bot{}, t, "The app may not look at the bot (" + code + "). Developer Console → API → ClientApp → OAuth Scopes: tick bot and bot.read; and make sure that the bot belongs to the same company as the app."
	case s == http.StatusNotFound:
		return bot{}, t, "There is no bot " + a.botID + ". Developer Console → Bot: copy the Bot ID."
	default:
		return bot{}, t, "The bot cannot be read at the moment (" + code + said + "). Try again in a minute."
	}
}

func (a *adapter) checkScopes(r *report, t channels.Token) {
	const screen = " Developer Console → API → ClientApp → OAuth Scopes, then wait some minutes."
	granted := channels.Scopes(t.Scope)
	lacking := slices.DeleteFunc(channels.Scopes(a.scopes), func(s string) bool { return slices.Contains(granted, s) })
	switch {
	case missing(t, sendScopes) != "":
		r.add("scopes", channels.Fail, "The app has no bot or bot.message permission yet, so the bot cannot send."+screen)
	case missing(t, readScopes) != "":
		r.add("scopes", channels.Warn, "The app has no bot or bot.read permission, so this test cannot look at the bot."+screen)
	case len(granted) > 0 && len(lacking) > 0:
		r.add("scopes", channels.Warn, "Not granted although asked for: "+strings.Join(lacking, ", ")+"."+screen)
	default:
		r.add("scopes", channels.Pass, "The needed permissions are granted.")
	}
}

// sentence makes an error's text one for the form.
func sentence(err error) string {
	text := err.Error()
	if se := channels.AsSendError(err); se.Err != nil {
		text = se.Err.Error()
		if se.Code != "" {
			text += " (" + se.Code + ")"
		}
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:] + "."
}

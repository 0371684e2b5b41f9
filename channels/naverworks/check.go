package naverworks

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
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
	t, err := a.tokens.Get(ctx)
	if err != nil {
		r.add("token", channels.Fail, sentence(err))
		return r.Report
	}
	r.add("token", channels.Pass, "The access token is good until "+t.ExpiresAt.UTC().Format("2006-01-02 15:04 UTC")+".")
	b, t, fault := a.getBot(ctx, t)
	a.checkScopes(r, t)
	if fault != "" {
		r.add("bot", channels.Fail, fault)
		return r.Report
	}
	r.BotName = string(b.BotName)
	r.add("bot", channels.Pass, fmt.Sprintf("The bot is found: %s.", b.BotName))
	a.checkCallback(r, b)
	checkEvents(r, b)
	return r.Report
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

// getBot returns the bot, or a sentence that says why not, with the token that was used in the end.
func (a *adapter) getBot(ctx context.Context, first channels.Token) (bot, channels.Token, string) {
	ans, t, err := a.call(ctx, http.MethodGet, "", "")
	if t.Access == "" {
		t = first
	}
	if err != nil {
		return bot{}, t, sentence(err)
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

func (a *adapter) checkCallback(r *report, b bot) {
	const screen = " Developer Console → Bot → Callback URL: "
	u, err := url.Parse(string(b.CallbackURL))
	switch {
	case !b.EnableCallback:
		r.add("callback", channels.Fail, "The bot's callback is off, so no message reaches this channel."+screen+"switch it on and paste this channel's webhook URL.")
	case b.CallbackURL == "":
		r.add("callback", channels.Fail, "The bot has no callback URL, so no message reaches this channel."+screen+"paste this channel's webhook URL.")
	case err != nil || !strings.HasSuffix(u.Path, "/naverworks/"+a.ChannelID+"/webhook"):
		r.add("callback", channels.Warn, "The bot's callback URL is not this channel's webhook URL."+screen+"compare the two, unless a proxy in between changes the path.")
	default:
		r.add("callback", channels.Pass, "The callback is on and leads to this channel.")
	}
}

// What a member can send, and what is reported about rooms and chats. begin and end are off unless
// somebody ticks them: https://developers.worksmobile.com/kr/docs/bot-callback-begin
var (
	contentTypes = []string{"text", "location", "sticker", "image", "file", "audio", "video"}
	eventTypes   = []string{"message", "postback", "join", "leave", "joined", "left", "begin", "end"}
)

func checkEvents(r *report, b bot) {
	checkTicked(r, "callback_types", b.CallbackEvents, contentTypes, "text", "Members cannot send the bot")
	checkTicked(r, "channel_events", b.ChannelEvents, eventTypes, "message", "The bot is not told about")
}

func checkTicked(r *report, id string, ticked []loose, all []string, vital, consequence string) {
	lacking := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(ticked, loose(s)) })
	switch {
	case ticked == nil:
		r.add(id, channels.Warn, "The platform did not say which types are ticked. Developer Console → Bot → Callback URL: look there.")
	case len(lacking) == 0:
		r.add(id, channels.Pass, "All types are ticked.")
	default:
		status := channels.Warn
		if slices.Contains(lacking, vital) {
			status = channels.Fail
		}
		r.add(id, status, consequence+": "+strings.Join(lacking, ", ")+". Developer Console → Bot → Callback URL: tick the missing types.")
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

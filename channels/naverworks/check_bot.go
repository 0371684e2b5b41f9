package naverworks

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"dari/channels"
)

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

// botDomain is a company, or a part of one, that the bot was added to:
// https://developers.worksmobile.com/en/docs/bot-domain-list
type botDomain struct {
	Visible bool `json:"visible"`
}

// checkPublic looks whether the bot was added in the Admin console and is public there, without which
// members do not find it. A token that may not look says nothing about that.
func (a *adapter) checkPublic(ctx context.Context, r *report, t channels.Token) {
	const remedy = " Admin → Service → Bot: add the bot, set it to public and choose who may use it."
	var got struct {
		Domains []botDomain `json:"domains"`
	}
	ans, failed := a.api(ctx, http.MethodGet, "/domains?count=100", "", t)
	added := failed == nil && ans.status != http.StatusNotFound
	switch {
	case added && (ans.status == http.StatusUnauthorized || ans.status == http.StatusForbidden):
	case failed != nil, added && (!ans.ok() || !readJSON(ans, &got)):
		r.add("public", channels.Warn, "Whether members can find the bot is not known, since the platform does not say at the moment. Try again in a minute.")
	case len(got.Domains) == 0:
		r.add("public", channels.Warn, "The bot is not added to any company, so nobody finds it."+remedy)
	case !slices.ContainsFunc(got.Domains, func(d botDomain) bool { return d.Visible }):
		r.add("public", channels.Warn, "The bot is not public, so members do not find it."+remedy)
	default:
		r.add("public", channels.Pass, "The bot is public.")
	}
}

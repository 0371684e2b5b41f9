package naverworks

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"dari/bot/check"
	"dari/channels"
)

func (a *adapter) checkCallback(r *report, b bot) {
	u, err := url.Parse(string(b.CallbackURL))
	switch {
	case !b.EnableCallback:
		r.add("callback", check.Fail, "naverworks.callback_off")
	case b.CallbackURL == "":
		r.add("callback", check.Fail, "naverworks.callback_none")
	case err != nil:
		r.add("callback", check.Fail, "naverworks.callback_unreadable")
	case a.ChannelID != "" && !strings.HasSuffix(u.Path, "/naverworks/"+a.ChannelID+"/webhook"):
		r.add("callback", check.Warn, "naverworks.callback_other", "url", withoutQuery(u))
	case a.CallbackURL != "" && string(b.CallbackURL) != a.CallbackURL:
		r.add("callback", check.Warn, "naverworks.callback_host", "url", withoutQuery(u), "ours", a.CallbackURL)
	default:
		r.add("callback", check.Pass, "naverworks.callback_on", "url", withoutQuery(u))
	}
}

// withoutQuery leaves out the parts of an address that may hold a secret.
func withoutQuery(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// What a member can send, and what is reported about rooms and chats. begin and end are off unless
// somebody ticks them: https://developers.worksmobile.com/kr/docs/bot-callback-begin
var (
	contentTypes = []string{"text", "location", "sticker", "image", "file", "audio", "video"}
	eventTypes   = []string{"message", "postback", "join", "leave", "joined", "left", "begin", "end"}
)

func checkEvents(r *report, b bot) {
	switch lacking := unticked(b.CallbackEvents, contentTypes); {
	case b.CallbackEvents == nil:
		r.add("callback_types", check.Warn, "naverworks.types_untold")
	case slices.Contains(lacking, "text"):
		r.add("callback_types", check.Fail, "naverworks.types_no_text", "types", strings.Join(lacking, ", "))
	case len(lacking) > 0:
		r.add("callback_types", check.Warn, "naverworks.types_lacking", "types", strings.Join(lacking, ", "))
	default:
		r.add("callback_types", check.Pass, "naverworks.types_all")
	}
	switch lacking := unticked(b.ChannelEvents, eventTypes); {
	case b.ChannelEvents == nil:
		r.add("channel_events", check.Warn, "naverworks.types_untold")
	case slices.Contains(lacking, "message"):
		r.add("channel_events", check.Fail, "naverworks.events_no_message", "types", strings.Join(lacking, ", "))
	case len(lacking) > 0:
		r.add("channel_events", check.Warn, "naverworks.events_lacking", "types", strings.Join(lacking, ", "))
	default:
		r.add("channel_events", check.Pass, "naverworks.events_all")
	}
}

func unticked(ticked []loose, all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(ticked, loose(s)) })
}

// botDomain is a company, or a part of one, that the bot was added to:
// https://developers.worksmobile.com/en/docs/bot-domain-list
type botDomain struct {
	Visible bool `json:"visible"`
}

// checkPublic looks whether the bot was added in the Admin console and is public there, without which
// members do not find it. A token that may not look says nothing about that.
func (a *adapter) checkPublic(ctx context.Context, r *report, t channels.Token) {
	var got struct {
		Domains []botDomain `json:"domains"`
	}
	ans, failed := a.api(ctx, http.MethodGet, "/domains?count=100", "", t)
	added := failed == nil && ans.status != http.StatusNotFound
	switch {
	case added && (ans.status == http.StatusUnauthorized || ans.status == http.StatusForbidden):
	case failed != nil, added && (!ans.ok() || !readJSON(ans, &got)):
		r.add("public", check.Warn, "naverworks.public_untold")
	case len(got.Domains) == 0:
		r.add("public", check.Warn, "naverworks.public_nowhere")
	case !slices.ContainsFunc(got.Domains, func(d botDomain) bool { return d.Visible }):
		r.add("public", check.Warn, "naverworks.public_off")
	default:
		r.add("public", check.Pass, "naverworks.public_on")
	}
}

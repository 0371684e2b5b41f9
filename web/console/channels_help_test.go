package console

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"dari/bot"
	"dari/bot/settings"
	"dari/bot/words"
	"dari/channels"
	"dari/channels/all"
	"dari/channels/channeltest"
	"dari/dialog"
	"dari/dialog/echo"
	"dari/store"
)

// channelWords adds the keys about channels that are put together.
func channelWords(used map[string]string) {
	for _, t := range all.Types {
		for _, f := range bot.ChannelFields(t) {
			used[f.Help], used[f.Help+".label"] = "channels/"+t.Name(), "channels/"+t.Name()
			for _, o := range f.Options {
				used[f.Help+"."+o] = "channels/" + t.Name()
			}
		}
		for _, s := range t.Setup().Steps {
			used[s.ID], used[s.ID+".title"] = "channels/"+t.Name(), "channels/"+t.Name()
		}
		used["channels.about."+t.Name()] = "channels.html"
		for _, row := range append(limitRows(t.Limits()), limitRows(channels.Limits{TextUnit: channels.Bytes})...) {
			used[row.Key] = "channels_state.go"
			if row.Unit != "" {
				used[row.Unit] = "channels_state.go"
			}
		}
		for _, unit := range []channels.Unit{channels.UTF16, channels.Graphemes, channels.CodePoint} {
			used["limits.unit."+string(unit)] = "channels.Unit"
		}
		for _, row := range levelRows(t.Limits()) {
			used[row.Key] = "channels_state.go"
		}
	}
	for _, key := range []string{
		"nav.home", "url.auth", "url.auth_refresh", "url.chat", "url.webhook", "limits.level.full", "limits.level.partial", "limits.level.fallback", "channels.url.redirect",
		"channels.tab.setup", "channels.tab.state", "channels.tab.waiting", "channels.tab.desk",
		"channels.fault.form", "channels.fault.name", "channels.fault.other", "channels.delete_differs", "channels.webhook.done", "channels.webhook.failed",
		"channels.webhook.no_https", "channels.webhook.by_hand", "waiting.hello", "waiting.hello_web",
		"desk.not_ready", "desk.refused", "desk.own", "desk.changed", "desk.fault.header", "desk.fault.name",
		"doctor.pass", "doctor.warn", "doctor.fail",
	} {
		if !strings.HasPrefix(key, "doctor.") {
			used[key] = "channels_*.go"
		}
	}
	for _, key := range []string{"bot_created", "draft_saved", "saved", "channel_enabled", "channel_disabled", "channel_cloned", "channel_moved", "former_back", "former_forgotten", "channel_deleted", "desk_key_deleted"} {
		used["done."+key] = "channels_*.go"
	}
	for key := range words.In(words.Default) { // found by code; see faultKey and arrivalOf
		if strings.HasPrefix(key, "fault.") || strings.HasPrefix(key, "waiting.why.") {
			used[key] = "faultKey"
		}
	}
	for _, key := range []string{"managed", "too_large"} {
		used[notice{Key: key}.Title()], used[notice{Key: key}.Text()] = "notice", "notice"
	}
}

// platforms is a bench with every channel type and the fake of every messenger.
func platforms(t *testing.T) (b *bench, values map[string]settings.Values) {
	t.Helper()
	b = newBench(t)
	types, err := channels.NewRegistry(all.Types...)
	if err != nil {
		t.Fatal(err)
	}
	engines, err := dialog.NewRegistry(echo.Type{})
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := store.NewSealer(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	b.runtime.Drain(t.Context())
	b.runtime = bot.New(bot.Options{
		Store: b.store, Channels: types, Engines: engines, Sealer: sealer, Log: b.options.Log,
		HTTP: &http.Client{Transport: loopback{}}, PublicURL: "https://bot.example.com",
	})
	b.options.Runtime, b.options.Channels = b.runtime, types
	b.restart()
	nw, line, slack, teams := channeltest.NaverWorks(), channeltest.LINE(), channeltest.Slack(), channeltest.Teams()
	for _, p := range []*channeltest.Platform{nw, line, slack, teams.Platform} {
		t.Cleanup(p.Close)
	}
	if _, err := b.runtime.CreateBot(t.Context(), bot.BotSpec{ID: "helper", Name: "Helper", Engine: bot.EngineSpec{Type: "echo"}}); err != nil {
		t.Fatal(err)
	}
	return b, map[string]settings.Values{
		"naverworks": channeltest.NaverWorksSettings(nw.URL), "line": channeltest.LINESettings(line.URL),
		"slack": channeltest.SlackSettings(slack.URL), "teams": channeltest.TeamsSettings(teams.URL),
	}
}

// filled writes settings as the form sends them.
func filled(v settings.Values, more ...string) []string {
	pairs := []string{"id", newChannelID(), "name", "My channel"}
	for key, value := range v {
		text, ok := value.(string)
		if list, isList := value.([]string); isList {
			text, ok = strings.Join(list, ","), true
		}
		if ok {
			pairs = append(pairs, "f."+key, text)
		}
	}
	return append(pairs, more...)
}

// loopback reaches the fakes and nothing else.
type loopback struct{}

func (loopback) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Hostname() != "127.0.0.1" {
		return nil, errors.New("the test may not leave this machine")
	}
	return http.DefaultTransport.RoundTrip(r)
}

package naverworks

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"dari/bot/check"
	say "dari/bot/words"
	"dari/channels"
	"dari/channels/channeltest"
)

func TestTheCheckFindsWhatIsWrong(t *testing.T) {
	type bot = map[string]any
	const good = "private_key:pass token:pass scopes:pass bot:pass callback:pass callback_types:pass channel_events:pass public:pass"
	botPath := strings.TrimSuffix(channeltest.NaverWorksUsersPath, "/users/")
	for _, row := range []struct {
		name   string
		bot    bot
		scopes string
		path   string
		fault  channeltest.Fault
		want   string // id:status of every check
		says   string
	}{
		{name: "all is well", want: good, says: "The bot is found: 총무봇."},
		{name: "the callback is off", bot: bot{"enableCallback": false}, want: strings.Replace(good, "callback:pass", "callback:fail", 1), says: "The bot's callback is off"},
		{name: "there is no callback URL", bot: bot{"callbackUrl": ""}, want: strings.Replace(good, "callback:pass", "callback:fail", 1), says: "no callback URL"},
		{name: "the callback URL is another channel's", bot: bot{"callbackUrl": "https://bot.example.com/naverworks/other/webhook"}, want: strings.Replace(good, "callback:pass", "callback:warn", 1), says: "https://bot.example.com/naverworks/other/webhook is not this channel's"},
		{name: "the callback goes through a path prefix", bot: bot{"callbackUrl": "https://www.example.com/chat/naverworks/test-channel/webhook"}, want: good},
		{name: "members may send text only", bot: bot{"callbackEvents": []string{"text"}}, want: strings.Replace(good, "callback_types:pass", "callback_types:warn", 1), says: "Members cannot send the bot location, sticker, image, file, audio, video:"},
		{name: "members may send no text", bot: bot{"callbackEvents": []string{"image"}}, want: strings.Replace(good, "callback_types:pass", "callback_types:fail", 1), says: "text, location"},
		{name: "members may send nothing", bot: bot{"callbackEvents": []string{}}, want: strings.Replace(good, "callback_types:pass", "callback_types:fail", 1), says: "text, location"},
		{name: "begin and end are not ticked", bot: bot{"channelEvents": []string{"message", "join", "leave", "joined", "left", "postback"}}, want: strings.Replace(good, "channel_events:pass", "channel_events:warn", 1), says: "The bot is not told about begin, end:"},
		{name: "messages are not ticked", bot: bot{"channelEvents": []string{"postback"}}, want: strings.Replace(good, "channel_events:pass", "channel_events:fail", 1), says: "message, join"},
		{name: "the platform does not tell the types", bot: bot{"callbackEvents": nil}, want: strings.Replace(good, "callback_types:pass", "callback_types:warn", 1), says: "did not say which types"},
		{name: "the app may not send", scopes: "bot.read", want: strings.Replace(good, "scopes:pass", "scopes:fail", 1), says: "Developer Console → API → ClientApp → OAuth Scopes"},
		{name: "the app may not look at the bot", scopes: "bot.message", want: "private_key:pass token:pass scopes:warn bot:fail", says: "tick bot and bot.read"},
		{name: "a scope is not ticked", scopes: "bot calendar", want: "private_key:pass token:fail", says: "tick bot, calendar, save"},
		{name: "the platform is not there", path: channeltest.NaverWorksTokenPath, fault: channeltest.Fault{Status: 503}, want: "private_key:pass token:fail", says: "does not answer as it should (http_503)"},
		{name: "there is no such bot", path: botPath, fault: channeltest.Fault{Status: 404, Body: read(t, "error_404.json")}, want: "private_key:pass token:pass scopes:pass bot:fail", says: "There is no bot 3001234:"},
		{name: "the bot cannot be read now", path: botPath, fault: channeltest.Fault{Status: 500, Body: read(t, "error_500.json")}, want: "private_key:pass token:pass scopes:pass bot:fail", says: "try again"},
		{name: "the answer is a web page", path: botPath, fault: channeltest.Fault{Status: 200, Body: "<html>"}, want: "private_key:pass token:pass scopes:pass bot:fail", says: "leave “Address of the API” empty"},
		{name: "the answer is another object", path: botPath, fault: channeltest.Fault{Status: 200, Body: `{"callbackEvents":5}`}, want: "private_key:pass token:pass scopes:pass bot:fail", says: "leave “Address of the API” empty"},
		{name: "the answer is a redirect", path: botPath, fault: channeltest.Fault{Status: 302, Header: http.Header{"Location": {"/x"}}}, want: "private_key:pass token:pass scopes:pass bot:fail", says: "leave “Address of the API” empty"},
	} {
		t.Run(row.name, func(t *testing.T) {
			change := map[string]string{}
			if row.scopes != "" {
				change["scopes"] = row.scopes
			}
			b := open(t, channeltest.NaverWorksOptions{Bot: row.bot}, change)
			if row.path != "" {
				b.Platform.FailNext(row.path, undated(row.fault))
			}
			report := b.Adapter.Check(context.Background())
			var got []string
			text := ""
			for _, c := range report.Checks {
				got = append(got, c.ID+":"+string(c.Status))
				text += say.Check("en", c) + "\n"
			}
			if strings.Join(got, " ") != row.want || !strings.Contains(text, row.says) {
				t.Errorf("got %v\n%s", got, text)
			}
			if strings.Contains(row.want, "bot:pass") != (report.BotName == "총무봇") {
				t.Errorf("bot name %q", report.BotName)
			}
			b.NoSecret(t, kit(), "the report", text)
		})
	}
}

// undated is a fault without a Date header, which a server would take from the machine's clock.
func undated(f channeltest.Fault) channeltest.Fault {
	h := http.Header{"Date": nil}
	for k, v := range f.Header {
		h[k] = v
	}
	f.Header = h
	return f
}

func TestTheCheckTellsWhetherMembersFindTheBot(t *testing.T) {
	type domains = []map[string]any
	added := func(visible bool) map[string]any { return map[string]any{"domainId": 1, "visible": visible} }
	for _, row := range []struct {
		name    string
		domains domains
		fault   channeltest.Fault
		status  check.Status // "" for no line
		says    string
	}{
		{name: "it is public", domains: domains{added(true)}, status: check.Pass, says: "The bot is public."},
		{name: "it is public in one company of two", domains: domains{added(false), added(true)}, status: check.Pass, says: "The bot is public."},
		{name: "it is not public", domains: domains{added(false)}, status: check.Warn, says: "not public"},
		{name: "it was never added", domains: domains{}, status: check.Warn, says: "Admin → Service → Bot, add the bot, set it to public and choose who may use it."},
		{name: "the list is not there", fault: channeltest.Fault{Status: 404}, status: check.Warn, says: "not added"},
		{name: "the token may not look", fault: channeltest.Fault{Status: 403}},
		{name: "the token may not look, as another status", fault: channeltest.Fault{Status: 401}},
		{name: "the platform fails", fault: channeltest.Fault{Status: 500}, status: check.Warn, says: "not known"},
		{name: "the answer is no list", fault: channeltest.Fault{Status: 200, Body: "<html>"}, status: check.Warn, says: "not known"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{Domains: row.domains}, nil)
			if row.fault.Status != 0 {
				b.Platform.FailNext(channeltest.NaverWorksBotPath+"/domains", undated(row.fault))
			}
			got := line(b.Adapter.Check(context.Background()), "public")
			if got.Status != row.status || !strings.Contains(say.Check("en", got), row.says) {
				t.Errorf("got %+v", got)
			}
			if grants(t, b) != "jwt-bearer" {
				t.Errorf("grants %q", grants(t, b))
			}
		})
	}
}

// line is the report's check of that id, empty if there is none.
func line(r channels.Report, id string) check.Check {
	for _, c := range r.Checks {
		if c.ID == id {
			return c
		}
	}
	return check.Check{}
}

func TestTheCheckIssuesOneTokenAtMost(t *testing.T) {
	refused := undated(channeltest.Fault{Status: 401, Body: `{"code":"UNAUTHORIZED","description":"Authentication failed"}`})
	t.Run("a token of its own that is refused is not replaced", func(t *testing.T) {
		b := open(t, channeltest.NaverWorksOptions{}, nil)
		b.Platform.FailNext(channeltest.NaverWorksBotPath, refused)
		if got := line(b.Adapter.Check(context.Background()), "bot"); got.Status != check.Fail || grants(t, b) != "jwt-bearer" {
			t.Errorf("got %+v after %q", got, grants(t, b))
		}
	})
	t.Run("an older one that another system killed is replaced", func(t *testing.T) {
		b := open(t, channeltest.NaverWorksOptions{}, nil)
		current(t, b)
		b.Clock.Advance(time.Minute)
		b.Platform.FailNext(channeltest.NaverWorksBotPath, refused)
		if got := line(b.Adapter.Check(context.Background()), "bot"); got.Status != check.Pass || grants(t, b) != "jwt-bearer jwt-bearer" {
			t.Errorf("got %+v after %q", got, grants(t, b))
		}
	})
}

func TestTheCheckReadsTheDocumentedBot(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	b.Platform.FailNext(strings.TrimSuffix(channeltest.NaverWorksUsersPath, "/users/"), undated(channeltest.Fault{Status: 200, Body: read(t, "bot_get_response.json")}))
	report := b.Adapter.Check(context.Background())
	if len(report.Checks) != 8 || report.BotName != "총무봇" || line(report, "callback").Status != check.Warn {
		t.Errorf("got %+v", report)
	}
}

func TestTheCheckNamesScopesThatWereNotGranted(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	b.Platform.FailNext(channeltest.NaverWorksTokenPath, channeltest.Fault{
		Status: 200, Body: `{"access_token":"kr1AAAAfewScopes","scope":"bot bot.message","expires_in":"86400"}`,
	})
	b.Platform.FailNext(strings.TrimSuffix(channeltest.NaverWorksUsersPath, "/users/"), undated(channeltest.Fault{Status: 200, Body: read(t, "bot_get_response.json")}))
	scopes := line(b.Adapter.Check(context.Background()), "scopes")
	if scopes.Status != check.Warn || !strings.Contains(say.Check("en", scopes), "asked for: bot.read, user.profile.read.") {
		t.Errorf("got %+v", scopes)
	}
}

func TestTheCheckUsesTheSharedToken(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	first := current(t, b)
	for range 3 {
		b.Adapter.Check(context.Background())
	}
	if current(t, b).Access != first.Access || grants(t, b) != "jwt-bearer" {
		t.Errorf("grants %q", grants(t, b))
	}
}

package web

import (
	"strings"
	"testing"
)

// scenario is one request to the API and what its answer holds.
type scenario struct {
	name    string
	method  string
	path    string
	body    string
	headers []string
	status  int
	code    string // of the problem
	field   string
	has     []string
	hasNot  []string
}

// everySecret must appear in no answer.
var everySecret = []string{secret, authHeader, "engine-secret-5555", "fresh-secret-12345", "handle-of-the-reply"}

func (sc scenario) run(b *bench) {
	t := b.t
	headers := sc.headers
	if headers == nil {
		headers = []string{"Authorization", "Bearer " + adminKey, "Content-Type", "application/json"}
	}
	rec := b.call(sc.method, "/api/v1"+sc.path, sc.body, headers...)
	body := rec.Body.String()
	if rec.Code != sc.status {
		t.Errorf("%s %s: %d, want %d: %s", sc.method, sc.path, rec.Code, sc.status, body)
	}
	if rec.Code >= 400 {
		if p := problemOf(t.(*testing.T), rec); p.Code != sc.code || p.Field != sc.field || p.Detail == "" {
			t.Errorf("problem is %s, want code %q and field %q", body, sc.code, sc.field)
		}
	}
	for _, s := range sc.has {
		if !strings.Contains(body, s) {
			t.Errorf("the answer lacks %s: %s", s, body)
		}
	}
	for _, s := range append(sc.hasNot, everySecret...) {
		if strings.Contains(body, s) {
			t.Errorf("the answer holds %s: %s", s, body)
		}
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"} {
		if got := rec.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func runAll(t *testing.T, scenarios []scenario) {
	t.Helper()
	for _, sc := range scenarios {
		t.Run(sc.name, func(t *testing.T) { sc.run(newBench(t)) })
	}
}

func TestBotsAPI(t *testing.T) {
	valid := `{"id":"b2","name":"Two","locale":"ko","engine":{"type":"fake","settings":{"url":"u","secret":"fresh-secret-12345"}}}`
	runAll(t, []scenario{
		{name: "a bot is made", method: "POST", path: "/bots", body: valid, status: 201, has: []string{`"id":"b2"`, `"secret":"••••2345"`, `"locale":"ko"`, `"managed":false`}},
		{name: "a bot without id gets one", method: "POST", path: "/bots", body: `{"name":"Two","engine":{"type":"fake"}}`, status: 201, has: []string{`"id":"two-`, `"locale":"en"`}},
		{name: "an id is taken once", method: "POST", path: "/bots", body: strings.Replace(valid, "b2", "desk", 1), status: 409, code: "exists", field: "id"},
		{name: "an id has a form", method: "POST", path: "/bots", body: strings.Replace(valid, "b2", "B 2", 1), status: 400, code: "format", field: "id"},
		{name: "a bot needs a name", method: "POST", path: "/bots", body: `{"engine":{"type":"fake"}}`, status: 400, code: "required", field: "name"},
		{name: "a bot needs a known engine", method: "POST", path: "/bots", body: `{"name":"x","engine":{"type":"warp"}}`, status: 400, code: "option", field: "engine.type", has: []string{"fake"}},
		{name: "an unknown setting is named", method: "POST", path: "/bots", body: `{"name":"x","engine":{"type":"fake","settings":{"uri":"x"}}}`, status: 400, code: "unknown", field: "engine.settings.uri"},
		{name: "an unknown field is named", method: "POST", path: "/bots", body: `{"name":"x","enigne":{}}`, status: 400, code: "unknown", field: "enigne"},
		{name: "a wrong type is named", method: "POST", path: "/bots", body: `{"name":7}`, status: 400, code: "type", field: "name", has: []string{"name must be a string"}},
		{name: "a wrong type inside is named", method: "POST", path: "/bots", body: `{"name":"x","engine":{"type":"fake","settings":[1]}}`, status: 400, code: "type", field: "engine.settings", has: []string{"an object"}},
		{name: "a body that breaks off is refused", method: "POST", path: "/bots", body: `{"name":`, status: 400, code: "malformed"},
		{name: "a body that is not JSON is refused", method: "POST", path: "/bots", body: `{name}`, status: 400, code: "malformed", has: []string{"byte 2"}},
		{name: "something after the body is refused", method: "POST", path: "/bots", body: valid + "{}", status: 400, code: "malformed"},
		{name: "a list as body is refused", method: "POST", path: "/bots", body: "[]", status: 400, code: "type"},
		{name: "null as body is refused", method: "POST", path: "/bots", body: "null", status: 400, code: "type"},
		{name: "a body that is not UTF-8 is refused", method: "POST", path: "/bots", body: "{\"name\":\"\xff\"}", status: 400, code: "malformed"},
		{name: "a missing body is refused", method: "POST", path: "/bots", status: 400, code: "missing"},
		{name: "a body over 1 MiB is refused", method: "POST", path: "/bots", body: `{"name":"` + strings.Repeat("x", maxBody) + `"}`, status: 413, code: "too_large"},
		{name: "another content type is refused", method: "POST", path: "/bots", body: valid, headers: []string{"Authorization", "Bearer " + adminKey, "Content-Type", "text/plain"}, status: 415, code: "content_type"},
		{name: "a missing content type is refused", method: "POST", path: "/bots", body: valid, headers: []string{"Authorization", "Bearer " + adminKey}, status: 415, code: "content_type"},
		{name: "a merge patch creates nothing", method: "POST", path: "/bots", body: valid, headers: []string{"Authorization", "Bearer " + adminKey, "Content-Type", "application/merge-patch+json"}, status: 415, code: "content_type"},
		{name: "bots are listed", method: "GET", path: "/bots", status: 200, has: []string{`"items":[{"id":"desk"`, `"next_cursor":""`}},
		{name: "a bot is shown with masked secrets", method: "GET", path: "/bots/desk", status: 200, has: []string{`"secret":"••••5555"`, `"created_at":"20`}},
		{name: "an unknown bot is not found", method: "GET", path: "/bots/nobody", status: 404, code: "not_found"},
		{name: "a name is patched", method: "PATCH", path: "/bots/desk", body: `{"name":"New"}`, status: 200, has: []string{`"name":"New"`, `"secret":"••••5555"`}},
		{name: "a patch may say what it is", method: "PATCH", path: "/bots/desk", body: `{"locale":"ja"}`, headers: []string{"Authorization", "Bearer " + adminKey, "Content-Type", "application/merge-patch+json"}, status: 200, has: []string{`"locale":"ja"`}},
		{name: "a locale that is removed is the default again", method: "PATCH", path: "/bots/desk", body: `{"locale":null}`, status: 200, has: []string{`"locale":"en"`}},
		{name: "a name cannot be removed", method: "PATCH", path: "/bots/desk", body: `{"name":null}`, status: 400, code: "required", field: "name"},
		{name: "the engine cannot be removed", method: "PATCH", path: "/bots/desk", body: `{"engine":null}`, status: 400, code: "required", field: "engine"},
		{name: "the engine's type cannot be removed", method: "PATCH", path: "/bots/desk", body: `{"engine":{"type":null}}`, status: 400, code: "required", field: "engine.type"},
		{name: "settings cannot be removed as a whole", method: "PATCH", path: "/bots/desk", body: `{"engine":{"settings":null}}`, status: 400, code: "required", field: "engine.settings"},
		{name: "a setting is removed", method: "PATCH", path: "/bots/desk", body: `{"engine":{"settings":{"secret":null,"url":"x"}}}`, status: 200, has: []string{`"settings":{"url":"x"}`}},
		{name: "the id cannot be changed", method: "PATCH", path: "/bots/desk", body: `{"id":"x2"}`, status: 400, code: "unknown", field: "id"},
		{name: "an unknown bot is not patched", method: "PATCH", path: "/bots/nobody", body: `{"name":"x"}`, status: 404, code: "not_found"},
		{name: "a bot with channels is not deleted", method: "DELETE", path: "/bots/desk", status: 409, code: "has_channels"},
		{name: "an unknown bot is not deleted", method: "DELETE", path: "/bots/nobody", status: 404, code: "not_found"},
	})
}

func TestChannelsAPI(t *testing.T) {
	valid := `{"id":"c2","type":"naverworks","name":"Two","settings":{"secret":"fresh-secret-12345","headers":{"X-A":"fresh-secret-12345"}}}`
	runAll(t, []scenario{
		{
			name: "a channel is made", method: "POST", path: "/bots/desk/channels", body: valid, status: 201,
			has: []string{
				`"id":"c2"`, `"bot_id":"desk"`, `"enabled":true`, `"status":"new"`, `"secret":"••••2345"`, `"X-A":"••••2345"`, `"region":"kr"`,
				`"webhook":"https://bot.example.com/naverworks/c2/webhook"`,
				`"auth":"https://bot.example.com/naverworks/c2/auth"`, `"auth_refresh":"https://bot.example.com/naverworks/c2/authrefresh"`,
			},
		},
		{name: "a type without a desk has no addresses of one", method: "GET", path: "/channels/plain", status: 200, has: []string{`"urls":{"webhook":"https://bot.example.com/plain/plain/webhook"}`}},
		{name: "a required setting is named", method: "POST", path: "/bots/desk/channels", body: `{"type":"plain","name":"x","settings":{}}`, status: 400, code: "required", field: "settings.secret"},
		{name: "a setting that the adapter refuses is named", method: "POST", path: "/bots/desk/channels", body: `{"type":"plain","name":"x","settings":{"secret":"fresh-secret-12345","region":"nowhere"}}`, status: 400, code: "option", field: "settings.region"},
		{name: "an unknown type is named", method: "POST", path: "/bots/desk/channels", body: `{"type":"fax","name":"x"}`, status: 400, code: "option", field: "type"},
		{name: "a taken id is named", method: "POST", path: "/bots/desk/channels", body: strings.Replace(valid, "c2", "works", 1), status: 409, code: "exists", field: "id"},
		{name: "a channel of an unknown bot is not made", method: "POST", path: "/bots/nobody/channels", body: valid, status: 404, code: "not_found"},
		{name: "read-only fields cannot be set", method: "POST", path: "/bots/desk/channels", body: `{"type":"plain","name":"x","enabled":false}`, status: 400, code: "unknown", field: "enabled"},
		{name: "channels are listed", method: "GET", path: "/bots/desk/channels", status: 200, has: []string{`"id":"closed"`, `"id":"plain"`, `"id":"works"`}},
		{name: "channels of an unknown bot are not found", method: "GET", path: "/bots/nobody/channels", status: 404, code: "not_found"},
		{name: "an unknown channel is not found", method: "GET", path: "/channels/nobody", status: 404, code: "not_found"},
		{name: "the type cannot be changed", method: "PATCH", path: "/channels/works", body: `{"type":"plain"}`, status: 400, code: "unknown", field: "type"},
		{name: "settings cannot be removed as a whole", method: "PATCH", path: "/channels/works", body: `{"settings":null}`, status: 400, code: "required", field: "settings"},
		{name: "a required setting cannot be removed", method: "PATCH", path: "/channels/works", body: `{"settings":{"secret":null}}`, status: 400, code: "required", field: "settings.secret"},
		{name: "a channel is tested", method: "POST", path: "/channels/works/check", status: 200, has: []string{`{"id":"token","status":"pass","code":"naverworks.bot_found","message":"The bot is found: Fake.","ms":3}`}},
		{name: "an unknown channel is not tested", method: "POST", path: "/channels/nobody/check", status: 404, code: "not_found"},
		{name: "a channel is switched off", method: "POST", path: "/channels/works/disable", status: 200, has: []string{`"enabled":false`, `"status":"disabled"`}},
		{name: "an unknown channel is not switched", method: "POST", path: "/channels/nobody/enable", status: 404, code: "not_found"},
		{name: "a channel is deleted", method: "DELETE", path: "/channels/works", status: 204},
		{name: "an unknown channel is not deleted", method: "DELETE", path: "/channels/nobody", status: 404, code: "not_found"},
	})
}

func TestOtherPartsOfTheAPI(t *testing.T) {
	runAll(t, []scenario{
		{name: "channel types are described", method: "GET", path: "/channel-types", status: 200, has: []string{`"name":"naverworks"`, `"key":"group_mode"`, `"kind":"secret"`, `"id":"fake.step"`, `"text_max":2000`}},
		{name: "engine types are described", method: "GET", path: "/engine-types", status: 200, has: []string{`"name":"fake"`, `"key":"url"`}},
		{name: "an empty list is a list", method: "GET", path: "/events", status: 200, has: []string{`{"items":[],"next_cursor":""}`}},
		{name: "an unknown event is not found", method: "GET", path: "/events/ev_none", status: 404, code: "not_found"},
		{name: "an unknown delivery is not found", method: "GET", path: "/deliveries/dl_none", status: 404, code: "not_found"},
		{name: "an unknown delivery is not sent again", method: "POST", path: "/deliveries/dl_none/resend", status: 404, code: "not_found"},
		{name: "an unknown conversation is not found", method: "GET", path: "/conversations/none", status: 404, code: "not_found"},
		{name: "an unknown conversation is not reset", method: "POST", path: "/conversations/none/reset", status: 404, code: "not_found"},
		{name: "a limit is a number", method: "GET", path: "/events?limit=all", status: 400, code: "range", field: "limit"},
		{name: "a limit is positive", method: "GET", path: "/bots?limit=0", status: 400, code: "range", field: "limit"},
		{name: "a limit is at most 500", method: "GET", path: "/events?limit=501", status: 400, code: "range", field: "limit"},
		{name: "a limit of 500 is fine", method: "GET", path: "/events?limit=500", status: 200},
		{name: "a cursor is one of ours", method: "GET", path: "/events?cursor=x", status: 400, code: "format", field: "cursor"},
		{name: "a state is a known one", method: "GET", path: "/events?state=lost", status: 400, code: "option", field: "state", has: []string{"rejected"}},
		{name: "a status is a known one", method: "GET", path: "/deliveries?status=accepted", status: 400, code: "option", field: "status", has: []string{"uncertain"}},
		{name: "a mistyped filter is refused", method: "GET", path: "/events?chanel=x", status: 400, code: "unknown", field: "chanel", has: []string{"limit, cursor, bot, channel, conversation, state"}},
		{name: "a filter is given once", method: "GET", path: "/events?bot=a&bot=b", status: 400, code: "repeated", field: "bot"},
		{name: "a broken query is refused", method: "GET", path: "/events?bot=%zz", status: 400, code: "malformed"},
		{name: "a key needs a name", method: "POST", path: "/api-keys", body: `{"scopes":["read"]}`, status: 400, code: "required", field: "name"},
		{name: "a key needs scopes", method: "POST", path: "/api-keys", body: `{"name":"x"}`, status: 400, code: "required", field: "scopes"},
		{name: "a scope is a known one", method: "POST", path: "/api-keys", body: `{"name":"x","scopes":["root"]}`, status: 400, code: "option", field: "scopes"},
		{name: "an unknown key is not deleted", method: "DELETE", path: "/api-keys/key_none", status: 404, code: "not_found"},
		{name: "an unknown path is not found", method: "GET", path: "/nothing", status: 404},
		{name: "another method is not allowed", method: "PUT", path: "/bots", body: "{}", status: 405},
	})
}

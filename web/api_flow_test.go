package web

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

func TestAMaskedSecretSentBackIsUnchanged(t *testing.T) {
	b := newBench(t)
	shown := b.read("/channels/works")["settings"].(map[string]any)
	shown["region"] = "jp"
	patch, _ := json.Marshal(map[string]any{"settings": shown})
	rec := b.api("PATCH", "/channels/works", string(patch))
	if rec.Code != 200 || !strings.Contains(rec.Body.String(), `"region":"jp"`) {
		t.Fatalf("patch: %d %s", rec.Code, rec.Body)
	}
	if rec := b.hook("works", hello); rec.Code != 200 {
		t.Errorf("the channel's secret is not what it was: %d", rec.Code)
	}
	if got := b.ask(here, authHeader); got != 200 {
		t.Errorf("the auth header is not what it was: %d", got)
	}
	if rec := b.api("PATCH", "/channels/works", `{"settings":{"secret":"fresh-secret-12345"}}`); rec.Code != 200 {
		t.Fatalf("a new secret: %d", rec.Code)
	}
	if rec := b.hook("works", hello); rec.Code != 401 {
		t.Errorf("the old secret still signs: %d", rec.Code)
	}
	lines := items(b.read("/audit"))
	if got := lines[len(lines)-1]["detail"]; got != "region: kr → jp" {
		t.Errorf("the audit log says %q", got)
	}
}

func TestChangesAreAudited(t *testing.T) {
	b := newBench(t)
	b.say("U1", "undeliverable")
	conv := url.PathEscape("works:U1")
	dl := items(b.read("/deliveries"))[0]["id"].(string)
	for _, call := range []struct{ method, path, body, want string }{
		{"POST", "/bots", `{"id":"b2","name":"Two","engine":{"type":"fake"}}`, "bot.create b2 Two"},
		{"PATCH", "/bots/b2", `{"name":"Three","engine":{"settings":{"secret":"fresh-secret-12345"}}}`, "bot.update b2 engine.settings.secret, name"},
		{"DELETE", "/bots/b2", "", "bot.delete b2 "},
		{"POST", "/bots/desk/channels", `{"id":"c2","type":"plain","name":"C","settings":{"secret":"fresh-secret-12345"}}`, "channel.create c2 plain C"},
		{"PATCH", "/channels/c2", `{"name":"D"}`, "channel.update c2 name: C → D"},
		{"POST", "/channels/c2/disable", "", "channel.disable c2 "},
		{"POST", "/channels/c2/enable", "", "channel.enable c2 "},
		{"DELETE", "/channels/c2", "", "channel.delete c2 "},
		{"POST", "/conversations/" + conv + "/reset", "", "conversation.reset works:U1 "},
		{"POST", "/deliveries/" + dl + "/resend", "", "delivery.resend " + dl + " "},
	} {
		b.clock.advance(1)
		if rec := b.api(call.method, call.path, call.body); rec.Code >= 300 {
			t.Fatalf("%s %s: %d %s", call.method, call.path, rec.Code, rec.Body)
		}
		line := items(b.read("/audit"))[0]
		got := strings.Join([]string{line["action"].(string), line["on"].(string), line["detail"].(string)}, " ")
		if got != call.want || line["who"] != "DARI_API_KEY" || line["from"] != "192.0.2.1" || line["ok"] != true {
			t.Errorf("%s %s is audited as %v, want %q", call.method, call.path, line, call.want)
		}
	}
	if before := len(items(b.read("/audit"))); b.api("DELETE", "/bots/desk", "").Code != 409 || len(items(b.read("/audit"))) != before {
		t.Error("a change that did not happen is audited")
	}
}

func TestRecordsOfTheConfigurationFileAreChangedThere(t *testing.T) {
	b := newBench(t)
	managed(t, b)
	for _, call := range []struct{ method, path, body string }{
		{"PATCH", "/bots/filed", `{"name":"x"}`},
		{"DELETE", "/bots/filed", ""},
		{"PATCH", "/channels/filed-c", `{"name":"x"}`},
		{"DELETE", "/channels/filed-c", ""},
		{"POST", "/channels/filed-c/disable", ""},
	} {
		rec := b.api(call.method, call.path, call.body)
		if rec.Code != 409 || problemOf(t, rec).Code != "managed" {
			t.Errorf("%s %s: %d %s", call.method, call.path, rec.Code, rec.Body)
		}
	}
}

func TestPagesOfAListLinkUp(t *testing.T) {
	b := newBench(t)
	for _, text := range []string{"1", "2", "3", "4", "5"} {
		b.say("U"+text, text)
	}
	for _, path := range []string{"/events", "/deliveries", "/conversations", "/bots/desk/channels"} {
		whole := ids(b.read(path))
		var paged []string
		cursor := ""
		for range 10 {
			page := b.read(path + "?limit=2&cursor=" + url.QueryEscape(cursor))
			paged = append(paged, ids(page)...)
			if cursor = page["next_cursor"].(string); cursor == "" {
				break
			}
		}
		if strings.Join(paged, " ") != strings.Join(whole, " ") || len(whole) < 3 {
			t.Errorf("%s: pages hold %v, the whole list %v", path, paged, whole)
		}
	}
}

func ids(list map[string]any) []string {
	var out []string
	for _, item := range items(list) {
		out = append(out, item["id"].(string))
	}
	return out
}

func TestFilters(t *testing.T) {
	b := newBench(t)
	b.say("U1", "one")
	b.say("U2", "undeliverable")
	b.hook("works", hello, "X-Signature", "00")
	ev := ids(b.read("/events?conversation=works:U2"))[0]
	for path, want := range map[string]int{
		"/events":                            3,
		"/events?state=handled":              2,
		"/events?state=rejected":             1,
		"/events?conversation=works:U1":      1,
		"/events?conversation_id=works%3AU1": 1,
		"/events?channel=works&bot=desk":     3,
		"/events?channel=plain":              0,
		"/deliveries?status=failed":          1,
		"/deliveries?state=delivered":        1,
		"/deliveries?event=" + ev:            1,
		"/deliveries?event_id=ev_none":       0,
		"/conversations?channel=works":       2,
		"/conversations?bot_id=nobody":       0,
	} {
		if got := len(items(b.read(path))); got != want {
			t.Errorf("%s lists %d, want %d", path, got, want)
		}
	}
}

func TestTraceOfAnEvent(t *testing.T) {
	b := newBench(t)
	b.say("U1", "hello")
	b.say("U1", "again")
	id := ids(b.read("/events"))[1]
	rec := b.api("GET", "/events/"+id, "")
	e := b.read("/events/" + id)
	inbound, _ := e["inbound"].(map[string]any)
	if inbound["text"] != "hello" || inbound["kind"] != "text" || inbound["time"] != nil {
		t.Errorf("inbound is %v", inbound)
	}
	if e["raw"] != `{"events":[{"id":"U1hello","room":"U1","text":"hello"}]}` || e["raw_encoding"] != "utf-8" || e["content_type"] != "application/json" {
		t.Errorf("raw is %v", e["raw"])
	}
	if trace, _ := e["trace"].(map[string]any); trace["engine"] != "fake" {
		t.Errorf("trace is %v", e["trace"])
	}
	dls, _ := e["deliveries"].([]any)
	if len(dls) != 1 || dls[0].(map[string]any)["status"] != "delivered" || dls[0].(map[string]any)["event_id"] != id {
		t.Errorf("deliveries are %v", dls)
	}
	if strings.Contains(rec.Body.String(), "handle-of-the-reply") || strings.Contains(b.api("GET", "/deliveries", "").Body.String(), "handle-of-the-reply") {
		t.Error("the reply handle is shown")
	}
}

func TestAnEventOfADeletedChannelSaysSo(t *testing.T) {
	b := newBench(t)
	b.say("U1", "hello")
	b.api("DELETE", "/channels/works", "")
	e := b.read("/events/" + ids(b.read("/events"))[0])
	if e["inbound"] != nil || e["inbound_error"] != "the channel no longer exists" {
		t.Errorf("got %v", e)
	}
}

func TestResend(t *testing.T) {
	b := newBench(t)
	b.say("U1", "undeliverable")
	b.say("U2", "fine")
	_, sender := b.makeKey("send")
	failed := ids(b.read("/deliveries?status=failed"))[0]
	if d := b.read("/deliveries/" + failed); d["error_kind"] != "rejected" || d["error_code"] != "E42" || d["attempts"] != 1.0 {
		t.Errorf("the failed delivery is %v", d)
	}
	rec := b.with(sender, "POST", "/deliveries/"+failed+"/resend", "")
	if rec.Code != 202 || strings.TrimSpace(rec.Body.String()) != `{"id":"`+failed+`","status":"pending"}` {
		t.Errorf("answered %d %s", rec.Code, rec.Body)
	}
	done := ids(b.read("/deliveries?status=delivered"))[0]
	if rec := b.with(sender, "POST", "/deliveries/"+done+"/resend", ""); rec.Code != 409 || problemOf(t, rec).Code != "state" {
		t.Errorf("a delivered one: %d %s", rec.Code, rec.Body)
	}
}

func TestResetClearsTheState(t *testing.T) {
	b := newBench(t)
	b.say("a/b+c d%", "hello") // ids of platforms hold all kinds of characters
	path := "/conversations/" + url.PathEscape("works:a/b+c d%")
	if c := b.read(path); c["id"] != "works:a/b+c d%" || c["state"] != "state-after-hello" || c["answered"] != true {
		t.Errorf("the conversation is %v", c)
	}
	if strings.Contains(b.api("GET", "/conversations", "").Body.String(), "state-after") {
		t.Error("the list shows states")
	}
	rec := b.api("POST", path+"/reset", "")
	if rec.Code != 200 || !strings.Contains(rec.Body.String(), `"state":""`) {
		t.Errorf("reset: %d %s", rec.Code, rec.Body)
	}
}

func TestALocationLeadsToWhatWasMade(t *testing.T) {
	b := newBench(t)
	for path, body := range map[string]string{
		"/bots":               `{"name":"Two","engine":{"type":"fake"}}`,
		"/bots/desk/channels": `{"type":"plain","name":"C","settings":{"secret":"fresh-secret-12345"}}`,
	} {
		rec := b.api("POST", path, body)
		if at := rec.Header().Get("Location"); b.call("GET", at, "", "Authorization", "Bearer "+adminKey).Code != 200 {
			t.Errorf("POST %s: there is nothing at %q", path, at)
		}
	}
}

func TestAChannelThatCannotBeUsedFailsItsFirstCheck(t *testing.T) {
	b := newBench(t)
	rec, err := b.store.Channels().Get(t.Context(), "works")
	must(t, err)
	rec.ID, rec.Sealed[len(rec.Sealed)-1] = "damaged", rec.Sealed[len(rec.Sealed)-1]^1
	must(t, b.store.Channels().Create(t.Context(), rec.ID, rec))
	got := b.api("POST", "/channels/damaged/check", "")
	if got.Code != 200 || !strings.Contains(got.Body.String(), `"id":"settings","status":"fail"`) {
		t.Errorf("answered %d %s", got.Code, got.Body)
	}
	if hook := b.hook("damaged", hello); hook.Code != 503 {
		t.Errorf("a callback is answered %d, want 503 so that it is sent again", hook.Code)
	}
}

// managed provisions a bot as the configuration file does.
func managed(t *testing.T, b *bench) {
	t.Helper()
	filed, err := b.store.Bots().Get(t.Context(), "desk")
	must(t, err)
	filed.ID, filed.Managed = "filed", true
	must(t, b.store.Bots().Create(t.Context(), filed.ID, filed))
	rec, err := b.store.Channels().Get(t.Context(), "plain")
	must(t, err)
	rec.ID, rec.BotID, rec.Managed = "filed-c", "filed", true
	must(t, b.store.Channels().Create(t.Context(), rec.ID, rec))
}

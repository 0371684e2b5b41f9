package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// post makes a call that must succeed and returns its answer.
func (b *bench) post(path, body string) map[string]any {
	b.t.Helper()
	rec := b.api("POST", path, body)
	if rec.Code >= 300 {
		b.t.Fatalf("POST %s: %d %s", path, rec.Code, rec.Body)
	}
	var v map[string]any
	if rec.Body.Len() > 0 {
		must(b.t, json.Unmarshal(rec.Body.Bytes(), &v))
	}
	return v
}

func TestABroadcastIsSentShownAndAudited(t *testing.T) {
	b := newBench(t)
	b.say("U1", "hello")
	b.say("U2", "hello")
	body := `{"name":"drill","to":[{"conversation":"works:U1"},{"conversation":"works:U2"}],"messages":[{"type":"text","text":"hello"}],"idempotency_key":"k"}`
	id := b.post("/channels/works/broadcasts", body)["id"].(string)
	if again := b.post("/channels/works/broadcasts", body)["id"]; again != id {
		t.Errorf("the same key made %s and %s", id, again)
	}
	b.flush()
	shown := b.read("/broadcasts/" + id)
	if got := shown["deliveries"].(map[string]any); got["delivered"] != 2.0 || got["total"] != 2.0 || shown["recipients"] != 2.0 {
		t.Errorf("%v", shown)
	}
	if list := items(b.read("/broadcasts?channel=works")); len(list) != 1 {
		t.Errorf("%v", list)
	}
	if list := items(b.read("/broadcasts?channel=plain")); len(list) != 0 {
		t.Errorf("%v", list)
	}
	if got := b.post("/broadcasts/"+id+"/cancel", ""); got["cancelled_at"] == nil {
		t.Errorf("%v", got)
	}
	var actions []string
	for _, line := range items(b.read("/audit")) {
		actions = append(actions, line["action"].(string))
	}
	if got := strings.Join(actions, " "); !strings.HasPrefix(got, "broadcast.cancel broadcast.create") || strings.Count(got, "broadcast.create") != 1 {
		t.Errorf("audited %s", got)
	}
}

func TestAMistakeInABroadcastRefusesAllOfIt(t *testing.T) {
	b := newBench(t)
	for field, to := range map[string]string{
		"to[1]":              `[{"user":"U1"},{}]`,
		"to[1].conversation": `[{"user":"U1"},{"conversation":"works:nobody"}]`,
		"to[10000]":          "[" + strings.TrimSuffix(strings.Repeat(`{"user":"x"},`, 10001), ",") + "]",
	} {
		rec := b.api("POST", "/channels/works/broadcasts", fmt.Sprintf(`{"to":%s,"messages":[{"type":"text","text":"x"}]}`, to))
		if rec.Code != 400 || problemOf(t, rec).Field != field {
			t.Errorf("%s: %d %s", field, rec.Code, rec.Body)
		}
	}
	if got := items(b.read("/deliveries")); len(got) != 0 {
		t.Errorf("%d deliveries", len(got))
	}
}

func TestAMenuIsSetAndTakenAway(t *testing.T) {
	b := newBench(t)
	for _, row := range []struct {
		method, path, body string
		status             int
		field              string
	}{
		{"PUT", "/channels/works/menu", `{"actions":[{"kind":"message","label":"Help"}]}`, 204, ""},
		{"PUT", "/channels/works/menu", `{}`, 400, "actions"},
		{"PUT", "/channels/works/menu", `{"actions":[{"kind":"message"}]}`, 400, "actions[0].label"},
		{"PUT", "/channels/works/menu", `{"title":"refused","actions":[{"kind":"message","label":"Help"}]}`, 400, "title"},
		{"PUT", "/channels/works/menu", `{"image_url":"https://x.example/a.png","width":100,"height":100,"areas":[{"x":50,"y":0,"width":51,"height":10,"action":{"kind":"message","label":"a"}}]}`, 400, "areas[0]"},
		{"DELETE", "/channels/works/menu", "", 204, ""},
		{"DELETE", "/channels/nobody/menu", "", 404, ""},
	} {
		rec := b.api(row.method, row.path, row.body)
		if rec.Code != row.status || row.field != "" && problemOf(t, rec).Field != row.field {
			t.Errorf("%s %s %s: %d %s", row.method, row.path, row.body, rec.Code, rec.Body)
		}
	}
}

func TestASentMessageIsChangedAndTakenBack(t *testing.T) {
	b := newBench(t)
	b.say("U1", "hello")
	b.say("U2", "undeliverable")
	sent := ids(b.read("/deliveries?status=delivered"))[0]
	failed := ids(b.read("/deliveries?status=failed"))[0]
	for _, row := range []struct {
		method, id, body string
		status           int
	}{
		{"PUT", sent, `{"message":{"type":"text","text":"better"}}`, 204},
		{"PUT", sent, `{"message":{"type":"text"}}`, 400},
		{"PUT", sent, `{"message":{"type":"text","text":"undeliverable"}}`, 502},
		{"PUT", failed, `{"message":{"type":"text","text":"better"}}`, 409},
		{"DELETE", sent, "", 204},
		{"DELETE", "dl_nonsense", "", 404},
	} {
		if rec := b.api(row.method, "/deliveries/"+row.id+"/message", row.body); rec.Code != row.status {
			t.Errorf("%s %s: %d %s", row.method, row.body, rec.Code, rec.Body)
		}
	}
}

func TestAnInstallationIsEndedOnceByTheBrowserThatComesBack(t *testing.T) {
	b := newBench(t, withPages)
	begin := func() string {
		u, err := url.Parse(b.post("/channels/works/install", "")["url"].(string))
		must(t, err)
		if back := u.Query().Get("back"); !strings.HasSuffix(back, "/naverworks/works/oauth") {
			t.Fatalf("comes back to %s", back)
		}
		return u.Query().Get("state")
	}
	come := func(query string) (int, string) {
		rec := b.call("GET", "/slack/works/oauth?"+query, "")
		return rec.Code, rec.Body.String()
	}
	state := begin()
	for _, row := range []struct {
		query  string
		status int
		page   string
	}{
		{"error=access_denied&state=" + state, 200, "install_declined"},
		{"code=good&state=wrong", 400, "install_state"},
		{"code=good&state=" + state, 200, "installed"},
		{"code=good&state=" + state, 400, "install_state"},
		{"code=bad&state=" + begin(), 400, "install_refused"},
		{"code=down&state=" + begin(), 502, "install_unreachable"},
	} {
		if status, page := come(row.query); status != row.status || page != row.page {
			t.Errorf("%s: %d %s, want %d %s", row.query, status, page, row.status, row.page)
		}
	}
	if got := b.read("/channels/works")["settings"].(map[string]any)["region"]; got != "jp" {
		t.Errorf("region %v", got)
	}
	if rec := b.with("", "POST", "/channels/works/install", ""); rec.Code != http.StatusUnauthorized {
		t.Errorf("without a key: %d", rec.Code)
	}
}

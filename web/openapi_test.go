package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gin-gonic/gin"
)

func loadSpec(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	must(t, err)
	return doc
}

func TestOpenAPIFileIsValid(t *testing.T) {
	must(t, loadSpec(t).Validate(t.Context(), openapi3.EnableExamplesValidation()))
}

// documented turns a route into the path that describes it.
func documented(route string) string {
	parts := strings.Split(route, "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	if parts[1] == "naverworks" || parts[1] == "plain" {
		switch parts[len(parts)-1] {
		case "webhook":
			parts[1] = "{type}"
		default: // other types have the routes and no desk
			parts[1] = "naverworks"
		}
	}
	return strings.Join(parts, "/")
}

func TestOpenAPIFileAndRoutesAgree(t *testing.T) {
	b := newBench(t, func(o *Options) {
		o.Metrics = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	})
	routes := map[string]bool{}
	for _, r := range b.handler.(*gin.Engine).Routes() {
		routes[r.Method+" "+documented(r.Path)] = true
	}
	spec := map[string]bool{}
	ids := map[string]bool{}
	for path, item := range loadSpec(t).Paths.Map() {
		for method, op := range item.Operations() {
			spec[method+" "+path] = true
			if op.OperationID == "" || ids[op.OperationID] {
				t.Errorf("%s %s: the operation id %q is missing or used twice", method, path, op.OperationID)
			}
			ids[op.OperationID] = true
		}
	}
	for r := range routes {
		if !spec[r] {
			t.Errorf("openapi.yaml lacks %s", r)
		}
	}
	for op := range spec {
		if !routes[op] {
			t.Errorf("openapi.yaml lists %s, which does not exist", op)
		}
	}
}

// The scopes in the file are the ones that are asked for.
func TestOpenAPIFileNamesTheRightScopes(t *testing.T) {
	b := newBench(t)
	keys := map[string]string{}
	for _, name := range []string{"admin", "builder", "send", "read"} {
		_, keys[name] = b.makeKey(name)
	}
	fill := strings.NewReplacer("{bot}", "nobody", "{channel}", "nobody", "{event}", "x", "{delivery}", "x", "{conversation}", "x", "{key}", "x", "{user}", "x", "{broadcast}", "x", "{job}", "x", "{revision}", "x")
	b.drain() // so that streams end
	for path, item := range loadSpec(t).Paths.Map() {
		rest, ok := strings.CutPrefix(path, "/api/v1")
		if !ok || strings.HasSuffix(path, "openapi.yaml") {
			continue
		}
		for method, op := range item.Operations() {
			scope, _ := op.Extensions["x-scope"].(string)
			if scopes[scope] == 0 {
				t.Errorf("%s %s names no scope", method, path)
				continue
			}
			for name, key := range keys {
				want := scopes[name]&bitOf(scope) != 0
				rec := b.with(key, method, fill.Replace(rest), "{}")
				if allowed := rec.Code != 403; allowed != want {
					t.Errorf("%s %s with scope %s: %d although the file says %s", method, path, name, rec.Code, scope)
				}
			}
		}
	}
}

func bitOf(name string) scope {
	for bit, n := range scopeNames {
		if n == name {
			return bit
		}
	}
	return 0
}

// check compares an answer with the file.
func check(t *testing.T, doc *openapi3.T, method, path string, rec *httptest.ResponseRecorder) {
	t.Helper()
	op := doc.Paths.Find(path).GetOperation(method)
	resp := op.Responses.Status(rec.Code)
	if resp == nil {
		t.Errorf("%s %s: the status %d is not in the file", method, path, rec.Code)
		return
	}
	media, _, _ := strings.Cut(rec.Header().Get("Content-Type"), ";")
	content := resp.Value.Content[media]
	if content == nil {
		content = resp.Value.Content["*/*"]
	}
	if content == nil {
		if rec.Body.Len() > 0 {
			t.Errorf("%s %s: %d with %q is not in the file", method, path, rec.Code, media)
		}
		return
	}
	if !strings.HasSuffix(media, "json") {
		return
	}
	var v any
	must(t, json.Unmarshal(rec.Body.Bytes(), &v))
	if err := content.Schema.Value.VisitJSON(v, openapi3.VisitAsResponse(), openapi3.MultiErrors(), openapi3.EnableFormatValidation()); err != nil {
		t.Errorf("%s %s: %d does not fit the file: %v\n%s", method, path, rec.Code, err, rec.Body)
	}
}

func TestAnswersFitTheOpenAPIFile(t *testing.T) {
	doc := loadSpec(t)
	b := newBench(t, withConsole, func(o *Options) {
		o.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "text/plain") })
	})
	b.person("mina", "admin")
	keyID, _ := b.makeKey("read")
	b.say("U1", "hello")
	b.say("U2", "undeliverable")
	b.say("U3", "file:%PDF-1.7 and so on")
	b.hook("works", `{"events":[{"id":"U1hello","room":"U1","text":"hello"}]}`)
	b.hook("works", hello, "X-Signature", "00")
	b.api("POST", "/channels/works/check", "")
	b.makeKey("send")
	b.flush()
	rejected := ids(b.read("/events?state=rejected"))[0]
	handled := ids(b.read("/events?state=handled"))[0]
	broadcast := b.post("/channels/works/broadcasts", `{"to":[{"user":"U1"}],"messages":[{"type":"text","text":"all"}]}`)["id"].(string)
	b.api("PUT", "/bots/desk/files", `{"files":{"bot.yaml":"good"}}`)
	revision := b.post("/bots/desk/publish", `{}`)["id"].(string)
	b.post("/conversations/"+url.PathEscape("works:U1")+"/handoff", `{"for":"1h"}`)
	job := b.post("/replays", `{"since":"2020-01-01T00:00:00Z"}`)["id"].(string)
	b.flush()
	file := ids(b.read("/events?state=handled&conversation=" + url.QueryEscape("works:U3")))[0]
	token := path.Base(b.runtime.MediaURL(file, 0))
	failed := ids(b.read("/deliveries?status=failed"))[0]
	fills := []*strings.Replacer{
		strings.NewReplacer("{bot}", "desk", "{channel}", "works", "{event}", handled, "{delivery}", failed, "{user}", "mina", "{conversation}", url.PathEscape("works:U1"), "{token}", token, "{broadcast}", broadcast, "{job}", job, "{revision}", revision),
		strings.NewReplacer("{bot}", "desk", "{channel}", "plain", "{event}", rejected, "{delivery}", failed, "{conversation}", "x"),
		strings.NewReplacer("{bot}", "nobody", "{channel}", "nobody", "{event}", "x", "{delivery}", "x", "{conversation}", "x"),
	}
	b.drain() // so that the stream ends
	for path, item := range doc.Paths.Map() {
		if item.Get == nil {
			continue
		}
		for i, fill := range fills {
			headers := []string{"Authorization", "Bearer " + adminKey, deskHeader, authHeader}
			rec := b.call("GET", fill.Replace(path), "", headers...)
			if i == 0 && rec.Code != 200 && path != "/readyz" && path != "/slack/{channel}/oauth" {
				t.Errorf("GET %s: %d %s", path, rec.Code, rec.Body)
			}
			check(t, doc, "GET", path, rec)
		}
		if strings.HasPrefix(path, "/api/v1/") && !strings.HasSuffix(path, ".yaml") {
			check(t, doc, "GET", path, b.call("GET", fills[0].Replace(path), ""))
		}
	}
	for _, call := range []struct{ method, path, at, body string }{
		{"POST", "/api/v1/bots", "/bots", `{"id":"b2","name":"Two","engine":{"type":"fake"}}`},
		{"POST", "/api/v1/bots", "/bots", `{"name":7}`},
		{"POST", "/api/v1/bots", "/bots", `{"id":"desk","name":"x","engine":{"type":"fake"}}`},
		{"PATCH", "/api/v1/bots/{bot}", "/bots/b2", `{"name":"x"}`},
		{"DELETE", "/api/v1/bots/{bot}", "/bots/b2", ""},
		{"DELETE", "/api/v1/bots/{bot}", "/bots/desk", ""},
		{"POST", "/api/v1/bots/{bot}/channels", "/bots/desk/channels", `{"id":"c2","type":"naverworks","name":"x","settings":{"secret":"0123456789abc"}}`},
		{"PATCH", "/api/v1/channels/{channel}", "/channels/c2", `{"name":"y"}`},
		{"POST", "/api/v1/channels/{channel}/check", "/channels/c2/check", ""},
		{"POST", "/api/v1/channel-types/{type}/check", "/channel-types/plain/check", `{"settings":{"secret":"0123456789abc"}}`},
		{"POST", "/api/v1/channel-types/{type}/check", "/channel-types/plain/check", `{"settings":{}}`},
		{"POST", "/api/v1/channel-types/{type}/check", "/channel-types/fax/check", `{}`},
		{"POST", "/api/v1/channels/{channel}/disable", "/channels/c2/disable", ""},
		{"POST", "/api/v1/channels/{channel}/enable", "/channels/c2/enable", ""},
		{"DELETE", "/api/v1/channels/{channel}", "/channels/c2", ""},
		{"POST", "/api/v1/deliveries/{delivery}/resend", "/deliveries/" + failed + "/resend", ""},
		{"POST", "/api/v1/deliveries/{delivery}/resend", "/deliveries/" + failed + "/resend", ""},
		{"POST", "/api/v1/bots/{bot}/check", "/bots/desk/check", ""},
		{"PUT", "/api/v1/bots/{bot}/files", "/bots/desk/files", `{"files":{"bot.yaml":"wrong"}}`},
		{"PUT", "/api/v1/bots/{bot}/files", "/bots/desk/files", `{"files":{"../bot.yaml":"good"}}`},
		{"POST", "/api/v1/bots/{bot}/publish", "/bots/desk/publish", `{"note":"x"}`},
		{"POST", "/api/v1/bots/{bot}/revisions/{revision}/restore", "/bots/desk/revisions/" + revision + "/restore", ""},
		{"POST", "/api/v1/conversations/{conversation}/handoff", "/conversations/works:U1/handoff", `{"for":"soon"}`},
		{"POST", "/api/v1/conversations/{conversation}/resume", "/conversations/works:U1/resume", ""},
		{"PATCH", "/api/v1/bots/{bot}", "/bots/desk", `{"engines":{"b":{"type":"fake"}},"routes":[{"engine":"b","share":0.5}],"failover":"b","handoff":{"conversation":"works:U1"}}`},
		{"PATCH", "/api/v1/bots/{bot}", "/bots/desk", `{"engines":{"b":null},"routes":[],"failover":"","handoff":{}}`},
		{"POST", "/api/v1/events/{event}/replay", "/events/" + handled + "/replay", `{"mode":"dry"}`},
		{"POST", "/api/v1/events/{event}/replay", "/events/" + handled + "/replay", `{"mode":"real"}`},
		{"POST", "/api/v1/events/{event}/replay", "/events/" + rejected + "/replay", `{"mode":"real"}`},
		{"POST", "/api/v1/replays", "/replays", `{}`},
		{"POST", "/api/v1/resends", "/resends", `{"since":"2020-01-01T00:00:00Z"}`},
		{"POST", "/api/v1/jobs/{job}/cancel", "/jobs/" + job + "/cancel", ""},
		{"POST", "/api/v1/preview", "/preview", `{"messages":[{"type":"text","text":"x"}]}`},
		{"PUT", "/api/v1/deliveries/{delivery}/message", "/deliveries/" + failed + "/message", `{"message":{"type":"text","text":"x"}}`},
		{"DELETE", "/api/v1/deliveries/{delivery}/message", "/deliveries/" + failed + "/message", ""},
		{"POST", "/api/v1/channels/{channel}/broadcasts", "/channels/works/broadcasts", `{"to":[{"user":"U1"},{}],"messages":[{"type":"text","text":"x"}]}`},
		{"POST", "/api/v1/broadcasts/{broadcast}/cancel", "/broadcasts/" + broadcast + "/cancel", ""},
		{"PUT", "/api/v1/channels/{channel}/menu", "/channels/works/menu", `{"actions":[{"kind":"message","label":"x"}]}`},
		{"DELETE", "/api/v1/channels/{channel}/menu", "/channels/works/menu", ""},
		{"POST", "/api/v1/channels/{channel}/install", "/channels/works/install", ""},
		{"POST", "/api/v1/conversations/{conversation}/reset", "/conversations/works:U1/reset", ""},
		{"POST", "/api/v1/api-keys", "/api-keys", `{"name":"x","scopes":["read"]}`},
		{"DELETE", "/api/v1/api-keys/{key}", "/api-keys/none", ""},
		{"POST", "/api/v1/api-keys/{key}/rotate", "/api-keys/" + keyID + "/rotate", `{"overlap":"1h"}`},
		{"POST", "/api/v1/api-keys/{key}/rotate", "/api-keys/" + keyID + "/rotate", `{"overlap":"1h"}`},
		{"POST", "/api/v1/users", "/users", `{"id":"jun","role":"viewer"}`},
		{"POST", "/api/v1/users", "/users", `{"id":"jun","role":"viewer"}`},
		{"POST", "/api/v1/users/{user}/link", "/users/jun/link", ""},
		{"PATCH", "/api/v1/users/{user}", "/users/jun", `{"role":"builder"}`},
		{"PATCH", "/api/v1/users/{user}", "/users/mina", `{"role":"builder"}`},
		{"DELETE", "/api/v1/users/{user}", "/users/jun", ""},
	} {
		check(t, doc, call.method, call.path, b.api(call.method, call.at, call.body))
	}
}

package console

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dari/bot"
	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
	webchat "dari/channels/web"
	"dari/dialog"
	"dari/dialog/echo"
	httpengine "dari/dialog/http"
	"dari/store"
)

// studied is an engine type that works from files: a line "intent: a, b" in words.yaml names an intent
// with its examples, and the line "wrong" is a mistake. What none of the examples says is not understood.
type studied struct{}

func (studied) Name() string { return "studied" }
func (studied) Fields() []settings.Field {
	return []settings.Field{
		{Key: "url", Kind: settings.URL, Required: true, Help: "engine.http.url"},
		{Key: "secret", Kind: settings.Secret, Help: "engine.http.secret"},
		{Key: "headers", Kind: settings.Map, Help: "engine.http.headers"},
	}
}

func (studied) New(v settings.Values, d dialog.Deps) (dialog.Engine, error) {
	return learner{d, v.Text("url"), v.Text("secret")}, nil
}

func (studied) Validate(files map[string][]byte) (out []dialog.Problem) {
	for name, b := range files {
		for i, line := range strings.Split(string(b), "\n") {
			if strings.TrimSpace(line) == "wrong" {
				out = append(out, dialog.Problem{File: name, Line: i + 1, Column: 3, Code: "wrong", Message: "this is <wrong>"})
			}
		}
	}
	return out
}

func (studied) StarterFiles() map[string][]byte {
	return map[string][]byte{"words.yaml": []byte("greet: hello\nbye: see you\n")}
}

func (studied) Intents(files map[string][]byte) []string {
	var out []string
	for line := range strings.Lines(string(files["words.yaml"])) {
		if name, _, ok := strings.Cut(line, ":"); ok {
			out = append(out, name)
		}
	}
	return out
}

func (t studied) AddExample(files map[string][]byte, intent, _, text string) (map[string][]byte, error) {
	if !slices.Contains(t.Intents(files), intent) {
		return nil, fmt.Errorf("no intent %s", intent)
	}
	quoted, err := json.Marshal(text)
	edited := strings.Replace(string(files["words.yaml"]), intent+":", intent+": "+string(quoted)+",", 1)
	return map[string][]byte{"words.yaml": []byte(edited)}, err
}

type learner struct {
	deps        dialog.Deps
	url, secret string
}

func (l learner) Intent(text, _ string) (string, bool) {
	id, _ := l.deps.Revisions.Current(context.Background())
	files, _ := l.deps.Revisions.Files(context.Background(), id)
	for line := range strings.Lines(string(files["words.yaml"])) {
		if intent, examples, _ := strings.Cut(line, ":"); strings.Contains(examples, text) {
			return intent, true
		}
	}
	return "greet", false
}

func (l learner) Turn(ctx context.Context, t dialog.Turn, _ dialog.Emit) (dialog.Result, error) {
	if strings.HasPrefix(t.Inbound.Text, "call") {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url, strings.NewReader(`{"text":"`+t.Inbound.Text+`","access_token":"once-issued"}`))
		if err != nil {
			return dialog.Result{}, err
		}
		req.Header.Set("Authorization", "Bearer "+l.secret)
		req.Header.Set("X-Plain", "seen")
		resp, err := l.deps.HTTP.Do(req)
		if err != nil {
			return dialog.Result{}, &dialog.Error{Code: "unreachable", Err: err}
		}
		defer resp.Body.Close()
		var b bytes.Buffer
		if _, err := b.ReadFrom(resp.Body); err != nil {
			return dialog.Result{}, err
		}
		return dialog.Result{Reply: spoken("it said " + b.String())}, nil
	}
	intent, sure := l.Intent(t.Inbound.Text, "")
	by := "intent"
	if !sure {
		by = "fallback"
	}
	trace, err := json.Marshal(map[string]any{"by": by, "text": t.Inbound.Text, "locale": "en", "candidates": []any{map[string]any{"intent": intent, "score": 0.31}}})
	return dialog.Result{Reply: spoken(intent), Trace: trace}, err
}

func spoken(text string) message.Reply {
	return message.Reply{Messages: []message.Message{message.Text(text)}}
}

// school is a bench whose bot has the studied engine, which asks a server at url.
func school(t *testing.T, url string) (*bench, *browser) {
	t.Helper()
	b := newBench(t)
	types, err := channels.NewRegistry(webchat.Type{}, other{})
	if err != nil {
		t.Fatal(err)
	}
	engines, err := dialog.NewRegistry(echo.Type{}, studied{}, httpengine.Type{})
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := store.NewSealer(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	b.runtime.Drain(context.Background())
	b.runtime = bot.New(bot.Options{
		Store: b.store, Channels: types, Engines: engines, Sealer: sealer, Log: b.console.log, HTTP: http.DefaultClient, EngineHTTP: http.DefaultClient,
	})
	b.runtime.Start()
	t.Cleanup(func() { b.runtime.Drain(context.Background()) })
	b.options.Runtime = b.runtime
	b.restart()
	b.chat(nil)
	w := b.admin()
	rec := w.post("/console/bots/demo/engine", "type", "studied", "f.url", url, "f.secret", "a-secret-of-some-length", "f.headers", "X-Gate: value-of-the-gate")
	want(t, rec, http.StatusSeeOther, "")
	return b, w
}

func TestAnEngineIsChosenAndItsSecretsAreNotShown(t *testing.T) {
	b, w := school(t, "https://engine.example/turn")
	rec := w.get("/console/bots/demo/engine")
	for _, text := range []string{`value="https://engine.example/turn"`, "••••ngth", "X-Gate: ••••gate", `type="password"`, "Scenario files", "Test sentences"} {
		want(t, rec, http.StatusOK, text)
	}
	without(t, rec, "a-secret-of", "value-of-the")

	// What is left empty stays, what is ticked goes.
	want(t, w.post("/console/bots/demo/engine", "type", "studied", "f.url", "https://engine.example/2", "clear.headers", "X-Gate"), http.StatusSeeOther, "")
	v, err := b.runtime.Bot(context.Background(), "demo")
	if s := v.BotSpec.Engine.Settings; err != nil || s.Text("url") != "https://engine.example/2" || s.Text("secret") == "" || len(s.Map("headers")) != 0 {
		t.Errorf("settings %v, %v", s, err)
	}
	rec = w.get("/console/bots/demo/engine?type=echo")
	want(t, rec, http.StatusOK, "Not saved yet")
	without(t, rec, "engine.example")
	for _, row := range []struct{ name, value, says string }{{"f.url", "", "This is needed"}, {"f.headers", "no colon", "colon"}} {
		rec := w.post("/console/bots/demo/engine", "type", "studied", row.name, row.value)
		want(t, rec, http.StatusUnprocessableEntity, row.says)
	}
	// All that is wrong is marked at once.
	rec = w.post("/console/bots/demo/engine", "type", "http", "f.url", "not a url\x7f", "f.timeout", "soon")
	want(t, rec, http.StatusUnprocessableEntity, "Not saved.")
	if n := strings.Count(rec.Body.String(), `class="field-fault"`); n != 3 {
		t.Errorf("%d of three faults are marked", n)
	}
	want(t, w.post("/console/bots/demo/engine", "type", "none"), http.StatusBadRequest, "400 bad_request")
	if !slices.Contains(b.actions(), "bot.engine") {
		t.Error("the change is not in the audit log")
	}
	want(t, w.post("/console/bots/demo/engine/check"), http.StatusOK, "works inside Dari")
}

func TestASampleTurnShowsTheWireWithoutCredentials(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"heard":%q,"refresh_token":"fresh-one"}`, r.Header.Get("Authorization"))
	}))
	defer server.Close()
	b, w := school(t, server.URL+"/turn")
	rec := w.post("/console/bots/demo/engine/sample", "text", "call <me>", "via", "web", "locale", "ko")
	for _, text := range []string{"POST " + server.URL + "/turn", "X-Plain: seen", "Authorization: •••", "call &lt;me&gt;", "it said", ">200<"} {
		want(t, rec, http.StatusOK, text)
	}
	without(t, rec, "a-secret-of-some-length", "once-issued", "fresh-one")
	want(t, w.post("/console/bots/demo/engine/sample", "text", " ", "via", "web"), http.StatusUnprocessableEntity, "Enter what the person says")
	page, err := b.store.Events(context.Background(), storeQuery)
	if err != nil || len(page.Items) != 0 {
		t.Errorf("%d events are kept, %v", len(page.Items), err)
	}
}

func TestFurtherEnginesRoutesAndTheRoomAreKept(t *testing.T) {
	b, w := school(t, "https://engine.example")
	base := "/console/bots/demo/engine"
	want(t, w.get(base+"?engine=faq&type=echo"), http.StatusOK, "Engine faq")
	want(t, w.get(base+"?engine=No%20Name&type=echo"), http.StatusUnprocessableEntity, "lower-case letters")
	want(t, w.post(base, "engine", "faq", "type", "echo"), http.StatusSeeOther, "")
	form := []string{
		"r0.engine", "faq", "r0.keywords", "price, cost", "r0.share", "25", "r0.stay", "1", "failover", "faq",
		"room.channel", "demo-chat", "room.conversation", "demo-chat:agents",
	}
	want(t, w.post(base+"/routes", form...), http.StatusSeeOther, "")
	v, err := b.runtime.Bot(context.Background(), "demo")
	if err != nil || len(v.Routes) != 1 || v.Routes[0].Share != 0.25 || !v.Routes[0].Stay || !slices.Equal(v.Routes[0].Keywords, []string{"price", "cost"}) || v.Failover != "faq" || v.Handoff.Conversation != "demo-chat:agents" {
		t.Fatalf("%+v, %v", v, err)
	}
	rec := w.get(base)
	for _, text := range []string{`value="price, cost"`, `value="25"`, `value="demo-chat:agents"`, "?engine=faq"} {
		want(t, rec, http.StatusOK, text)
	}
	want(t, w.post(base+"/routes", "r0.engine", "faq", "r0.share", "150"), http.StatusUnprocessableEntity, "0 to 100")
	want(t, w.post(base+"/routes", "r0.engine", "gone"), http.StatusUnprocessableEntity, "not there")
	want(t, w.post(base+"/routes", "room.conversation", "agents"), http.StatusUnprocessableEntity, "channel:room")
	want(t, w.post(base+"/remove", "engine", "faq"), http.StatusUnprocessableEntity, "leads to this engine")
	want(t, w.post(base+"/routes", "r0.engine", "faq", "r0.remove", "1"), http.StatusSeeOther, "")
	want(t, w.post(base+"/remove", "engine", "faq"), http.StatusSeeOther, "")
}

var stampField = regexp.MustCompile(`name="base" value="([^"]+)"`)

// edit posts the form of the files as it is shown, with these fields.
func edit(t *testing.T, w *browser, pairs ...string) *httptest.ResponseRecorder {
	t.Helper()
	stamp := stampField.FindStringSubmatch(w.get("/console/bots/demo/engine/files").Body.String())
	if stamp == nil {
		t.Fatal("no form")
	}
	return w.post("/console/bots/demo/engine/files", append([]string{"base", stamp[1], "file", "words.yaml"}, pairs...)...)
}

func TestFilesAreEditedPublishedComparedAndRolledBack(t *testing.T) {
	b, w := school(t, "https://engine.example")
	rec := w.get("/console/bots/demo/engine/files")
	want(t, rec, http.StatusOK, "greet: hello")
	want(t, rec, http.StatusOK, "Starter, not published")
	want(t, w.get("/console/bots/demo/engine/history"), http.StatusOK, "Nothing has been published")

	want(t, edit(t, w, "text", "greet: hello\r\n  wrong\r\n", "do", "save"), http.StatusSeeOther, "")
	rec = w.get("/console/bots/demo/engine/files?file=words.yaml&line=2&col=3")
	for _, text := range []string{"words.yaml:2:3", "this is &lt;wrong&gt;", `data-line="2"`, "<mark>   2    wrong</mark>", "1 mistakes", "Draft, not published"} {
		want(t, rec, http.StatusOK, text)
	}
	rec = edit(t, w, "text", "greet: hello\n  wrong\n", "do", "publish", "note", "first")
	want(t, rec, http.StatusUnprocessableEntity, "Not published")
	want(t, rec, http.StatusUnprocessableEntity, "this is &lt;wrong&gt;")

	publish := func(text string) string {
		want(t, edit(t, w, "text", text, "do", "publish", "note", "note of "+text[:5]), http.StatusSeeOther, "")
		v, err := b.runtime.Bot(context.Background(), "demo")
		if err != nil || v.Revision == "" {
			t.Fatalf("%+v, %v", v, err)
		}
		return v.Revision
	}
	first := publish("greet: hello\nbye: see you\n")
	second := publish("greet: hello, hi\nbye: see you\n")
	rec = w.get("/console/bots/demo/engine/history?from=" + first + "&to=" + second)
	for _, text := range []string{`data-mark="del"`, "<code>greet: hello</code>", `data-mark="add"`, "<code>greet: hello, hi</code>", "mina", "note of greet"} {
		want(t, rec, http.StatusOK, text)
	}
	want(t, w.post("/console/bots/demo/engine/history", "revision", first), http.StatusSeeOther, "")
	if v, _ := b.runtime.Bot(context.Background(), "demo"); v.Revision != first {
		t.Errorf("revision %s", v.Revision)
	}
	want(t, w.post("/console/bots/demo/engine/history", "revision", "none"), http.StatusNotFound, "404 gone")
	want(t, w.get("/console/bots/demo/engine/history?from="+first+"&to=none"), http.StatusNotFound, "404 gone")
}

func TestFilesAreAddedAndDeletedAndNobodysWorkIsLost(t *testing.T) {
	b, w := school(t, "https://engine.example")
	for _, name := range []string{"words.yaml", "../x.yaml", "x.exe", "/x.yaml", ""} {
		if rec := edit(t, w, "text", "typed so far", "do", "add", "name", name); rec.Code != http.StatusUnprocessableEntity || !strings.Contains(rec.Body.String(), "typed so far") {
			t.Errorf("%q: %d", name, rec.Code)
		}
	}
	want(t, edit(t, w, "text", "greet: hello\n", "do", "add", "name", "flows/more.yaml"), http.StatusSeeOther, "")
	want(t, w.get("/console/bots/demo/engine/files?file=flows/more.yaml"), http.StatusOK, "<code>flows/more.yaml</code>")
	want(t, edit(t, w, "file", "flows/more.yaml", "text", "", "do", "delete"), http.StatusSeeOther, "")
	rec := w.post("/console/bots/demo/engine/files", "base", "0", "file", "words.yaml", "text", "mine & yours", "do", "save")
	want(t, rec, http.StatusConflict, "mine &amp; yours")
	draft, _, err := b.runtime.Draft(context.Background(), "demo")
	if err != nil || len(draft.Files) != 1 || string(draft.Files["words.yaml"]) != "greet: hello\n" {
		t.Errorf("draft %q, %v", draft.Files, err)
	}
}

func TestSentencesThatWereNotUnderstoodAreGroupedAndAdded(t *testing.T) {
	b, w := school(t, "https://engine.example")
	for _, text := range []string{"greet: hello\n"} {
		want(t, edit(t, w, "text", text, "do", "publish"), http.StatusSeeOther, "")
	}
	for i, text := range []string{"where is my parcel?", "Where is my parcel", "hello", "tell me a joke"} {
		b.told(mine, fmt.Sprint("k", i), text)
	}
	rec := w.get("/console/bots/demo/engine/missed")
	for _, text := range []string{"2×", "tell me a joke", "Add to greet", "31%"} {
		want(t, rec, http.StatusOK, text)
	}
	if strings.Contains(rec.Body.String(), `value="hello"`) {
		t.Error("what was understood is listed")
	}
	want(t, w.post("/console/bots/demo/engine/missed", "text", "tell me a joke", "intent", "nope"), http.StatusUnprocessableEntity, "no intent nope")
	want(t, w.post("/console/bots/demo/engine/missed", "text", "tell me a joke", "intent", ""), http.StatusUnprocessableEntity, "Choose an intent")
	want(t, w.post("/console/bots/demo/engine/missed", "text", "tell me a joke", "intent", "greet", "locale", "en"), http.StatusSeeOther, "")
	draft, _, err := b.runtime.Draft(context.Background(), "demo")
	if err != nil || !strings.Contains(string(draft.Files["words.yaml"]), `greet: "tell me a joke", hello`) {
		t.Errorf("draft %q, %v", draft.Files, err)
	}
	rec = w.get("/console/bots/demo/engine/missed")
	want(t, rec, http.StatusOK, "1 of these stand in the draft")
	without(t, rec, `value="tell me a joke"`)
	want(t, b.person("vera", "viewer").get("/console/bots/demo/engine/missed"), http.StatusForbidden, "403 role")
}

func TestManySentencesAreTestedAtOnce(t *testing.T) {
	_, w := school(t, "https://engine.example")
	want(t, edit(t, w, "text", "greet: hello, hi\nbye: see you\n", "do", "publish"), http.StatusSeeOther, "")
	lines := "text,intent,locale\nhello,greet,en\nsee you,greet\nwhat is this,greet\nblah,none\nhi,bye\n"
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, err := m.CreateFormFile("file", "sentences.csv")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(part, "\ufeff"+lines)
	m.Close()
	r := httptest.NewRequest(http.MethodPost, "/console/bots/demo/engine/batch", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	for name, value := range w.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	r.Header.Set("Accept-Language", "en")
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	for _, text := range []string{"40% matched", "<strong>2</strong>", "<strong>1</strong>", "Would ask back", "<td>see you</td>", "<td><code>bye</code></td><td><code>greet</code></td><td>1</td>"} {
		want(t, rec, http.StatusOK, text)
	}
	for text, says := range map[string]string{"": "no sentences", "text,intent\n": "no sentences", "one column": "columns text and intent", strings.Repeat("a,b\n", maxBatch+1): "At most 2,000"} {
		want(t, w.post("/console/bots/demo/engine/batch", "text", text), http.StatusUnprocessableEntity, says)
	}
	want(t, w.post("/console/bots/demo/engine/batch", "text", "hello\tgreet\n"), http.StatusOK, "100% matched")
	rec = w.post("/console/bots/demo/engine/batch", "text", "=1+1,greet\nhello,bye\n", "do", "csv")
	want(t, rec, http.StatusOK, "'=1+1,greet")
	if kind := rec.Header().Get("Content-Type"); !strings.HasPrefix(kind, "text/csv") {
		t.Errorf("the file is %s", kind)
	}
}

func TestAnEngineWithoutFilesHasNone(t *testing.T) {
	b := newBench(t)
	b.chat(nil)
	w := b.admin()
	without(t, w.get("/console/bots/demo/engine"), "Scenario files")
	for _, page := range []string{"files", "history", "missed", "batch"} {
		want(t, w.get("/console/bots/demo/engine/"+page), http.StatusNotFound, "404 gone")
	}
	want(t, w.get("/console/bots/none/engine"), http.StatusNotFound, "404 gone")
}

func TestComparingTellsWhatWasAddedAndRemoved(t *testing.T) {
	many := strings.Repeat("same\n", 20)
	for _, row := range []struct{ name, a, b, want string }{
		{"a line in the middle", "a\nb\nc\n", "a\nx\nc\n", " a|-b|+x| c"},
		{"a file that is new", "", "a\nb\n", "+a|+b"},
		{"a file that is gone", "a\n", "", "-a"},
		{"far from the change", many + "old\n" + many, many + "new\n" + many, "…| same| same| same|-old|+new| same| same| same|…"},
		{"moved lines", "a\nb\nc\nd\n", "b\nc\nd\na\n", "-a| b| c| d|+a"},
	} {
		files := func(s string) map[string][]byte {
			if s == "" {
				return nil
			}
			return map[string][]byte{"f": []byte(s)}
		}
		var got []string
		for _, l := range diffFiles(files(row.a), files(row.b))[0].Lines {
			got = append(got, map[string]string{"": " ", "add": "+", "del": "-", "gap": "…"}[l.Mark]+l.Text)
		}
		if text := strings.Join(got, "|"); text != row.want {
			t.Errorf("%s: %s", row.name, text)
		}
	}
	if d := diffFiles(map[string][]byte{"f": []byte("x")}, map[string][]byte{"f": []byte("x")}); len(d) != 0 {
		t.Errorf("equal files differ: %v", d)
	}
}

func TestAPastedRequestIsComparedWithItsSignature(t *testing.T) {
	b, w := school(t, "https://engine.example/turn")
	const page, post = "/console/bots/demo/engine", "/console/bots/demo/engine/signature"
	if strings.Contains(w.get(page).Body.String(), "Check a signature") {
		t.Error("an engine without signatures offers to check one")
	}
	want(t, w.post(post, "request", "x"), http.StatusNotFound, "")
	secret := "whsec_" + base64.StdEncoding.EncodeToString([]byte("thirty-two bytes make a good key"))
	want(t, w.post(page, "type", "http", "f.url", "https://engine.example/turn", "f.secret", secret), http.StatusSeeOther, "")
	want(t, w.get(page), http.StatusOK, "Check a signature")
	sum := hmac.New(sha256.New, []byte("thirty-two bytes make a good key"))
	sum.Write([]byte(`turn_1.1795312800.{"a":"ü<b>"}`))
	request := "POST /turn HTTP/1.1\r\nHost: engine.example.com\r\nWebhook-Id: turn_1\r\nwebhook-timestamp: 1795312800\r\nwebhook-signature: v1," +
		base64.StdEncoding.EncodeToString(sum.Sum(nil)) + "\r\n\r\n" + `{"a":"ü<b>"}`
	rec := w.post(post, "request", request, "own", hex.EncodeToString(sum.Sum(nil)))
	want(t, rec, http.StatusOK, "this call comes from Dari")
	want(t, rec, http.StatusOK, "written in hexadecimal")
	want(t, rec, http.StatusOK, `&lt;b&gt;`)
	want(t, w.post(post, "request", request+"\r\n"), http.StatusOK, "line break at the end")
	want(t, w.post(post, "request", "hello"), http.StatusOK, "webhook-id is missing")
	want(t, b.person("vera", "viewer").post(post, "request", request), http.StatusForbidden, "403 role")
}

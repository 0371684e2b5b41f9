package console

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/crypto/bcrypt"

	"dari/bot"
	"dari/bot/settings"
	"dari/channels"
	webchat "dari/channels/web"
	"dari/dialog"
	"dari/dialog/echo"
	"dari/store"
	"dari/store/boltstore"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.TestMode)
	m.Run()
}

// bench is a console on a real store and a real runtime with the echo engine.
type bench struct {
	t       *testing.T
	console *Console
	runtime *bot.Runtime
	store   store.Store
	handler http.Handler
	now     time.Time
	log     *logBuffer
	options Options
}

type logBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, now: time.Now(), log: &logBuffer{}}
	log := slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s, err := boltstore.Open(t.TempDir(), log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	sealer, err := store.NewSealer(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	types, err := channels.NewRegistry(webchat.Type{}, other{})
	if err != nil {
		t.Fatal(err)
	}
	engines, err := dialog.NewRegistry(echo.Type{})
	if err != nil {
		t.Fatal(err)
	}
	b.store = s
	b.runtime = bot.New(bot.Options{
		Store: s, Channels: types, Engines: engines, Sealer: sealer, Log: log,
		HTTP: &http.Client{Transport: http.NewFileTransport(http.Dir(t.TempDir()))}, // nothing is called
	})
	b.runtime.Start()
	t.Cleanup(func() { b.runtime.Drain(context.Background()) })
	b.options = Options{
		Runtime: b.runtime, Channels: types, PublicURL: "https://bot.example.com/", Secure: true,
		Log: log, Now: func() time.Time { return b.now },
	}
	b.restart()
	return b
}

// restart makes a new console on the same store.
func (b *bench) restart() {
	b.console = New(b.options)
	b.console.passwords = newPasswords(bcrypt.MinCost)
	b.console.keepAlive = 5 * time.Millisecond
	r := gin.New()
	b.console.MountAdmin(r)
	b.console.MountPublic(r)
	b.handler = r
}

// other is a channel type with a token desk, standing in for those of the platforms.
type other struct{ channels.Type }

func (other) Name() string            { return "naverworks" }
func (other) Setup() channels.Setup   { return channels.Setup{} }
func (other) Limits() channels.Limits { return channels.Limits{} }
func (other) New(settings.Values, channels.Deps) (channels.Adapter, error) {
	return desk{}, nil
}

type desk struct {
	channels.Adapter
	channels.TokenDesk
}

func (desk) DeskHeader() string { return "secret of the desk" }

const password = "correct horse battery"

// hostCookie is the name of the session's cookie over https.
const hostCookie = "__Host-" + sessionCookie

// browser keeps cookies, as a person's does.
type browser struct {
	*bench
	cookies map[string]string
	headers map[string]string
	address string
}

func (b *bench) browser() *browser {
	return &browser{bench: b, cookies: map[string]string{}, headers: map[string]string{"Accept-Language": "en"}, address: "192.0.2.7:4711"}
}

func (w *browser) do(method, target string, form url.Values) *httptest.ResponseRecorder {
	w.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, target, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for k, v := range w.headers {
		r.Header.Set(k, v)
	}
	for name, value := range w.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	r.RemoteAddr = w.address
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	for _, c := range rec.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(w.cookies, c.Name)
			continue
		}
		w.cookies[c.Name] = c.Value
	}
	return rec
}

func (w *browser) get(target string) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.do(http.MethodGet, target, nil)
}

func (w *browser) post(target string, pairs ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return w.do(http.MethodPost, target, form)
}

// link makes a one-time link and returns its path and its token.
func (b *bench) link() (path, token string) {
	b.t.Helper()
	link, err := b.console.ResetLink(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	path, ok := strings.CutPrefix(link, "https://bot.example.com/")
	if !ok {
		b.t.Fatalf("link %s", link)
	}
	_, token, _ = strings.Cut(path, "token=")
	return "/" + path, token
}

// admin makes the administrator "mina" and a browser in which she is signed in.
func (b *bench) admin() *browser {
	b.t.Helper()
	w := b.browser()
	_, token := b.link()
	rec := w.post("/setup", "token", token, "name", "mina", "password", password, "repeat", password, "locale", "en")
	want(b.t, rec, http.StatusSeeOther, "")
	return w
}

func (w *browser) login(name, password string) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.post("/login", "name", name, "password", password)
}

// want checks the status and that the body holds text.
func want(t *testing.T, rec *httptest.ResponseRecorder, status int, text string) {
	t.Helper()
	if rec.Code != status {
		t.Fatalf("status %d, want %d\n%s", rec.Code, status, rec.Body)
	}
	if !strings.Contains(rec.Body.String(), text) {
		t.Fatalf("the page lacks %q:\n%s", text, rec.Body)
	}
}

// chat makes a bot with a web chat and returns the channel's id.
func (b *bench) chat(values settings.Values) string {
	b.t.Helper()
	ctx := context.Background()
	v, err := b.runtime.CreateBot(ctx, bot.BotSpec{ID: "demo", Name: "Demo <bot>", Engine: bot.EngineSpec{Type: "echo"}})
	if err != nil {
		b.t.Fatal(err)
	}
	ch, err := b.runtime.CreateChannel(ctx, v.ID, bot.ChannelSpec{ID: "demo-chat", Type: "web", Name: "Demo chat", Settings: values})
	if err != nil {
		b.t.Fatal(err)
	}
	return ch.ID
}

// audited counts the lines of an action.
func (b *bench) audited(action string, ok bool) int {
	b.t.Helper()
	if err := b.store.Users().Put(context.Background(), "flush", store.User{ID: "flush"}); err != nil { // notes go with the next commit
		b.t.Fatal(err)
	}
	if err := b.store.Users().Delete(context.Background(), "flush"); err != nil {
		b.t.Fatal(err)
	}
	page, err := b.store.Audits(context.Background(), store.Query{Limit: 500})
	if err != nil {
		b.t.Fatal(err)
	}
	n := 0
	for _, a := range page.Items {
		if a.Action == "console."+action && a.OK == ok {
			n++
		}
	}
	return n
}

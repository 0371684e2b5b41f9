package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"dari/bot"
	"dari/bot/settings"
	"dari/channels"
	"dari/dialog"
	"dari/store"
	"dari/store/boltstore"
)

const (
	adminKey   = "the-operators-own-key"
	secret     = "channel-secret-9876"
	authHeader = "desk-header-4321"
)

// start is where the manual clock starts.
var start = time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)

// clock is set by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// logBuffer collects the log.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// brokenStore is a store that can be told to take no writes.
type brokenStore struct {
	store.Store
	mu     sync.Mutex
	broken error
}

func (s *brokenStore) err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.broken
}

func (s *brokenStore) breakDown() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = errors.New("write /secret/path: no space left on device")
}

func (s *brokenStore) Accept(ctx context.Context, e []store.Event) ([]store.Accepted, error) {
	if err := s.err(); err != nil {
		return nil, err
	}
	return s.Store.Accept(ctx, e)
}

func (s *brokenStore) Ready(ctx context.Context) error {
	return errors.Join(s.err(), s.Store.Ready(ctx))
}

// bench is a whole Dari with one bot "desk" and the channels "works" (with a token desk), "closed"
// (whose desk is closed) and "plain" (of a type without one).
type bench struct {
	t        testing.TB
	runtime  *bot.Runtime
	store    *brokenStore
	server   *Server
	handler  http.Handler
	clock    *clock
	platform *platform
	log      *logBuffer
	// foreign answers at the public address in Dari's place, if set.
	foreign http.Handler
}

// outside is the internet as Dari sees it: its own public address and nothing else.
type outside struct{ b *bench }

func (o outside) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != "bot.example.com" {
		return nil, errors.New("there is nobody at " + r.URL.Host)
	}
	h := o.b.handler
	if o.b.foreign != nil {
		h = o.b.foreign
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec.Result(), nil
}

func newBench(t testing.TB, change ...func(*Options)) *bench {
	t.Helper()
	b := &bench{t: t, clock: &clock{now: start}, platform: &platform{}, log: &logBuffer{}}
	log := slog.New(slog.NewJSONHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	bolt, err := boltstore.Open(t.TempDir(), log)
	must(t, err)
	b.store = &brokenStore{Store: bolt}
	types, err := channels.NewRegistry(fakeType{"naverworks", true, b.platform}, fakeType{"plain", false, b.platform})
	must(t, err)
	engines, err := dialog.NewRegistry(fakeEngine{})
	must(t, err)
	sealer, err := store.NewSealer(make([]byte, 32))
	must(t, err)
	b.runtime = bot.New(bot.Options{
		Store: b.store, Channels: types, Engines: engines, Sealer: sealer, HTTP: &http.Client{Transport: outside{b}}, PublicURL: "https://bot.example.com", Log: log,
	})
	b.runtime.Start()
	t.Cleanup(func() {
		b.drain()
		must(t, bolt.Close())
	})
	o := Options{
		Runtime: b.runtime, Channels: types, Engines: engines, PublicURL: "https://bot.example.com/",
		AdminKey: adminKey, Log: log, Version: "1.2.3", Now: b.clock.Now,
	}
	for _, c := range change {
		c(&o)
	}
	b.server = New(o)
	b.handler = b.server.All()
	b.provision()
	return b
}

func (b *bench) provision() {
	ctx := context.Background()
	_, err := b.runtime.CreateBot(ctx, bot.BotSpec{ID: "desk", Name: "Help desk", Engine: bot.EngineSpec{
		Type: "fake", Settings: settings.Values{"secret": "engine-secret-5555"},
	}})
	must(b.t, err)
	for id, typ := range map[string]string{"works": "naverworks", "closed": "naverworks", "plain": "plain"} {
		values := settings.Values{"secret": secret}
		if id == "works" {
			values["auth_header"] = authHeader
		}
		_, err := b.runtime.CreateChannel(ctx, "desk", bot.ChannelSpec{ID: id, Type: typ, Name: id, Settings: values})
		must(b.t, err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) drain() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	b.runtime.Drain(ctx)
}

// flush waits until audit lines and notes about rejected events are written.
func (b *bench) flush() { must(b.t, b.store.Store.Ready(context.Background())) }

// call makes a request; headers are pairs of name and value.
func (b *bench) call(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req := httptest.NewRequest(method, path, r)
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "From" {
			req.RemoteAddr = headers[i+1]
			continue
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	b.handler.ServeHTTP(rec, req)
	return rec
}

// api calls the API with the operator's key.
func (b *bench) api(method, path, body string) *httptest.ResponseRecorder {
	return b.call(method, "/api/v1"+path, body, "Authorization", "Bearer "+adminKey, "Content-Type", "application/json")
}

// read calls the API and decodes the answer.
func (b *bench) read(path string) map[string]any {
	b.t.Helper()
	b.flush()
	rec := b.api("GET", path, "")
	if rec.Code != 200 {
		b.t.Fatalf("GET %s: %d %s", path, rec.Code, rec.Body)
	}
	var v map[string]any
	must(b.t, json.Unmarshal(rec.Body.Bytes(), &v))
	return v
}

func items(v map[string]any) []map[string]any {
	var out []map[string]any
	for _, item := range v["items"].([]any) {
		out = append(out, item.(map[string]any))
	}
	return out
}

// hook sends a signed callback.
func (b *bench) hook(channel, body string, headers ...string) *httptest.ResponseRecorder {
	headers = append([]string{"Content-Type", "application/json", "X-Signature", sign([]byte(secret), []byte(body))}, headers...)
	typ := "naverworks"
	if channel == "plain" {
		typ = "plain"
	}
	return b.call("POST", "/"+typ+"/"+channel+"/webhook", body, headers...)
}

// say sends a message of a user and waits until its answer has been tried.
func (b *bench) say(room, text string) {
	b.t.Helper()
	body := `{"events":[{"id":"` + room + text + `","room":"` + room + `","text":"` + text + `"}]}`
	b.answered(func() {
		if rec := b.hook("works", body); rec.Code != 200 {
			b.t.Fatalf("callback answered %d %s", rec.Code, rec.Body)
		}
	})
}

// answered waits until what the function does has led to a delivery.
func (b *bench) answered(do func()) {
	b.t.Helper()
	sub := b.runtime.Feed().Watch(func(e bot.FeedEntry) bool { return e.Type == "delivery" })
	defer b.runtime.Feed().Leave(sub)
	do()
	select {
	case <-sub.C:
	case <-time.After(10 * time.Second):
		b.t.Fatal("the message was not answered")
	}
}

// problemOf decodes an error and checks its form.
func problemOf(t *testing.T, rec *httptest.ResponseRecorder) problem {
	t.Helper()
	if ct := rec.Header().Get("Content-Type"); ct != "application/problem+json" {
		t.Errorf("Content-Type is %q, want application/problem+json", ct)
	}
	var p problem
	must(t, json.Unmarshal(rec.Body.Bytes(), &p))
	if p.Status != rec.Code || p.Title != http.StatusText(rec.Code) {
		t.Errorf("problem says %d %q, the answer is %d", p.Status, p.Title, rec.Code)
	}
	return p
}

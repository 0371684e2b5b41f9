package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"dari/bot/check"
	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
	"dari/dialog"
	"dari/store"
	"dari/store/boltstore"
)

// house is a runtime on an embedded store, with a scripted messenger and a scripted engine. Tests run
// it inside a synctest bubble, where time passes only when everybody waits.
type house struct {
	t       *testing.T
	dir     string
	store   store.Store
	rt      *Runtime
	channel *scriptedChannel
	engine  *scriptedEngine
}

func newHouse(t *testing.T) *house {
	h := &house{t: t, dir: t.TempDir(), channel: &scriptedChannel{}, engine: &scriptedEngine{}}
	h.open()
	_, err := h.rt.CreateBot(context.Background(), BotSpec{ID: "bot", Name: "Bot", Locale: "ko", Engine: EngineSpec{Type: "scripted"}})
	if err != nil {
		t.Fatal(err)
	}
	h.addChannel("ch", nil)
	t.Cleanup(func() { h.store.Close() })
	return h
}

func (h *house) addChannel(id string, values settings.Values) {
	h.t.Helper()
	if values == nil {
		values = settings.Values{}
	}
	values["secret"] = "very-secret-value-1234"
	_, err := h.rt.CreateChannel(context.Background(), "bot", ChannelSpec{ID: id, Type: "scripted", Name: "Channel", Settings: values})
	if err != nil {
		h.t.Fatal(err)
	}
}

// open makes the runtime on what is in the directory.
func (h *house) open() {
	h.t.Helper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	s, err := boltstore.Open(h.dir, log)
	if err != nil {
		h.t.Fatal(err)
	}
	h.store = s
	h.rt = h.runtime(s)
}

// runtime makes a runtime on a store.
func (h *house) runtime(s store.Store) *Runtime {
	h.t.Helper()
	types, err := channels.NewRegistry(scriptedType{h.channel})
	if err != nil {
		h.t.Fatal(err)
	}
	engines, err := dialog.NewRegistry(scriptedEngineType{h.engine})
	if err != nil {
		h.t.Fatal(err)
	}
	sealer, err := store.NewSealer(make([]byte, 32))
	if err != nil {
		h.t.Fatal(err)
	}
	return New(Options{
		Store: s, Channels: types, Engines: engines, Sealer: sealer, HTTP: &http.Client{Transport: http.DefaultTransport}, EngineHTTP: http.DefaultClient,
		Log: slog.New(slog.DiscardHandler), TurnTimeout: 20 * time.Second, PublicURL: "https://dari.example", ConsoleURL: "https://console.example",
	})
}

// bubble runs a test in fake time with the runtime started, and drains it at the end.
func bubble(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.rt.Start()
		test(t, h)
		ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
		defer cancel()
		h.rt.Drain(ctx)
		h.store.Close()
	})
}

type said struct {
	Conv      string `json:"conv"`
	Group     bool   `json:"group,omitempty"`
	Thread    bool   `json:"thread,omitempty"`
	Mentioned bool   `json:"mentioned,omitempty"`
	Once      bool   `json:"once,omitempty"`
	Kind      string `json:"kind,omitempty"`
	Key       string `json:"key"`
	Text      string `json:"text,omitempty"`
	Locale    string `json:"locale,omitempty"`
	Reference string `json:"reference,omitempty"`
	About     string `json:"about,omitempty"` // the key of a message that is withdrawn
}

// say brings one event in, as package web would.
func (h *house) say(channel string, s said) {
	h.t.Helper()
	if err := h.trySay(channel, s); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) trySay(channel string, s said) error {
	ch, err := h.rt.Channel(context.Background(), channel)
	if err != nil {
		return err
	}
	body, _ := json.Marshal(s)
	req := &channels.Request{ContentType: "application/json", Body: body, ReceivedAt: time.Now()}
	cb, err := ch.Adapter.Parse(req)
	if err != nil {
		return err
	}
	return h.rt.Accept(context.Background(), ch, req, cb.Events)
}

// settle waits until nothing moves without time passing.
func (h *house) settle() { synctest.Wait() }

func (h *house) only(q store.Query) store.Event {
	h.t.Helper()
	page, err := h.store.Events(context.Background(), q)
	if err != nil || len(page.Items) != 1 {
		h.t.Fatalf("%d events (%v)", len(page.Items), err)
	}
	return page.Items[0]
}

func (h *house) deliveries() []store.Delivery {
	h.t.Helper()
	page, err := h.store.Deliveries(context.Background(), store.Query{Limit: 500})
	if err != nil {
		h.t.Fatal(err)
	}
	return page.Items
}

type scriptedType struct{ c *scriptedChannel }

func (scriptedType) Name() string { return "scripted" }
func (scriptedType) Setup() channels.Setup {
	return channels.Setup{Fields: []settings.Field{
		{Key: "secret", Kind: settings.Secret, Required: true},
		{Key: "api", Kind: settings.URL},
	}}
}

func (t scriptedType) Limits() channels.Limits {
	l := channels.Limits{
		Messages: map[message.Type]channels.Level{message.TypeText: channels.Full, message.TypeButtons: channels.Full},
		TextMax:  20, TextUnit: channels.UTF16, PerCall: 1, Buttons: 3, ButtonText: 20, ButtonLabel: 5,
		QuickReplies: 2, QuickLabel: 5, PostbackData: 10, MarksMentions: true, SendTimeout: 5 * time.Second,
		Actions: []message.ActionKind{message.ActionPostback, message.ActionMessage, message.ActionURL},
	}
	t.c.mu.Lock()
	defer t.c.mu.Unlock()
	if t.c.limits != nil {
		t.c.limits(&l)
	}
	return l
}

func (t scriptedType) New(v settings.Values, _ channels.Deps) (channels.Adapter, error) {
	if v.Text("secret") == "bad" {
		return nil, settings.Errorf("secret", "format", "is bad; use a good one")
	}
	if v.Text("api") == narrowAPI {
		return bounded{signed{t.c, v.Text("secret")}}, nil
	}
	return signed{t.c, v.Text("secret")}, nil
}

// bounded makes two calls at once, which narrowAPI asks for.
type bounded struct{ signed }

const narrowAPI = "https://narrow.example"

func (bounded) InFlight() (int, string) { return 2, "app" }

// signed takes what names its secret, or none.
type signed struct {
	*scriptedChannel
	secret string
}

func (s signed) Verify(_ context.Context, r *channels.Request) error {
	if given := r.Header.Get("Secret"); given != "" && given != s.secret {
		return &channels.Refusal{Status: http.StatusUnauthorized, Code: "signature", Detail: "not " + s.secret}
	}
	return nil
}

// scriptedChannel is a messenger whose platform does what the test says.
type scriptedChannel struct {
	mu     sync.Mutex
	typing atomic.Int32

	consents     []error
	consentTries int

	listens atomic.Bool
	accept  func(*channels.Request) error
	limits  func(*channels.Limits)

	openErr                         error
	streams                         []*scriptedStream
	streamErr, updateErr, finishErr error
	sent                            []channels.Outgoing
	send                            func(ctx context.Context, n int, out channels.Outgoing) error // n counts from 1
}

// setLimits changes the limits that adapters made from now on have.
func (c *scriptedChannel) setLimits(change func(*channels.Limits)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limits = change
}

func (c *scriptedChannel) Parse(r *channels.Request) (channels.Callback, error) {
	var s said
	if err := json.Unmarshal(r.Body, &s); err != nil {
		return channels.Callback{}, channels.Malformed("%v", err)
	}
	in := message.Inbound{
		Kind: message.KindText, Name: "said", Keys: []string{s.Key}, Text: s.Text, Mentioned: s.Mentioned, Once: s.Once, Locale: s.Locale,
		Conversation: message.Conversation{ID: s.Conv, Kind: message.Direct}, Sender: message.User{ID: "u1"},
		Address: json.RawMessage(`{"for":"` + s.Key + `"}`), Raw: r.Body,
	}
	in.MessageID, in.Forget = s.Key, s.About != ""
	if in.Forget {
		in.MessageID = s.About
	}
	if s.Reference != "" {
		in.Reference, in.Sender.StableID = json.RawMessage(s.Reference), "stable-"+in.Sender.ID
	}
	if s.Kind != "" {
		in.Kind = message.Kind(s.Kind)
	}
	if in.Kind == message.KindPostback {
		in.Postback, in.Text = &message.Postback{Data: s.Text}, ""
	}
	if in.Kind == message.KindForm {
		in.Form = &message.Form{ID: s.Text}
	}
	if in.Kind == message.KindFile {
		in.Attachments = []message.Attachment{{Kind: in.Kind, Ref: s.Text, Name: s.Text}}
	}
	if s.Group {
		in.Conversation.Kind = message.Group
	}
	if s.Thread {
		in.Conversation.Kind = message.Thread
	}
	return channels.Callback{Events: []message.Inbound{in}}, nil
}

func (c *scriptedChannel) Send(ctx context.Context, out channels.Outgoing) (channels.Receipt, error) {
	c.mu.Lock()
	c.sent = append(c.sent, out)
	n, send := len(c.sent), c.send
	c.mu.Unlock()
	if send != nil {
		if err := send(ctx, n, out); err != nil {
			return channels.Receipt{}, err
		}
	}
	return channels.Receipt{MessageIDs: []string{fmt.Sprint("m", n)}}, nil
}

func (c *scriptedChannel) Check(context.Context) channels.Report {
	return channels.Report{Checks: []check.Check{check.New("bot", check.Pass, "naverworks.bot_found", "name", "총무봇")}, BotName: "총무봇"}
}

func (c *scriptedChannel) Typing(context.Context, channels.Outgoing) error {
	c.typing.Add(1)
	return nil
}

// scriptedStream is a growing message.
type scriptedStream struct {
	c        *scriptedChannel
	out      channels.Outgoing
	shown    []string
	at       []time.Time
	finished []message.Message
}

func (c *scriptedChannel) Stream(_ context.Context, out channels.Outgoing) (channels.Stream, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.streamErr != nil {
		return nil, c.streamErr
	}
	s := &scriptedStream{c: c, out: out}
	c.streams = append(c.streams, s)
	return s, nil
}

func (s *scriptedStream) Update(_ context.Context, text string) error {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	s.shown, s.at = append(s.shown, text), append(s.at, time.Now())
	return s.c.updateErr
}

func (s *scriptedStream) Finish(_ context.Context, m message.Message) (channels.Receipt, error) {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	s.finished = append(s.finished, m)
	err := s.c.finishErr
	s.c.finishErr = nil
	return channels.Receipt{MessageIDs: []string{"stream"}, Route: "stream"}, err
}

func (c *scriptedChannel) Open(_ context.Context, user string) (message.Conversation, []byte, error) {
	return message.Conversation{ID: "direct-" + user, Kind: message.Direct}, nil, c.openErr
}

func (c *scriptedChannel) Offered(formID string) bool { return formID == "consent" }

func (c *scriptedChannel) FileConsent(context.Context, message.Inbound) (channels.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.consentTries++; c.consentTries <= len(c.consents) {
		return channels.Receipt{}, c.consents[c.consentTries-1]
	}
	return channels.Receipt{}, nil
}

func (c *scriptedChannel) Listens() bool { return c.listens.Load() }

func (c *scriptedChannel) Listen(ctx context.Context, accept func(*channels.Request) error) error {
	c.mu.Lock()
	c.accept = accept
	c.mu.Unlock()
	<-ctx.Done()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.accept = nil
	return nil
}

func (c *scriptedChannel) hear(r *channels.Request) error {
	c.mu.Lock()
	accept := c.accept
	c.mu.Unlock()
	if accept == nil {
		return errors.New("nobody listens")
	}
	return accept(r)
}

func (c *scriptedChannel) texts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, o := range c.sent {
		for _, m := range o.Messages {
			out = append(out, m.Text)
		}
	}
	return out
}

type scriptedEngineType struct{ e *scriptedEngine }

func (scriptedEngineType) Name() string { return "scripted" }
func (scriptedEngineType) Fields() []settings.Field {
	return []settings.Field{{Key: "token", Kind: settings.Secret}}
}

// New makes the engine of the test, or another one for every other token.
func (t scriptedEngineType) New(v settings.Values, d dialog.Deps) (dialog.Engine, error) {
	t.e.mu.Lock()
	defer t.e.mu.Unlock()
	t.e.deps = d
	token := v.Text("token")
	if token == "" {
		return t.e, nil
	}
	if t.e.others[token] == nil {
		if t.e.others == nil {
			t.e.others = map[string]*scriptedEngine{}
		}
		t.e.others[token] = &scriptedEngine{}
	}
	return t.e.others[token], nil
}

// Validate implements dialog.Author: a file that holds "wrong" is.
func (scriptedEngineType) Validate(files map[string][]byte) (out []dialog.Problem) {
	for name, b := range files {
		if string(b) == "wrong" {
			out = append(out, dialog.Problem{File: name, Line: 1, Column: 1, Code: "wrong", Message: "is wrong"})
		}
	}
	return out
}

// Intent implements dialog.Classifier: the intent is the first word.
func (e *scriptedEngine) Intent(text, _ string) (string, bool) {
	word, _, _ := strings.Cut(text, " ")
	return word, word != "unsure"
}

// scriptedEngine echoes unless the test says otherwise.
type scriptedEngine struct {
	mu     sync.Mutex
	turns  []dialog.Turn
	turn   func(ctx context.Context, t dialog.Turn) (dialog.Result, error)
	deps   dialog.Deps
	others map[string]*scriptedEngine
	emits  func(ctx context.Context, t dialog.Turn, emit dialog.Emit) (dialog.Result, error)
}

// RemembersPeople implements dialog.Rememberer.
func (e *scriptedEngine) RemembersPeople() {}

// Late implements dialog.LateReplier: the header "Right" is the signature.
func (e *scriptedEngine) Late(h http.Header, body []byte, _ time.Time) (late dialog.LateReply, err error) {
	if h.Get("Right") == "" {
		return late, &dialog.Error{Code: "signature"}
	}
	err = json.Unmarshal(body, &late)
	return late, err
}

func (e *scriptedEngine) Turn(ctx context.Context, t dialog.Turn, emit dialog.Emit) (dialog.Result, error) {
	e.mu.Lock()
	e.turns = append(e.turns, t)
	turn, emits := e.turn, e.emits
	e.mu.Unlock()
	if emits != nil {
		return emits(ctx, t, emit)
	}
	if turn != nil {
		return turn(ctx, t)
	}
	return reply(t.Inbound.Text), nil
}

func reply(texts ...string) dialog.Result {
	var r dialog.Result
	for _, s := range texts {
		r.Reply.Messages = append(r.Reply.Messages, message.Text(s))
	}
	return r
}

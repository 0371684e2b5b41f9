package channeltest

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
)

// Kit is what a channel type brings to the suite.
type Kit struct {
	Type channels.Type
	// Now is the moment at which the fixtures are fresh; the manual clock starts there.
	Now time.Time
	// Platform starts the fake platform. The suite closes it.
	Platform func() *Platform
	// Settings are valid settings that point at the fake platform.
	Settings func(platformURL string) settings.Values
	// Sign makes the request that the platform would send for this body at that time.
	Sign func(contentType string, body []byte, at time.Time) *channels.Request
	// BreakSignature makes a signed request one that must be refused.
	BreakSignature func(r *channels.Request)
	// Window is how old a signed request may be; 0 if the platform signs no time.
	Window time.Duration
	// Fixtures lists the inbound payload files of testdata by glob; ".form" files are form bodies.
	// platformURL lets fixtures with addresses in them point at the fake.
	Fixtures func(t *testing.T, platformURL string) []Fixture
	// Text is a fixture of one text message to the bot in a direct conversation.
	Text string
	// Unknown is a fixture with an event type that this version cannot know.
	Unknown string
	// Batch is a fixture with several events in one callback, "" if the platform sends one at a time.
	Batch string
	// Handshake is a fixture that must be answered with HandshakeAnswer and holds no events.
	Handshake       string
	HandshakeAnswer string
	// Send describes the platform's send call.
	Send SendKit
}

// Fixture is one callback body.
type Fixture struct {
	Name        string
	ContentType string
	Body        []byte
}

// SendKit describes the send call of the fake platform.
type SendKit struct {
	// Path is the path prefix of the call that sends.
	Path string
	// RateLimited is the platform's own answer when it limits, and Wait what it asks for.
	RateLimited Fault
	Wait        time.Duration
	// Expired is the platform's answer to a token it no longer takes; TokenPath the path that issues a
	// new one. TokenPath "" means that the channel's token is fixed, so that Expired must end as Auth.
	Expired   Fault
	TokenPath string
	// Rejected is an answer that no retry can mend, Blocked one that says the person blocked the bot
	// (Status 0 if the platform does not tell).
	Rejected Fault
	Blocked  Fault
	// Idempotent is true when the platform recognises a repeated call, so that a lost answer is
	// Temporary rather than Uncertain.
	Idempotent bool
}

// Clock is a clock that a test sets.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock starts at t.
func NewClock(t time.Time) *Clock { return &Clock{now: t} }

// Now returns the set time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Tokens is a TokenStore in memory.
type Tokens struct {
	mu     sync.Mutex
	tokens map[string]channels.Token
	issue  sync.Mutex
	Saves  int
}

// Load implements channels.TokenStore.
func (s *Tokens) Load(_ context.Context, name string) (channels.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.tokens[name]
	if !ok {
		return channels.Token{}, channels.ErrNoToken
	}
	return t, nil
}

// Save implements channels.TokenStore.
func (s *Tokens) Save(_ context.Context, name string, t channels.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tokens == nil {
		s.tokens = map[string]channels.Token{}
	}
	s.tokens[name] = t
	s.Saves++
	return nil
}

// Lock implements channels.TokenStore.
func (s *Tokens) Lock(context.Context, string) (func(), error) {
	s.issue.Lock()
	return s.issue.Unlock, nil
}

// Bench is one adapter on its fake platform.
type Bench struct {
	Adapter  channels.Adapter
	Platform *Platform
	Clock    *Clock
	Tokens   *Tokens
	Log      *LogBuffer
	Values   settings.Values
}

// Open makes an adapter that talks to a fresh fake platform. Both are closed with the test.
func (k Kit) Open(t *testing.T) *Bench {
	t.Helper()
	p := k.Platform()
	t.Cleanup(p.Close)
	values, err := settings.Clean(k.Type.Setup().Fields, k.Settings(p.URL), nil)
	if err != nil {
		t.Fatalf("settings of the kit: %v", err)
	}
	b := &Bench{Platform: p, Clock: NewClock(k.Now), Tokens: &Tokens{}, Log: &LogBuffer{}, Values: values}
	b.Adapter, err = k.Type.New(values, k.Deps(b, LocalClient(2*time.Second)))
	if err != nil {
		t.Fatalf("new adapter: %v", err)
	}
	return b
}

// Deps are the dependencies of an adapter on this bench.
func (k Kit) Deps(b *Bench, client *http.Client) channels.Deps {
	return channels.Deps{
		ChannelID: "test-channel",
		HTTP:      client,
		Tokens:    b.Tokens,
		Now:       b.Clock.Now,
		Log:       slog.New(slog.NewJSONHandler(b.Log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

// LocalClient is an HTTP client that refuses to leave the machine.
func LocalClient(timeout time.Duration) *http.Client {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.Proxy = nil
	return &http.Client{
		Timeout:       timeout,
		Transport:     channels.Transport(localOnly{base}),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type localOnly struct{ base http.RoundTripper }

func (l localOnly) RoundTrip(r *http.Request) (*http.Response, error) {
	switch r.URL.Hostname() {
	case "127.0.0.1", "localhost", "::1":
		return l.base.RoundTrip(r)
	}
	return nil, leftMachine(r.URL.Hostname())
}

type leftMachine string

func (h leftMachine) Error() string { return "a test tried to reach " + string(h) }
func (leftMachine) AddressRefused() {}

// LogBuffer collects log output.
type LogBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (b *LogBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *LogBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// fixture finds one by name.
func (k Kit) fixture(t *testing.T, url, name string) Fixture {
	t.Helper()
	for _, f := range k.Fixtures(t, url) {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("the kit has no fixture %q", name)
	return Fixture{}
}

// secrets are the texts that must never appear in logs, errors or checks.
func (b *Bench) secrets(k Kit) []string {
	out := settings.Secrets(k.Type.Setup().Fields, b.Values)
	b.Tokens.mu.Lock()
	defer b.Tokens.mu.Unlock()
	for _, t := range b.Tokens.tokens {
		out = append(out, t.Access)
		if t.Refresh != "" {
			out = append(out, t.Refresh)
		}
	}
	for i, s := range out { // a PEM's lines are secret each by itself
		if lines := strings.Split(s, "\n"); len(lines) > 2 {
			out[i] = lines[1]
		}
	}
	return out
}

// NoSecret fails the test when any secret of the channel appears in text.
func (b *Bench) NoSecret(t *testing.T, k Kit, where, text string) {
	t.Helper()
	for _, s := range b.secrets(k) {
		if len(s) >= 6 && strings.Contains(text, s) {
			t.Errorf("%s holds a secret that ends in %q", where, s[len(s)-4:])
		}
	}
}

// outgoing is a plain text to the conversation of in.
func outgoing(in message.Inbound, at time.Time) channels.Outgoing {
	return channels.Outgoing{
		ID: "dl_test", IdempotencyKey: "3f0c7a52-5f0e-4e0b-9f3a-0d5a3f1f2b11",
		Conversation: in.Conversation,
		Messages:     []message.Message{message.Text("안녕하세요")},
		Address:      in.Address, AddressAt: at, Reference: in.Reference,
		First: true, Attempt: 1,
	}
}

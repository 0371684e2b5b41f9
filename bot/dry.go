package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
	"dari/store"
)

// WireCall is one platform call as it goes, or would go, over the wire. Credentials are not part of it.
type WireCall struct {
	Method      string          `json:"method"`
	URL         string          `json:"url"`
	ContentType string          `json:"content_type,omitempty"`
	JSON        json.RawMessage `json:"json,omitempty"`
	Body        string          `json:"body,omitempty"` // when it is no JSON
}

// Rendering is an answer as one messenger would show it.
type Rendering struct {
	Type     string              `json:"type"`
	Messages [][]message.Message `json:"messages"` // by platform call
	Notes    []string            `json:"notes"`    // what was changed to fit
	Calls    []WireCall          `json:"calls"`
	Errors   []string            `json:"errors,omitempty"` // of calls that the adapter refuses to make
}

// recorder answers platform calls itself, in a way that every platform's client takes for success, and
// keeps what was to be sent.
type recorder struct {
	mu    sync.Mutex
	calls []WireCall
}

// dryAnswer is a success on every platform.
const dryAnswer = `{"ok":true,"id":"dry","ts":"1.000001","channel":"C0DRY","activityId":"dry","conversationId":"dry","userId":"dry",` +
	`"access_token":"dry","token_type":"Bearer","expires_in":"3600","scope":"bot bot.message","sentMessages":[{"id":"1"}],` +
	`"upload_url":"UPLOAD","uploadUrl":"UPLOAD","file_id":"F0DRY","fileId":"dry","files":[{"id":"F0DRY"}]}`

// tinyPNG is a picture of one pixel, for adapters that fetch what they upload.
var tinyPNG = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82")

// RoundTrip implements http.RoundTripper.
func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(io.LimitReader(req.Body, 1<<20)); err != nil {
			return nil, err
		}
		req.Body.Close()
	}
	upload := req.URL.Scheme + "://" + req.URL.Host + "/upload" // adapters trust the platform's own host alone
	status, kind, answer := http.StatusOK, "application/json", []byte(strings.ReplaceAll(dryAnswer, "UPLOAD", upload))
	if req.Method == http.MethodGet {
		kind, answer = "image/png", tinyPNG
	} else if !bytes.Contains(body, []byte("grant_type=")) { // tokens are asked for, but not for this
		r.keep(req, body)
	}
	return &http.Response{
		StatusCode: status, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: http.Header{"Content-Type": {kind}}, ContentLength: int64(len(answer)), Body: io.NopCloser(bytes.NewReader(answer)),
	}, nil
}

func (r *recorder) keep(req *http.Request, body []byte) {
	u := *req.URL
	u.User, u.RawQuery = nil, ""
	call := WireCall{Method: req.Method, URL: u.String()}
	call.ContentType, _, _ = mime.ParseMediaType(req.Header.Get("Content-Type"))
	switch {
	case json.Valid(body):
		call.JSON = readable(body)
	case call.ContentType == "application/x-www-form-urlencoded":
		call.JSON = formJSON(string(body))
	case strings.HasPrefix(call.ContentType, "text/"):
		call.Body = string(body)
	case len(body) > 0:
		call.Body = fmt.Sprintf("%d bytes", len(body))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, call)
}

// readable undoes the escapes that only matter inside HTML.
func readable(in []byte) []byte {
	b := in
	for escaped, plain := range map[string]string{`\u003c`: "<", `\u003e`: ">", `\u0026`: "&"} {
		b = bytes.ReplaceAll(b, []byte(escaped), []byte(plain))
	}
	if !json.Valid(b) {
		return in
	}
	return b
}

// dryTokens are good for everything and nothing.
type dryTokens struct{}

func (dryTokens) Load(context.Context, string) (channels.Token, error) {
	now := time.Now()
	return channels.Token{Access: "dry", Scope: "bot bot.message bot.read user.profile.read", IssuedAt: now, ExpiresAt: now.Add(time.Hour)}, nil
}
func (dryTokens) Save(context.Context, string, channels.Token) error { return nil }
func (dryTokens) Lock(context.Context, string) (func(), error)       { return func() {}, nil }

// Render shows how messages would look on a channel, down to the platform's own payload, without
// sending anything. Addresses that only the platform could give out are made up.
func (c *Catalog) Render(ctx context.Context, rec store.Channel, t channels.Type, values settings.Values, reply message.Reply, to message.Conversation, reference []byte) (Rendering, error) {
	out := render(reply, t.Name(), t.Limits(), func(data string) string { return referencePrefix + "dry" })
	shown := Rendering{Type: t.Name(), Messages: out.calls, Notes: append([]string{}, out.notes...), Calls: []WireCall{}}
	if shown.Messages == nil {
		shown.Messages = [][]message.Message{}
	}
	wire := &recorder{}
	deps := c.deps(rec)
	deps.HTTP, deps.Tokens = &http.Client{Transport: wire}, dryTokens{}
	delete(values, groupModeKey)
	adapter, err := t.New(values, deps)
	if err != nil {
		return shown, inputError("settings.", err)
	}
	for i, messages := range out.calls {
		_, err := adapter.Send(ctx, channels.Outgoing{
			ID: "dry", IdempotencyKey: newUUID(), Conversation: to, Messages: messages, Reference: reference, First: i == 0, Attempt: 1,
		})
		if err != nil {
			shown.Errors = append(shown.Errors, fmt.Sprintf("call %d: %v", i+1, err))
		}
	}
	shown.Calls = append(shown.Calls, wire.calls...)
	return shown, nil
}

// RenderOn is Render for a registered channel, complete or not.
func (c *Catalog) RenderOn(ctx context.Context, channelID string, reply message.Reply, to message.Conversation, reference []byte) (Rendering, error) {
	rec, t, values, err := c.settings(ctx, channelID)
	if err != nil {
		return Rendering{}, err
	}
	return c.Render(ctx, rec, t, values, reply, to, reference)
}

// RenderEverywhere shows one answer on every type of channel.
func (c *Catalog) RenderEverywhere(ctx context.Context, reply message.Reply) ([]Rendering, error) {
	var all []Rendering
	for _, t := range c.channels.Types() {
		values, err := sampleSettings(t)
		if err != nil {
			return nil, err
		}
		shown, err := c.Render(ctx, store.Channel{ID: "sample", Type: t.Name()}, t, values, reply, t.Setup().Sample.Conversation, t.Setup().Sample.Reference)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Name(), err)
		}
		all = append(all, shown)
	}
	return all, nil
}

// DryRun is what an event would lead to now.
type DryRun struct {
	Inbound   *message.Inbound `json:"inbound,omitempty"`
	Gate      string           `json:"gate,omitempty"` // why the bot would not answer
	Engine    string           `json:"engine,omitempty"`
	EngineMS  int64            `json:"engine_ms"`
	Error     string           `json:"error,omitempty"`
	Said      message.Reply    `json:"said"`
	State     string           `json:"state_before,omitempty"`
	NextState string           `json:"state_after,omitempty"`
	Detail    json.RawMessage  `json:"detail,omitempty"`
	Rendering *Rendering       `json:"rendering,omitempty"`
}

// Dry runs an event through everything but the store and the platform. The engine is really asked, in
// the conversation's present state, by a turn id of its own.
func (r *Runtime) Dry(ctx context.Context, e store.Event) (DryRun, error) {
	ch, err := r.Channel(ctx, e.ChannelID)
	if err != nil {
		return DryRun{}, err
	}
	in, err := parse(ch, e)
	if err != nil {
		return DryRun{Error: err.Error()}, nil
	}
	stored, err := r.stored(ctx, e)
	if err != nil {
		return DryRun{}, err
	}
	d := DryRun{Gate: gate(ch, stored, &in)}
	d.Inbound = &in
	if d.Gate == "" {
		d.Gate = nothingToDo(&in)
	}
	if d.Gate != "" {
		return d, nil
	}
	if err := resolve(ctx, r.store, &in); err != nil {
		return d, err
	}
	b, err := r.bot(ctx, ch.Record.BotID)
	if err != nil {
		return d, err
	}
	r.link(ch, e.ID, &in)
	claim := store.TurnClaim{Event: e, Conversation: stored}
	quiet := *ch
	quiet.Adapter = silent{ch.Adapter}
	l := newLiveTurn(&quiet, b, claim, in, time.Now())
	name, _ := l.route()
	t, err := r.newTurn(ctx, l, name)
	if err != nil {
		return d, err
	}
	t.ID, t.ReplyTo = "turn_dry_"+randomID(), ""
	a := r.ask(ctx, l, name, t)
	l.apologise(a)
	d.State = t.State.Token
	d.fill(a)
	shown, err := r.RenderOn(ctx, ch.Record.ID, d.Said, in.Conversation, l.conv.Reference)
	if err == nil {
		d.Rendering = &shown
	}
	return d, err
}

// fill takes over what came of asking the engine.
func (d *DryRun) fill(a *answered) {
	d.Engine, d.EngineMS, d.Error, d.Detail = a.trace.Engine, a.trace.EngineMS, a.trace.Error, a.trace.Detail
	d.Said = message.Reply{Messages: a.messages, QuickReplies: a.Reply.QuickReplies}
	if a.State != nil {
		d.NextState = a.State.Token
	}
}

func (r *Runtime) stored(ctx context.Context, e store.Event) (store.Conversation, error) {
	conv, err := r.store.Conversation(ctx, e.ConversationID)
	if err != nil && !isNotFound(err) {
		return conv, err
	}
	return conv, nil
}

// silent hides what an adapter can do beside sending, so that nobody sees a dry run.
type silent struct{ channels.Adapter }

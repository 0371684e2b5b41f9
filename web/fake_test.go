package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strings"
	"sync"
	"time"

	checks "dari/bot/check"
	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
	"dari/dialog"
)

// platform is what the fake adapters talk to.
type platform struct {
	mu      sync.Mutex
	token   channels.Token
	issued  int
	failure error // of the token desk
}

func (p *platform) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failure = err
}

func (p *platform) get(renew bool) (channels.Token, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failure != nil {
		return channels.Token{}, p.failure
	}
	if renew || p.issued == 0 {
		p.issued++
		p.token = channels.Token{
			Access: "token-" + string(rune('0'+p.issued)), Scope: "bot bot.message",
			IssuedAt: start, ExpiresAt: start.Add(time.Hour + 900*time.Millisecond),
		}
	}
	return p.token, nil
}

// fakeType is a messenger whose callbacks are signed with the channel's secret.
type fakeType struct {
	name string
	desk bool
	*platform
}

func (f fakeType) Name() string { return f.name }

func (f fakeType) Setup() channels.Setup {
	return channels.Setup{
		Fields: []settings.Field{
			{Key: "secret", Kind: settings.Secret, Required: true, Help: "fake.secret"},
			{Key: "auth_header", Kind: settings.Secret},
			{Key: "region", Kind: settings.Text, Default: "kr"},
			{Key: "headers", Kind: settings.Map},
		},
		Steps: []settings.Step{{ID: "fake.step", Link: "https://example.com", Shows: "webhook"}},
	}
}

func (f fakeType) Limits() channels.Limits {
	return channels.Limits{
		Messages: map[message.Type]channels.Level{message.TypeText: channels.Full},
		TextMax:  2000, TextUnit: channels.UTF16, PerCall: 5,
	}
}

func (f fakeType) New(v settings.Values, d channels.Deps) (channels.Adapter, error) {
	if v.Text("region") == "nowhere" {
		return nil, settings.Errorf("region", "option", "must be a place")
	}
	a := &fakeAdapter{secret: []byte(v.Text("secret"))}
	if f.desk {
		return &deskAdapter{a, v.Text("auth_header"), f.platform}, nil
	}
	return a, nil
}

type fakeAdapter struct{ secret []byte }

func sign(secret, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func (a *fakeAdapter) Verify(_ context.Context, r *channels.Request) error {
	switch r.Header.Get("X-Test") {
	case "panic":
		panic("verify: secret=" + string(a.secret))
	case "keys":
		return &channels.Refusal{Status: 503, Code: "keys", Detail: "the keys cannot be fetched"}
	case "error":
		return errors.New("no refusal at all")
	case "stale":
		return channels.Unauthorized("stale", "the timestamp is too old")
	}
	if !hmac.Equal([]byte(r.Header.Get("X-Signature")), []byte(sign(a.secret, r.Body))) {
		return channels.Unauthorized("signature", "the signature does not match")
	}
	return nil
}

type fakeBody struct {
	Challenge string      `json:"challenge,omitempty"`
	Events    []fakeEvent `json:"events"`
}

type fakeEvent struct {
	ID   string `json:"id"`
	Room string `json:"room"`
	Text string `json:"text"`
}

func (a *fakeAdapter) Parse(r *channels.Request) (cb channels.Callback, err error) {
	if strings.Contains(string(r.Body), "explode") {
		panic("parse")
	}
	var body fakeBody
	if json.Unmarshal(r.Body, &body) != nil {
		return cb, channels.Malformed("the body is not JSON")
	}
	if body.Challenge != "" {
		cb.Answer = channels.Answer{Status: 202, ContentType: "text/plain", Body: []byte(body.Challenge)}
	}
	for _, e := range body.Events {
		raw, _ := json.Marshal(fakeBody{Events: []fakeEvent{e}})
		var files []message.Attachment
		if ref, ok := strings.CutPrefix(e.Text, "file:"); ok {
			files = []message.Attachment{{Kind: message.KindFile, Ref: ref, Name: "보고서.pdf"}}
		}
		cb.Events = append(cb.Events, message.Inbound{
			Attachments: files,
			Kind:        message.KindText, Name: "message", Keys: []string{e.ID}, Text: e.Text, Raw: raw,
			Conversation: message.Conversation{ID: e.Room, Kind: message.Direct},
			Sender:       message.User{ID: "user-" + e.Room},
			Address:      json.RawMessage(`{"reply":"handle-of-the-reply"}`),
		})
	}
	return cb, nil
}

func (a *fakeAdapter) Send(_ context.Context, out channels.Outgoing) (channels.Receipt, error) {
	if out.Messages[0].Text == "undeliverable" {
		return channels.Receipt{}, channels.Failf(channels.Rejected, "E42", "the platform does not take it")
	}
	return channels.Receipt{MessageIDs: []string{"m1"}, Route: "push"}, nil
}

// Fetch implements channels.MediaFetcher: the reference says what becomes of it.
func (a *fakeAdapter) Fetch(_ context.Context, file message.Attachment) (channels.Media, error) {
	switch file.Ref {
	case "gone":
		return channels.Media{}, channels.Failf(channels.Rejected, "gone", "deleted")
	case "later":
		return channels.Media{}, &channels.SendError{Kind: channels.Temporary, Code: "transcoding", RetryAfter: 3 * time.Second}
	case "refused":
		return channels.Media{}, channels.Failf(channels.Auth, "no_scope", "no permission")
	case "large":
		return channels.Media{Body: io.NopCloser(strings.NewReader("x")), Size: maxMedia + 1}, nil
	}
	return channels.Media{Body: io.NopCloser(strings.NewReader(file.Ref)), MIME: "application/pdf", Size: int64(len(file.Ref))}, nil
}

// AppFile implements channels.AppPackager.
func (fakeType) AppFile(_ settings.Values, _ channels.Deps, botName string) (channels.AppFile, error) {
	return channels.AppFile{Name: "app.zip", MIME: "application/zip", Data: []byte("for " + botName), Link: "https://console.example/new"}, nil
}

// InstallURL implements channels.Installer.
func (fakeType) InstallURL(v settings.Values, _ channels.Deps, redirectURL, state string) (string, error) {
	return "https://platform.example/allow?state=" + state + "&back=" + url.QueryEscape(redirectURL), nil
}

// Install implements channels.Installer.
func (fakeType) Install(_ context.Context, _ settings.Values, _ channels.Deps, code, _ string) (channels.Installed, error) {
	switch code {
	case "good":
		return channels.Installed{Values: settings.Values{"region": "jp"}, Where: "예제상점"}, nil
	case "down":
		return channels.Installed{}, channels.Failf(channels.Temporary, "down", "the platform is down")
	}
	return channels.Installed{}, channels.Failf(channels.Rejected, "code", "the code is not known")
}

// SetMenu implements channels.MenuSetter.
func (a *fakeAdapter) SetMenu(_ context.Context, m message.Menu) error {
	if m.Title == "refused" {
		return channels.Failf(channels.Rejected, "title", "is refused")
	}
	return nil
}

// RemoveMenu implements channels.MenuSetter.
func (a *fakeAdapter) RemoveMenu(context.Context) error { return nil }

// Edit implements channels.Editor.
func (a *fakeAdapter) Edit(_ context.Context, _ channels.Outgoing, id string, m message.Message) error {
	if id != "m1" || m.Text == "undeliverable" {
		return channels.Failf(channels.Rejected, "E43", "the platform does not change it")
	}
	return nil
}

// Withdraw implements channels.Editor.
func (a *fakeAdapter) Withdraw(context.Context, channels.Outgoing, string) error { return nil }

// SetWebhook implements channels.WebhookSetter.
func (a *fakeAdapter) SetWebhook(_ context.Context, address string) error {
	if !strings.HasSuffix(address, "/works/webhook") {
		return channels.Failf(channels.Auth, "no_scope", "the app may not do that")
	}
	return nil
}

func (a *fakeAdapter) Check(context.Context) channels.Report {
	c := checks.New("token", checks.Pass, "naverworks.bot_found", "name", "Fake")
	c.Took = 3 * time.Millisecond
	return channels.Report{BotName: "Fake", Checks: []checks.Check{c}}
}

// deskAdapter adds the token desk.
type deskAdapter struct {
	*fakeAdapter
	header string
	*platform
}

func (d *deskAdapter) DeskHeader() string { return d.header }

func (d *deskAdapter) CurrentToken(context.Context) (channels.Token, error) { return d.get(false) }

func (d *deskAdapter) RenewToken(context.Context) (channels.Token, error) { return d.get(true) }

// fakeEngine says what it hears.
type fakeEngine struct{}

func (fakeEngine) Name() string { return "fake" }

func (fakeEngine) Fields() []settings.Field {
	return []settings.Field{
		{Key: "url", Kind: settings.Text},
		{Key: "secret", Kind: settings.Secret},
	}
}

// Validate implements dialog.Author: a file that holds "wrong" is.
func (fakeEngine) Validate(files map[string][]byte) (out []dialog.Problem) {
	for name, b := range files {
		if string(b) == "wrong" {
			out = append(out, dialog.Problem{File: name, Line: 1, Column: 1, Code: "wrong", Message: "is wrong"})
		}
	}
	return out
}

func (fakeEngine) New(settings.Values, dialog.Deps) (dialog.Engine, error) { return fakeEngine{}, nil }

func (fakeEngine) Turn(_ context.Context, t dialog.Turn, _ dialog.Emit) (dialog.Result, error) {
	return dialog.Result{
		Reply: message.Reply{Messages: []message.Message{message.Text(t.Inbound.Text)}},
		State: &dialog.State{Token: "state-after-" + t.Inbound.Text},
	}, nil
}

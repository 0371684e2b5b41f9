package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
	"dari/channels/channeltest"
)

// plug is a channel with Socket Mode on a fake Slack, and everything that its test sees.
type plug struct {
	t        *testing.T
	kit      channeltest.Kit
	bench    *channeltest.Bench
	fake     *channeltest.SlackSocket
	requests chan *channels.Request
	verdicts chan error // what accept returns, nil when there is none
	end      func() error
}

func newPlug(t *testing.T) *plug {
	t.Helper()
	p := &plug{t: t, kit: kit(t), requests: make(chan *channels.Request, 10), verdicts: make(chan error, 10)}
	p.kit.Platform = func() *channeltest.Platform {
		p.fake = channeltest.NewSlackSocket()
		return p.fake.Platform
	}
	p.kit.Settings = func(url string) settings.Values {
		v := channeltest.SlackSettings(url)
		v["app_token"] = channeltest.SlackAppToken
		return v
	}
	p.bench = p.kit.Open(t)
	return p
}

// listener is the optional ability of this package's adapters.
type socketListener interface {
	Listen(ctx context.Context, accept func(*channels.Request) error) error
}

func (p *plug) accept(r *channels.Request) error {
	p.requests <- r
	select {
	case err := <-p.verdicts:
		return err
	default:
		return nil
	}
}

// listen starts the channel and waits until it is connected. end stops it.
func (p *plug) listen() {
	p.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.bench.Adapter.(socketListener).Listen(ctx, p.accept) }()
	p.end = func() error {
		cancel()
		return <-done
	}
	p.t.Cleanup(cancel)
	<-p.fake.Connections
}

func (p *plug) send(frame []byte) {
	p.t.Helper()
	if err := p.fake.Send(frame); err != nil {
		p.t.Fatal(err)
	}
}

// acked is the id of the envelope that is acknowledged next, and the payload of the acknowledgement.
func (p *plug) acked() (id, payload string) {
	p.t.Helper()
	var ack struct {
		EnvelopeID string `json:"envelope_id"`
		Payload    json.RawMessage
	}
	if err := json.Unmarshal([]byte(<-p.fake.Answers), &ack); err != nil {
		p.t.Fatal(err)
	}
	return ack.EnvelopeID, string(ack.Payload)
}

// envelope is the frame of a payload.
func socketFrame(typ, id, payload string) []byte {
	return fmt.Appendf(nil, `{"type":%q,"envelope_id":%q,"payload":%s,"accepts_response_payload":true}`, typ, id, payload)
}

func TestFramesComeAsCallbacks(t *testing.T) {
	for _, row := range []struct {
		name, id string
		check    func(in message.Inbound) bool
	}{
		{"events_api", "9f2c7d10-5a41-4b8e-8f36-000000000082", func(in message.Inbound) bool {
			return in.Kind == message.KindText && in.Text == "소켓 모드 메시지" && in.Keys[0] == "Ev081000567K"
		}},
		{"events_api_retry", "9f2c7d10-5a41-4b8e-8f36-000000000083", func(in message.Inbound) bool {
			return in.Kind == message.KindText && in.Keys[0] == "Ev081000567K"
		}},
		{"interactive", "9f2c7d10-5a41-4b8e-8f36-000000000084", func(in message.Inbound) bool {
			return in.Kind == message.KindPostback && in.Postback.Data == "a=track"
		}},
		{"view_submission", "9f2c7d10-5a41-4b8e-8f36-000000000085", func(in message.Inbound) bool {
			return in.Kind == message.KindForm && in.Form.Values["reason.text"] == "주소를 잘못 적었어요"
		}},
		{"slash_command", "9f2c7d10-5a41-4b8e-8f36-000000000086", func(in message.Inbound) bool {
			return in.Kind == message.KindCommand && in.Command.Name == "/ask" && in.Text == "배송 조회 A-1029 & 환불"
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := newPlug(t)
			p.listen()
			p.send(load(t, "socket/"+row.name+".json"))
			if id, payload := p.acked(); id != row.id || payload != "" {
				t.Errorf("acknowledged %s with %q", id, payload)
			}
			r := <-p.requests
			if !r.ReceivedAt.Equal(now) || r.Header == nil {
				t.Errorf("received at %s with header %v", r.ReceivedAt, r.Header)
			}
			cb, err := p.bench.Adapter.Parse(r)
			if err != nil || len(cb.Events) != 1 || !row.check(cb.Events[0]) {
				t.Errorf("got %+v, %v", cb, err)
			}
			if err := p.end(); err != nil {
				t.Errorf("ended with %v", err)
			}
			p.bench.NoSecret(t, p.kit, "the log", p.bench.Log.String())
			if strings.Contains(p.bench.Log.String(), "ticket") {
				t.Errorf("the address of the socket is in the log: %s", p.bench.Log)
			}
		})
	}
}

// What the library cannot read is an event all the same, and Slack would send it again for ever.
func TestFramesThatTheLibraryRefusesAreAcknowledged(t *testing.T) {
	for _, row := range []struct {
		name, typ, payload string
		kind               message.Kind // "" when nothing is accepted
	}{
		{"an event of tomorrow", "events_api", string(wrap(`{"type":"hologram_shared","channel":"C1"}`)), message.KindUnknown},
		{"a badly typed block", "events_api", string(wrap(`{"type":"message","user":"U1","ts":"1.2","channel":"D1","text":"hi","blocks":[{"type":"section","text":"x"}]}`)), message.KindText},
		{"an interaction of tomorrow", "interactive", `{"type":"gesture","user":{"id":"U1"},"actions":"x"}`, message.KindUnknown},
		{"a frame of tomorrow", "telepathy", `{"x":1}`, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := newPlug(t)
			p.listen()
			p.send(socketFrame(row.typ, "e1", row.payload))
			if id, _ := p.acked(); id != "e1" {
				t.Errorf("acknowledged %s", id)
			}
			if row.kind == "" {
				if len(p.requests) > 0 {
					t.Error("accepted")
				}
				return
			}
			cb, err := p.bench.Adapter.Parse(<-p.requests)
			if err != nil || len(cb.Events) != 1 || cb.Events[0].Kind != row.kind {
				t.Errorf("got %+v, %v", cb, err)
			}
		})
	}
}

func TestAnEventThatIsNotKeptIsNotAcknowledged(t *testing.T) {
	p := newPlug(t)
	p.listen()
	p.verdicts <- errors.New("the store is full")
	event := string(wrap(`{"type":"message","user":"U1","ts":"1.2","channel":"D1","text":"hi"}`))
	p.send(socketFrame("events_api", "lost", event))
	first := <-p.requests
	p.send(socketFrame("events_api", "again", event))
	if id, _ := p.acked(); id != "again" {
		t.Errorf("acknowledged %s", id)
	}
	if second := <-p.requests; string(first.Body) != string(second.Body) || first.ContentType != second.ContentType {
		t.Error("the second attempt differs")
	}
}

func TestARequestForListEntriesIsAnswered(t *testing.T) {
	p := newPlug(t)
	p.listen()
	p.send(socketFrame("interactive", "e1", `{"type":"block_suggestion","user":{"id":"U1"},"value":"x"}`))
	if _, payload := p.acked(); payload != `{"options":[]}` {
		t.Errorf("answered %s", payload)
	}
}

func TestAClosedConnectionIsOpenedAgain(t *testing.T) {
	for _, reason := range []string{"refresh", "warning", "link_disabled"} {
		t.Run(reason, func(t *testing.T) {
			p := newPlug(t)
			p.listen()
			p.send(load(t, "socket/hello.json"))
			p.send(load(t, "socket/disconnect_"+reason+".json"))
			if n := <-p.fake.Connections; n != 2 {
				t.Errorf("connection %d", n)
			}
			p.send(load(t, "socket/events_api.json"))
			if id, _ := p.acked(); id == "" || len(p.requests) != 1 {
				t.Errorf("acknowledged %q, %d events", id, len(p.requests))
			}
		})
	}
}

func TestAfterAFailureItConnectsAgain(t *testing.T) {
	p := newPlug(t)
	p.fake.FailNext("/api/apps.connections.open", channeltest.Fault{Status: http.StatusInternalServerError})
	p.listen()
	if !strings.Contains(p.bench.Log.String(), "socket not connected") {
		t.Errorf("nothing in the log: %s", p.bench.Log)
	}
}

func TestASocketThatAPersonHasToMend(t *testing.T) {
	answer := func(body string) channeltest.Fault {
		return channeltest.Fault{Status: 200, Header: jsonHeader, Body: body}
	}
	for _, row := range []struct {
		name  string
		fault channeltest.Fault
		kind  channels.Kind
		says  string
	}{
		{"a token that is wrong", answer(`{"ok":false,"error":"invalid_auth"}`), channels.Auth, "connections:write"},
		{"a token without the scope", answer(`{"ok":false,"error":"missing_scope","needed":"connections:write"}`), channels.Auth, "app_token"},
		{"an address that is not Slack's", channeltest.Fault{Status: 404}, channels.Config, "api_base_url"},
		{"a socket elsewhere", answer(`{"ok":true,"url":"wss://slack.com.evil.example/link"}`), channels.Config, "api_base_url"},
		{"a socket without encryption elsewhere", answer(`{"ok":true,"url":"ws://wss-primary.slack.com/link"}`), channels.Config, "api_base_url"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := newPlug(t)
			p.fake.FailNext("/api/apps.connections.open", row.fault)
			err := p.bench.Adapter.(socketListener).Listen(context.Background(), p.accept)
			if err == nil || channels.AsSendError(err).Kind != row.kind || !strings.Contains(err.Error(), row.says) {
				t.Fatalf("got %v, want %s that says %q", err, row.kind, row.says)
			}
			p.bench.NoSecret(t, p.kit, "the error", err.Error())
		})
	}
}

func TestWithoutAnAppTokenThereIsNothingToListenTo(t *testing.T) {
	b := kit(t).Open(t)
	err := b.Adapter.(socketListener).Listen(context.Background(), func(*channels.Request) error { return nil })
	if n := len(b.Platform.Calls("/")); err != nil || n != 0 {
		t.Errorf("got %v after %d calls", err, n)
	}
}

func TestWhereASocketMayConnect(t *testing.T) {
	base, err := baseURL("http://127.0.0.1:9000/api/")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		scheme, addr string
		want         bool
	}{
		{"https", "wss-primary.slack.com:443", true},
		{"https", "wss.slack-gov.com:443", true},
		{"http", "127.0.0.1:9000", true},
		{"http", "wss-primary.slack.com:80", false},
		{"https", "wss-primary.slack.com:8443", false},
		{"https", "127.0.0.1:9000", false},
		{"http", "127.0.0.1:22", false},
		{"https", "evilslack.com:443", false},
		{"https", "slack.com", false},
	} {
		if got := (config{base: base}).mayDial(row.scheme, row.addr); got != row.want {
			t.Errorf("%s to %s: got %v", row.scheme, row.addr, got)
		}
	}
}

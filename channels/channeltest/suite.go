package channeltest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
)

// Run proves that the type keeps the channel contract.
func Run(t *testing.T, k Kit) {
	t.Run("setup", func(t *testing.T) { k.setup(t) })
	t.Run("the limits tell the abilities", func(t *testing.T) { k.abilities(t) })
	t.Run("verify", func(t *testing.T) { k.verify(t) })
	t.Run("parse", func(t *testing.T) { k.parse(t) })
	t.Run("send", func(t *testing.T) { k.send(t) })
}

func (k Kit) setup(t *testing.T) {
	fields := k.Type.Setup().Fields
	good := k.Settings("http://127.0.0.1:1")
	for _, f := range fields {
		if !f.Required {
			continue
		}
		t.Run("a missing "+f.Key+" is named", func(t *testing.T) {
			v := settings.Values{}
			for key, val := range good {
				if key != f.Key {
					v[key] = val
				}
			}
			_, err := settings.Clean(fields, v, nil)
			var se *settings.Error
			if !errors.As(err, &se) || se.Field != f.Key {
				t.Fatalf("got %v, want an error of field %s", err, f.Key)
			}
		})
	}
	t.Run("the limits name every message type and a text limit", func(t *testing.T) {
		l := k.Type.Limits()
		for _, typ := range message.Types {
			if _, ok := l.Messages[typ]; !ok {
				t.Errorf("no level for %s", typ)
			}
		}
		if l.TextMax <= 0 || l.TextUnit == "" || l.PerCall <= 0 {
			t.Errorf("text limits are missing: %+v", l)
		}
		if l.Level(message.TypeText) != channels.Full {
			t.Error("a messenger that cannot show text is no messenger")
		}
	})
}

func (k Kit) verify(t *testing.T) {
	refused := func(t *testing.T, b *Bench, r *channels.Request, status int) {
		t.Helper()
		err := b.Adapter.Verify(context.Background(), r)
		var ref *channels.Refusal
		if !errors.As(err, &ref) {
			t.Fatalf("got %v, want a refusal", err)
		}
		if ref.Status != status {
			t.Errorf("status %d, want %d (%v)", ref.Status, status, ref)
		}
		b.NoSecret(t, k, "the refusal", ref.Error())
		b.NoSecret(t, k, "the log", b.Log.String())
	}
	signed := func(t *testing.T, b *Bench, at time.Time) *channels.Request {
		f := k.fixture(t, b.Platform.URL, k.Text)
		return k.Sign(f.ContentType, f.Body, at)
	}
	t.Run("a signed callback passes", func(t *testing.T) {
		b := k.Open(t)
		if err := b.Adapter.Verify(context.Background(), signed(t, b, k.Now)); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("every fixture passes when signed", func(t *testing.T) {
		b := k.Open(t)
		for _, f := range k.Fixtures(t, b.Platform.URL) {
			if err := b.Adapter.Verify(context.Background(), k.Sign(f.ContentType, f.Body, k.Now)); err != nil {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
	})
	t.Run("a broken signature is 401", func(t *testing.T) {
		b := k.Open(t)
		r := signed(t, b, k.Now)
		k.BreakSignature(r)
		refused(t, b, r, http.StatusUnauthorized)
	})
	t.Run("a callback without any signature is 401", func(t *testing.T) {
		b := k.Open(t)
		r := signed(t, b, k.Now)
		r.Header = http.Header{}
		refused(t, b, r, http.StatusUnauthorized)
	})
	if k.Window > 0 {
		for _, d := range []time.Duration{-k.Window - time.Second, k.Window + time.Second} {
			t.Run(fmt.Sprintf("a time stamp off by %v is 401", d), func(t *testing.T) {
				b := k.Open(t)
				r := signed(t, b, k.Now.Add(d))
				r.ReceivedAt = k.Now
				refused(t, b, r, http.StatusUnauthorized)
			})
		}
		t.Run("a time stamp just inside the window passes", func(t *testing.T) {
			b := k.Open(t)
			r := signed(t, b, k.Now.Add(-k.Window+time.Second))
			r.ReceivedAt = k.Now
			if err := b.Adapter.Verify(context.Background(), r); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func (k Kit) parse(t *testing.T) {
	b := k.Open(t)
	for _, f := range k.Fixtures(t, b.Platform.URL) {
		t.Run(f.Name, func(t *testing.T) {
			r := &channels.Request{Header: http.Header{}, ContentType: f.ContentType, Body: f.Body, ReceivedAt: k.Now}
			first, err := b.Adapter.Parse(r)
			if err != nil {
				t.Fatal(err)
			}
			again, err := b.Adapter.Parse(r)
			if err != nil || asJSON(first.Events) != asJSON(again.Events) {
				t.Errorf("parsing twice differs (%v):\n%s\n%s", err, asJSON(first.Events), asJSON(again.Events))
			}
			for i, in := range first.Events {
				k.wellFormed(t, in)
				k.roundTrip(t, b.Adapter, r, i, in)
			}
		})
	}
	t.Run("the text fixture is one text in a direct conversation", func(t *testing.T) {
		in := k.one(t, b, k.Text)
		if in.Kind != message.KindText || in.Text == "" || in.Conversation.Kind != message.Direct || in.Sender.ID == "" || in.Ignore != "" {
			t.Errorf("got %s", asJSON(in))
		}
	})
	t.Run("a redelivery has the same keys, another message has others", func(t *testing.T) {
		one, two := k.one(t, b, k.Text), k.one(t, b, k.Text)
		if !slices.Equal(one.Keys, two.Keys) {
			t.Errorf("keys %v and %v", one.Keys, two.Keys)
		}
		seen := map[string]string{}
		for _, f := range k.Fixtures(t, b.Platform.URL) {
			if f.Name == k.Text {
				continue
			}
			for _, in := range k.events(t, b, f) {
				for _, key := range in.Keys {
					if slices.Contains(one.Keys, key) {
						t.Errorf("%s shares the key %q with %s", f.Name, key, k.Text)
					}
					seen[key] = f.Name
				}
			}
		}
	})
	t.Run("an unknown event is recorded, not refused", func(t *testing.T) {
		if in := k.one(t, b, k.Unknown); in.Kind != message.KindUnknown {
			t.Errorf("got %s", asJSON(in))
		}
	})
	t.Run("a body that is no JSON is 400", func(t *testing.T) {
		for _, body := range []string{"", "{", "[]", "null", `"x"`, "\xff\xfe"} {
			_, err := b.Adapter.Parse(&channels.Request{ContentType: "application/json", Body: []byte(body), ReceivedAt: k.Now})
			var ref *channels.Refusal
			if !errors.As(err, &ref) || ref.Status != http.StatusBadRequest {
				t.Errorf("body %q: got %v, want a refusal with 400", body, err)
			}
		}
	})
	if k.Batch != "" {
		t.Run("a batch keeps its order", func(t *testing.T) {
			f := k.fixture(t, b.Platform.URL, k.Batch)
			events := k.events(t, b, f)
			if len(events) < 2 {
				t.Fatalf("%d events", len(events))
			}
			at := -1
			for _, in := range events {
				i := strings.Index(string(f.Body), in.Keys[0])
				if i < at {
					t.Errorf("event %s comes too late", in.Keys[0])
				}
				at = i
			}
		})
	}
	if k.Handshake != "" {
		t.Run("the handshake is answered", func(t *testing.T) {
			f := k.fixture(t, b.Platform.URL, k.Handshake)
			cb, err := b.Adapter.Parse(&channels.Request{ContentType: f.ContentType, Body: f.Body, ReceivedAt: k.Now})
			if err != nil || len(cb.Events) != 0 || string(cb.Answer.Body) != k.HandshakeAnswer {
				t.Errorf("got %+v, %v", cb, err)
			}
		})
	}
	b.NoSecret(t, k, "the log", b.Log.String())
}

// wellFormed checks what every event must carry.
func (k Kit) wellFormed(t *testing.T, in message.Inbound) {
	t.Helper()
	if len(in.Keys) == 0 || slices.Contains(in.Keys, "") {
		t.Errorf("no key: %s", asJSON(in))
	}
	if !slices.Contains(message.Kinds, in.Kind) {
		t.Errorf("kind %q is not in the vocabulary", in.Kind)
	}
	if len(in.Raw) == 0 || in.Name == "" {
		t.Errorf("raw payload or name missing: %s", asJSON(in))
	}
	if in.Kind.FromUser() && (in.Conversation.ID == "" || in.Conversation.Kind == "") {
		t.Errorf("no conversation to answer in: %s", asJSON(in))
	}
	raw, err := json.Marshal(in)
	var back message.Inbound
	if err == nil {
		err = json.Unmarshal(raw, &back)
	}
	if err != nil || asJSON(back) != string(raw) {
		t.Errorf("does not survive JSON: %v\n%s", err, raw)
	}
}

// roundTrip checks that an event's own Raw parses to the same event.
func (k Kit) roundTrip(t *testing.T, a channels.Adapter, r *channels.Request, i int, in message.Inbound) {
	t.Helper()
	cb, err := a.Parse(&channels.Request{ContentType: r.ContentType, Body: in.Raw, ReceivedAt: r.ReceivedAt})
	if err != nil || len(cb.Events) != 1 || asJSON(cb.Events[0]) != asJSON(in) {
		t.Errorf("event %d parsed from its raw payload differs (%v):\n%s\n%s", i, err, asJSON(cb.Events), asJSON(in))
	}
}

func (k Kit) events(t *testing.T, b *Bench, f Fixture) []message.Inbound {
	t.Helper()
	cb, err := b.Adapter.Parse(&channels.Request{ContentType: f.ContentType, Body: f.Body, ReceivedAt: k.Now})
	if err != nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
	return cb.Events
}

func (k Kit) one(t *testing.T, b *Bench, name string) message.Inbound {
	t.Helper()
	events := k.events(t, b, k.fixture(t, b.Platform.URL, name))
	if len(events) != 1 {
		t.Fatalf("%s: %d events, want 1", name, len(events))
	}
	return events[0]
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

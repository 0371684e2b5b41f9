package line

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
)

func parse(t testing.TB, body string) channels.Callback {
	t.Helper()
	cb, err := (&adapter{}).Parse(&channels.Request{ContentType: jsonType, Body: []byte(body), ReceivedAt: now})
	if err != nil {
		t.Fatal(err)
	}
	return cb
}

// shown is an event as JSON, without what every event has: keys, time and address.
func shown(in message.Inbound) string {
	in.Keys, in.Time, in.Address = nil, time.Time{}, nil
	b, err := json.Marshal(in)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func TestEveryFixtureIsNormalised(t *testing.T) {
	rows := map[string][]message.Inbound{}
	for name, in := range messageRows {
		rows["in_message_"+name+".json"] = []message.Inbound{in}
	}
	for name, in := range eventRows {
		rows["in_"+name+".json"] = []message.Inbound{in}
	}
	rows["in_verify.json"] = nil
	rows["in_multiple_events.json"] = []message.Inbound{
		textFrom(mina, "618000000000546411", "첫 번째 사용자"),
		textFrom(jun, "618000000000562249", "두 번째 사용자"),
		{Kind: message.KindUnfollow, Name: "unfollow", Conversation: direct("Uc04e7a9f1b3d5268c7e0a4f9d2b81637"), Sender: message.User{ID: "Uc04e7a9f1b3d5268c7e0a4f9d2b81637"}},
	}
	for _, f := range fixtures(t) {
		t.Run(f.Name, func(t *testing.T) {
			want, ok := rows[f.Name]
			if !ok {
				t.Fatal("no row says what this fixture means")
			}
			events := parse(t, string(f.Body)).Events
			if len(events) != len(want) {
				t.Fatalf("%d events, want %d", len(events), len(want))
			}
			for i, in := range events {
				if shown(in) != shown(want[i]) {
					t.Errorf("event %d\n got %s\nwant %s", i, shown(in), shown(want[i]))
				}
				checkCommon(t, f.Body, i, in)
			}
		})
	}
	if len(rows) != len(fixtures(t)) {
		t.Errorf("%d rows for %d fixtures", len(rows), len(fixtures(t)))
	}
}

// checkCommon compares keys, time and address with what the fixture says.
func checkCommon(t *testing.T, body []byte, i int, in message.Inbound) {
	t.Helper()
	var env struct{ Events []map[string]any }
	if err := json.Unmarshal(body, &env); err != nil {
		t.Fatal(err)
	}
	e := env.Events[i]
	if len(in.Keys) != 1 || in.Keys[0] != e["webhookEventId"] {
		t.Errorf("keys %v, want %v", in.Keys, e["webhookEventId"])
	}
	if float64(in.Time.UnixMilli()) != e["timestamp"] {
		t.Errorf("time %v, want %v", in.Time, e["timestamp"])
	}
	want := ""
	if token, ok := e["replyToken"]; ok {
		want = fmt.Sprintf(`{"reply_token":%q}`, token)
	}
	if string(in.Address) != want {
		t.Errorf("address %s, want %s", in.Address, want)
	}
}

func TestOneBadEventSpoilsNoOther(t *testing.T) {
	good := `{"type":"unfollow","webhookEventId":"01GOOD","timestamp":1793000122014,"mode":"active","source":{"type":"user","userId":"U2f6a8c014bd97e53a1c0e8f7d4b39265"}}`
	for _, row := range []struct{ name, bad, wantName, wantKey string }{
		{"null", `null`, "unknown", ""},
		{"a number", `7`, "unknown", ""},
		{"no type", `{"webhookEventId":"01BAD"}`, "unknown", "01BAD"},
		{"a type that is no text", `{"type":7,"webhookEventId":"01BAD"}`, "unknown", "01BAD"},
		{"a time that is no number", `{"type":"unfollow","timestamp":"soon","webhookEventId":"01BAD"}`, "unfollow", "01BAD"},
		{"a message without type", `{"type":"message","webhookEventId":"01BAD","message":{}}`, "message", "01BAD"},
		{"a message event without message", `{"type":"message","webhookEventId":"01BAD"}`, "message", "01BAD"},
		{"a text without source", `{"type":"message","webhookEventId":"01BAD","message":{"type":"text","id":"1","text":"x"}}`, "message.text", "01BAD"},
		{"a text from a source of a new type", `{"type":"message","webhookEventId":"01BAD","source":{"type":"planet"},"message":{"type":"text","id":"1","text":"x"}}`, "message.text", "01BAD"},
		{"a postback without postback", `{"type":"postback","webhookEventId":"01BAD"}`, "postback", "01BAD"},
		{"a beacon without beacon", `{"type":"beacon","webhookEventId":"01BAD"}`, "beacon", "01BAD"},
		{"an unsend without unsend", `{"type":"unsend","webhookEventId":"01BAD"}`, "unsend", "01BAD"},
	} {
		t.Run(row.name, func(t *testing.T) {
			events := parse(t, `{"destination":"U1","events":[`+row.bad+`,`+good+`]}`).Events
			if len(events) != 2 || events[1].Kind != message.KindUnfollow {
				t.Fatalf("got %d events, the last one %s", len(events), shown(events[len(events)-1]))
			}
			bad := events[0]
			if bad.Kind != message.KindUnknown || bad.Name != row.wantName {
				t.Errorf("got %s", shown(bad))
			}
			if row.wantKey == "" && !strings.HasPrefix(bad.Keys[0], "sha256:") || row.wantKey != "" && bad.Keys[0] != row.wantKey {
				t.Errorf("keys %v", bad.Keys)
			}
		})
	}
}

func TestParseBears(t *testing.T) {
	t.Run("a source that is null, as on a failed account link", func(t *testing.T) {
		in := parse(t, `{"destination":"U1","events":[{"type":"accountLink","source":null,"webhookEventId":"01A","link":{"result":"failed","nonce":"n"}}]}`).Events[0]
		if in.Kind != message.KindEvent || in.Postback.Params["result"] != "failed" {
			t.Errorf("got %s", shown(in))
		}
	})
	t.Run("a time beyond the calendar", func(t *testing.T) {
		in := parse(t, `{"destination":"U1","events":[{"type":"botResumed","timestamp":9223372036854775807,"webhookEventId":"01A"}]}`).Events[0]
		if !in.Time.IsZero() {
			t.Errorf("got %v", in.Time)
		}
	})
	t.Run("new properties everywhere", func(t *testing.T) {
		in := parse(t, `{"new":1,"destination":"U1","events":[{"type":"message","new":{},"source":{"type":"user","userId":"U1","new":1},"webhookEventId":"01A","message":{"type":"text","id":"1","text":"안녕","new":[]}}]}`).Events[0]
		if in.Kind != message.KindText || in.Text != "안녕" {
			t.Errorf("got %s", shown(in))
		}
	})
}

func TestRedeliveryKeepsItsKey(t *testing.T) {
	first := parse(t, testdata(t, "in_message_redelivery_original.json")).Events[0]
	again := parse(t, testdata(t, "in_message_redelivered.json")).Events[0]
	if first.Keys[0] != again.Keys[0] {
		t.Errorf("keys %v and %v", first.Keys, again.Keys)
	}
}

func FuzzParse(f *testing.F) {
	for _, fx := range fixtures(f) {
		f.Add(fx.Body)
	}
	f.Add([]byte(`{"destination":"","events":[null,1,"x",[],{}]}`))
	a := &adapter{}
	f.Fuzz(func(t *testing.T, body []byte) {
		cb, err := a.Parse(&channels.Request{ContentType: jsonType, Body: body, ReceivedAt: now})
		if err != nil {
			return
		}
		for _, in := range cb.Events {
			if len(in.Keys) != 1 || in.Keys[0] == "" || in.Name == "" || in.Kind.FromUser() && in.Conversation.ID == "" {
				t.Errorf("incomplete: %s", shown(in))
			}
			again, err := a.Parse(&channels.Request{ContentType: jsonType, Body: in.Raw, ReceivedAt: now})
			if err != nil || len(again.Events) != 1 || shown(again.Events[0]) != shown(in) || again.Events[0].Keys[0] != in.Keys[0] {
				t.Errorf("parsed from its raw payload differs (%v): %s", err, in.Raw)
			}
		}
	})
}

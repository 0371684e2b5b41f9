package dialogtest

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/dialog"
)

type vector struct {
	Secret    string `json:"secret"`
	ID        string `json:"webhook-id"`
	Timestamp string `json:"webhook-timestamp"`
	Body      string `json:"body_utf8"`
	Signature string `json:"webhook-signature"`
}

func readVector(t *testing.T) vector {
	t.Helper()
	raw, err := os.ReadFile("testdata/http_engine_signature_vector.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vector
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVerifySignature(t *testing.T) {
	v := readVector(t)
	signed := time.Unix(1795251600, 0)
	for _, c := range []struct {
		name   string
		change func(h http.Header)
		body   string
		at     time.Time
		want   string // part of the error, "" for a pass
	}{
		{"the vector passes", func(http.Header) {}, v.Body, signed, ""},
		{"one of two signatures is enough", func(h http.Header) { h.Set("webhook-signature", "v1,AAAA "+v.Signature) }, v.Body, signed, ""},
		{"a changed body does not", func(http.Header) {}, v.Body + " ", signed, "no signature"},
		{"a changed id does not", func(h http.Header) { h.Set("webhook-id", "turn_other") }, v.Body, signed, "no signature"},
		{"another version of signature does not", func(h http.Header) { h.Set("webhook-signature", "v2"+v.Signature[2:]) }, v.Body, signed, "no signature"},
		{"a missing id does not", func(h http.Header) { h.Del("webhook-id") }, v.Body, signed, "missing"},
		{"a time that is no number does not", func(h http.Header) { h.Set("webhook-timestamp", "now") }, v.Body, signed, "seconds"},
		{"an old request does not", func(http.Header) {}, v.Body, signed.Add(5*time.Minute + time.Second), "off by"},
		{"a request from the future does not", func(http.Header) {}, v.Body, signed.Add(-5*time.Minute - time.Second), "off by"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := http.Header{}
			h.Set("webhook-id", v.ID)
			h.Set("webhook-timestamp", v.Timestamp)
			h.Set("webhook-signature", v.Signature)
			c.change(h)
			err := VerifySignature(v.Secret, h, []byte(c.body), c.at)
			if (err == nil) != (c.want == "") || (err != nil && !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestTheFakeEngineRefusesAnUnsignedRequest(t *testing.T) {
	e := NewHTTPEngine(nil)
	defer e.Close()
	resp, err := LocalClient().Post(e.URL, "application/json", strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if got := e.Wait(1); resp.StatusCode != http.StatusUnauthorized || got[0].Refused == "" {
		t.Errorf("status %d, recorded %+v", resp.StatusCode, got)
	}
}

func TestTheLocalClientStaysOnTheMachine(t *testing.T) {
	resp, err := LocalClient().Get("http://192.0.2.1/")
	if err == nil {
		resp.Body.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "192.0.2.1") {
		t.Errorf("got %v", err)
	}
}

func TestEveryKindOfEventIsThere(t *testing.T) {
	all := Inbounds()
	for _, kind := range message.Kinds {
		if _, ok := all["a full "+string(kind)]; !ok {
			t.Errorf("%s is missing", kind)
		}
	}
}

func TestProblemsFindsWhatMustNotPass(t *testing.T) {
	bad := message.Action{Kind: "dance", Label: "춤"}
	withQuick := message.Text("a")
	withQuick.QuickReplies = []message.Action{bad}
	for _, c := range []struct {
		name string
		r    Replied
		want string // "" for none
	}{
		{"a text is fine", Replied{Messages: []message.Message{message.Text("a")}}, ""},
		{"an empty text", Replied{Messages: []message.Message{message.Text("")}}, "invalid message"},
		{"an unknown type, even with a fallback", Replied{Messages: []message.Message{{Type: "x", FallbackText: "a"}}}, "unknown type"},
		{"a bad quick reply of a message", Replied{Messages: []message.Message{withQuick}}, "quick reply"},
		{"a bad quick reply of the reply", Replied{Result: dialog.Result{Reply: message.Reply{QuickReplies: []message.Action{bad}}}}, "quick reply"},
		{"too much state", Replied{Result: dialog.Result{State: &dialog.State{Token: strings.Repeat("x", dialog.MaxState+1)}}}, "too large"},
		{"a trace that is no JSON", Replied{Result: dialog.Result{Trace: []byte("{")}}, "not JSON"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.Join(Problems(c.r), "\n")
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

package web

import (
	"net/http/httptest"
	"strings"
	"testing"

	"dari/store"
)

const hello = `{"events":[{"id":"e1","room":"U1","text":"hello"}]}`

func TestCallbackRefusals(t *testing.T) {
	large := strings.Repeat("x", maxBody+1)
	cases := []struct {
		name    string
		method  string
		path    string
		body    string
		headers []string
		status  int
		reason  string // of the rejected event that the owner sees, "" if there must be none
		header  string // "Name: value" of the answer
	}{
		{name: "an unknown channel is not found", path: "/naverworks/nobody/webhook", body: hello, status: 404},
		{name: "a channel under another type is not found", path: "/plain/works/webhook", body: hello, status: 404},
		{name: "an unknown type is not found", path: "/nothing/works/webhook", body: hello, status: 404},
		{name: "a wrong signature is unauthorized", body: hello, headers: []string{"X-Signature", "00"}, status: 401, reason: "signature: the signature does not match"},
		{name: "a missing signature is unauthorized", body: hello, headers: []string{"X-Signature", ""}, status: 401, reason: "signature:"},
		{name: "a stale timestamp is unauthorized", body: hello, headers: []string{"X-Test", "stale"}, status: 401, reason: "stale: the timestamp is too old"},
		{name: "a body over 1 MiB is too large", body: large, status: 413, reason: "too_large:"},
		{name: "a body over 1 MiB of unknown length is too large", body: large, headers: []string{"X-Chunked", "1"}, status: 413, reason: "too_large:"},
		{name: "an encoded body is refused", body: hello, headers: []string{"Content-Encoding", "gzip"}, status: 415, reason: "encoding:"},
		{name: "malformed JSON is a bad request", body: `{"events":`, status: 400, reason: "malformed: the body is not JSON"},
		{name: "keys out of reach ask the platform to come back", body: hello, headers: []string{"X-Test", "keys"}, status: 503, reason: "keys:", header: "Retry-After: 1"},
		{name: "a panic in Verify lets the platform send again", body: hello, headers: []string{"X-Test", "panic"}, status: 500, reason: "panic:"},
		{name: "a panic in Parse lets the platform send again", body: `{"events":[{"id":"explode"}]}`, status: 500, reason: "panic:"},
		{name: "an error that is no refusal lets the platform send again", body: hello, headers: []string{"X-Test", "error"}, status: 500, reason: "adapter:"},
		{name: "GET is not allowed", method: "GET", status: 405, header: "Allow: POST"},
		{name: "HEAD is not allowed", method: "HEAD", status: 405, header: "Allow: POST"},
		{name: "PUT is not allowed", method: "PUT", body: hello, status: 405, header: "Allow: POST"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t)
			if tc.method == "" {
				tc.method = "POST"
			}
			if tc.path == "" {
				tc.path = "/naverworks/works/webhook"
			}
			headers := append([]string{"X-Signature", sign([]byte(secret), []byte(tc.body))}, tc.headers...)
			req := httptest.NewRequest(tc.method, tc.path, strings.NewReader(tc.body))
			for i := 0; i < len(headers); i += 2 {
				req.Header.Set(headers[i], headers[i+1])
			}
			if req.Header.Get("X-Chunked") != "" {
				req.ContentLength = -1
			}
			rec := httptest.NewRecorder()
			b.handler.ServeHTTP(rec, req)

			if rec.Code != tc.status {
				t.Fatalf("answered %d, want %d: %s", rec.Code, tc.status, rec.Body)
			}
			p := problemOf(t, rec)
			if tc.status != 404 && tc.status != 405 && p.Detail+p.Code+p.Field != "" {
				t.Errorf("the answer tells the caller why: %s", rec.Body)
			}
			if name, want, ok := strings.Cut(tc.header, ": "); ok && rec.Header().Get(name) != want {
				t.Errorf("%s is %q, want %q", name, rec.Header().Get(name), want)
			}
			rejected := items(b.read("/events?state=rejected"))
			switch {
			case tc.reason == "" && len(rejected) != 0:
				t.Errorf("rejected events: %v, want none", rejected)
			case tc.reason != "" && len(rejected) != 1:
				t.Fatalf("%d rejected events, want 1", len(rejected))
			case tc.reason != "":
				if e := rejected[0]; !strings.HasPrefix(e["reason"].(string), tc.reason) || e["channel_id"] != "works" || e["bot_id"] != "desk" {
					t.Errorf("the owner sees %v, want reason %q", e, tc.reason)
				}
			}
			if l := b.read("/ledger"); l["accepted"] != 0.0 {
				t.Errorf("ledger is %v although nothing was accepted", l)
			}
			if strings.Contains(rec.Body.String(), secret) {
				t.Error("the answer holds the secret")
			}
		})
	}
}

func TestCallbacksToUnknownChannelsAreCountedAndNotKept(t *testing.T) {
	b := newBench(t)
	for range 3 {
		b.hook("nobody", hello)
	}
	if n, last := b.runtime.Strays(); n != 3 || last.IsZero() {
		t.Errorf("%d counted, the last at %v", n, last)
	}
	if rejected := items(b.read("/events?state=rejected")); len(rejected) != 0 {
		t.Errorf("strangers have filled the list with %v", rejected)
	}
}

func TestCallbackOfADisabledChannelIsNotFound(t *testing.T) {
	b := newBench(t)
	if rec := b.hook("works", hello); rec.Code != 200 {
		t.Fatalf("before: %d", rec.Code)
	}
	b.api("POST", "/channels/works/disable", "")
	if rec := b.hook("works", hello); rec.Code != 404 {
		t.Errorf("disabled: %d, want 404", rec.Code)
	}
	rejected := items(b.read("/events?state=rejected"))
	if len(rejected) != 1 || rejected[0]["reason"] != "disabled: the channel is switched off" || rejected[0]["channel_id"] != "works" {
		t.Errorf("its owner sees %v", rejected)
	}
	b.api("POST", "/channels/works/enable", "")
	if rec := b.hook("works", hello); rec.Code != 200 {
		t.Errorf("enabled again: %d, want 200", rec.Code)
	}
}

func TestCallbackIsAnswered503WhenTheStoreTakesNoWrites(t *testing.T) {
	b := newBench(t)
	b.store.breakDown()
	rec := b.hook("works", hello)
	if rec.Code != 503 || rec.Header().Get("Retry-After") != "1" {
		t.Fatalf("answered %d, Retry-After %q", rec.Code, rec.Header().Get("Retry-After"))
	}
	if p := problemOf(t, rec); p.Detail != "" {
		t.Errorf("the answer tells internals: %s", rec.Body)
	}
}

func TestCallbackIsKeptAndARedeliveryChangesNothing(t *testing.T) {
	b := newBench(t)
	b.say("U1", "hello")
	rec := b.hook("works", `{"events":[{"id":"U1hello","room":"U1","text":"hello"}]}`)
	if rec.Code != 200 || rec.Body.Len() != 0 {
		t.Errorf("redelivery: %d %q, want an empty 200", rec.Code, rec.Body)
	}
	if l := b.read("/ledger"); l["accepted"] != 1.0 || l["handled"] != 1.0 {
		t.Errorf("ledger is %v", l)
	}
	dup := items(b.read("/events?state=duplicate"))
	first := items(b.read("/events?state=handled"))
	if len(dup) != 1 || len(first) != 1 || dup[0]["duplicate_of"] != first[0]["id"] {
		t.Errorf("duplicates %v of %v", dup, first)
	}
}

func TestCallbackAnswersWhatThePlatformExpects(t *testing.T) {
	b := newBench(t)
	rec := b.hook("plain", `{"challenge":"abc"}`)
	if rec.Code != 202 || rec.Body.String() != "abc" || rec.Header().Get("Content-Type") != "text/plain" {
		t.Errorf("handshake: %d %q %q", rec.Code, rec.Header().Get("Content-Type"), rec.Body)
	}
	if rec := b.hook("plain", hello, "Content-Encoding", "identity"); rec.Code != 200 {
		t.Errorf("identity encoding: %d", rec.Code)
	}
}

func TestABodyThatBreaksOffIsABadRequest(t *testing.T) {
	b := newBench(t)
	req := httptest.NewRequest("POST", "/naverworks/works/webhook", strings.NewReader(hello[:10]))
	req.ContentLength = int64(len(hello))
	rec := httptest.NewRecorder()
	b.handler.ServeHTTP(rec, req)
	if rec.Code != 400 {
		t.Fatalf("answered %d", rec.Code)
	}
	rejected := items(b.read("/events?state=rejected"))
	if len(rejected) != 1 || !strings.HasPrefix(rejected[0]["reason"].(string), "incomplete:") {
		t.Fatalf("rejected: %v", rejected)
	}
	if e := b.read("/events/" + rejected[0]["id"].(string)); e["raw"] != hello[:10] {
		t.Errorf("the owner sees %q of the body", e["raw"])
	}
}

func TestABodyThatIsNotTextIsShownAsBase64(t *testing.T) {
	b := newBench(t)
	b.hook("works", "\xff\xfe", "X-Signature", "00")
	e := b.read("/events/" + items(b.read("/events"))[0]["id"].(string))
	if e["raw"] != "//4=" || e["raw_encoding"] != "base64" || e["state"] != string(store.Rejected) {
		t.Errorf("got %v", e)
	}
}

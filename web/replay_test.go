package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"dari/web/trace"
)

func TestAnEventIsReplayedDryAndReal(t *testing.T) {
	b := newBench(t)
	b.say("U1", "hello")
	id := ids(b.read("/events?state=handled"))[0]
	dry := b.post("/events/"+id+"/replay", `{"mode":"dry"}`)
	said := dry["said"].(map[string]any)["messages"].([]any)[0].(map[string]any)["text"]
	if said == nil || dry["rendering"] == nil || strings.Contains(b.api("POST", "/events/"+id+"/replay", `{"mode":"dry"}`).Body.String(), "handle-of-the-reply") {
		t.Errorf("%v", dry)
	}
	if got := len(items(b.read("/deliveries"))); got != 1 {
		t.Errorf("%d deliveries after a dry run", got)
	}
	var again string
	b.answered(func() { again = b.post("/events/"+id+"/replay", `{"mode":"real"}`)["event_id"].(string) })
	if got := b.read("/events/" + again); got["replay_of"] != id || got["state"] != "handled" || got["duplicate_of"] != nil {
		t.Errorf("%v", got)
	}
	for body, want := range map[string]int{`{}`: 400, `{"mode":"wet"}`: 400, `{"mode":"real","raw":"{"}`: 400} {
		if rec := b.api("POST", "/events/"+id+"/replay", body); rec.Code != want {
			t.Errorf("%s: %d %s", body, rec.Code, rec.Body)
		}
	}
	b.hook("works", hello, "X-Signature", "00")
	b.flush()
	rejected := ids(b.read("/events?state=rejected"))[0]
	if rec := b.api("POST", "/events/"+rejected+"/replay", `{"mode":"real"}`); rec.Code != 409 {
		t.Errorf("a rejected callback: %d", rec.Code)
	}
}

func TestPersonalDataIsShownOnRequestOnlyAndThatIsNoted(t *testing.T) {
	b := newBench(t)
	b.answered(func() {
		b.hook("works", `{"events":[{"id":"e1","room":"U1","text":"mail me: hana@example.com or call 010-1234-5678, order 42 on 2026-11-22"}]}`)
	})
	id := ids(b.read("/events?state=handled"))[0]
	text := func(path string) string { return b.api("GET", path, "").Body.String() }
	masked := text("/events/" + id)
	for _, hidden := range []string{"hana@example.com", "1234-5678"} {
		if strings.Contains(masked, hidden) {
			t.Errorf("%s is shown in %s", hidden, masked)
		}
	}
	if !strings.Contains(masked, "order 42 on 2026-11-22") || !strings.Contains(masked, `"masked":true`) {
		t.Errorf("too much is hidden: %s", masked)
	}
	if plain := text("/events/" + id + "?reveal=true"); !strings.Contains(plain, "hana@example.com") || strings.Contains(plain, `"masked":true`) {
		t.Errorf("%s", plain)
	}
	if line := items(b.read("/audit"))[0]; line["action"] != "event.reveal" || line["on"] != id {
		t.Errorf("%v", line)
	}
	_, reader := b.makeKey("read")
	if rec := b.with(reader, "GET", "/events/"+id+"?reveal=true", ""); rec.Code != http.StatusForbidden {
		t.Errorf("a reader sees %d %s", rec.Code, rec.Body)
	}
	if rec := b.with(reader, "GET", "/events/"+id+"/export", ""); rec.Code != http.StatusForbidden {
		t.Errorf("a reader exports %d", rec.Code)
	}
	if fixture := text("/events/" + id + "/export"); !strings.Contains(fixture, "hana@example.com") || !strings.Contains(fixture, `"channel_type":"naverworks"`) {
		t.Errorf("%s", fixture)
	}
	if command := text("/events/" + id + "/export?as=curl"); !strings.Contains(command, "/naverworks/works/webhook'") || !strings.Contains(command, "--data-binary '{") {
		t.Errorf("%s", command)
	}
	if rec := b.api("GET", "/events/"+id+"/export?as=pdf", ""); rec.Code != 400 {
		t.Errorf("%d", rec.Code)
	}
}

func TestWhatHoldsNoPersonalDataIsShownAsItCame(t *testing.T) {
	for in, want := range map[string]string{
		`{"b":1, "a":"x"}`:                                 `{"b":1, "a":"x"}`,
		`{"sender":{"name":"김하나","id":"U1"}}`:              `{"sender":{"id":"U1","name":"김•••"}}`,
		`{"name":"message.text","ts":"1795312800.000100"}`: `{"name":"message.text","ts":"1795312800.000100"}`,
		`{"user":{"id":"U1","real_name":"Hana Kim"}}`:      `{"user":{"id":"U1","real_name":"H•••"}}`,
		`call +82 10 1234 5678 now`:                        `call •••78 now`,
		`{"text":"카드 1234-5678-9012-3456"}`:                `{"text":"카드 •••56"}`,
	} {
		if got := string(trace.MaskJSON([]byte(in))); got != want {
			t.Errorf("%s became %s, want %s", in, got, want)
		}
	}
}

func TestTheWayOfAnEventIsToldInSteps(t *testing.T) {
	b := newBench(t)
	b.say("U1", "hello")
	b.say("U2", "undeliverable")
	b.hook("works", hello, "X-Signature", "00")
	b.hook("works", `{"events":[{"id":"U1hello","room":"U1","text":"hello"}]}`)
	b.flush()
	steps := func(id string) string {
		var way []string
		for _, s := range b.read("/events/" + id)["steps"].([]any) {
			step := s.(map[string]any)
			way = append(way, step["step"].(string)+" "+step["status"].(string))
		}
		return strings.Join(way, ", ")
	}
	whole := "callback pass, verified pass, queued pass, normalised pass, gate pass, engine pass, rendered pass, delivered "
	for _, row := range []struct{ query, want string }{
		{"state=handled&conversation=" + url.QueryEscape("works:U1"), whole + "pass"},
		{"state=handled&conversation=" + url.QueryEscape("works:U2"), whole + "fail"},
		{"state=rejected", "callback pass, verified fail"},
		{"state=duplicate", "callback pass, verified pass, normalised stop"},
	} {
		if got := steps(ids(b.read("/events?" + row.query))[0]); got != row.want {
			t.Errorf("%s: %s", row.query, got)
		}
	}
}

func TestWhatFailedIsDoneAgainInBulk(t *testing.T) {
	b := newBench(t)
	b.say("U1", "undeliverable")
	b.say("U2", "undeliverable")
	for path, field := range map[string]string{"/resends": "status", "/replays": "state"} {
		rec := b.api("POST", path, `{"since":"2020-01-01T00:00:00Z","`+field+`":"delivered"}`)
		if rec.Code != 400 || problemOf(t, rec).Field != field {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
		if rec := b.api("POST", path, `{}`); rec.Code != 400 || problemOf(t, rec).Field != "since" {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
	}
	job := b.post("/resends", `{"channel":"works","since":"2020-01-01T00:00:00Z"}`)["id"].(string)
	b.post("/jobs/"+job+"/cancel", "")
	if rec := b.api("GET", "/jobs/job_none", ""); rec.Code != 404 {
		t.Errorf("%d", rec.Code)
	}
	if got := b.post("/replays", `{"since":"2020-01-01T00:00:00Z"}`); got["kind"] != "replay" {
		t.Errorf("%v", got)
	}
}

func TestOneAnswerIsPreviewedOnEveryMessenger(t *testing.T) {
	b := newBench(t)
	got := items(b.post("/preview", `{"messages":[{"type":"text","text":"hello"}]}`))
	if len(got) != 2 || got[0]["type"] != "naverworks" {
		t.Errorf("%v", got)
	}
	if rec := b.api("POST", "/preview", `{"messages":[]}`); rec.Code != 400 {
		t.Errorf("%d", rec.Code)
	}
}

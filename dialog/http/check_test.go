package httpengine

import (
	"net/http"
	"testing"
	"time"

	"dari/bot/check"
	"dari/bot/settings"
	"dari/dialog/dialogtest"
)

func TestTheConnectionTest(t *testing.T) {
	status := func(n int) dialogtest.HTTPAnswer { return dialogtest.HTTPAnswer{Status: n} }
	for _, c := range []struct {
		name   string
		answer dialogtest.HTTPAnswer
		status check.Status
		code   string
	}{
		{"an engine that answers", dialogtest.Done(), check.Pass, "engine.http.ok"},
		{"one that says nothing", status(204), check.Pass, "engine.http.ok"},
		{"one that streams", dialogtest.Stream("event: done\ndata: {}"), check.Pass, "engine.http.ok"},
		{"one that knows no such event", status(422), check.Warn, "engine.http.status"},
		{"one with another secret", status(401), check.Fail, "engine.http.signature"},
		{"no engine", status(404), check.Fail, "engine.http.address"},
		{"a page that is no engine", status(405), check.Fail, "engine.http.address"},
		{"one that has moved", status(308), check.Fail, "engine.http.redirect"},
		{"one that has closed", status(410), check.Fail, "engine.http.gone"},
		{"one that is down", status(503), check.Fail, "engine.http.failing"},
		{"half an answer", dialogtest.HTTPAnswer{Body: "{", Cut: true}, check.Fail, "engine.http.bad_answer"},
		{"one that takes too long", dialogtest.HTTPAnswer{Hang: true}, check.Fail, "engine.http.timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, func(v settings.Values) { v["timeout"] = "200ms" })
			b.fake.Now = time.Now
			b.clock = time.Now()
			b.fake.Script(c.answer)
			got := b.Check(t.Context())
			if len(got) != 1 || got[0].Code != c.code || got[0].Status != c.status || got[0].Params["host"] == "" {
				t.Errorf("got %+v", got)
			}
			asked := b.fake.Requests()
			if len(asked) != 1 || asked[0].Turn.Type != "turn.event" || asked[0].Turn.Event.Kind != "check" || asked[0].Header.Get("webhook-id") != asked[0].Turn.TurnID {
				t.Errorf("asked %+v", asked)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		b := open(t, nil)
		b.fake.Close()
		if got := b.Check(t.Context()); len(got) != 1 || got[0].Code != "engine.http.unreachable" {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("a clock that is wrong is named", func(t *testing.T) {
		b := open(t, nil)
		b.fake.Script(dialogtest.HTTPAnswer{Status: 204, Header: http.Header{"Date": {now.Add(-6 * time.Minute).Format(http.TimeFormat)}}})
		got := b.Check(t.Context())
		if len(got) != 2 || got[1].Code != "engine.http.clock" || got[1].Params["minutes"] != "6" {
			t.Errorf("got %+v", got)
		}
	})
}

package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"dari/dialog/dialogtest"
)

func TestWhatWasAcknowledgedIsAnsweredAfterAKill(t *testing.T) {
	engine := dialogtest.NewHTTPEngine(nil)
	t.Cleanup(engine.Close)
	dir := t.TempDir()
	d := start(t, dir)
	d.api(http.MethodPost, "/bots", map[string]any{
		"id": "bot", "name": "Bot", "engine": map[string]any{"type": "http", "settings": map[string]any{"url": engine.URL, "secret": engine.Secret}},
	}, http.StatusCreated, nil)
	all := messengers(t)
	for _, m := range all {
		m.connect(d, "bot")
	}
	// The engine hangs, so that every turn is under way when the power goes.
	for range all {
		engine.Script(dialogtest.HTTPAnswer{Hang: true})
	}
	for _, m := range all {
		m.say(d, 1, 1, "before the kill")
	}
	engine.Wait(len(all))
	d.kill()

	d = start(t, dir)
	for _, m := range all {
		m.saw("before the kill")
		m.say(d, 1, 1, "before the kill") // the platform did not know and sends it again
	}
	d.settled()
	for _, m := range all {
		if got := m.sent(); len(got) != 1 {
			t.Errorf("%s: %d messages sent: %v", m.name, len(got), got)
		}
	}
	if l := d.ledger(); l.Accepted != len(all) || l.Handled != len(all) {
		t.Errorf("ledger %+v", l)
	}
}

func TestASlowEngineDoesNotDelayTheAcknowledgement(t *testing.T) {
	engine := dialogtest.NewHTTPEngine(nil)
	t.Cleanup(engine.Close)
	d := start(t, t.TempDir(), "DARI_RUNTIME_TURN_TIMEOUT=3s")
	d.api(http.MethodPost, "/bots", map[string]any{
		"id": "bot", "name": "Bot", "locale": "ko", "engine": map[string]any{"type": "http", "settings": map[string]any{"url": engine.URL, "secret": engine.Secret}},
	}, http.StatusCreated, nil)
	all := messengers(t)
	for _, m := range all {
		m.connect(d, "bot")
		engine.Script(dialogtest.HTTPAnswer{Hang: true})
	}
	for _, m := range all {
		begin := time.Now()
		m.say(d, 1, 1, "slow")
		if took := time.Since(begin); took > 500*time.Millisecond {
			t.Errorf("%s: acknowledged after %v", m.name, took)
		}
	}
	for _, m := range all {
		m.saw("죄송합니다") // the turn ends at its deadline with the fallback
	}
	d.settled()
	var page struct {
		Items []struct {
			ID     string
			Reason string
		}
	}
	d.api(http.MethodGet, "/events?state=failed", nil, http.StatusOK, &page)
	if len(page.Items) != len(all) || !strings.Contains(page.Items[0].Reason, "timeout") {
		b, _ := json.Marshal(page)
		t.Errorf("failed events: %s", b)
	}
}

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
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

func TestKillsUnderLoadLoseNothingAndKeepTheOrder(t *testing.T) {
	const kills, users = 4, 8
	dir := t.TempDir()
	d := start(t, dir)
	newBot(d)
	all := messengers(t)
	for _, m := range all {
		m.connect(d, "bot")
	}
	acked := make([][][]int, len(all)) // by messenger and user: the numbers that were answered 200
	for i := range acked {
		acked[i] = make([][]int, users)
	}
	next := 0
	for range kills {
		stop, gone := context.WithTimeout(t.Context(), 400*time.Millisecond)
		type ack struct{ messenger, user, n int }
		acks := make(chan ack, 1<<16)
		finished := make(chan struct{})
		base := next
		next += 10_000
		for i, m := range all {
			for user := range users {
				go func() {
					for n := base + user*1000; stop.Err() == nil; n++ {
						if m.call(d, m.text(user, n, fmt.Sprintf("no-%d-%d.", user, n))) != http.StatusOK {
							break
						}
						acks <- ack{i, user, n}
					}
					finished <- struct{}{}
				}()
			}
		}
		<-stop.Done()
		gone()
		d.kill()
		for range len(all) * users {
			<-finished
		}
		close(acks)
		for a := range acks {
			acked[a.messenger][a.user] = append(acked[a.messenger][a.user], a.n)
		}
		d = start(t, dir)
	}
	d.settled()
	for i, m := range all {
		sent := m.sent()
		for user := range users {
			checkAnswers(t, fmt.Sprintf("%s user %d", m.name, user), user, acked[i][user], sent)
		}
	}
	l := d.ledger()
	t.Logf("%d kills, %d callbacks acknowledged, ledger %+v", kills, total(acked), l)
	if total(acked) < kills*len(all)*users {
		t.Errorf("only %d callbacks were acknowledged; the load proves nothing", total(acked))
	}
	if l.Accepted < total(acked) {
		t.Errorf("%d acknowledged, %d accepted", total(acked), l.Accepted)
	}
}

func total(acked [][][]int) (n int) {
	for _, users := range acked {
		for _, list := range users {
			n += len(list)
		}
	}
	return n
}

// checkAnswers verifies that every acknowledged text of the user was answered, in order. An answer may
// come twice if the kill fell between the platform's answer and its note in the store.
func checkAnswers(t *testing.T, who string, user int, acked []int, sent []string) {
	t.Helper()
	var answered []int
	prefix := fmt.Sprintf("no-%d-", user)
	for _, s := range sent {
		_, rest, ok := strings.Cut(s, prefix)
		if !ok {
			continue
		}
		var n int
		if _, err := fmt.Sscanf(rest, "%d.", &n); err != nil {
			t.Fatalf("%s: odd answer %q", who, s)
		}
		answered = append(answered, n)
	}
	slices.Sort(acked)
	have := map[int]bool{}
	for _, n := range answered {
		have[n] = true
	}
	for _, n := range acked {
		if !have[n] {
			t.Errorf("%s: %d was acknowledged and never answered", who, n)
		}
	}
	if !slices.IsSorted(answered) {
		t.Errorf("%s: answers out of order: %v", who, answered)
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

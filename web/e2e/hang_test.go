package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels/channeltest"
	"dari/dialog/dialogtest"
)

func TestAnEngineThatHangsInOneConversationDelaysNoOther(t *testing.T) {
	gone := make(chan struct{})
	engine := dialogtest.NewHTTPEngine(func(turn dialogtest.HTTPTurn) dialogtest.HTTPAnswer {
		if turn.Event.Text == "hang" {
			<-gone
		}
		return dialogtest.Done(message.Text("answer to " + turn.Event.Text))
	})
	t.Cleanup(func() { close(gone); engine.Close() })
	d := start(t, t.TempDir(), "DARI_RUNTIME_TURN_TIMEOUT=6s")
	d.newEngineBot(engine)
	all := messengers(t)
	for _, m := range all {
		m.connect(d, "bot")
		m.say(d, 1, 1, "hang")
		m.say(d, 1, 2, "behind it")
	}
	begin := time.Now()
	for _, m := range all {
		m.say(d, 2, 3, "beside it")
		m.saw("answer to beside it")
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("the others were answered after %v", took)
	}
	for _, m := range all {
		m.saw("answer to behind it")
		got := m.sent()
		if len(got) != 3 || !strings.Contains(got[0]+got[1], "죄송합니다") || !strings.Contains(got[2], "behind it") {
			t.Errorf("%s: %v", m.name, got)
		}
	}
	d.settled()
	if l := d.ledger(); l.Failed != len(all) || l.Handled != 2*len(all) {
		t.Errorf("ledger %+v", l)
	}
}

func TestAPlatformThatNeverAnswersLeavesTheDeliveryUncertainAndDelaysNoOther(t *testing.T) {
	d := start(t, t.TempDir(), "DARI_OUTBOUND_TIMEOUT=5s")
	newBot(d)
	all := messengers(t)
	for _, m := range all {
		m.connect(d, "bot")
		m.say(d, 3, 1, "first of all") // so that there is a token
		m.saw("first of all")
		m.platform.FailNext(m.sends[0], channeltest.Fault{Hang: true})
		m.say(d, 1, 2, "taken without a word")
		m.saw("taken without a word")
		m.say(d, 1, 3, "behind it")
	}
	begin := time.Now()
	for _, m := range all {
		m.say(d, 2, 4, "beside it")
		m.saw("beside it")
	}
	if took := time.Since(begin); took > 4*time.Second {
		t.Errorf("the others were answered after %v", took)
	}
	for _, m := range all {
		m.saw("behind it")
	}
	d.settled()
	for _, m := range all {
		times := 0
		for _, text := range m.shown() {
			if strings.Contains(text, "taken without a word") {
				times++
			}
		}
		if times != 1 {
			t.Errorf("%s: what may have been shown was brought %d times", m.name, times)
		}
		// LINE knows a repeated call, so that there it is tried again and the doubt ends.
		if got := d.uncertain(m); got != 1 && m.once == nil {
			t.Errorf("%s: %d deliveries are uncertain", m.name, got)
		}
	}
	if l := d.ledger(); l.Accepted != 4*len(all) || l.Handled != l.Accepted {
		t.Errorf("ledger %+v", l)
	}
}

// uncertain counts the messenger's deliveries of which nobody knows whether they arrived.
func (d *dari) uncertain(m *messenger) int {
	d.t.Helper()
	var page struct{ Items []any }
	d.api(http.MethodGet, "/deliveries?state=uncertain&channel=ch-"+m.name, nil, http.StatusOK, &page)
	return len(page.Items)
}

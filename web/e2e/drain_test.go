package e2e

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"dari/bot/message"
	"dari/dialog/dialogtest"
)

// numberIn finds what numbered has made.
var numberIn = regexp.MustCompile(`no-\d+-\d+\.`)

func TestAStopUnderLoadEndsWithinItsDeadlineAndLosesNothing(t *testing.T) {
	const drain = 2 * time.Second
	started, gone := make(chan struct{}), make(chan struct{})
	var once, opened sync.Once
	engine := dialogtest.NewHTTPEngine(func(turn dialogtest.HTTPTurn) dialogtest.HTTPAnswer {
		if strings.HasPrefix(turn.Event.Text, "no-1-") { // one conversation hangs until after the stop
			once.Do(func() { close(started) })
			<-gone
		}
		return dialogtest.Done(message.Text("answer to " + turn.Event.Text))
	})
	t.Cleanup(func() { opened.Do(func() { close(gone) }); engine.Close() })
	dir := t.TempDir()
	env := []string{"DARI_RUNTIME_DRAIN_TIMEOUT=" + drain.String(), "DARI_RUNTIME_TURN_TIMEOUT=1m"}
	d := start(t, dir, env...)
	d.newEngineBot(engine)
	m := messengers(t)[1]
	m.connect(d, "bot")

	var mu sync.Mutex
	var acked []string
	var load sync.WaitGroup
	for user := 1; user <= 8; user++ {
		load.Go(func() {
			for n := user; ; n += 100 {
				text := numbered(user, n)
				if status := m.call(d, m.text(user, n, text)); status != http.StatusOK {
					return // nobody listens any more
				}
				mu.Lock()
				acked = append(acked, text)
				mu.Unlock()
			}
		})
	}
	<-started
	m.saw("answer to no-2-") // and the others are at work
	begin := time.Now()
	code := d.stop()
	took := time.Since(begin)
	load.Wait()
	if code != 0 || took > drain+5*time.Second {
		t.Errorf("exit code %d after %v", code, took)
	}
	if took < drain {
		t.Errorf("it ended after %v, although a turn was still under way", took)
	}

	opened.Do(func() { close(gone) })
	d = start(t, dir, env...)
	d.settled()
	if l := d.ledger(); l.Accepted < len(acked) || l.Failed > 0 {
		t.Errorf("%d were acknowledged: %+v", len(acked), l)
	}
	answers := map[string]int{}
	for _, sent := range m.shown() {
		answers[numberIn.FindString(sent)]++
	}
	for _, text := range acked {
		if answers[text] != 1 {
			t.Errorf("%s was answered %d times", text, answers[text])
		}
	}
}

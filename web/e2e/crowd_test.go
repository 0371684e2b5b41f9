package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dari/bot/message"
	"dari/dialog/dialogtest"
)

// size is how many there are in a crowd: all on demand, else an eighth.
func size(full int) int {
	if os.Getenv("DARI_FULL") != "" {
		return full
	}
	return full / 8
}

func TestCallbacksThatTrickleInDelayNoOtherAndAreCutOff(t *testing.T) {
	d := start(t, t.TempDir())
	newBot(d)
	all := messengers(t)
	for _, m := range all {
		m.connect(d, "bot")
	}
	begin := time.Now()
	var open sync.WaitGroup
	var late atomic.Int64
	const cutOff = 20 * time.Second
	for i := range size(400) {
		head := "POST /line/ch-line/webhook HTTP/1.1\r\nHost: dari\r\n"
		switch i % 4 {
		case 0:
			head = "" // not even a line
		case 1:
			head += "Content-Length: 500\r\n\r\n"
		case 2:
			head += "Content-Length: 900000\r\n\r\n"
		}
		open.Go(func() {
			if trickle(t, d, head, begin.Add(cutOff+5*time.Second)) > cutOff {
				late.Add(1)
			}
		})
	}
	slowest := time.Duration(0)
	n := 0
	for ; time.Since(begin) < 3*time.Second; n++ {
		for _, m := range all {
			sent := time.Now()
			m.say(d, 1, n+1, fmt.Sprintf("in between %d.", n))
			slowest = max(slowest, time.Since(sent))
		}
	}
	if slowest > 2*time.Second {
		t.Errorf("a callback was acknowledged after %v", slowest)
	}
	open.Wait()
	t.Logf("%d slow connections; %d callbacks beside them, the slowest acknowledged after %v; all cut off after %v",
		size(400), n*len(all), slowest.Round(time.Millisecond), time.Since(begin).Round(time.Second))
	if late.Load() > 0 {
		t.Errorf("%d connections were still open after %v", late.Load(), cutOff)
	}
	d.settled()
}

// trickle sends a beginning and then a byte a second, and returns how long the program listened.
func trickle(t *testing.T, d *dari, head string, deadline time.Time) time.Duration {
	c, err := net.Dial("tcp", strings.TrimPrefix(d.url, "http://"))
	if err != nil {
		t.Error(err)
		return 0
	}
	defer c.Close()
	begin := time.Now()
	c.SetDeadline(deadline)
	closed := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, bufio.NewReader(c)) // ends with the connection
		close(closed)
	}()
	_, _ = io.WriteString(c, head)
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case <-closed:
			return time.Since(begin)
		case <-second.C:
			_, _ = io.WriteString(c, "x") // a broken connection shows on the other side
		}
	}
}

func TestTenThousandConversationsAtOnceAreAnsweredOnceEach(t *testing.T) {
	released := make(chan struct{})
	engine := dialogtest.NewHTTPEngine(func(turn dialogtest.HTTPTurn) dialogtest.HTTPAnswer {
		<-released
		return dialogtest.Done(message.Text("answer to " + turn.Event.Text))
	})
	t.Cleanup(engine.Close)
	d := start(t, t.TempDir(), "DARI_LOG_LEVEL=warn", "DARI_RUNTIME_TURN_TIMEOUT=5m")
	d.newEngineBot(engine)
	all := messengers(t)
	for _, m := range all {
		m.connect(d, "bot")
	}
	conversations := size(10_000)
	before := d.memory("VmRSS")
	begin := time.Now()
	d.crowd(conversations, 64, func(i int) {
		all[i%len(all)].say(d, i, i, numbered(i, i))
	})
	if l := d.ledger(); l.Waiting != conversations {
		t.Errorf("ledger %+v, want all %d waiting", l, conversations)
	}
	acknowledged, waiting := time.Since(begin), d.memory("VmRSS")
	close(released)
	d.settledWithin(3 * time.Minute)
	t.Logf("%d conversations at once: acknowledged in %v, answered in %v; resident memory %s at first, %s while all waited, %s at most",
		conversations, acknowledged.Round(time.Millisecond), time.Since(begin).Round(time.Millisecond), before, waiting, d.memory("VmHWM"))
	answered := map[string]int{}
	for _, m := range all {
		for _, text := range m.shown() {
			if _, rest, ok := strings.Cut(text, "answer to "); ok {
				answered[rest[:strings.Index(rest, ".")+1]]++
			}
		}
	}
	for i := range conversations {
		if n := answered[numbered(i, i)]; n != 1 {
			t.Fatalf("conversation %d was answered %d times", i, n)
		}
	}
	if l := d.ledger(); l.Handled != conversations || l.Accepted != conversations {
		t.Errorf("ledger %+v", l)
	}
}

func TestTwoThousandCallbacksAtOnceAreAnsweredOrTurnedAway(t *testing.T) {
	d := start(t, t.TempDir(), "DARI_LOG_LEVEL=warn")
	newBot(d)
	all := messengers(t)
	for _, m := range all {
		m.connect(d, "bot")
	}
	callbacks := size(2_000)
	var kept, away atomic.Int64
	begin := time.Now()
	d.crowd(callbacks, callbacks, func(i int) {
		m := all[i%len(all)]
		switch status := m.call(d, m.text(i, i, numbered(i, i))); status {
		case http.StatusOK:
			kept.Add(1)
		case http.StatusServiceUnavailable:
			away.Add(1)
		default:
			t.Errorf("%s: a callback was answered %d", m.name, status)
		}
	})
	t.Logf("%d callbacks at once: %d kept, %d turned away in %v; resident memory %s at most",
		callbacks, kept.Load(), away.Load(), time.Since(begin).Round(time.Millisecond), d.memory("VmHWM"))
	d.settledWithin(time.Minute)
	shown := 0
	for _, m := range all {
		shown += len(m.shown())
	}
	if l := d.ledger(); l.Handled != int(kept.Load()) || shown != l.Handled {
		t.Errorf("%d kept, %d answered, ledger %+v", kept.Load(), shown, l)
	}
}

// crowd does n things, so many at once.
func (d *dari) crowd(n, atOnce int, do func(i int)) {
	var next atomic.Int64
	var busy sync.WaitGroup
	for range atOnce {
		busy.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				do(int(i))
			}
		})
	}
	busy.Wait()
}

// memory is a figure of the program's memory as the system shows it, "unknown" where it does not.
func (d *dari) memory(figure string) string {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.cmd.Process.Pid))
	if err != nil {
		return "unknown"
	}
	_, rest, _ := strings.Cut(string(status), figure+":")
	var kb int
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		return "unknown"
	}
	return fmt.Sprintf("%d MB", kb>>10)
}

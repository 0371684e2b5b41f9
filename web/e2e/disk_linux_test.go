package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"dari/bot/message"
	"dari/channels/channeltest"
	"dari/dialog/dialogtest"
)

// fillDisk lets no file of the program grow beyond size, so that its writes fail as on a full disk.
func (d *dari) fillDisk(size uint64) {
	d.t.Helper()
	d.limitFiles(size)
}

// freeDisk takes the limit away.
func (d *dari) freeDisk() {
	d.t.Helper()
	d.limitFiles(unix.RLIM_INFINITY)
}

// fullFor is how long the disk stays full, in which a program that tries again at once tries often.
const fullFor = 1500 * time.Millisecond

func (d *dari) limitFiles(size uint64) {
	d.t.Helper()
	var limit unix.Rlimit
	if err := unix.Prlimit(d.cmd.Process.Pid, unix.RLIMIT_FSIZE, nil, &limit); err != nil {
		d.t.Fatal(err)
	}
	limit.Cur = min(size, limit.Max)
	if err := unix.Prlimit(d.cmd.Process.Pid, unix.RLIMIT_FSIZE, &limit, nil); err != nil {
		d.t.Fatal(err)
	}
}

func TestAFullDiskTurnsCallbacksAwayAndLosesNothing(t *testing.T) {
	held := make(chan struct{})
	engine := dialogtest.NewHTTPEngine(func(turn dialogtest.HTTPTurn) dialogtest.HTTPAnswer {
		<-held
		return dialogtest.Done(message.Text("answer to " + turn.Event.Text))
	})
	t.Cleanup(engine.Close)
	d := start(t, t.TempDir())
	d.newEngineBot(engine)
	all := messengers(t)
	for _, m := range all {
		m.connect(d, "bot")
		m.say(d, 1, 1, "acknowledged")
	}
	engine.Wait(len(all))
	d.fillDisk(0)
	close(held) // the turns end now and cannot be kept
	for _, m := range all {
		for range 3 {
			if status := m.call(d, m.text(2, 2, "brought again")); status != http.StatusServiceUnavailable {
				t.Errorf("%s: a callback is answered %d although the disk is full", m.name, status)
			}
		}
	}
	d.get("/readyz", http.StatusServiceUnavailable, nil)
	d.get("/healthz", http.StatusOK, nil)
	<-time.After(fullFor)
	if n := len(engine.Requests()); n > 2*len(all) {
		t.Errorf("the engine was asked %d times for %d turns while nothing could be kept", n, len(all))
	}
	d.freeDisk()
	for _, m := range all {
		m.saw("answer to acknowledged")
		m.say(d, 2, 2, "brought again")
		m.saw("answer to brought again")
	}
	d.settled()
	d.get("/readyz", http.StatusOK, nil)
	for _, m := range all {
		if got := m.sent(); len(got) != 2 {
			t.Errorf("%s: %d messages sent: %v", m.name, len(got), got)
		}
	}
	if l := d.ledger(); l.Accepted != 2*len(all) || l.Handled != l.Accepted {
		t.Errorf("ledger %+v", l)
	}
}

func TestADiskThatRunsFullKeepsExactlyWhatWasAcknowledged(t *testing.T) {
	dir := t.TempDir()
	d := start(t, dir)
	newBot(d)
	all := messengers(t)
	for _, m := range all {
		m.connect(d, "bot")
	}
	d.fillDisk(256 << 10) // room for some more pages
	kept := map[string]bool{}
	for n, away := 1, 0; away < 20 && n < 5000; n++ {
		m := all[n%len(all)]
		switch status := m.call(d, m.text(n, n, numbered(n, n))); status {
		case http.StatusOK:
			kept[m.name+numbered(n, n)] = true
		case http.StatusServiceUnavailable:
			away++
		default:
			t.Fatalf("%s: a callback was answered %d", m.name, status)
		}
	}
	d.kill() // the worst end of a full disk
	d = start(t, dir)
	d.settled()
	if l := d.ledger(); l.Accepted != len(kept) || l.Handled != l.Accepted {
		t.Errorf("%d callbacks were acknowledged, the ledger says %+v", len(kept), l)
	}
	for _, m := range all {
		for _, text := range m.shown() {
			_, rest, _ := strings.Cut(text, "no-")
			number, _, _ := strings.Cut(rest, ".")
			delete(kept, m.name+"no-"+number+".")
		}
	}
	if len(kept) > 0 {
		t.Errorf("acknowledged and never answered: %v", kept)
	}
}

func TestADiskThatFillsUpWhileAMessageIsSentDoesNotSendItAgainAndAgain(t *testing.T) {
	held := make(chan struct{})
	slow := channeltest.NewPlatform(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, channeltest.SlackPostPath) {
			<-held
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"ok":true,"channel":"D0000000001","ts":"1795312801.000001","message":{}}`))
	}))
	t.Cleanup(slow.Close)
	d := start(t, t.TempDir())
	newBot(d)
	slack := messengers(t)[2]
	slack.platform, slack.settings = slow, channeltest.SlackSettings(slow.URL)
	slack.connect(d, "bot")
	slack.say(d, 1, 1, "once")
	slow.Wait(channeltest.SlackPostPath, 1)
	d.fillDisk(0)
	close(held) // the platform has taken the message; that cannot be noted now
	<-time.After(fullFor)
	d.freeDisk()
	d.settled()
	if got := slack.sent(); len(got) > 2 {
		t.Errorf("the person got the message %d times", len(got))
	}
}

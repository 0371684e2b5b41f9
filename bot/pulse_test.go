package bot

import (
	"context"
	"net/http"
	"testing"
	"time"

	"dari/bot/check"
	"dari/bot/settings"
	"dari/channels"
	"dari/store"
)

// refuse brings a callback in whose signature does not fit.
func (h *house) refuse() {
	h.t.Helper()
	ctx := context.Background()
	ch, err := h.rt.Channel(ctx, "ch")
	if err != nil {
		h.t.Fatal(err)
	}
	h.rt.Reject(ch, &channels.Request{Header: http.Header{}, Body: []byte("{}"), ReceivedAt: time.Now()}, "signature", "does not match")
	if err := h.store.Ready(ctx); err != nil { // the note goes with the next commit
		h.t.Fatal(err)
	}
}

// tested writes what a test of the channel would have found.
func (h *house) tested(checks ...check.Check) {
	h.t.Helper()
	_, err := h.store.Channels().Update(context.Background(), "ch", func(rec *store.Channel) error {
		rec.CheckedAt, rec.CheckOK, rec.Found = time.Now().UTC(), !check.Failed(checks), troubleIn(checks)
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func TestTheBadgeTellsWhatTheTrafficTells(t *testing.T) {
	warn := func(id, code string) check.Check { return check.New(id, check.Warn, code) }
	fail := check.New("token", check.Fail, "naverworks.token_refused")
	refusedBy := func(kind channels.Kind) func(context.Context, int, channels.Outgoing) error {
		return func(context.Context, int, channels.Outgoing) error { return channels.Failf(kind, "E1", "no") }
	}
	const say, deny, quiet, answer, hour = "say", "deny", "platform refuses", "platform takes", "an hour passes"
	for _, row := range []struct {
		name   string
		before []string
		test   []check.Check
		after  []string
		kind   channels.Kind
		status string
		code   string
	}{
		{name: "a new channel is not tested", status: "new"},
		{name: "a channel that answers is connected", before: []string{say}, status: "connected"},
		{name: "so is one whose test passed", test: []check.Check{check.New("token", check.Pass, "channel.url_good")}, status: "connected"},
		{name: "a failed test needs attention", test: []check.Check{fail}, status: "attention", code: fail.Code},
		{name: "the traffic before it does not help", before: []string{say, hour}, test: []check.Check{fail}, status: "attention", code: fail.Code},
		{name: "that after it does", test: []check.Check{fail}, after: []string{say}, status: "connected"},
		{name: "a callback that goes elsewhere", test: []check.Check{warn("callback", "naverworks.callback_other")}, status: "attention", code: "naverworks.callback_other"},
		{name: "a callback URL that is not reached", test: []check.Check{warn("reachable", "channel.reach_failed")}, status: "attention", code: "channel.reach_failed"},
		{name: "is reached if callbacks come in", before: []string{say, hour}, test: []check.Check{warn("reachable", "channel.reach_failed")}, status: "connected"},
		{name: "that nothing has come yet is no trouble", test: []check.Check{warn("callbacks", "channel.callbacks_none")}, status: "connected"},
		{name: "nothing but a refused callback", before: []string{deny}, status: "attention", code: "channel.callbacks_signature"},
		{name: "one refused callback among others is somebody else's", before: []string{say, deny}, status: "connected"},
		{name: "several in a row are not", before: []string{say, deny, deny, deny}, status: "attention", code: "channel.callbacks_signature"},
		{name: "until one is taken", before: []string{deny, deny, deny, say}, status: "connected"},
		{name: "refused credentials", before: []string{say, quiet, say}, kind: channels.Auth, status: "attention", code: "channel.now_auth"},
		{name: "stay refused", before: []string{quiet, say, hour}, kind: channels.Auth, status: "attention", code: "channel.now_auth"},
		{name: "until they are taken", before: []string{quiet, say, answer, say}, kind: channels.Auth, status: "connected"},
		{name: "or a test passes", before: []string{quiet, say}, test: []check.Check{}, kind: channels.Auth, status: "connected"},
		{name: "one who blocks the bot is no trouble of the channel", before: []string{say, quiet, say}, kind: channels.Blocked, status: "connected"},
	} {
		t.Run(row.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, h *house) {
				n := 0
				do := func(steps []string) {
					for _, step := range steps {
						time.Sleep(time.Second)
						switch n++; step {
						case say:
							h.say("ch", said{Conv: "c1", Key: string(rune('a' + n)), Text: "hi"})
							h.settle()
						case deny:
							h.refuse()
						case quiet:
							h.channel.platform(refusedBy(row.kind))
						case answer:
							h.channel.platform(nil)
						case hour:
							time.Sleep(time.Hour)
						}
					}
					time.Sleep(pulseLife)
				}
				do(row.before)
				if row.test != nil {
					h.tested(row.test...)
				}
				do(row.after)
				v, err := h.rt.ShowChannel(context.Background(), "ch")
				if err != nil || v.Status != row.status {
					t.Fatalf("%s (%s), %v", v.Status, v.StatusDetail, err)
				}
				switch {
				case (v.Trouble != nil) != (row.code != ""):
					t.Errorf("trouble %+v", v.Trouble)
				case v.Trouble != nil && (v.Trouble.Code != row.code || v.StatusDetail == "" || v.StatusDetail == row.code):
					t.Errorf("trouble %+v, %q", v.Trouble, v.StatusDetail)
				}
			})
		})
	}
}

// platform lets the platform answer otherwise from now on.
func (c *scriptedChannel) platform(send func(context.Context, int, channels.Outgoing) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.send = send
}

func TestAnActiveAlarmIsATroubleOfItsChannel(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		time.Sleep(time.Second)
		h.channel.platform(func(context.Context, int, channels.Outgoing) error {
			return channels.Failf(channels.Rejected, "E9", "no")
		})
		for _, key := range []string{"1", "2", "3"} {
			h.say("ch", said{Conv: "c1", Key: key, Text: "hi"})
			h.settle()
		}
		if v, err := h.rt.ShowChannel(ctx, "ch"); err != nil || v.Status != "connected" {
			t.Fatalf("%s, %v", v.Status, err)
		}
		time.Sleep(2 * alarmEvery)
		if v, err := h.rt.ShowChannel(ctx, "ch"); err != nil || v.Trouble == nil || v.Trouble.Code != "channel.now_undelivered" || v.Trouble.Where != WhereDeliveries {
			t.Errorf("%s, %+v, %v", v.Status, v.Trouble, err)
		}
		h.channel.platform(nil)
		h.say("ch", said{Conv: "c1", Key: "4", Text: "hi"})
		time.Sleep(pulseLife)
		if v, err := h.rt.ShowChannel(ctx, "ch"); err != nil || v.Status != "connected" {
			t.Errorf("%s, %v", v.Status, err)
		}
	})
}

func TestCredentialsThatAreRefusedNowAndThenNeedAttention(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		time.Sleep(time.Second)
		h.channel.platform(func(_ context.Context, n int, _ channels.Outgoing) error {
			if n%2 == 1 {
				return channels.Failf(channels.Auth, "E1", "no")
			}
			return nil
		})
		for _, key := range []string{"1", "2"} {
			h.say("ch", said{Conv: "c1", Key: key, Text: "hi"})
			time.Sleep(time.Second)
		}
		time.Sleep(2 * alarmEvery)
		if v, err := h.rt.ShowChannel(ctx, "ch"); err != nil || v.Trouble == nil || v.Trouble.Code != "channel.now_auth" {
			t.Errorf("while the alarm is on: %s, %+v, %v", v.Status, v.Trouble, err)
		}
		time.Sleep(2 * alarmCalm)
		if v, err := h.rt.ShowChannel(ctx, "ch"); err != nil || v.Status != "connected" {
			t.Errorf("when it is over: %s, %v", v.Status, err)
		}
	})
}

func TestATestBeforeSavingCounts(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		values := settings.Values{"secret": "another-secret-9876"}
		if _, err := h.rt.TestChannel(ctx, "scripted", values); err != nil {
			t.Fatal(err)
		}
		v, err := h.rt.CreateChannel(ctx, "bot", ChannelSpec{ID: "tested", Type: "scripted", Name: "Tested", Settings: values})
		if err != nil || v.Status != "connected" {
			t.Errorf("%s, %v", v.Status, err)
		}
		v, err = h.rt.PatchChannel(ctx, "tested", ChannelPatch{Settings: settings.Values{"secret": "never-tested-1234"}})
		if err != nil || v.Status != "new" {
			t.Errorf("with a secret that nobody has tested: %s, %v", v.Status, err)
		}
		if _, err := h.rt.TestChange(ctx, "tested", settings.Values{"secret": "tested-at-last-55"}); err != nil {
			t.Fatal(err)
		}
		v, err = h.rt.PatchChannel(ctx, "tested", ChannelPatch{Settings: settings.Values{"secret": "tested-at-last-55"}})
		if err != nil || v.Status != "connected" {
			t.Errorf("with one that was tested before it was saved: %s, %v", v.Status, err)
		}
		if v, err = h.rt.PatchChannel(ctx, "tested", ChannelPatch{Name: &v.BotName}); err != nil || v.Status != "connected" {
			t.Errorf("with another name: %s, %v", v.Status, err)
		}
	})
}

func TestWhatStopsMessagesIsToldFromWhatDoesNot(t *testing.T) {
	c := func(id string, s check.Status, code string) check.Check { return check.New(id, s, code) }
	for _, row := range []struct {
		checks []check.Check
		code   string
	}{
		{nil, ""},
		{[]check.Check{c("callback", check.Warn, "a"), c("token", check.Fail, "b")}, "b"},
		{[]check.Check{c("quota", check.Warn, "a"), c("webhook", check.Warn, "b")}, "b"},
		{[]check.Check{c("reachable", check.Warn, "channel.reach_slow"), c("quota", check.Warn, "a")}, ""},
	} {
		found := troubleIn(row.checks)
		if (found != nil) != (row.code != "") || found != nil && found.Code != row.code {
			t.Errorf("%+v: %+v", row.checks, found)
		}
	}
}

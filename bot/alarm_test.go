package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"dari/bot/message"
	"dari/bot/words"
	"dari/channels"
	"dari/store"
)

func TestAnAlarmIsRaisedAtItsThresholdAndNotBelow(t *testing.T) {
	for _, row := range []struct {
		name, id string
		need     int
		do       func(h *postOffice) func(n int)
	}{
		{"refused credentials", "credentials:ch", 1, func(h *postOffice) func(int) { return h.undelivered(store.Undelivered, channels.Auth) }},
		{"deliveries that failed", "deliveries:ch", 3, func(h *postOffice) func(int) { return h.undelivered(store.Undelivered, channels.Rejected) }},
		{"deliveries of which nobody knows", "deliveries:ch", 3, func(h *postOffice) func(int) { return h.undelivered(store.Uncertain, channels.Uncertain) }},
		{"an engine that fails", "engine:bot", 3, func(h *postOffice) func(int) { return h.fails("engine: timeout: late") }},
		{"an answer that cannot be shown", "engine:bot", 3, func(h *postOffice) func(int) { return h.fails("the engine's answer cannot be shown: x") }},
		{"rejected callbacks", "rejected:ch", 5, func(h *postOffice) func(int) { return h.rejects }},
	} {
		t.Run(row.name, func(t *testing.T) {
			inPostOffice(t, func(t *testing.T, h *postOffice) {
				do := row.do(h)
				do(row.need - 1)
				if h.look(); h.on() != "" {
					t.Errorf("one below the threshold: %s", h.on())
				}
				do(1)
				if h.look(); h.on() != row.id {
					t.Errorf("at the threshold: %q", h.on())
				}
				a, err := h.store.Alarms().Get(t.Context(), row.id)
				if err != nil || a.Count != row.need || a.Last == "" || a.Payload == "" || a.BotID != "bot" || !strings.HasPrefix(a.EventID, "ev_") {
					t.Errorf("%+v, %v", a, err)
				}
			})
		})
	}
}

func TestWhatIsLongAgoOrNotTheEnginesFaultRaisesNothing(t *testing.T) {
	inPostOffice(t, func(t *testing.T, h *postOffice) {
		for _, reason := range []string{"parse: strange", "channel: gone", "bot: gone", "file: refused"} {
			h.fails(reason)(4)
		}
		h.undelivered(store.Delivered, "")(4)
		if h.look(); h.on() != "" {
			t.Errorf("raised: %s", h.on())
		}
		h.fails("engine: timeout")(2)
		time.Sleep(alarmWindow + time.Second)
		h.fails("engine: timeout")(2)
		if h.look(); h.on() != "" {
			t.Errorf("raised by what was long ago: %s", h.on())
		}
	})
}

func TestADeliveryThatWasTriedForLongCountsWhenItEnds(t *testing.T) {
	inPostOffice(t, func(t *testing.T, h *postOffice) {
		ctx := t.Context()
		for n := range needDeliveries {
			_, _, err := h.store.Enqueue(ctx, "", []store.Delivery{{BotID: "bot", ChannelID: "ch", ConversationID: fmt.Sprint("ch:", n), Messages: []message.Message{message.Text("x")}, CreatedAt: time.Now()}})
			h.must(err)
		}
		time.Sleep(time.Hour)
		for range needDeliveries {
			d, err := h.store.NextDelivery(ctx)
			h.must(err)
			h.must(h.store.FinishDelivery(ctx, d, store.Result{Status: store.Undelivered, ErrorKind: "temporary", DoneAt: time.Now()}))
		}
		h.look()
		list, err := h.rt.Alarms(ctx)
		if err != nil || len(list) != 1 || list[0].Path != "/console/channels/ch/state" || list[0].Last != "temporary" || list[0].Channel != "Channel" {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

func TestAnAlarmIsToldOnceAgainAfterADayAndWhenItIsOver(t *testing.T) {
	inPostOffice(t, func(t *testing.T, h *postOffice) {
		h.target(AlarmTargetSpec{Locale: "en"})
		refused := h.undelivered(store.Undelivered, channels.Auth)
		refused(1)
		h.look()
		if len(h.posts) != 1 || !strings.Contains(h.posts[0].Text, "refuses the credentials of Channel (Bot)") || !strings.Contains(h.posts[0].Text, "the platform said no") ||
			!strings.Contains(h.posts[0].Text, "The newest one: text") || !strings.Contains(h.posts[0].Text, "https://console.example/console/events/ev_") {
			t.Fatalf("%+v", h.posts)
		}
		if got := h.told(); got != "raised" {
			t.Fatalf("told %q", got)
		}
		for range 24*60/20 + 1 { // it lasts
			time.Sleep(alarmWindow)
			h.look()
			time.Sleep(alarmWindow)
			refused(1)
			h.look()
		}
		if got := h.told(); got != "still" {
			t.Errorf("told in a day: %q", got)
		}
		h.rt = h.runtime(h.store) // a restart
		h.open(h.rt)
		if h.lookFor(alarmWindow + alarmCalm - 2*time.Minute); h.told() != "" || h.on() == "" {
			t.Error("told after a restart, or over too soon")
		}
		h.lookFor(5 * time.Minute)
		if got := h.told(); got != "over" || h.on() != "" {
			t.Errorf("told %q, on %q", got, h.on())
		}
		if list, err := h.store.Alarms().List(t.Context()); err != nil || len(list) != 0 {
			t.Errorf("kept: %+v, %v", list, err)
		}
		if h.lookFor(time.Hour); h.told() != "" {
			t.Error("told after it was over")
		}
	})
}

func TestRefusedCredentialsSayEnoughAboutTheirChannel(t *testing.T) {
	inPostOffice(t, func(t *testing.T, h *postOffice) {
		h.target(AlarmTargetSpec{})
		h.undelivered(store.Undelivered, channels.Temporary)(3)
		if h.look(); h.on() != "deliveries:ch" || h.told() != "raised" {
			t.Errorf("on: %s", h.on())
		}
		h.undelivered(store.Undelivered, channels.Auth)(1)
		if h.look(); h.on() != "credentials:ch" || h.told() != "raised" {
			t.Errorf("on: %s", h.on())
		}
	})
}

func TestAnEndIsToldOnceForEachLevel(t *testing.T) {
	inPostOffice(t, func(t *testing.T, h *postOffice) {
		h.target(AlarmTargetSpec{Locale: "en"})
		levels, last := "", ""
		for days := 31; days > -5; days-- {
			h.secretEnds(days)
			h.lookFor(2 * time.Minute)
			if on := h.on(); on != last {
				levels, last = levels+fmt.Sprintf(" %d%s", days, strings.TrimPrefix(on, "expiry:ch")), on
			}
		}
		if levels != " 29:month 6:week 0:day -1:over" || len(h.posts) != 4 || !strings.Contains(h.posts[3].Text, "ended on") {
			t.Errorf("levels%s, %d told", levels, len(h.posts))
		}
		h.told()
		h.secretEnds(400)
		if h.look(); h.on() != "" || h.told() != "" {
			t.Errorf("after it was renewed: %s", h.on())
		}
	})
}

func TestAnAPIKeyThatEndsIsToldUnlessItIsReplaced(t *testing.T) {
	inPostOffice(t, func(t *testing.T, h *postOffice) {
		for id, k := range map[string]store.APIKey{
			"key_soon":     {ExpiresAt: time.Now().Add(keyWarning)},
			"key_later":    {ExpiresAt: time.Now().Add(keyWarning + time.Minute)},
			"key_replaced": {ExpiresAt: time.Now().Add(time.Hour), ReplacedBy: "key_later"},
			"key_over":     {ExpiresAt: time.Now().Add(-time.Hour)},
			"key_never":    {},
			"desk_ch":      {ExpiresAt: time.Now().Add(time.Hour), Scopes: []string{"desk:ch"}},
		} {
			k.ID, k.Name = id, "Name of "+id
			h.must(h.store.APIKeys().Put(t.Context(), id, k))
		}
		h.look()
		list, err := h.rt.Alarms(t.Context())
		if err != nil || h.on() != "key_expiry:desk_ch key_expiry:key_soon" || list[0].Path != "/console/channels/ch/desk" || list[1].Path != "/console/keys" || list[1].Subject != "Name of key_soon" {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

func TestAWebhookThatFailsIsTriedForAnHourAndItsAddressNeverShown(t *testing.T) {
	for _, row := range []struct {
		name, says string
		status     int
		header     http.Header
	}{
		{"one that refuses", "hooks.example.com answered 500", 500, nil},
		{"one that leads elsewhere", "hooks.example.com answered 307; redirects are not followed", 307, http.Header{"Location": {secretHook}}},
		{"one that cannot be reached", "hooks.example.com: cannot be reached", 0, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			inPostOffice(t, func(t *testing.T, h *postOffice) {
				var log bytes.Buffer
				h.rt.log = slog.New(slog.NewTextHandler(&log, nil))
				h.target(AlarmTargetSpec{})
				h.status, h.header = row.status, row.header
				h.secretEnds(0)
				if h.lookFor(3 * time.Minute); h.told() != "raised raised raised" {
					t.Error("it is not tried every minute")
				}
				v := h.targetNow()
				if v.LastError != row.says || v.Where != "hooks.example.com/…wxyz" || !v.LastAt.IsZero() {
					t.Errorf("%+v", v)
				}
				rec, err := h.store.AlarmTargets().Get(t.Context(), v.ID)
				if all := fmt.Sprintf("%+v %s %v", rec, log.String(), err); strings.Contains(all, "very-secret-part") || !strings.Contains(log.String(), "hooks.example.com") {
					t.Errorf("shown: %s", all)
				}
				if h.lookFor(2 * time.Hour); len(h.posts) < 55 || len(h.posts) > 60 {
					t.Errorf("tried %d times more", len(h.posts))
				}
				h.told()
				h.status = http.StatusNoContent
				if v, err := h.rt.TryAlarmTarget(t.Context(), v.ID); err != nil || v.LastError != "" || v.LastAt.IsZero() || h.told() != "test" {
					t.Errorf("%+v, %v", v, err)
				}
			})
		})
	}
}

func TestAWebhookThatComesBackHearsWhatItMissed(t *testing.T) {
	inPostOffice(t, func(t *testing.T, h *postOffice) {
		h.target(AlarmTargetSpec{})
		h.status = http.StatusServiceUnavailable
		h.secretEnds(5)
		h.look()
		h.status = http.StatusOK
		if h.look(); h.told() != "raised" {
			t.Error("it was tried again at once, as by another node")
		}
		h.lookFor(10 * time.Minute)
		if v := h.targetNow(); h.told() != "raised" || v.LastError != "" || v.LastAt.IsZero() {
			t.Errorf("%+v", v)
		}
	})
}

func TestATargetThatIsAddedLaterHearsWhatIsOnIfNobodyHas(t *testing.T) {
	inPostOffice(t, func(t *testing.T, h *postOffice) {
		h.secretEnds(5)
		if h.lookFor(time.Hour); h.on() != "expiry:ch:week" {
			t.Errorf("on: %s", h.on())
		}
		h.target(AlarmTargetSpec{})
		if h.lookFor(time.Hour); h.told() != "raised" {
			t.Error("it was not told once")
		}
	})
}

func TestAConversationIsToldOnceHoweverOftenItIsTried(t *testing.T) {
	bubble(t, func(t *testing.T, house *house) {
		h := &postOffice{house: house}
		h.channel.setLimits(func(l *channels.Limits) { l.TextMax = 2000 })
		h.rt.forget("", "ch")
		h.say("ch", said{Conv: "ops", Key: "1", Text: "hello"})
		h.settle()
		h.target(AlarmTargetSpec{Kind: TargetConversation, ConversationID: "ch:ops", Locale: "ko"})
		h.secretEnds(5)
		h.look()
		_, err := h.store.Alarms().Update(t.Context(), "expiry:ch:week", func(a *store.Alarm) error { // a node that stopped before it noted
			a.Owed, a.TriedAt = []string{h.targetNow().ID}, time.Time{}
			return nil
		})
		h.must(err)
		h.look()
		h.settle()
		if texts := h.channel.texts(); len(texts) != 2 || !strings.Contains(texts[1], "Channel 채널(Bot)의 클라이언트 비밀이") {
			t.Errorf("said %q", texts)
		}
	})
}

func TestRefusedCredentialsAreNotToldThroughTheirOwnChannel(t *testing.T) {
	inPostOffice(t, func(t *testing.T, h *postOffice) {
		h.turn(store.Handled, "")
		h.must(keepConversation(h, "ch:ops"))
		h.target(AlarmTargetSpec{Kind: TargetConversation, ConversationID: "ch:ops"})
		h.undelivered(store.Undelivered, channels.Auth)(1)
		before := len(h.deliveries())
		h.look()
		if v := h.targetNow(); len(h.deliveries()) != before || !strings.Contains(v.LastError, "add a target elsewhere") {
			t.Errorf("%d deliveries, %+v", len(h.deliveries())-before, v)
		}
	})
}

// keepConversation makes a conversation known, as its first turn would.
func keepConversation(h *postOffice, id string) error {
	ctx := context.Background()
	_, err := h.store.Accept(ctx, []store.Event{{BotID: "bot", ChannelID: "ch", ConversationID: id, Keys: []string{id}, Kind: message.KindText, State: store.Waiting, ReceivedAt: time.Now()}})
	if err != nil {
		return err
	}
	c, err := h.store.NextTurn(ctx)
	if err == nil {
		_, err = h.store.CommitTurn(ctx, c, store.Turn{State: store.Handled, Conversation: &store.Conversation{ID: id, BotID: "bot", ChannelID: "ch"}})
	}
	return err
}

func TestOfTwoNodesOneTells(t *testing.T) {
	inPostOffice(t, func(t *testing.T, h *postOffice) {
		h.target(AlarmTargetSpec{})
		h.secretEnds(5)
		there := h.runtime(h.store)
		h.open(there)
		for range 3 {
			var wg sync.WaitGroup
			for _, rt := range []*Runtime{h.rt, there} {
				wg.Go(func() { rt.watch(t.Context()) })
			}
			wg.Wait()
			time.Sleep(alarmEvery)
		}
		if got := h.told(); got != "raised" {
			t.Errorf("told %q", got)
		}
	})
}

func TestARuntimeLooksEveryMinute(t *testing.T) {
	bubble(t, func(t *testing.T, house *house) {
		h := &postOffice{house: house}
		h.secretEnds(5)
		time.Sleep(alarmEvery + time.Second)
		if h.on() != "expiry:ch:week" {
			t.Errorf("on: %q", h.on())
		}
	})
}

func TestTargetsAreCheckedBoundedAndSealed(t *testing.T) {
	inPostOffice(t, func(t *testing.T, h *postOffice) {
		for _, row := range []struct {
			field string
			spec  AlarmTargetSpec
		}{
			{"name", AlarmTargetSpec{Name: " ", Kind: TargetWebhook, URL: secretHook}},
			{"kind", AlarmTargetSpec{Name: "x", Kind: "pigeon"}},
			{"url", AlarmTargetSpec{Name: "x", Kind: TargetWebhook, URL: "hooks.example.com/x"}},
			{"url", AlarmTargetSpec{Name: "x", Kind: TargetWebhook, URL: "https://me:secret@hooks.example.com/x"}},
			{"conversation", AlarmTargetSpec{Name: "x", Kind: TargetConversation, ConversationID: "ch:none"}},
			{"locale", AlarmTargetSpec{Name: "x", Kind: TargetWebhook, URL: secretHook, Locale: "tlh"}},
		} {
			var input *InputError
			if _, err := h.rt.CreateAlarmTarget(t.Context(), row.spec); !errors.As(err, &input) || input.Field != row.field {
				t.Errorf("%+v: %v, want a mistake in %s", row.spec, err, row.field)
			}
		}
		id := h.target(AlarmTargetSpec{})
		for range maxTargets - 1 {
			h.target(AlarmTargetSpec{})
		}
		var input *InputError
		if _, err := h.rt.CreateAlarmTarget(t.Context(), AlarmTargetSpec{Name: "x", Kind: TargetWebhook, URL: secretHook}); !errors.As(err, &input) || input.Field != "targets" {
			t.Errorf("one too many: %v", err)
		}
		h.must(h.rt.DeleteAlarmTarget(t.Context(), id))
		if _, err := h.rt.TryAlarmTarget(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	})
}

func TestAWebhookOpensWithTheNewKeyAfterARotation(t *testing.T) {
	inPostOffice(t, func(t *testing.T, h *postOffice) {
		path := filepath.Join(t.TempDir(), "secret.key")
		sealer, err := store.LoadSealer(path)
		h.must(err)
		h.rt.sealer = sealer
		_, err = h.store.Channels().Update(t.Context(), "ch", func(c *store.Channel) error { c.Sealed = nil; return nil }) // of another key
		h.must(err)
		id := h.target(AlarmTargetSpec{})
		var out strings.Builder
		if err := h.rt.RotateKey(t.Context(), path, &out); err != nil || !strings.Contains(out.String(), "alarm targets: 1 sealed anew") {
			t.Fatalf("%v\n%s", err, out.String())
		}
		h.rt.sealer, err = store.LoadSealer(path)
		h.must(err)
		if v, err := h.rt.TryAlarmTarget(t.Context(), id); err != nil || v.LastError != "" || h.told() != "test" {
			t.Errorf("%+v, %v", v, err)
		}
	})
}

func TestOnlyTheEndOfALongAddressIsShown(t *testing.T) {
	for address, want := range map[string]string{
		secretHook:                              "hooks.example.com/…wxyz",
		"https://h.example:8443/short":          "h.example:8443/…",
		"https://h.example/":                    "h.example/…",
		"https://h.example/a?token=0123456789x": "h.example/…789x",
	} {
		u, err := url.Parse(address)
		if err != nil || shownHook(u) != want {
			t.Errorf("%s: %s, %v", address, shownHook(u), err)
		}
	}
}

func TestWhatAnAlarmRepeatsHoldsNothingPersonal(t *testing.T) {
	for _, row := range []struct{ name, in, want string }{
		{"an ordinary error", "429 Too Many Requests (rate_limited)", "429 Too Many Requests (rate_limited)"},
		{"an address", "no mailbox hana.kim@example.co.kr here", "no mailbox •••@••• here"},
		{"a telephone number", "call +82 10-1234-5678 now", "call ••• now"},
		{"an id of a person", "user U0123456789abcdef0123456789abcdef is gone", "user ••• is gone"},
		{"a long word", "TooManyRequestsExceptionOfTheService", "TooManyRequestsExceptionOfTheService"},
		{"what mentions everybody", "bad <!channel>\nand <https://evil.example|here>", "bad ‹!channel› and ‹https://evil.example|here›"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := alarmText(row.in); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
	if got := alarmText(strings.Repeat("가나다 ", 100)); len(got) > maxAlarmText || !utf8.ValidString(got) || !strings.HasSuffix(got, "…") {
		t.Errorf("%d bytes: %q", len(got), got)
	}
}

func TestEveryAlarmIsSaidInEveryLanguage(t *testing.T) {
	inPostOffice(t, func(t *testing.T, h *postOffice) {
		names, err := h.rt.alarmNames(t.Context())
		h.must(err)
		for _, l := range words.Languages {
			for _, kind := range AlarmKinds {
				for _, state := range []string{alarmRaised, alarmStill, alarmOver} {
					if ends(kind) && state != alarmRaised {
						continue
					}
					for _, subject := range []string{"week", "over"} {
						a := store.Alarm{Kind: kind, State: state, BotID: "bot", ChannelID: "ch", Subject: subject, Last: "the error", Payload: "text, 3 B"}
						text, err := h.rt.sayAlarm(a, names, l.Code)
						if err != nil || strings.ContainsAny(text, "{}") || !strings.Contains(text, "https://console.example/console/") {
							t.Errorf("%s %s %s: %q, %v", l.Code, kind, state, text, err)
						}
					}
				}
			}
		}
	})
}

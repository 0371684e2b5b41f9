package bot

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dari/bot/check"
	"dari/bot/outbound"
	"dari/bot/settings"
	"dari/bot/words"
	"dari/channels"
	"dari/store"
)

// lineOf is the check of that id; its sentence must be whole.
func lineOf(t *testing.T, checks []check.Check, id string) check.Check {
	t.Helper()
	var found check.Check
	for _, c := range checks {
		if text := words.Check("en", c); text == c.Code || strings.ContainsAny(text, "{}") {
			t.Errorf("%+v says %q", c, text)
		}
		if c.ID == id {
			found = c
		}
	}
	return found
}

func TestTheClockIsComparedWithTheMessengers(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 16, 0, 0, time.UTC)
	for _, row := range []struct {
		name   string
		ahead  []time.Duration // of each answer
		status check.Status    // "" for no line
		code   string
		by     string
	}{
		{"without an answer there is nothing to say", nil, "", "", ""},
		{"they agree", []time.Duration{0}, check.Pass, "channel.clock_good", ""},
		{"a minute is no trouble", []time.Duration{-time.Minute}, check.Pass, "channel.clock_good", ""},
		{"ours is behind", []time.Duration{-61 * time.Second}, check.Warn, "channel.clock_behind", "1m1s"},
		{"ours is ahead", []time.Duration{5 * time.Minute}, check.Warn, "channel.clock_ahead", "5m0s"},
		{"ours is so far ahead that signatures fail", []time.Duration{301 * time.Second}, check.Fail, "channel.clock_ahead", "5m1s"},
		{"ours is so far behind that signatures fail", []time.Duration{-time.Hour}, check.Fail, "channel.clock_behind", "1h0m0s"},
		{"an answer that was long on the way", []time.Duration{2 * time.Minute, time.Second, 3 * time.Minute}, check.Pass, "channel.clock_good", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := &drift{now: func() time.Time { return now }}
			d.note(http.Header{"Date": {"not a date"}})
			for _, ahead := range row.ahead {
				d.note(http.Header{"Date": {now.Add(-ahead).Format(http.TimeFormat)}})
			}
			got, ok := d.check()
			if ok != (row.status != "") || got.Status != row.status || got.Code != row.code || got.Params["by"] != row.by {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestOnlyTheTestsOwnAnswersTellTheTime(t *testing.T) {
	old := time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)
	transport := dated{answer(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{"Date": {old}}, Body: http.NoBody}, nil
	})}
	d := &drift{now: time.Now}
	call := func(ctx context.Context) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://messenger.example/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := transport.RoundTrip(req); err != nil {
			t.Fatal(err)
		}
	}
	call(context.Background())
	if got, ok := d.check(); ok {
		t.Errorf("somebody else's call: got %+v", got)
	}
	call(context.WithoutCancel(withDrift(context.Background(), d)))
	if got, _ := d.check(); got.Code != "channel.clock_ahead" {
		t.Errorf("got %+v", got)
	}
}

type answer func(*http.Request) (*http.Response, error)

func (a answer) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

func TestThePublicAddressIsJudged(t *testing.T) {
	for public, code := range map[string]string{
		"":                           "channel.url_none",
		"http://localhost:8080":      "channel.url_local",
		"http://127.0.0.1:8080":      "channel.url_local",
		"https://10.1.2.3":           "channel.url_local",
		"https://[::1]":              "channel.url_local",
		"https://dari.localhost":     "channel.url_local",
		"https://nas.local":          "channel.url_local",
		"https://%zz":                "channel.url_local",
		"http://bot.example.com":     "channel.url_http",
		"https://bot.example.com":    "channel.url_good",
		"https://bot.example.com/p/": "channel.url_good",
	} {
		h := newHouse(t)
		h.rt.publicURL = public
		h.rt.http = &http.Client{Transport: channels.Transport(answer(func(*http.Request) (*http.Response, error) { return nil, errors.New("no way") }))}
		checks := h.rt.checkWay(t.Context(), store.Channel{Type: "scripted"})
		if got := lineOf(t, checks, "public_url"); got.Code != code {
			t.Errorf("%q: got %+v", public, got)
		}
		if reached := lineOf(t, checks, "reachable").ID != ""; reached != (code == "channel.url_good") {
			t.Errorf("%q: called %v", public, reached)
		}
	}
}

func TestWhatIsInTheWayIsNamed(t *testing.T) {
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	guard, err := outbound.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, url string
		client    *http.Client
		status    check.Status
		code      string
	}{
		{"a certificate that nobody trusts", untrusted.URL, &http.Client{Transport: &http.Transport{}}, check.Fail, "channel.reach_certificate"},
		{"an address that Dari may not call", "https://127.0.0.1:1/x", guard.Client(time.Second), check.Warn, "channel.reach_private"},
		{"a server that is not there", gone.URL, &http.Client{Transport: &http.Transport{}}, check.Warn, "channel.reach_failed"},
		{"no address at all", "https://%zz", &http.Client{Transport: &http.Transport{}}, check.Warn, "channel.reach_failed"},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t)
			h.rt.http = &http.Client{Transport: channels.Transport(row.client.Transport)}
			got := h.rt.checkReach(t.Context(), row.url)
			lineOf(t, []check.Check{got}, "")
			if got.Status != row.status || got.Code != row.code {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestASlowWayIsTold(t *testing.T) {
	got := reached("https://bot.example.com/x", 405, true, 1600*time.Millisecond)
	if got.Status != check.Warn || got.Code != "channel.reach_slow" || got.Params["time"] != "1.6s" {
		t.Errorf("got %+v", got)
	}
}

func TestAChannelThatCannotBeUsedFailsItsOnlyCheck(t *testing.T) {
	for _, row := range []struct {
		name   string
		spoil  func(*store.Channel)
		id     string
		status check.Status
		code   string
	}{
		{"of a type that is gone", func(c *store.Channel) { c.Type = "fax" }, "settings", check.Fail, "channel.type_unknown"},
		{"sealed with another key", func(c *store.Channel) { c.Sealed[len(c.Sealed)-1] ^= 1 }, "settings", check.Fail, "channel.sealed"},
		{"with a setting that is no more", func(c *store.Channel) { c.Settings = settings.Values{"old": "x"} }, "settings", check.Fail, "channel.setting"},
		{"that is a draft without a required setting", func(c *store.Channel) { c.Draft, c.Sealed = true, nil }, "settings", check.Warn, "channel.draft_incomplete"},
		{"that is a draft sealed with another key", func(c *store.Channel) { c.Draft = true; c.Sealed[len(c.Sealed)-1] ^= 1 }, "settings", check.Fail, "channel.sealed"},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t)
			if _, err := h.store.Channels().Update(t.Context(), "ch", func(c *store.Channel) error { row.spoil(c); return nil }); err != nil {
				t.Fatal(err)
			}
			h.rt.forget("", "ch")
			report, err := h.rt.Check(t.Context(), "ch")
			if err != nil || len(report.Checks) != 1 {
				t.Fatalf("got %+v, %v", report, err)
			}
			if got := lineOf(t, report.Checks, row.id); got.Status != row.status || got.Code != row.code {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestADraftIsTestedAsFarAsItGoes(t *testing.T) {
	h := newHouse(t)
	if _, err := h.store.Channels().Update(t.Context(), "ch", func(c *store.Channel) error { c.Draft = true; return nil }); err != nil {
		t.Fatal(err)
	}
	h.rt.forget("", "ch")
	report, err := h.rt.Check(t.Context(), "ch")
	if err != nil || lineOf(t, report.Checks, "bot").Status != check.Pass || lineOf(t, report.Checks, "enabled").Code != "channel.draft" {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestAChangeIsTestedBeforeItIsSaved(t *testing.T) {
	h := newHouse(t)
	for _, row := range []struct {
		name  string
		patch settings.Values
		check string // code of the first check
		field string // of an error
	}{
		{"nothing is changed", nil, "naverworks.bot_found", ""},
		{"a secret comes back masked", settings.Values{"secret": "••••1234"}, "naverworks.bot_found", ""},
		{"a secret that the type refuses", settings.Values{"secret": "bad"}, "channel.setting", ""},
		{"a required setting is taken away", settings.Values{"secret": nil}, "", "settings.secret"},
	} {
		t.Run(row.name, func(t *testing.T) {
			report, err := h.rt.TestChange(t.Context(), "ch", row.patch)
			var input *InputError
			switch {
			case row.field != "":
				if !errors.As(err, &input) || input.Field != row.field {
					t.Errorf("got %v", err)
				}
			case err != nil || report.Checks[0].Code != row.check:
				t.Errorf("got %+v, %v", report, err)
			}
		})
	}
	view, err := h.rt.ShowChannel(t.Context(), "ch")
	if err != nil || view.Status != "new" || view.Settings.Text("secret") != "••••1234" {
		t.Errorf("the saved channel became %+v, %v", view, err)
	}
}

func TestAnErrorThatExplainsItselfIsTheCheck(t *testing.T) {
	key := check.Explain(settings.Errorf("private_key", "pem", "is damaged"), check.New("private_key", check.Fail, "naverworks.key_damaged"))
	if got, err := unusable(key); err != nil || got.Code != "naverworks.key_damaged" {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := unusable(io.ErrUnexpectedEOF); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("an error of another sort became %v", err)
	}
}

func TestAChannelOnItsOwnConnectionNeedsNoWayIn(t *testing.T) {
	h := newHouse(t)
	h.channel.listens.Store(true)
	report, err := h.rt.Check(t.Context(), "ch")
	if err != nil {
		t.Fatal(err)
	}
	if got := lineOf(t, report.Checks, "callbacks"); got.Code != "channel.callbacks_none_socket" {
		t.Errorf("got %+v", got)
	}
	if got := lineOf(t, report.Checks, "public_url"); got.ID != "" {
		t.Errorf("got %+v", got)
	}
}

func TestATestBeforeSavingKeepsNothing(t *testing.T) {
	h := newHouse(t)
	report, err := h.rt.TestChannel(t.Context(), "scripted", settings.Values{"secret": "a-secret-12345"})
	if err != nil || lineOf(t, report.Checks, "bot").Status != check.Pass {
		t.Fatalf("got %+v, %v", report, err)
	}
	report, err = h.rt.TestChannel(t.Context(), "scripted", settings.Values{"secret": "bad"})
	if got := lineOf(t, report.Checks, "settings"); err != nil || got.Code != "channel.setting" || got.Params["field"] != "secret" {
		t.Errorf("got %+v, %v", report, err)
	}
	var input *InputError
	if _, err = h.rt.TestChannel(t.Context(), "scripted", settings.Values{}); !errors.As(err, &input) || input.Field != "settings.secret" {
		t.Errorf("got %v", err)
	}
	if _, err = h.rt.TestChannel(t.Context(), "fax", nil); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	all, err := h.rt.Channels(t.Context(), "")
	tokens, tokenErr := h.store.Tokens().List(t.Context())
	if err != nil || tokenErr != nil || len(all) != 1 || len(tokens) != 0 {
		t.Errorf("there are %d channels and %d tokens", len(all), len(tokens))
	}
}

func TestOldFailuresAreForgotten(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.channel.send = func(context.Context, int, channels.Outgoing) error {
			return channels.Failf(channels.Blocked, "", "blocked")
		}
		h.say("ch", said{Conv: "a", Key: "1", Text: "hello"})
		h.settle()
		for _, row := range []struct {
			after time.Duration
			code  string
		}{{time.Hour, "channel.deliveries_blocked"}, {24 * time.Hour, "channel.deliveries_good"}} {
			time.Sleep(row.after) // in the bubble's time
			report, err := h.rt.Check(t.Context(), "ch")
			if got := lineOf(t, report.Checks, "deliveries"); err != nil || got.Code != row.code {
				t.Errorf("after %v: got %+v, %v", row.after, got, err)
			}
		}
	})
}

func TestTheDoctorSpeaksTheTerminalsLanguage(t *testing.T) {
	for lang, want := range map[string][]string{
		"en": {"ch (scripted, bot bot)\n", "  pass  bot: The bot is found: 총무봇.\n", "off (scripted, bot bot, disabled)\n", "2 channels, 0 failed checks\n"},
		"ko": {"ch (scripted, 봇 bot)\n", "  정상    bot: 봇을 찾았습니다: 총무봇.\n", "채널 2개, 실패한 항목 0개\n"},
		"ja": {"ch(scripted、ボット bot)\n", "  正常    bot: Botが見つかりました: 총무봇。\n", "チャネル 2件、失敗した項目 0件\n"},
	} {
		h := newHouse(t)
		h.addChannel("off", nil)
		if _, err := h.rt.EnableChannel(t.Context(), "off", false); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := h.rt.Doctor(t.Context(), &out, lang); err != nil {
			t.Fatal(err)
		}
		for _, line := range want {
			if !strings.Contains(out.String(), line) {
				t.Errorf("%s lacks %q:\n%s", lang, line, out.String())
			}
		}
	}
}

package directline

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

func TestWhenATurnIsOver(t *testing.T) {
	typing := func(after int) dialogtest.DirectLineSays {
		return dialogtest.DirectLineSays{After: after, Activity: map[string]any{"type": "typing", "from": map[string]any{"id": "hanbit-bot"}, "replyToId": "last"}}
	}
	for _, c := range []struct {
		name   string
		says   func() []dialogtest.DirectLineSays
		want   string
		waited time.Duration
	}{
		{"at once when the bot awaits the person", func() []dialogtest.DirectLineSays {
			return []dialogtest.DirectLineSays{says(0, "하나", "inputHint", "expectingInput"), says(1, "둘")}
		}, "하나", 0},
		{"after a quiet while otherwise", func() []dialogtest.DirectLineSays { return []dialogtest.DirectLineSays{says(0, "하나")} }, "하나", 1500 * time.Millisecond},
		// Polls come after 0, 0.2, 0.6, 1.4, 2.4 … seconds.
		{"after the second of two messages", func() []dialogtest.DirectLineSays {
			return []dialogtest.DirectLineSays{says(1, "하나"), says(3, "둘")}
		}, "하나 | 둘", 1400*time.Millisecond + 1500*time.Millisecond},
		{"later when the bot goes on typing", func() []dialogtest.DirectLineSays {
			return []dialogtest.DirectLineSays{says(0, "하나"), typing(3), says(4, "둘", "inputHint", "expectingInput")}
		}, "하나 | 둘", 2400 * time.Millisecond},
		{"not at a welcome, which answers nothing", func() []dialogtest.DirectLineSays {
			return []dialogtest.DirectLineSays{says(0, "어서 오세요", "replyToId", "", "inputHint", "expectingInput"), says(5, "하나", "inputHint", "expectingInput")}
		}, "어서 오세요 | 하나", 3400 * time.Millisecond},
		{"after a long quiet when nothing names what it answers", func() []dialogtest.DirectLineSays {
			return []dialogtest.DirectLineSays{says(0, "하나", "replyToId", "")}
		}, "하나", 6 * time.Second},
		{"not at the answer to an earlier turn", func() []dialogtest.DirectLineSays {
			return []dialogtest.DirectLineSays{says(0, "늦은 답", "replyToId", "CONV-1|0000000x", "inputHint", "expectingInput"), says(2, "하나", "inputHint", "expectingInput")}
		}, "늦은 답 | 하나", 600 * time.Millisecond},
		{"when the time is up, with what there is", func() []dialogtest.DirectLineSays {
			var all []dialogtest.DirectLineSays
			for i := range 100 {
				all = append(all, says(i, "또"))
			}
			return all
		}, strings.TrimSuffix(strings.Repeat("또 | ", 22), " | "), 19400 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, nil)
			b.fake.Bot = answering(c.says)
			said, _, err := b.hear(t, turn("안녕"))
			if err != nil || texts(said) != c.want {
				t.Errorf("got %q, %v, want %q", texts(said), err, c.want)
			}
			if got := b.waited(); got != c.waited {
				t.Errorf("waited %v, want %v", got, c.waited)
			}
		})
	}
	t.Run("with a time-out when the bot says nothing", func(t *testing.T) {
		b := open(t, nil)
		b.fake.Bot = answering(func() []dialogtest.DirectLineSays { return nil })
		_, _, err := b.hear(t, turn("안녕"))
		asError(t, err, "timeout")
		for i, d := range b.waits {
			if d < minPause || d > maxPause {
				t.Errorf("pause %d is %v", i, d)
			}
		}
	})
	t.Run("before the turn's deadline", func(t *testing.T) {
		b := open(t, nil)
		b.fake.Bot = answering(func() []dialogtest.DirectLineSays { return nil })
		in := turn("안녕")
		in.Deadline = b.now().Add(3 * time.Second)
		_, _, err := b.hear(t, in)
		asError(t, err, "timeout")
		if b.waited() >= 3*time.Second {
			t.Errorf("waited %v", b.waited())
		}
	})
}

func TestAnOpenedChatIsGreetedIfTheBotGreets(t *testing.T) {
	in := turn("")
	in.Inbound.Kind = message.KindFollow
	b := open(t, nil)
	b.fake.Bot = func(a map[string]any) []dialogtest.DirectLineSays {
		if a["type"] != "event" || a["name"] != "startConversation" {
			t.Errorf("the bot got %v", a)
		}
		return []dialogtest.DirectLineSays{says(1, "어서 오세요", "replyToId", "")}
	}
	said, first, err := b.hear(t, in)
	if err != nil || texts(said) != "어서 오세요" || b.waited() != 1700*time.Millisecond {
		t.Errorf("got %q, %v after %v", texts(said), err, b.waited())
	}
	b.fake.Bot = answering(func() []dialogtest.DirectLineSays { return nil })
	in.State = *first.State
	said, again, err := b.hear(t, in)
	if err != nil || len(said) != 0 || again.State == nil {
		t.Errorf("got %+v, %v", said, err)
	}
	if n := len(b.fake.Named("POST conversations")); n != 2 {
		t.Errorf("%d conversations, want a new one each time", n)
	}
	t.Run("without an event of its own", func(t *testing.T) {
		b := open(t, nil)
		b.welcome = ""
		if _, _, err := b.hear(t, in); err != nil || len(b.fake.Named("POST activities")) != 0 {
			t.Errorf("%v, %d activities", err, len(b.fake.Named("POST activities")))
		}
	})
}

func TestALongChat(t *testing.T) {
	for _, c := range []struct {
		name    string
		copilot bool
		pass    time.Duration // between the turns
		before  func(*bench)
		want    string // the second answer
		calls   map[string]int
	}{
		{"a fresh token is used again", false, time.Minute, nil, "2: 둘", map[string]int{"POST generate": 1, "POST refresh": 0, "POST conversations": 1}},
		{"at half its life it is refreshed", false, 16 * time.Minute, nil, "2: 둘", map[string]int{"POST refresh": 1, "POST conversations": 1}},
		{"with Copilot Studio too", true, 16 * time.Minute, nil, "2: 둘", map[string]int{"GET token": 1, "POST refresh": 1, "POST conversations": 1}},
		{"one that cannot be refreshed lives on", false, 16 * time.Minute, func(b *bench) { b.fake.Fail("POST refresh", dialogtest.HTTPAnswer{Status: 503}) }, "2: 둘", map[string]int{"POST refresh": 1, "POST conversations": 1}},
		{"one that has ended is replaced by the secret", false, 31 * time.Minute, nil, "2: 둘", map[string]int{"GET CONV-1": 1, "POST conversations": 1}},
		{"without a secret the conversation begins anew", true, 31 * time.Minute, nil, "1: 둘", map[string]int{"GET token": 2, "POST conversations": 2}},
		{"a conversation that is gone begins anew", false, 31 * time.Minute, func(b *bench) { b.fake.Strict = true }, "1: 둘", map[string]int{"GET CONV-1": 1, "POST conversations": 2}},
		{"a token that was taken back is replaced while sending", false, 0, func(b *bench) {
			b.fake.Fail("POST activities", dialogtest.DirectLineError(403, "TokenExpired", "no"))
		}, "2: 둘", map[string]int{"GET CONV-1": 1, "POST conversations": 1, "POST activities": 3}},
		{"a conversation that was forgotten begins anew while sending", false, 0, func(b *bench) { b.fake.Forget() }, "1: 둘", map[string]int{"POST conversations": 2, "POST activities": 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, nil)
			if c.copilot {
				b.secret, b.tokenURL = "", b.fake.CopilotSettings().Text("token_url")
			}
			said, first, err := b.hear(t, turn("하나"))
			if err != nil || texts(said) != "1: 하나" {
				t.Fatalf("got %q, %v", texts(said), err)
			}
			b.pass(c.pass)
			if c.before != nil {
				c.before(b)
			}
			next := turn("둘")
			next.State = *first.State
			said, res, err := b.hear(t, next)
			if err != nil || texts(said) != c.want {
				t.Fatalf("got %q, %v, want %q", texts(said), err, c.want)
			}
			for call, want := range c.calls {
				if got := len(b.fake.Named(call)); got != want {
					t.Errorf("%d calls of %s, want %d", got, call, want)
				}
			}
			if anew := strings.Contains(string(res.Trace), "began anew"); anew != (c.want == "1: 둘") {
				t.Errorf("trace %s", res.Trace)
			}
		})
	}
}

func TestFailures(t *testing.T) {
	late := dialogtest.DirectLineError(429, "TooManyRequests", "slow down")
	late.Header = http.Header{"Retry-After": {"3"}}
	never := dialogtest.DirectLineError(429, "TooManyRequests", "slow down")
	never.Header = http.Header{"Retry-After": {"60"}}
	for _, c := range []struct {
		name   string
		call   string
		fail   []dialogtest.HTTPAnswer
		code   string // "" if the turn succeeds
		detail string
		waited time.Duration
	}{
		{"sending too fast waits as told", "POST activities", []dialogtest.HTTPAnswer{late}, "", "", 3 * time.Second},
		{"a wait beyond the turn is not begun", "POST activities", []dialogtest.HTTPAnswer{never}, "rate_limited", "slow down", 0},
		{"sending too fast for ever is an error", "POST activities", []dialogtest.HTTPAnswer{late, late, late}, "rate_limited", "slow down", 6 * time.Second},
		{"a bot that failed is not asked again", "POST activities", []dialogtest.HTTPAnswer{dialogtest.DirectLineError(502, "BotError", "500 from bot")}, "failed", "the bot behind Direct Line failed: BotError: 500 from bot", 0},
		{"an activity that is refused", "POST activities", []dialogtest.HTTPAnswer{dialogtest.DirectLineError(400, "BadArgument", "no")}, "refused", "BadArgument: no", 0},
		{"polling too fast waits as told", "GET activities", []dialogtest.HTTPAnswer{late}, "", "", 3 * time.Second},
		{"a poll that failed is repeated", "GET activities", []dialogtest.HTTPAnswer{{Status: 502}, {Status: 500}}, "", "", 2 * time.Second},
		{"polls that fail and fail are an error", "GET activities", []dialogtest.HTTPAnswer{{Status: 503}, {Status: 503}, {Status: 503}}, "failed", "status 503", 2 * time.Second},
		{"a poll that is refused", "GET activities", []dialogtest.HTTPAnswer{dialogtest.DirectLineError(400, "BadArgument", "no")}, "refused", "no", 0},
		{"a poll that is no JSON", "GET activities", []dialogtest.HTTPAnswer{{Body: "<html>"}}, "bad_answer", "no JSON", 0},
		{"no token", "POST generate", []dialogtest.HTTPAnswer{dialogtest.DirectLineError(403, "BadArgument", "bad secret")}, "refused", "bad secret", 0},
		{"no conversation", "POST conversations", []dialogtest.HTTPAnswer{{Status: 500}}, "failed", "status 500", 0},
		{"a redirect", "POST generate", []dialogtest.HTTPAnswer{{Status: 308, Header: http.Header{"Location": {"/x"}}}}, "redirect", "status 308", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, nil)
			b.fake.Fail(c.call, c.fail...)
			said, _, err := b.hear(t, turn("안녕"))
			if c.code == "" && (err != nil || texts(said) != "1: 안녕") {
				t.Fatalf("got %q, %v", texts(said), err)
			}
			if c.code != "" {
				if e := asError(t, err, c.code); !strings.Contains(e.Error(), c.detail) {
					t.Errorf("%v does not say %q", err, c.detail)
				}
			}
			if got := b.waited(); got != c.waited {
				t.Errorf("waited %v, want %v", got, c.waited)
			}
		})
	}
}

func TestTheStateHidesItsToken(t *testing.T) {
	b := open(t, nil)
	_, res, err := b.hear(t, turn("안녕"))
	if err != nil || strings.Contains(res.State.Token, "TOKEN") || strings.Contains(string(res.Trace), "TOKEN") {
		t.Fatalf("state %s, trace %s, %v", res.State.Token, res.Trace, err)
	}
	k, ok := b.seal.load("nw_U7001", res.State.Token)
	if !ok || !strings.HasPrefix(k.Token, "TOKEN-") || k.Conversation != "CONV-1" || k.Watermark != "2" {
		t.Errorf("got %+v", k)
	}
	other := newSealer("b", "another secret", "")
	for name, broken := range map[string]string{
		"nothing": "", "a state of another engine": `{"a":1}`, "half a state": res.State.Token[:20], "a changed one": res.State.Token + "AA", "no Base64": sealed + "%",
	} {
		if _, ok := b.seal.load("nw_U7001", broken); ok {
			t.Errorf("%s was taken", name)
		}
	}
	if _, ok := b.seal.load("nw_U7002", res.State.Token); ok {
		t.Error("the state of another conversation was taken")
	}
	if _, ok := other.load("nw_U7001", res.State.Token); ok {
		t.Error("the state of another secret was taken")
	}
}

func TestABotMayEndTheConversationOrCallPeople(t *testing.T) {
	for _, c := range []struct {
		name     string
		activity map[string]any
		want     dialog.Result
	}{
		{"an end", map[string]any{"type": "endOfConversation"}, dialog.Result{End: true}},
		{"a handoff", map[string]any{"type": "event", "name": "handoff.initiate", "value": map[string]any{"Skill": "ga", "va_AgentMessage": "급함"}}, dialog.Result{Handoff: &dialog.Handoff{Queue: "ga", Note: "급함"}}},
		{"an old handoff", map[string]any{"type": "handoff"}, dialog.Result{Handoff: &dialog.Handoff{}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, nil)
			b.fake.Bot = answering(func() []dialogtest.DirectLineSays {
				c.activity["from"] = map[string]any{"id": "hanbit-bot", "role": "bot"}
				return []dialogtest.DirectLineSays{says(0, "안녕히"), {After: 1, Activity: c.activity}}
			})
			said, res, err := b.hear(t, turn("안녕"))
			if err != nil || texts(said) != "안녕히" || res.End != c.want.End || (res.State == nil) != c.want.End {
				t.Errorf("got %q, %+v, %v", texts(said), res, err)
			}
			if (res.Handoff == nil) != (c.want.Handoff == nil) || res.Handoff != nil && *res.Handoff != *c.want.Handoff {
				t.Errorf("handoff %+v", res.Handoff)
			}
		})
	}
}

package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

const orderBot = `
bot: {id: b, default_locale: en, error: {say: BROKEN}}
entities: {note: {type: text}}
intents: {order: {examples: [order something now, place an order, I want to order]}}
flows:
  order:
    on: {intent: order}
    steps:
      - ask: {slot: note, entity: note, prompt: "NOTE?"}
      - call:
          name: reserve
          method: POST
          url: '{{.secrets.API}}/orders/{{.slots.note}}'
          headers: {Authorization: 'Bearer {{.secrets.API_TOKEN}}'}
          json: {note: '{{.slots.note}}', twice: {expr: 'len(slots.note) * 2'}, fixed: 7}
          timeout: 300ms
          retry: {attempts: 2, on: [502, 503, timeout]}
          save: {id: body.id, taken: status == 409, echo: body.echo}
          on_error: {say: 'FAILED', goto: end}
      - if: vars.taken
        then: {say: TAKEN}
        else: {say: 'OK {{.vars.id}} {{.vars.echo}}'}
`

const token = "s3cret-token-value"

// api is the other side of a call.
func api(t *testing.T, h http.HandlerFunc) (*httptest.Server, *talk) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	c := talkWith(t, map[string][]byte{"bot.yaml": []byte(orderBot)}, "en", map[string]string{"API": srv.URL, "API_TOKEN": token})
	return srv, c
}

func TestACallSendsWhatTheFileSays(t *testing.T) {
	var got struct {
		path, auth, key string
		body            map[string]any
	}
	_, c := api(t, func(w http.ResponseWriter, r *http.Request) {
		got.path, got.auth, got.key = r.URL.EscapedPath(), r.Header.Get("Authorization"), r.Header.Get("Idempotency-Key")
		_ = json.NewDecoder(r.Body).Decode(&got.body)
		io.WriteString(w, `{"id":"B-1"}`)
	})
	c.say("place an order").say("../admin?x=1").says("OK B-1")
	if got.path != "/orders/..%2Fadmin%3Fx%3D1" || got.auth != "Bearer "+token || got.key == "" {
		t.Errorf("request %+v", got)
	}
	if got.body["note"] != "../admin?x=1" || got.body["twice"] != 24.0 || got.body["fixed"] != 7.0 {
		t.Errorf("body %+v", got.body)
	}
	if call := c.trace.Calls[0]; call.Status != 200 || call.Name != "reserve" || strings.Contains(call.URL, "127.0.0.1") {
		t.Errorf("trace %+v", call)
	}
}

func TestWhatACallAnswers(t *testing.T) {
	for _, row := range []struct {
		name     string
		answers  []func(w http.ResponseWriter)
		want     string
		attempts int
	}{
		{"a conflict that the flow looks at is an answer", say(409, `{}`), "TAKEN", 1},
		{"a busy server is asked again", append(say(503, ``), say(200, `{"id":"B-2"}`)...), "OK B-2", 2},
		{"but not more often than the file says", append(say(502, ``), append(say(502, ``), say(200, `{}`)...)...), "FAILED", 2},
		{"an error of the server runs on_error", say(500, `{"error":"x"}`), "FAILED", 1},
		{"an answer that is no JSON is a text", say(200, `hello`), "OK", 1},
		{"an endless answer is refused", []func(http.ResponseWriter){func(w http.ResponseWriter) { io.WriteString(w, strings.Repeat("x", 2<<20)) }}, "FAILED", 1},
		{"a redirect is refused", []func(http.ResponseWriter){func(w http.ResponseWriter) { w.Header().Set("Location", "http://127.0.0.1:1/"); w.WriteHeader(302) }}, "FAILED", 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			var n atomic.Int32
			_, c := api(t, func(w http.ResponseWriter, _ *http.Request) {
				row.answers[min(int(n.Add(1))-1, len(row.answers)-1)](w)
			})
			c.say("place an order").say("x").says(row.want)
			if c.trace.Calls[0].Attempts != row.attempts || int(n.Load()) != row.attempts {
				t.Errorf("%d attempts, trace %+v", n.Load(), c.trace.Calls)
			}
		})
	}
}

func say(status int, body string) []func(http.ResponseWriter) {
	return []func(http.ResponseWriter){func(w http.ResponseWriter) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}}
}

func TestACallThatHangsTimesOut(t *testing.T) {
	var n atomic.Int32
	_, c := api(t, func(_ http.ResponseWriter, r *http.Request) {
		n.Add(1)
		_, _ = io.Copy(io.Discard, r.Body) // only then does the server notice that the caller is gone
		<-r.Context().Done()
	})
	c.say("place an order").say("x").says("FAILED")
	if n.Load() != 2 || !strings.Contains(c.trace.Calls[0].Error, "300ms") {
		t.Errorf("%d attempts, %+v", n.Load(), c.trace.Calls)
	}
}

func TestATurnEndsInsideACall(t *testing.T) {
	asked := make(chan struct{}, 1)
	_, c := api(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		asked <- struct{}{}
		<-r.Context().Done()
	})
	c.say("place an order")
	ctx, cancel := context.WithCancel(context.Background())
	c.context = ctx
	go func() {
		<-asked
		cancel()
	}()
	before := c.state
	c.say("x")
	var e *dialog.Error
	if !errors.As(c.err, &e) || e.Code != "cancelled" || c.state != before {
		t.Errorf("got %v, state %q", c.err, c.state.Token)
	}
}

func TestSecretsNeverGetOut(t *testing.T) {
	srv, c := api(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"id":"`+r.Header.Get("Authorization")+`","echo":["`+token+`"]}`)
	})
	c.say("place an order").say("x").says("OK").lacks(token, srv.URL)
	for where, text := range map[string]string{"state": c.state.Token, "trace": string(c.result.Trace), "words": c.text()} {
		if strings.Contains(text, token) {
			t.Errorf("the %s holds the token", where)
		}
	}
	srv.Close()
	c.say("place an order").say("x").says("FAILED")
	if strings.Contains(string(c.result.Trace), token) || strings.Contains(string(c.result.Trace), srv.URL) {
		t.Errorf("the trace holds a secret: %s", c.result.Trace)
	}
}

func TestASecretThatIsNotSetIsNamed(t *testing.T) {
	c := talkTo(t, orderBot, "en")
	c.say("place an order").say("x").says("FAILED")
	if !strings.Contains(c.trace.Calls[0].Error, `the secret "API" is not set`) {
		t.Errorf("%+v", c.trace.Calls)
	}
}

func TestAtMostThreeCallsInOneTurn(t *testing.T) {
	var n atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { n.Add(1) }))
	defer srv.Close()
	c := talkWith(t, map[string][]byte{"bot.yaml": []byte(`
bot: {id: b, default_locale: en, error: {say: BROKEN}}
intents: {go: {examples: [go now please, start the machine, run it now]}}
flows:
  go:
    on: {intent: go}
    steps:
      - call: {name: ping, url: '{{.secrets.API}}/x', save: {n: status}}
      - goto: again
        when: vars.n == 200
      - id: again
        if: vars.n == 200
        then: {goto: go}
        else: {say: DONE}
`)}, "en", map[string]string{"API": srv.URL})
	c.say("start the machine").says("BROKEN").warned("more than 3 calls")
	if n.Load() != 3 {
		t.Errorf("%d calls", n.Load())
	}
}

func TestCircles(t *testing.T) {
	in := func(steps string) string {
		return "bot: {id: b, default_locale: en, error: {say: BROKEN}}\nintents: {go: {examples: [start the machine, go now please, run it now]}}\nflows: {go: {on: {intent: go}, steps: " + steps + "}}"
	}
	c := talkTo(t, in(`[{set: {vars.n: "(vars.n ?? 0) + 1"}}, {if: "vars.n > 0", then: {goto: go}}, {say: NEVER}]`), "en")
	c.say("start the machine").says("BROKEN").warned("the circle is go/").idle()
	if len(c.trace.Steps) > maxSteps+10 {
		t.Errorf("%d steps", len(c.trace.Steps))
	}
	for name, bad := range map[string]string{"a step to itself": `[{id: a, goto: a}]`, "two steps": `[{id: a, say: x}, {goto: a}]`} {
		t.Run(name+" is refused", func(t *testing.T) {
			if !has(Check(map[string][]byte{"b.yaml": []byte(in(bad))}), "cycle") {
				t.Error("not found")
			}
		})
	}
}

func has(list []dialog.Problem, code string) bool {
	for _, p := range list {
		if p.Code == code {
			return true
		}
	}
	return false
}

const llmBot = `
bot: {id: b, default_locale: en, error: {say: BROKEN}}
intents:
  chat: {examples: [let us chat a bit, chat with me, talk about anything]}
  ask: {examples: [ask the model once, a single question, tell me a fact]}
flows:
  chat: {on: {intent: chat}, steps: [{engine: {name: smart, rest: true}}, {say: BACK}]}
  ask: {on: {intent: ask}, steps: [{llm: {engine: smart, prompt: "Fact for {{.user.id}}", save: fact, on_error: {say: SORRY, goto: end}}}, {say: "FACT {{.vars.fact}}"}]}
`

// smart is another engine: it counts its turns and ends when told "bye".
func smart(d *dialog.Deps) {
	d.Ask = func(_ context.Context, name string, t dialog.Turn, emit dialog.Emit) (dialog.Result, error) {
		if t.Inbound.Text == "fail" {
			return dialog.Result{}, &dialog.Error{Code: "timeout"}
		}
		if err := emit(dialog.Say(message.Text(name + t.State.Token + ":" + t.Inbound.Text))); err != nil {
			return dialog.Result{}, err
		}
		return dialog.Result{State: &dialog.State{Token: t.State.Token + "+"}, End: t.Inbound.Text == "bye"}, nil
	}
}

func TestOtherEngines(t *testing.T) {
	t.Run("rest keeps the turns until the engine ends", func(t *testing.T) {
		c := talkTo(t, llmBot, "en", smart)
		c.say("chat with me").says("smart:chat with me")
		c.say("tell me a fact").by("engine").says("smart+:tell me a fact")
		c.say("bye").says("smart++:bye", "BACK").idle()
	})
	t.Run("a command takes the turns back", func(t *testing.T) {
		c := talkTo(t, llmBot, "en", smart)
		c.say("chat with me").say("cancel").by("command").says("Cancelled").idle()
	})
	t.Run("an answer can be kept instead of said", func(t *testing.T) {
		c := talkTo(t, llmBot, "en", smart)
		c.say("tell me a fact").says("FACT smart:Fact for U7001")
		if len(c.out) != 1 {
			t.Errorf("said %q", c.text())
		}
	})
	t.Run("a failure runs the error block", func(t *testing.T) {
		talkTo(t, llmBot, "en", smart).say("chat with me").say("fail").says("BROKEN").idle()
	})
	t.Run("a bot without another engine says so", func(t *testing.T) {
		c := talkTo(t, llmBot, "en")
		c.say("tell me a fact").says("SORRY")
		c.say("chat with me").says("BROKEN").warned("no other engine")
	})
}

func TestConformance(t *testing.T) {
	dialogtest.Run(t, dialogtest.Kit{
		Type: Type{},
		Settings: func(*testing.T) settings.Values {
			return settings.Values{"secrets": map[string]string{"API_TOKEN": token}}
		},
		Memory: dialogtest.Memory{First: "회의실 예약해 줘", Second: "2", Want: "언제"},
	})
}

package httpengine

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

func TestConformance(t *testing.T) {
	answering := func(answer func(dialogtest.HTTPTurn) dialogtest.HTTPAnswer) func(*testing.T) settings.Values {
		return func(t *testing.T) settings.Values {
			fake := dialogtest.NewHTTPEngine(answer)
			t.Cleanup(fake.Close)
			return settings.Values{
				"url": fake.URL + "?code=query-key-123456", "secret": fake.Secret,
				"headers": map[string]any{"Authorization": "Bearer header-key-123456"},
			}
		}
	}
	always := func(a dialogtest.HTTPAnswer) func(*testing.T) settings.Values {
		return answering(func(dialogtest.HTTPTurn) dialogtest.HTTPAnswer { return a })
	}
	dialogtest.Run(t, dialogtest.Kit{
		Type:     Type{},
		Settings: answering(dialogtest.Echo),
		Hanging: func(t *testing.T, asked chan<- struct{}) settings.Values {
			return answering(func(dialogtest.HTTPTurn) dialogtest.HTTPAnswer {
				asked <- struct{}{}
				return dialogtest.HTTPAnswer{Hang: true}
			})(t)
		},
		Streaming: func(t *testing.T, release <-chan struct{}) settings.Values {
			return answering(func(dialogtest.HTTPTurn) dialogtest.HTTPAnswer {
				a := dialogtest.Stream("event: delta\ndata: {\"text\":\"네\"}", "event: done\ndata: {}")
				a.Hold = release
				return a
			})(t)
		},
		Memory: dialogtest.Memory{First: "하나", Second: "둘", Want: "2: 둘"},
		Broken: map[string]func(*testing.T) settings.Values{
			"an answer that is no JSON is an error":       always(dialogtest.HTTPAnswer{Body: "<html>"}),
			"an answer that breaks off is an error":       always(dialogtest.HTTPAnswer{Body: `{"status":"done","messages":[]}`, Cut: true}),
			"an answer with status 500 is an error":       always(dialogtest.HTTPAnswer{Status: 500, Body: "Bearer header-key-123456"}),
			"an engine that echoes its key is not quoted": always(dialogtest.HTTPAnswer{Status: 400, Body: `{"error":{"message":"header-key-123456 ` + dialogtest.Secret + `"}}`}),
			"a stream without its end is an error":        always(dialogtest.Stream("event: delta\ndata: {\"text\":\"네\"}")),
			"an engine that is not there is an error": func(t *testing.T) settings.Values {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				l.Close() // the port is free now and refuses connections
				return settings.Values{"url": "http://" + l.Addr().String(), "secret": dialogtest.Secret}
			},
		},
	})
}

func TestRedirectsAreNotFollowedEvenIfTheClientWould(t *testing.T) {
	b := open(t, nil)
	b.client = withoutRedirects(&http.Client{Transport: dialogtest.LocalClient().Transport})
	for _, status := range []int{301, 302, 303, 307, 308} {
		b.fake.Script(dialogtest.HTTPAnswer{Status: status, Header: http.Header{"Location": {b.fake.URL + "?elsewhere"}}})
		_, err := b.Turn(t.Context(), turn(), nil)
		asError(t, err, "redirect")
	}
	for _, r := range b.fake.Requests() {
		if r.Query != "" {
			t.Errorf("the engine asked %q", r.Query)
		}
	}
}

func TestAnEchoedSecretReachesNeitherErrorNorTraceNorLog(t *testing.T) {
	secrets := []string{"header-key-123456", "query-key-123456", dialogtest.Secret, strings.TrimPrefix(dialogtest.Secret, "whsec_"), `va"lue<1>`}
	withSecrets := func(v settings.Values) {
		v["url"] = v.Text("url") + "?code=query-key-123456"
		v["headers"] = map[string]any{"Authorization": "Bearer header-key-123456", "X-Odd": `va"lue<1>`}
	}
	all := strings.Join(secrets, " ")
	for _, c := range []struct {
		name   string
		answer dialogtest.HTTPAnswer
	}{
		{"in an error", dialogtest.JSON(map[string]any{"status": "error", "error": map[string]any{"code": "x", "message": all, "user_message": all}})},
		{"in the code of an error", dialogtest.JSON(map[string]any{"status": "error", "error": map[string]any{"code": "header-key-123456"}})},
		{"in the nlu", dialogtest.JSON(map[string]any{"status": "done", "messages": []any{}, "nlu": map[string]any{"intent": all}})},
		{"in the type of a message", dialogtest.JSON(map[string]any{"status": "done", "messages": []any{map[string]any{"type": all}}})},
		{"in the version", dialogtest.JSON(map[string]any{"version": "header-key-123456"})},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, withSecrets)
			b.fake.Script(c.answer)
			res, err := b.Turn(t.Context(), turn(), nil)
			said := string(res.Trace) + b.log.String()
			if err != nil {
				e := dialog.AsError(err)
				said += err.Error() + e.UserMessage
			}
			if said == "" {
				t.Fatal("there is nothing to look at")
			}
			for _, s := range append(secrets, inJSON(`va"lue<1>`)) {
				if strings.Contains(said, s) {
					t.Errorf("%q is in %s", s, said)
				}
			}
		})
	}
	t.Run("in a number, where it cannot be taken out", func(t *testing.T) {
		b := open(t, func(v settings.Values) { v["headers"] = map[string]any{"X-Key": "12345678"} })
		b.fake.Script(dialogtest.JSON(map[string]any{"status": "done", "messages": []any{message.Text("a")}, "usage": map[string]any{"tokens": 12345678}}))
		res, err := b.Turn(t.Context(), turn(), nil)
		if err != nil || len(res.Reply.Messages) != 1 {
			t.Fatalf("%+v, %v", res, err)
		}
		if got := string(res.Trace); !strings.Contains(got, "left out") || strings.Contains(got, "12345678") {
			t.Errorf("trace %s", got)
		}
	})
}

func TestHeadersAreSentAsSet(t *testing.T) {
	b := open(t, func(v settings.Values) {
		v["headers"] = map[string]any{"authorization": "Bearer abc", "X-Team": "도움"}
	})
	if _, err := b.Turn(t.Context(), turn(), nil); err != nil {
		t.Fatal(err)
	}
	h := b.fake.Requests()[0].Header
	for name, want := range map[string]string{
		"Authorization": "Bearer abc", "X-Team": "도움", "User-Agent": "Dari",
		"Content-Type": "application/json", "Accept": "application/json, text/event-stream",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// inJSON is how s looks inside a JSON string.
func inJSON(s string) string {
	b, _ := json.Marshal(s)
	return string(b[1 : len(b)-1])
}

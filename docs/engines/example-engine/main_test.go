package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
	httpengine "dari/dialog/http"
)

func values(t *testing.T, secret string) settings.Values {
	server := httptest.NewServer(handler(secret))
	t.Cleanup(server.Close)
	return settings.Values{"url": server.URL + "/turn", "secret": dialogtest.Secret}
}

func TestTheExampleKeepsTheContract(t *testing.T) {
	const other = "whsec_HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	dialogtest.Run(t, dialogtest.Kit{
		Type:     httpengine.Type{},
		Settings: func(t *testing.T) settings.Values { return values(t, dialogtest.Secret) },
		Memory:   dialogtest.Memory{First: "hi", Second: "ho", Want: "2. You said: ho"},
		Broken: map[string]func(*testing.T) settings.Values{
			"another secret is refused": func(t *testing.T) settings.Values { return values(t, other) },
		},
	})
}

func TestTurns(t *testing.T) {
	b := dialogtest.Open(t, httpengine.Type{}, values(t, ""))
	for _, c := range []struct {
		name  string
		in    message.Inbound
		token string
		want  string // the text
		state string // the token afterwards
	}{
		{"a text is counted", message.Inbound{Kind: message.KindText, Text: "hi"}, "41", "42. You said: hi", "42"},
		{"a picture is counted by its kind", message.Inbound{Kind: message.KindImage}, "", "1. You said: (image)", "1"},
		{"a postback is counted", message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: "a=1"}}, "1", "2. You said: a=1", "2"},
		{"a reset clears the state", message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: "reset"}}, "5", "Back to zero.", ""},
		{"an opened chat is greeted", message.Inbound{Kind: message.KindFollow}, "5", "Hello! Say something and I will count.", ""},
		{"a closed chat keeps still", message.Inbound{Kind: message.KindUnfollow}, "5", "", "5"},
		{"a reaction keeps still", message.Inbound{Kind: message.KindReaction}, "5", "", "5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			turn := dialogtest.TurnOf("c1", c.in)
			turn.State = dialog.State{Token: c.token}
			replied, err := b.Ask(t, t.Context(), turn)
			if err != nil || replied.Text() != c.want {
				t.Fatalf("got %q, %v, want %q", replied.Text(), err, c.want)
			}
			state := turn.State
			if replied.State != nil {
				state = *replied.State
			}
			if state.Token != c.state {
				t.Errorf("state %q, want %q", state.Token, c.state)
			}
			if c.want != "" && len(replied.Reply.QuickReplies) != 2 {
				t.Errorf("quick replies %+v", replied.Reply.QuickReplies)
			}
		})
	}
}

func TestAStreamedAnswer(t *testing.T) {
	b := dialogtest.Open(t, httpengine.Type{}, values(t, dialogtest.Secret))
	replied, err := b.Ask(t, t.Context(), dialogtest.TextTurn("c1", "stream"))
	if err != nil || len(replied.Deltas) != 5 || replied.Text() != "One word at a time." {
		t.Errorf("%v: got %q in %d pieces", err, replied.Text(), len(replied.Deltas))
	}
}

func TestALateAnswer(t *testing.T) {
	b := dialogtest.Open(t, httpengine.Type{}, values(t, dialogtest.Secret))
	type call struct {
		reply dialog.LateReply
		err   error
	}
	calls := make(chan call, 1)
	dari := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			calls <- call{err: err}
			return
		}
		reply, err := b.Engine.(dialog.LateReplier).Late(r.Header, body, time.Now())
		calls <- call{reply, err}
	}))
	defer dari.Close()
	turn := dialogtest.TextTurn("c1", "later")
	turn.ReplyTo = dari.URL
	replied, err := b.Ask(t, t.Context(), turn)
	if err != nil || !replied.Later || replied.Text() != "One moment, please." {
		t.Fatalf("%v: got %+v", err, replied)
	}
	got := <-calls
	if got.err != nil || got.reply.TurnID != turn.ID || !got.reply.Final || got.reply.Result.Reply.Messages[0].Text != "Here it is." {
		t.Errorf("got %+v", got)
	}
}

func TestBadRequestsAreRefused(t *testing.T) {
	for _, c := range []struct {
		name, secret, method, path, body string
		want                             int
	}{
		{"no signature", dialogtest.Secret, "POST", "/turn", "{}", http.StatusUnauthorized},
		{"no JSON", "", "POST", "/turn", "hello", http.StatusBadRequest},
		{"too much", "", "POST", "/turn", strings.Repeat(" ", 1<<20+1), http.StatusRequestEntityTooLarge},
		{"another method", "", "GET", "/turn", "", http.StatusMethodNotAllowed},
		{"another path", "", "POST", "/", "{}", http.StatusNotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			handler(c.secret).ServeHTTP(w, httptest.NewRequest(c.method, c.path, strings.NewReader(c.body)))
			if w.Code != c.want {
				t.Errorf("status %d, want %d", w.Code, c.want)
			}
		})
	}
}

// The request of the table in the page.
const (
	vectorID        = "turn_01JD3Z8Q7V"
	vectorStamp     = 1795251600
	vectorBody      = `{"type":"turn.message","version":"1","turn_id":"turn_01JD3Z8Q7V","event":{"id":"m-81","kind":"message","text":"회의실 예약해 줘"}}`
	vectorSignature = "v1,36BQ0boL88HZ4cnArvEkhixudkXPJ854u0xw46TEsis="
)

func TestVerify(t *testing.T) {
	for _, c := range []struct {
		name            string
		body, signature string
		late            time.Duration
		want            bool
	}{
		{"the page's request passes", vectorBody, vectorSignature, 0, true},
		{"one of two signatures is enough", vectorBody, "v1,AAAA " + vectorSignature, 0, true},
		{"five minutes are not too late", vectorBody, vectorSignature, 5 * time.Minute, true},
		{"more is", vectorBody, vectorSignature, 5*time.Minute + time.Second, false},
		{"a request from the future is refused", vectorBody, vectorSignature, -5*time.Minute - time.Second, false},
		{"a changed body is refused", vectorBody + " ", vectorSignature, 0, false},
		{"no signature is refused", vectorBody, "", 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := http.Header{}
			h.Set("webhook-id", vectorID)
			h.Set("webhook-timestamp", fmt.Sprint(vectorStamp))
			h.Set("webhook-signature", c.signature)
			if got := verify(dialogtest.Secret, h, []byte(c.body), time.Unix(vectorStamp, 0).Add(c.late)); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func page(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("../http.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// block is the page's code block of that language.
func block(t *testing.T, language string) string {
	t.Helper()
	_, rest, found := strings.Cut(page(t), "```"+language+"\n")
	code, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatalf("the page has no block of %s", language)
	}
	return code
}

func TestThePageShowsTheVectorAndTheExamplesOwnCheck(t *testing.T) {
	for _, want := range []string{dialogtest.Secret, vectorID, fmt.Sprint(vectorStamp), vectorBody, vectorSignature} {
		if !strings.Contains(page(t), "| `"+want+"` |") {
			t.Errorf("the table lacks %s", want)
		}
	}
	source, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(source), block(t, "go")) {
		t.Error("the page's Go differs from the example's")
	}
}

// The calls are the vector, a changed body, two
// signatures, a late request and one without headers.
func TestThePagesChecksInOtherLanguages(t *testing.T) {
	const want = "true false true false false\n"
	for _, c := range []struct{ language, program, file, calls string }{
		{"python", "python3", "check.py", `
h = {"webhook-id": "%[1]s", "webhook-timestamp": "%[2]d", "webhook-signature": "%[3]s"}
b = '%[4]s'.encode()
print(*(str(r).lower() for r in (
    verify("%[5]s", h, b, %[2]d), verify("%[5]s", h, b + b" ", %[2]d),
    verify("%[5]s", {**h, "webhook-signature": "v1,AAAA %[3]s"}, b, %[2]d),
    verify("%[5]s", h, b, %[2]d + 301), verify("%[5]s", {}, b, %[2]d))))
`},
		{"js", "node", "check.mjs", `
const h = {"webhook-id": "%[1]s", "webhook-timestamp": "%[2]d", "webhook-signature": "%[3]s"};
const b = '%[4]s';
console.log(verify("%[5]s", h, Buffer.from(b), %[2]d), verify("%[5]s", h, Buffer.from(b + " "), %[2]d),
  verify("%[5]s", {...h, "webhook-signature": "v1,AAAA %[3]s"}, Buffer.from(b), %[2]d),
  verify("%[5]s", h, Buffer.from(b), %[2]d + 301), verify("%[5]s", {}, Buffer.from(b), %[2]d));
`},
	} {
		t.Run(c.language, func(t *testing.T) {
			program := installed(t, c.program)
			file := filepath.Join(t.TempDir(), c.file)
			code := block(t, c.language) + fmt.Sprintf(c.calls, vectorID, vectorStamp, vectorSignature, vectorBody, dialogtest.Secret)
			if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), program, file).CombinedOutput()
			if err != nil || string(out) != want {
				t.Errorf("%v\ngot  %s\nwant %s", err, out, want)
			}
		})
	}
}

func TestThePagesCurlIsAnswered(t *testing.T) {
	shell := installed(t, "sh")
	installed(t, "curl")
	installed(t, "openssl")
	server := httptest.NewServer(handler(dialogtest.Secret))
	defer server.Close()
	script := strings.ReplaceAll(block(t, "sh"), "http://"+address, server.URL)
	out, err := exec.CommandContext(t.Context(), shell, "-c", script).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "1. You said: hello") {
		t.Errorf("%v: %s", err, out)
	}
}

func installed(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is not installed", program)
	}
	return path
}

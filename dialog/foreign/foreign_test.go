package foreign

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

func TestEveryKindOfEventIsAWishOrNothing(t *testing.T) {
	for name, in := range dialogtest.Inbounds() {
		want := Nothing
		switch {
		case in.Kind == message.KindFollow || in.Kind == message.KindJoin || name == "an empty text":
			want = Open
		case in.Kind.FromUser():
			want = Say
		}
		if got := Of(in); got != want {
			t.Errorf("%s: got %d, want %d", name, got, want)
		}
	}
}

func TestWordsForWhatPeopleDo(t *testing.T) {
	all := dialogtest.Inbounds()
	for _, c := range []struct {
		name string
		in   message.Inbound
		want string // "" when there are none
	}{
		{"a full text", all["a full text"], "회의실 <예약> & 취소 \u2028 👩‍👩‍👧"},
		{"what was picked in a button wins over its data", all["a full postback"], "2026-11-21"},
		{"a button's data", message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: "a", Label: "b"}}, "a"},
		{"a button's label", message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Label: "b"}}, "b"},
		{"a caption", all["a full image"], "보세요"},
		{"a file's address", all["a full file"], "https://files.example.com/회의록.pdf"},
		{"a file's name", message.Inbound{Kind: message.KindFile, Attachments: []message.Attachment{{Name: "a.pdf"}}}, "a.pdf"},
		{"a place's name", all["a full location"], "서울시청 서울 중구"},
		{"a place's position", message.Inbound{Kind: message.KindLocation, Location: &message.Location{Lat: 1, Lng: 2}}, "1.000000, 2.000000"},
		{"a sticker's text", all["a full sticker"], "OK"},
		{"what stands behind a command", all["a full command"], "회의실"},
		{"a command alone", message.Inbound{Kind: message.KindCommand, Command: &message.Command{Name: "/help"}}, "help"},
		{"a form's values", message.Inbound{Kind: message.KindForm, Form: &message.Form{Values: map[string]string{"b": "2", "a": "1"}}}, "1\n2"},
		{"a form's data", message.Inbound{Kind: message.KindForm, Form: &message.Form{Data: "d"}}, "d"},
		{"a sticker without words", all["an empty sticker"], ""},
		{"a picture without anything", all["an empty image"], ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Words(c.in)
			if got != c.want || (err == nil) != (c.want != "") {
				t.Errorf("got %q, %v", got, err)
			}
			if err != nil && dialog.AsError(err).Code != "unsupported" {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestPeopleOfTwoChannelsAreDifferent(t *testing.T) {
	a := dialogtest.TextTurn("c1", "a")
	b := a
	b.Channel.ID = "line-main"
	if Person(a) == Person(b) || Person(dialog.Turn{ConversationID: "c"}) != "c" {
		t.Errorf("%s and %s", Person(a), Person(b))
	}
}

func TestAddresses(t *testing.T) {
	for raw, code := range map[string]string{
		"https://h.example/a?key=secret-key#x": "", "http://localhost:5005": "", "": "required", "ftp://h.example": "format",
		"h.example": "format", "https://": "format", "https://u:secret-key@h.example": "credentials", "https://h.example/%zz": "format",
	} {
		u, err := Address(settings.Values{"url": raw}, "url", "https://x.example")
		var e *settings.Error
		if code == "" && (err != nil || u.Fragment != "") || code != "" && (!errors.As(err, &e) || e.Code != code || e.Field != "url" || strings.Contains(e.Detail, "secret-key")) {
			t.Errorf("%s: got %v, %v", raw, u, err)
		}
	}
}

func TestHeaders(t *testing.T) {
	for _, c := range []struct {
		in   map[string]string
		code string
	}{
		{nil, ""},
		{map[string]string{"accessToken": "a", "authorization": "Bearer b"}, ""},
		{map[string]string{"a b": "c"}, "format"},
		{map[string]string{"": "c"}, "format"},
		{map[string]string{"Host": "c"}, "reserved"},
		{map[string]string{"proxy-authorization": "c"}, "reserved"},
		{map[string]string{"x-a": "1", "X-A": "2"}, "double"},
		{map[string]string{"x-a": "secret\nx"}, "format"},
	} {
		got, err := Headers(settings.Values{"headers": c.in}, "headers")
		var e *settings.Error
		if c.code == "" && (err != nil || len(got) != len(c.in)) || c.code != "" && (!errors.As(err, &e) || e.Code != c.code || strings.Contains(e.Detail, "secret")) {
			t.Errorf("%v: got %v, %v", c.in, got, err)
		}
	}
}

// calls is a transport that counts, and fails for the first ones.
type calls struct {
	n    int
	errs []error
}

func (c *calls) RoundTrip(r *http.Request) (*http.Response, error) {
	c.n++
	if c.n <= len(c.errs) {
		return nil, c.errs[c.n-1]
	}
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
}

func TestAskingAgainWaitsAndKeepsTheDeadline(t *testing.T) {
	dial := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	for _, c := range []struct {
		name  string
		errs  []error
		left  time.Duration
		calls int
		took  time.Duration
		code  string
	}{
		{"nothing went wrong", nil, time.Minute, 1, 0, ""},
		{"nobody answered twice", []error{dial, dial}, time.Minute, 3, 1250 * time.Millisecond, ""},
		{"nobody answered at all", []error{dial, dial, dial}, time.Minute, 3, 1250 * time.Millisecond, "unreachable"},
		{"there is no time to wait", []error{dial}, 200 * time.Millisecond, 1, 0, "unreachable"},
		{"a certificate is bad", []error{errors.New("bad certificate")}, time.Minute, 1, 0, "unreachable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				transport := &calls{errs: c.errs}
				l, err := NewLink(dialog.Deps{HTTP: &http.Client{Transport: transport}}, c.left)
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				ctx, cancel := l.Within(t.Context(), dialog.Turn{})
				defer cancel()
				_, err = l.Ask(ctx, func() (*http.Request, error) { return http.NewRequestWithContext(ctx, "POST", "http://h.example", nil) })
				if (err == nil) != (c.code == "") || err != nil && dialog.AsError(err).Code != c.code {
					t.Errorf("got %v", err)
				}
				if took := time.Since(start); transport.n != c.calls || took != c.took {
					t.Errorf("%d calls in %v", transport.n, took)
				}
			})
		})
	}
	t.Run("the turn ends while it waits", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l, err := NewLink(dialog.Deps{HTTP: &http.Client{Transport: &calls{errs: []error{dial}}}}, 0)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(100*time.Millisecond, cancel)
			_, err = l.Ask(ctx, func() (*http.Request, error) { return http.NewRequestWithContext(ctx, "POST", "http://h.example", nil) })
			if dialog.AsError(err).Code != "cancelled" || !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		})
	})
}

func TestATurnEndsWithTheNearestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct{ timeout, turn, want time.Duration }{
			{0, 0, 0},
			{5 * time.Second, 0, 5 * time.Second},
			{0, 3 * time.Second, 3 * time.Second},
			{5 * time.Second, 3 * time.Second, 3 * time.Second},
			{5 * time.Second, 8 * time.Second, 5 * time.Second},
		} {
			l, err := NewLink(dialog.Deps{HTTP: http.DefaultClient}, c.timeout)
			if err != nil {
				t.Fatal(err)
			}
			var turn dialog.Turn
			if c.turn > 0 {
				turn.Deadline = time.Now().Add(c.turn)
			}
			ctx, cancel := l.Within(t.Context(), turn)
			end, ok := ctx.Deadline()
			if ok != (c.want > 0) || ok && time.Until(end) != c.want {
				t.Errorf("%+v: %v left", c, time.Until(end))
			}
			cancel()
		}
	})
}

func TestNoClientIsAnError(t *testing.T) {
	if _, err := NewLink(dialog.Deps{}, 0); err == nil {
		t.Error("no error")
	}
}

func TestScalarsOfAnyKindAreRead(t *testing.T) {
	for in, want := range map[string][3]string{ // as Text, as an ID sent back, as an ID to read
		`"a<b"`: {"a<b", `"a<b"`, "a<b"}, `7`: {"7", "7", "7"}, `-1.50`: {"-1.50", "-1.50", "-1.50"}, `true`: {"true", "true", "true"},
		`null`: {"", `""`, ""}, `""`: {"", `""`, ""}, `{"a":1}`: {"", `""`, ""}, `[1]`: {"", `""`, ""}, `12345678901234567890`: {"12345678901234567890", "12345678901234567890", "12345678901234567890"},
	} {
		var text Text
		var id ID
		if json.Unmarshal([]byte(in), &text) != nil || json.Unmarshal([]byte(in), &id) != nil {
			t.Errorf("%s cannot be read", in)
		}
		back, err := id.MarshalJSON()
		if got := [3]string{string(text), string(back), id.String()}; err != nil || got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

func TestDecodingNamesTheFault(t *testing.T) {
	var into struct {
		List []struct {
			A []int `json:"a"`
		} `json:"list"`
	}
	for in, want := range map[string]string{
		"": "empty", " ": "empty", "<html>": "text/html", "7": "the answer: must not be a number", `{"list":{}}`: "list: must not be an object",
		`{"list":[{"a":"x"}]}`: "a: must not be a string", `{"list":[{"a":[1.5]}]}`: "must not be a number",
	} {
		err := Decode(http.Header{"Content-Type": {"text/html; charset=utf-8"}}, []byte(in), &into)
		if err == nil || err.Code != "bad_answer" || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", in, err, want)
		}
	}
	if err := Decode(nil, []byte(`{"list":[]}`), &into); err != nil {
		t.Error(err)
	}
}

func TestAReplyHoldsOnlyWhatCanBeShown(t *testing.T) {
	var n Notes
	var many []message.Message
	for range 60 {
		many = append(many, message.Text("a"))
	}
	got := Reply(append([]message.Message{{Type: message.TypeImage}}, many...), []message.Action{{Kind: message.ActionMessage, Label: "a"}, {}}, &n)
	if len(got.Messages) != 50 || len(got.QuickReplies) != 1 || len(n) != 3 {
		t.Errorf("%d messages, %d quick replies, notes %v", len(got.Messages), len(got.QuickReplies), n)
	}
	lone := Reply(nil, []message.Action{{Kind: message.ActionMessage, Label: "a"}}, &n)
	if want := []message.Message{message.Text("…")}; !reflect.DeepEqual(lone.Messages, want) {
		t.Errorf("got %+v", lone)
	}
}

func TestNotesAndAsidesAreBounded(t *testing.T) {
	var n Notes
	for range 100 {
		n.Add("%s", strings.Repeat("가", 1000))
	}
	if len(n) != 20 || len([]rune(n[0])) != 301 {
		t.Errorf("%d notes of %d", len(n), len([]rune(n[0])))
	}
	n = nil
	if n.Aside("data", json.RawMessage(`"`+strings.Repeat("x", 20<<10)+`"`)) != nil || len(n) != 1 || n.Aside("data", json.RawMessage("null")) != nil || string(n.Aside("data", json.RawMessage("1"))) != "1" {
		t.Errorf("notes %v", n)
	}
}

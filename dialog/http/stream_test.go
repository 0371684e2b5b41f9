package httpengine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

// heard is what a streaming turn emitted, as short lines.
func heard(b *bench, t *testing.T, in dialog.Turn) ([]string, dialog.Result, error) {
	t.Helper()
	var lines []string
	res, err := b.Turn(t.Context(), in, func(o dialog.Output) error {
		if o.Delta != "" {
			lines = append(lines, "+"+o.Delta)
		}
		if o.Message != nil {
			if err := o.Message.Validate(); err != nil {
				t.Error(err)
			}
			lines = append(lines, string(o.Message.Type)+":"+o.Message.Text)
		}
		return nil
	})
	return lines, res, err
}

func TestTheSampleStream(t *testing.T) {
	b := open(t, nil)
	b.fake.Script(dialogtest.HTTPAnswer{Header: http.Header{"Content-Type": {"text/event-stream; charset=utf-8"}}, Body: string(read(t, "http_engine_stream.sse"))})
	lines, res, err := heard(b, t, turn())
	want := []string{"+대회의실을 ", "+예약했습니다.", "text:대회의실을 예약했습니다."}
	if err != nil || !reflect.DeepEqual(lines, want) {
		t.Errorf("%v\ngot  %q\nwant %q", err, lines, want)
	}
	if !reflect.DeepEqual(res, dialog.Result{State: &dialog.State{Token: "opaque-engine-state-3"}}) {
		t.Errorf("result %+v", res)
	}
}

func TestStreams(t *testing.T) {
	delta := func(id, text string) string {
		return fmt.Sprintf("event: delta\ndata: {\"message_id\":%q,\"text\":%q}", id, text)
	}
	full := func(id, text string) string {
		return fmt.Sprintf("event: message\ndata: {\"message_id\":%q,\"message\":{\"type\":\"text\",\"text\":%q}}", id, text)
	}
	const done = "event: done\ndata: {\"status\":\"done\"}"
	for _, c := range []struct {
		name   string
		events []string
		want   string // emitted lines
		code   string // of the error, "" if the turn succeeds
		detail string // part of the error or of the trace
	}{
		{"a message without deltas", []string{full("a", "네"), done}, "text:네", "", ""},
		{"a text that only grew ends as a message", []string{delta("a", "네"), delta("a", "!"), done}, "+네 +! text:네!", "", ""},
		{"ids may be left out", []string{delta("", "네"), full("", "네!"), done}, "+네 text:네!", "", ""},
		{"the next message ends the growing one", []string{delta("a", "하나"), delta("b", "둘"), full("b", "둘!"), done}, "+하나 text:하나 +둘 text:둘!", "", ""},
		{"a message with another id comes after the growing one", []string{delta("a", "하나"), full("b", "둘"), done}, "+하나 text:하나 text:둘", "", ""},
		{"a message that was finished is not said twice", []string{full("a", "네"), full("a", "네"), delta("a", "?"), done}, "text:네", "", "was finished before"},
		{"comments and unknown events are no matter", []string{": keep-alive", "event: hologram\ndata: x", "event: typing\ndata: {}", full("a", "네"), done}, "text:네", "", ""},
		{"an event without a name is a message", []string{`data: {"message":{"type":"text","text":"네"}}`, done}, "text:네", "", ""},
		{"a message that cannot be shown leaves what has grown", []string{delta("a", "네"), `event: message` + "\n" + `data: {"message_id":"a","message":{"type":"image"}}`, done}, "+네 text:네", "", "message.url: missing"},
		{"done needs no status", []string{full("a", "네"), "event: done\ndata: {}"}, "text:네", "", ""},
		{"what comes after done is not read", []string{full("a", "네"), done, full("b", "몰래")}, "text:네", "", ""},
		{"a stream that ends without done", []string{"id: 7\n" + delta("a", "네")}, "+네 text:네", "stream_cut", `after event "7"`},
		{"an empty stream", nil, "", "stream_cut", "without the event done"},
		{"an error", []string{delta("a", "네"), `event: error` + "\n" + `data: {"error":{"code":"db_down","message":"no database","user_message":"잠시만요"}}`}, "+네 text:네", "db_down", "no database"},
		{"an error without an envelope", []string{`event: error` + "\n" + `data: {"code":"db_down","message":"no database"}`}, "", "db_down", "no database"},
		{"an error that says nothing", []string{"event: error\ndata: oops"}, "", "failed", "status 200"},
		{"done with an error", []string{"event: done\ndata: " + `{"status":"error","error":{"code":"late"}}`}, "", "late", "status 200"},
		{"an event that is no JSON", []string{"id: 3\nevent: delta\ndata: {"}, "", "bad_answer", `event delta "3": the answer is not JSON`},
		{"an event of another turn", []string{`event: delta` + "\n" + `data: {"turn_id":"turn_other","text":"a"}`}, "", "bad_answer", "turn_id"},
		{"a done of another turn", []string{`event: done` + "\n" + `data: {"turn_id":"turn_other"}`}, "", "bad_answer", "turn_id"},
		{"a done with a bad state", []string{`event: done` + "\n" + `data: {"state":"x"}`}, "", "bad_answer", "state: must be"},
		{"an event without end", []string{"data: " + strings.Repeat("x", 2<<20)}, "", "bad_answer", "larger than 1 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, nil)
			b.fake.Script(dialogtest.Stream(c.events...))
			lines, res, err := heard(b, t, turn())
			if got := strings.Join(lines, " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			said := string(res.Trace)
			if c.code != "" {
				said = asError(t, err, c.code).Error()
			} else if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(said, c.detail) {
				t.Errorf("%q does not say %q", said, c.detail)
			}
			if n := len(b.fake.Requests()); n != 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

func TestDoneCarriesAllThatAnAnswerCarries(t *testing.T) {
	b := open(t, nil)
	b.fake.Script(dialogtest.Stream(`event: done` + "\n" + `data: {"messages":[{"type":"text","text":"끝"}],` +
		`"quick_replies":[{"kind":"message","label":"네"}],"state":null,"session":{"end":true},"handoff":{"queue":"ga","note":"급함","for_s":90},"nlu":{"intent":"a"},"status":"accepted"}`))
	in := turn()
	in.ReplyTo = "https://dari.example/r"
	_, res, err := heard(b, t, in)
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Reply.Messages) != 1 || len(res.Reply.QuickReplies) != 1 || !res.End || !res.Later || res.State == nil || *res.State != (dialog.State{}) {
		t.Errorf("got %+v", res)
	}
	if want := (dialog.Handoff{Queue: "ga", Note: "급함", For: 90 * time.Second}); res.Handoff == nil || *res.Handoff != want {
		t.Errorf("handoff %+v, want %+v", res.Handoff, want)
	}
}

func TestAStreamSaysNoMoreThanAnAnswerMay(t *testing.T) {
	var events []string
	for i := range maxMessages + 10 {
		events = append(events, fmt.Sprintf("event: delta\ndata: {\"message_id\":\"%d\",\"text\":\"a\"}", i))
	}
	b := open(t, nil)
	b.fake.Script(dialogtest.Stream(append(events, "event: done\ndata: {}")...))
	lines, res, err := heard(b, t, turn())
	if err != nil || len(lines) != 2*maxMessages || !strings.Contains(string(res.Trace), "more than 50 messages") {
		t.Errorf("%d lines, trace %s, %v", len(lines), res.Trace, err)
	}
}

func TestAnEndlessStreamIsCut(t *testing.T) {
	b := open(t, nil)
	b.fake.Script(dialogtest.Stream(strings.Repeat("event: delta\ndata: {\"text\":\""+strings.Repeat("x", 1<<10)+"\"}\n\n", 5<<10)))
	_, _, err := heard(b, t, turn())
	asError(t, err, "bad_answer")
	if !strings.Contains(err.Error(), "4 MiB") {
		t.Error(err)
	}
}

// paced is a transport whose answer is a stream with a pause before each piece; after the last it
// stays open.
type paced struct {
	pause  time.Duration
	pieces []string
	over   <-chan struct{}
}

func (p *paced) RoundTrip(r *http.Request) (*http.Response, error) {
	p.over = r.Context().Done()
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: io.NopCloser(p), Request: r}, nil
}

func (p *paced) Read(b []byte) (int, error) {
	if len(p.pieces) == 0 {
		<-p.over
		return 0, context.Canceled
	}
	time.Sleep(p.pause) // passes at once, in the bubble
	n := copy(b, p.pieces[0])
	p.pieces = p.pieces[1:]
	return n, nil
}

func TestSilenceEndsAStreamAndKeepAlivesDoNot(t *testing.T) {
	for _, c := range []struct {
		name   string
		stream *paced
		code   string // "" if the turn succeeds
		after  time.Duration
	}{
		{"keep-alives hold a stream", &paced{pause: 30 * time.Second, pieces: []string{": a\n\n", ": b\n\n", ": c\n\n", "event: done\ndata: {}\n\n"}}, "", 2 * time.Minute},
		{"silence ends it", &paced{pause: time.Second, pieces: []string{"event: delta\ndata: {\"text\":\"a\"}\n\n"}}, "timeout", 46 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e, err := Type{}.New(map[string]any{"url": "https://engine.example.com", "secret": dialogtest.Secret},
					dialog.Deps{HTTP: &http.Client{Transport: c.stream}})
				if err != nil {
					t.Fatal(err)
				}
				in := turn()
				in.Deadline = time.Time{}
				start := time.Now()
				var said []message.Message
				_, err = e.Turn(t.Context(), in, func(o dialog.Output) error {
					if o.Message != nil {
						said = append(said, *o.Message)
					}
					return nil
				})
				if took := time.Since(start); took != c.after {
					t.Errorf("took %v, want %v", took, c.after)
				}
				if c.code == "" {
					if err != nil {
						t.Fatal(err)
					}
					return
				}
				asError(t, err, c.code)
				if len(said) != 1 || said[0].Text != "a" || !errors.Is(err, errSilent) {
					t.Errorf("said %+v, %v", said, err)
				}
			})
		})
	}
}

func FuzzStream(f *testing.F) {
	f.Add(read(f, "http_engine_stream.sse"))
	f.Add([]byte("event: error\ndata: {\"error\":1}\n\n"))
	f.Add([]byte("event: message\ndata: {\"message\":{\"type\":\"x\",\"fallback_text\":\"a\"}}\n\nevent: done\ndata: {\"messages\":[1]}\n\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var said []message.Message
		g := newGrowth(turn(), func(o dialog.Output) error {
			if o.Message != nil {
				said = append(said, *o.Message)
			}
			return nil
		})
		ctx, giveUp := context.WithCancelCause(t.Context())
		defer giveUp(nil)
		res, fail := (&engine{}).stream(ctx, giveUp, strings.NewReader(string(raw)), g)
		if fail != nil && (fail.err == nil || fail.err.Code == "" || fail.retry) {
			t.Errorf("got %+v", fail)
		}
		for _, problem := range dialogtest.Problems(dialogtest.Replied{Result: res, Messages: append(said, res.Reply.Messages...)}) {
			t.Error(problem)
		}
	})
}

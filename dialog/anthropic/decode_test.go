package anthropic

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"dari/dialog"
	"dari/dialog/dialogtest"
	"dari/dialog/llm"
)

func read(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func stream(t testing.TB, r io.Reader) (llm.Answer, error) {
	t.Helper()
	s := llm.NewStream(context.Background(), io.NopCloser(r))
	defer s.Close()
	said := ""
	a, err := decode(s, func(piece string) error {
		said += piece
		return nil
	})
	if err == nil && said != a.Text || !utf8.ValidString(a.Text) {
		t.Errorf("handed over %q of %q", said, a.Text)
	}
	return a, err
}

func events(data ...string) string {
	return "data: " + strings.Join(data, "\n\ndata: ") + "\n\n"
}

const (
	textStart = `{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`
	ended     = `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}`
	stopped   = `{"type":"message_stop"}`
)

func text(s string) string {
	return `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"` + s + `"}}`
}

func useStart(i int, id string) string {
	return fmt.Sprintf(`{"type":"content_block_start","index":%d,"content_block":{"type":"tool_use","id":"%s","name":"f","input":{}}}`, i, id)
}

func useJSON(i int, piece string) string {
	return fmt.Sprintf(`{"type":"content_block_delta","index":%d,"delta":{"type":"input_json_delta","partial_json":"%s"}}`, i, piece)
}

func TestStreamsAreRead(t *testing.T) {
	toolStop := `{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{}}`
	for _, row := range []struct {
		name, in, text, calls string
		end                   llm.End
		usage                 llm.Usage
	}{
		{"the sample", read(t, "anthropic_stream.sse"), "내일 도착해요.", "[]", llm.Done, llm.Usage{Input: 260, Output: 9}},
		{"without its last event", events(textStart, text("네"), ended), "네", "[]", llm.Done, llm.Usage{Output: 9}},
		{"with a syllable cut in two", events(textStart, text("\xeb"), text("\x84\xa4"), ended, stopped), "네", "[]", llm.Done, llm.Usage{Output: 9}},
		{"with events of the future", events(`{"type":"hologram","index":"x1","delta":[],"error":0}`, textStart, text("네"), ended, stopped), "네", "[]", llm.Done, llm.Usage{Output: 9}},
		{"with thoughts", events(
			`{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}`,
			`{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}`,
			`{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"x"}}`,
			strings.ReplaceAll(text("네"), `"index":0`, `"index":1`), ended, stopped), "네", "[]", llm.Done, llm.Usage{Output: 9}},
		{"cached tokens count as input", events(
			`{"type":"message_start","message":{"model":"m","usage":{"input_tokens":10,"cache_read_input_tokens":200,"cache_creation_input_tokens":30,"output_tokens":1}}}`,
			text("네"), ended, stopped), "네", "[]", llm.Done, llm.Usage{Input: 240, Cached: 200, Output: 9}},
		{"cut at the limit", events(text("네"), `{"type":"message_delta","delta":{"stop_reason":"max_tokens"}}`), "네", "[]", llm.Cut, llm.Usage{}},
		{"refused", events(text("네"), `{"type":"message_delta","delta":{"stop_reason":"refusal"}}`), "네", "[]", llm.Filtered, llm.Usage{}},
		{
			"two calls with split arguments", events(
				text("볼게요"), useStart(1, "a"), useStart(2, "b"), useJSON(1, `{\"x\":`), useJSON(2, `{\"y\":2}`), useJSON(1, `1}`), toolStop, stopped,
			), "볼게요", `[{a f {"x":1}} {b f {"y":2}}]`, llm.ToCall, llm.Usage{},
		},
		{"a call without arguments", events(useStart(0, "a"), toolStop), "", `[{a f {}}]`, llm.ToCall, llm.Usage{}},
		{"malformed arguments, as they are", events(useStart(0, "a"), useJSON(0, `{\"x\":`), toolStop), "", `[{a f {"x":}]`, llm.ToCall, llm.Usage{}},
		{"whole arguments at once", events(strings.Replace(useStart(0, "a"), `{}`, `{"x":1}`, 1), toolStop), "", `[{a f {"x":1}}]`, llm.ToCall, llm.Usage{}},
	} {
		for how, r := range map[string]io.Reader{
			"whole": strings.NewReader(row.in), "byte by byte": iotest.OneByteReader(strings.NewReader(row.in)),
		} {
			t.Run(row.name+", "+how, func(t *testing.T) {
				a, err := stream(t, r)
				if err != nil {
					t.Fatal(err)
				}
				if a.Text != row.text || fmt.Sprint(a.Calls) != row.calls || a.End != row.end || a.Usage != row.usage {
					t.Errorf("got %+v", a)
				}
			})
		}
	}
}

func TestStreamsThatFailAreToldApart(t *testing.T) {
	fault := func(kind string) string {
		return "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"" + kind + "\",\"message\":\"Overloaded\"}}\n\n"
	}
	long := strings.Repeat("가", 1000)
	for _, row := range []struct{ name, in, code string }{
		{"cut off in the middle", events(textStart, text("네")), "bad_answer"},
		{"nothing at all", "", "bad_answer"},
		{"no JSON", events("hello"), "bad_answer"},
		{"overloaded", events(text("네")) + fault("overloaded_error"), "failed"},
		{"limited", fault("rate_limit_error"), "rate_limited"},
		{"late", fault("timeout_error"), "timeout"},
		{"refused", fault("invalid_request_error"), "refused"},
		{"an endless text", strings.Repeat(events(text(long)), 200), "bad_answer"},
		{"endless arguments", events(useStart(0, "a")) + strings.Repeat(events(useJSON(0, long)), 500), "bad_answer"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := stream(t, strings.NewReader(row.in))
			if err == nil || dialog.AsError(err).Code != row.code {
				t.Errorf("got %v, want %s", err, row.code)
			}
		})
	}
}

func TestAServerThatStaysOnTheLineIsLeft(t *testing.T) {
	hold := make(chan struct{})
	defer close(hold)
	b, fake := open(t, nil)
	answer := dialogtest.Stream("data: "+text("네"), "data: "+ended, "data: "+stopped)
	answer.Hold = hold
	fake.Script(answer)
	r, err := b.Ask(t, t.Context(), dialogtest.TextTurn("c", "안녕"))
	if err != nil || r.Text() != "네" {
		t.Errorf("%q, %v", r.Text(), err)
	}
}

func TestAWholeAnswerIsRead(t *testing.T) {
	s := llm.NewStream(t.Context(), io.NopCloser(strings.NewReader(read(t, "anthropic_response.json"))))
	a, err := whole(s, func(string) error { return nil })
	if err != nil || a.Text != "확인해 볼게요." || len(a.Calls) != 1 || a.Calls[0].ID != "toolu_01" || string(a.Calls[0].Object()) != `{"order_no":"1234"}` ||
		a.End != llm.ToCall || a.Usage != (llm.Usage{Input: 210, Output: 44}) {
		t.Errorf("%+v, %v", a, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(read(f, "anthropic_stream.sse")))
	f.Add([]byte(events(useStart(1, "a"), useJSON(1, "{\xeb"), ended, stopped)))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := stream(t, bytes.NewReader(b))
		if err != nil && dialog.AsError(err).Code == "" {
			t.Errorf("an error without a code: %v", err)
		}
		again, _ := stream(t, iotest.OneByteReader(bytes.NewReader(b)))
		if fmt.Sprint(again) != fmt.Sprint(a) {
			t.Errorf("%+v, byte by byte %+v", a, again)
		}
	})
}

package openai

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

// stream decodes a stream, and checks that what was handed over is the text.
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

func piece(inner string) string {
	return `{"choices":[{"index":0,"delta":` + inner + `,"finish_reason":null}]}`
}

const stop = `{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`

func tool(inner string) string { return piece(`{"tool_calls":[` + inner + `]}`) }

func TestStreamsOfAllServersAreRead(t *testing.T) {
	toolStop := `{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}`
	for _, row := range []struct {
		name, in string
		text     string
		calls    string
		end      llm.End
		usage    llm.Usage
	}{
		{"the sample", read(t, "openai_chat_stream.sse"), "내일 도착해요.", "[]", llm.Done, llm.Usage{Input: 150, Output: 7}},
		{"the sample of a call", read(t, "openai_chat_toolcall_stream.sse"), "", `[{call_01 lookup_order {"order_no":"1234"}}]`, llm.ToCall, llm.Usage{}},
		{"without [DONE]", events(piece(`{"content":"네"}`), stop), "네", "[]", llm.Done, llm.Usage{}},
		{"without a reason", events(piece(`{"content":"네"}`), "[DONE]"), "네", "[]", "", llm.Usage{}},
		{"with CR LF and comments", strings.ReplaceAll(": hi\n\n"+events(piece(`{"content":"네"}`), stop, "[DONE]"), "\n", "\r\n"), "네", "[]", llm.Done, llm.Usage{}},
		{"with the usage in the last chunk", events(piece(`{"content":"네"}`), `{"choices":[{"delta":{},"finish_reason":"length"}],"usage":{"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":4}}}`), "네", "[]", llm.Cut, llm.Usage{Input: 5, Cached: 4, Output: 1}},
		{"with usage null", events(`{"choices":[{"delta":{"content":"네"}}],"usage":null}`, stop), "네", "[]", llm.Done, llm.Usage{}},
		{"with a whole message as an event", events(`{"choices":[{"message":{"content":"네"},"finish_reason":"stop"}]}`), "네", "[]", llm.Done, llm.Usage{}},
		{"with a refusal as its text", events(piece(`{"refusal":"안 돼요"}`), stop), "안 돼요", "[]", llm.Done, llm.Usage{}},
		{"filtered", events(piece(`{"content":"네"}`), `{"choices":[{"delta":{},"finish_reason":"content_filter"}]}`), "네", "[]", llm.Filtered, llm.Usage{}},
		{"with a second choice", events(piece(`{"content":"네"}`), `{"choices":[{"index":1,"delta":{"content":"아니요"}}]}`, stop), "네", "[]", llm.Done, llm.Usage{}},
		{"with a syllable cut in two", events(piece("{\"content\":\"\xeb\"}"), piece("{\"content\":\"\x84\xa4\"}"), stop), "네", "[]", llm.Done, llm.Usage{}},
		{
			"two calls in parallel", events(
				tool(`{"index":0,"id":"a","function":{"name":"f","arguments":""}},{"index":1,"id":"b","function":{"name":"g","arguments":""}}`),
				tool(`{"index":1,"function":{"arguments":"{\"y\":"}}`), tool(`{"index":0,"function":{"arguments":"{\"x\":"}}`),
				tool(`{"index":0,"function":{"arguments":"1}"}}`), tool(`{"index":1,"function":{"arguments":"2}"}}`), toolStop,
			), "", `[{a f {"x":1}} {b g {"y":2}}]`, llm.ToCall, llm.Usage{},
		},
		{"two whole calls, the index always 0", events(tool(`{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}`), tool(`{"index":0,"id":"b","function":{"name":"f","arguments":"{}"}}`), toolStop), "", `[{a f {}} {b f {}}]`, llm.ToCall, llm.Usage{}},
		{"two whole calls without index and id", events(tool(`{"function":{"name":"f","arguments":"{}"}}`), tool(`{"function":{"name":"f","arguments":"{}"}}`), toolStop), "", `[{ f {}} { f {}}]`, llm.ToCall, llm.Usage{}},
		{"the id and name repeated", events(tool(`{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}}`), tool(`{"index":0,"id":"a","function":{"name":"f","arguments":":1}"}}`), toolStop), "", `[{a f {"x":1}}]`, llm.ToCall, llm.Usage{}},
		{"arguments as an object", events(tool(`{"index":0,"id":"a","function":{"name":"f","arguments":{"x": "가"}}}`), toolStop), "", `[{a f {"x": "가"}}]`, llm.ToCall, llm.Usage{}},
		{"arguments null", events(tool(`{"index":0,"id":"a","function":{"name":"f","arguments":null}}`), toolStop), "", `[{a f }]`, llm.ToCall, llm.Usage{}},
		{"malformed arguments, as they are", events(tool(`{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}}`), toolStop), "", `[{a f {"x":}]`, llm.ToCall, llm.Usage{}},
		{"arguments with a syllable cut in two", events(tool("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"\\\"\xeb\"}}"), tool("{\"index\":0,\"function\":{\"arguments\":\"\x84\xa4\\\"\"}}"), toolStop), "", `[{a f "네"}]`, llm.ToCall, llm.Usage{}},
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
	for _, row := range []struct{ name, in, code string }{
		{"cut off in the middle", events(piece(`{"content":"네"}`)), "bad_answer"},
		{"cut off inside an event", events(piece(`{"content":"네"}`)) + `data: {"choices`, "bad_answer"},
		{"nothing at all", "", "bad_answer"},
		{"no JSON", events("hello"), "bad_answer"},
		{"an error inside", events(piece(`{"content":"네"}`), `{"error":{"message":"out of memory","type":"server_error"}}`), "failed"},
		{"an error of its own name", "event: error\ndata: {\"message\":\"no\",\"type\":\"BadRequestError\",\"code\":400}\n\n", "refused"},
		{"an error as a text", events(`{"error":"unexpected EOF"}`), "failed"},
		{"an error of the filter", events(`{"error":{"message":"no","code":"content_filter"}}`), "content_filter"},
		{"an endless text", events(strings.Split(strings.Repeat(piece(`{"content":"`+strings.Repeat("가", 1000)+`"}`)+"|", 200)+stop, "|")...), "bad_answer"},
		{"endless arguments", events(strings.Split(strings.Repeat(tool(`{"index":0,"id":"a","function":{"name":"f","arguments":"`+strings.Repeat("가", 1000)+`"}}`)+"|", 500)+stop, "|")...), "bad_answer"},
		{"endless calls", events(func() (out []string) {
			for i := range 200 {
				out = append(out, tool(fmt.Sprintf(`{"index":%d,"id":"c%d","function":{"name":"f","arguments":"{}"}}`, i, i)))
			}
			return append(out, stop)
		}()...), "bad_answer"},
		{"an endless event", "data: " + strings.Repeat("x", 2<<20), "bad_answer"},
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
	answer := dialogtest.Stream("data: "+piece(`{"content":"네"}`), "data: "+stop, "data: [DONE]")
	answer.Hold = hold
	fake.Script(answer)
	r, err := b.Ask(t, t.Context(), dialogtest.TextTurn("c", "안녕"))
	if err != nil || r.Text() != "네" {
		t.Errorf("%q, %v", r.Text(), err)
	}
}

func TestAWholeAnswerIsRead(t *testing.T) {
	m := &model{}
	for _, row := range []struct{ name, in, text, calls, code string }{
		{"the sample", read(t, "openai_chat_response.json"), "", `[{call_01 lookup_order {"order_no":"1234"}}]`, ""},
		{"parts", `{"choices":[{"message":{"content":[{"type":"text","text":"네"}]},"finish_reason":"stop"}]}`, "네", "[]", ""},
		{"an error with a status of success", `{"error":{"message":"no"}}`, "", "[]", "failed"},
		{"a list", `[1]`, "", "[]", "bad_answer"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := llm.NewStream(t.Context(), io.NopCloser(strings.NewReader(row.in)))
			a, err := m.whole(s, func(string) error { return nil })
			code := ""
			if err != nil {
				code = dialog.AsError(err).Code
			}
			if a.Text != row.text || fmt.Sprint(a.Calls) != row.calls || code != row.code {
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(read(f, "openai_chat_stream.sse")))
	f.Add([]byte(read(f, "openai_chat_toolcall_stream.sse")))
	f.Add([]byte(events(tool("{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"\xeb\"}}"), stop)))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := stream(t, bytes.NewReader(b))
		if err != nil && dialog.AsError(err).Code == "" {
			t.Errorf("an error without a code: %v", err)
		}
		for _, c := range a.Calls {
			if !utf8.ValidString(c.Arguments) {
				t.Errorf("arguments %q", c.Arguments)
			}
		}
		again, _ := stream(t, iotest.OneByteReader(bytes.NewReader(b)))
		if fmt.Sprint(again) != fmt.Sprint(a) {
			t.Errorf("%+v, byte by byte %+v", a, again)
		}
	})
}

package dify

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"dari/dialog"
	"dari/dialog/dialogtest"
	"dari/dialog/llm"
)

func read(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile("testdata/dify_stream.sse")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// stream reads a stream and returns what was handed over, too.
func stream(r io.Reader) (answer, string, error) {
	s := llm.NewStream(context.Background(), io.NopCloser(r))
	defer s.Close()
	said := ""
	a := answer{text: llm.NewText(func(piece string) error {
		said += piece
		return nil
	})}
	err := a.read(s)
	return a, said, err
}

func lines(events ...string) string { return strings.Join(events, "\n\n") + "\n\n" }

func piece(kind, answer string) string {
	return dialogtest.DifyEvent(kind, "c-1", map[string]any{"answer": answer})
}

func TestStreamsOfAllKindsOfAppsAreRead(t *testing.T) {
	end := dialogtest.DifyEvent("message_end", "c-1", nil)
	flow := workflow("succeeded")
	for _, row := range []struct{ name, in, want, said string }{
		{"the sample", read(t), "연차는 15일입니다.", "연차는 15일입니다."},
		{"a chatbot", lines(piece("message", "하"), piece("message", "하"), piece("message", "하하"), end), "하하하하", "하하하하"},
		{"an agent", lines(piece("agent_message", "안"), piece("agent_message", "녕"), end), "안녕", "안녕"},
		{"an agent that repeats the whole", lines(piece("agent_message", "안"), piece("agent_message", "녕"), piece("message", "안녕"), end), "안녕", "안녕"},
		{"an agent whose last event says more", lines(piece("agent_message", "안"), piece("message", "안녕"), end), "안녕", "안녕"},
		{"an agent whose last event says something else", lines(piece("agent_message", "어"), piece("message", "안녕"), end), "안녕", "어"},
		{"a text that the moderation replaces", lines(piece("message", "나쁜 말"), piece("message_replace", "삭제되었습니다."), end), "삭제되었습니다.", "나쁜 말"},
		{"a flow", lines(flow...), "연차는 15일입니다.", "연차는 15일입니다."},
		{"a flow that ends in the other order", lines(flow[0], flow[1], flow[5], flow[4]), "연차는 ", "연차는 "},
		{"a flow whose success is its end", lines(flow[0], flow[1], flow[5]), "연차는 ", "연차는 "},
		{"a flow that was partly skipped", lines(workflow("partial-succeeded")...), "연차는 15일입니다.", "연차는 15일입니다."},
		{"pings in all their forms", lines("event: ping", "event: ping\ndata: hello", `data: {"event":"ping"}`, ": ping", piece("message", "네"), end), "네", "네"},
		{"events of the future", lines(`data: {"event":"hologram","answer":{"a":1},"metadata":[]}`, piece("message", "네"), end), "네", "네"},
		{"a strange metadata", lines(piece("message", "네"), `data: {"event":"message_end","metadata":[1]}`), "네", "네"},
		{"thoughts", lines(piece("message", "<think>"), piece("message", "음</think>"), piece("message", "\n네"), end), "네", "네"},
		{"CR LF", strings.ReplaceAll(lines(piece("message", "네"), end), "\n", "\r\n"), "네", "네"},
	} {
		for how, r := range map[string]io.Reader{
			"whole": strings.NewReader(row.in), "byte by byte": iotest.OneByteReader(strings.NewReader(row.in)),
		} {
			t.Run(row.name+", "+how, func(t *testing.T) {
				a, said, err := stream(r)
				if err != nil || a.said != row.want || said != row.said {
					t.Errorf("got %q, handed over %q, %v", a.said, said, err)
				}
			})
		}
	}
}

func TestStreamsThatFailAreToldApart(t *testing.T) {
	for _, row := range []struct{ name, in, code, said string }{
		{"cut before its end", lines(piece("message", "네")), "bad_answer", "broke off"},
		{"nothing at all", "", "bad_answer", "broke off"},
		{"nothing but pings", lines("event: ping", "event: ping"), "bad_answer", "broke off"},
		{"no JSON", lines("data: hello"), "bad_answer", "not what Dify sends"},
		{"an answer that is no text", lines(`data: {"event":"message","answer":1}`), "bad_answer", "not what Dify sends"},
		{"a flow that failed after its text", lines(workflow("failed")...), "failed", "node 3 broke"},
		{"a flow that was stopped", lines(workflow("stopped")...), "failed", "stopped"},
		{"a flow without a status", lines(`data: {"event":"workflow_finished","data":[]}`), "failed", "does not say why"},
		{"a form for people", lines(dialogtest.DifyEvent("workflow_paused", "c-1", nil)), "paused", "human input"},
		{"a failing provider", lines(piece("message", "네"), inside(400, "provider_quota_exceeded", "no credit")), "failed", "no credit"},
		{"a wrong question", lines(inside(400, "invalid_param", "query is required")), "refused", "query is required"},
		{"a limit", lines(inside(429, "too_many_requests", "slow down")), "rate_limited", "slow down"},
		{"a quota", lines(inside(400, "rate_limit_error", "quota")), "rate_limited", "quota"},
		{"an endless text", strings.Repeat(lines(piece("message", strings.Repeat("가", 1000))), 200), "bad_answer", "larger"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, _, err := stream(strings.NewReader(row.in))
			if e := dialog.AsError(err); err == nil || e.Code != row.code || !strings.Contains(e.Error(), row.said) {
				t.Errorf("got %v, want %s with %q", err, row.code, row.said)
			}
		})
	}
}

func TestIdsThatCouldLeadElsewhereAreNotKept(t *testing.T) {
	a, _, err := stream(strings.NewReader(lines(
		dialogtest.DifyEvent("message", "../../admin", map[string]any{"answer": "네", "task_id": "a/b", "message_id": "a?b"}),
		dialogtest.DifyEvent("message_end", "c 1", map[string]any{"task_id": "", "message_id": strings.Repeat("a", maxID+1)}),
	)))
	if err != nil || a.conversation != "" || a.taskID != "" || a.messageID != "" {
		t.Errorf("%+v, %v", a, err)
	}
}

func FuzzStream(f *testing.F) {
	f.Add([]byte(read(f)))
	f.Add([]byte(lines(piece("agent_message", "안"), piece("message", "안녕"), dialogtest.DifyEvent("message_end", "c-1", nil))))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, said, err := stream(bytes.NewReader(b))
		if err != nil && dialog.AsError(err).Code == "" {
			t.Errorf("an error without a code: %v", err)
		}
		if !utf8.ValidString(a.said) || !utf8.ValidString(said) {
			t.Errorf("%q, handed over %q", a.said, said)
		}
		again, _, _ := stream(iotest.OneByteReader(bytes.NewReader(b)))
		if fmt.Sprint(again.said, again.conversation, again.files) != fmt.Sprint(a.said, a.conversation, a.files) {
			t.Errorf("%q, byte by byte %q", a.said, again.said)
		}
	})
}

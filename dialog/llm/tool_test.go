package llm

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

func TestWhatToolsSayReachesTheModel(t *testing.T) {
	for _, row := range []struct {
		name   string
		call   Answer
		want   []string // a part of each result; "!" before it for a failure
		called []string
	}{
		{"a result", calls(`lookup_order {"order_no":"1234"}`), []string{"in_transit"}, []string{"lookup_order 1234"}},
		{"two at once, in their order", calls(`lookup_order {"order_no":"1"}`, `orders_cancel {"order_no":"2"}`), []string{`"1"`, `"2"`}, []string{"lookup_order 1", "orders.cancel 2"}},
		{"arguments inside a string", calls(`lookup_order "{\"order_no\":\"1\"}"`), []string{"in_transit"}, []string{"lookup_order 1"}},
		{"a tool's own failure", calls(`fail`), []string{"!the warehouse is closed; its key is •••"}, nil},
		{"half an object", calls(`lookup_order {"order_no":`), []string{"!not a JSON object"}, nil},
		{"a list", calls(`lookup_order ["1234"]`), []string{"!not a JSON object"}, nil},
		{"a missing argument", calls(`lookup_order {}`), []string{"!order_no"}, nil},
		{"an argument of the wrong kind", calls(`lookup_order {"order_no":1234}`), []string{"!do not fit the tool"}, nil},
		{"a tool that is not there", calls(`rm -rf`), []string{"!there are: "}, nil},
		{"a long result is cut", calls(`big`), []string{"(cut: 16383 of 300000 bytes)"}, nil},
		{"a good call beside a bad one", calls(`nothing`, `lookup_order {"order_no":"7"}`), []string{"!no tool", "in_transit"}, []string{"lookup_order 7"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, nil, row.call, words("알겠습니다"))
			r, err := b.ask(t, dialogtest.TextTurn("c", "주문 어디예요?"))
			if err != nil || r.Text() != "알겠습니다" {
				t.Fatalf("%q, %v", r.Text(), err)
			}
			results := b.model.results(t)
			if len(results) != len(row.want) {
				t.Fatalf("%d results: %+v", len(results), results)
			}
			tr := decodeTrace(t, r)
			for i, want := range row.want {
				want, failed := strings.CutPrefix(want, "!")
				if !strings.Contains(results[i].Text, want) || results[i].Failed != failed || results[i].ID != row.call.Calls[i].ID {
					t.Errorf("result %+v, want %q", results[i], want)
				}
				if (tr.Tools[i].Error != "") != failed {
					t.Errorf("the trace says %+v", tr.Tools[i])
				}
			}
			called, turns := b.tools.Called()
			slices.Sort(called)
			if !slices.Equal(called, row.called) || slices.ContainsFunc(turns, func(s string) bool { return s != "turn_c" }) {
				t.Errorf("called %q for %q, want %q", called, turns, row.called)
			}
			if strings.Contains(string(r.Trace)+b.log.String()+results[0].Text, dialogtest.ToolToken) {
				t.Error("the token of the tool server is told")
			}
		})
	}
}

func TestAToolThatDoesNotAnswerIsGivenUp(t *testing.T) {
	b := open(t, settings.Values{"tool_timeout": "300ms"}, calls("slow"), words("다시 해 볼게요"))
	r, err := b.ask(t, dialogtest.TextTurn("c", "주문"))
	if err != nil || r.Text() != "다시 해 볼게요" {
		t.Fatalf("%q, %v", r.Text(), err)
	}
	if got := b.model.results(t)[0]; !got.Failed || !strings.Contains(got.Text, "within 300ms") {
		t.Errorf("the model was told %+v", got)
	}
}

func TestALoopOfToolsIsStopped(t *testing.T) {
	t.Run("with a last chance to speak", func(t *testing.T) {
		again := calls(`lookup_order {"order_no":"1"}`)
		b := open(t, settings.Values{"tool_rounds": "3"}, again, again, again, words("못 찾겠어요"))
		r, err := b.ask(t, dialogtest.TextTurn("c", "주문"))
		if err != nil || r.Text() != "못 찾겠어요" {
			t.Fatalf("%q, %v", r.Text(), err)
		}
		for i, req := range b.model.requests {
			if req.MayCall != (i < 3) {
				t.Errorf("request %d: may call is %v", i, req.MayCall)
			}
		}
		if got := b.model.results(t)[0].Text; !strings.Contains(got, "No more tools") {
			t.Errorf("the model was told %q", got)
		}
		if r.Usage == nil || r.Usage.Input != 500 || r.Usage.Output != 50 {
			t.Errorf("counted %+v", r.Usage)
		}
		if tr := decodeTrace(t, r); tr.Rounds != 4 || tr.Usage == nil || *tr.Usage != (Usage{Input: 500, Output: 50}) {
			t.Errorf("trace %s", r.Trace)
		}
	})
	t.Run("and ends as a failure that names the tool", func(t *testing.T) {
		b := open(t, settings.Values{"tool_rounds": "2"}, calls(`lookup_order {"order_no":"1"}`))
		r, err := b.ask(t, dialogtest.TextTurn("c", "주문"))
		if e := dialog.AsError(err); e.Code != "tool_loop" || !strings.Contains(e.Error(), "lookup_order") {
			t.Errorf("got %v", err)
		}
		if len(b.model.requests) != 3 || r.State != nil || decodeTrace(t, r).Usage.Input != 300 {
			t.Errorf("%d requests, state %v, trace %s", len(b.model.requests), r.State, r.Trace)
		}
	})
	t.Run("unless it said something", func(t *testing.T) {
		again := calls(`lookup_order {"order_no":"1"}`)
		again.Text = "잠시만요"
		b := open(t, settings.Values{"tool_rounds": "1"}, again)
		r, err := b.ask(t, dialogtest.TextTurn("c", "주문"))
		if err != nil || r.Text() != "잠시만요\n잠시만요" || !strings.Contains(string(r.Trace), "without end") {
			t.Errorf("%q, %v, %s", r.Text(), err, r.Trace)
		}
	})
	t.Run("as are too many calls at once", func(t *testing.T) {
		b := open(t, nil, calls(slices.Repeat([]string{`lookup_order {"order_no":"1"}`}, 100)...), words("네"))
		if _, err := b.ask(t, dialogtest.TextTurn("c", "주문")); err != nil {
			t.Fatal(err)
		}
		called, _ := b.tools.Called()
		if results := b.model.results(t); len(called) != maxCalls || len(results) != keptCalls || !results[maxCalls].Failed {
			t.Errorf("%d calls, %d results", len(called), len(results))
		}
	})
}

func TestCallsAreTidiedUp(t *testing.T) {
	b := open(t, nil, Answer{End: ToCall, Calls: []Call{{"", "", ""}, {"x", "주문", ""}, {"x", "fail", ""}}}, words("네"))
	if _, err := b.ask(t, dialogtest.TextTurn("c", "주문")); err != nil {
		t.Fatal(err)
	}
	last := b.model.requests[1].Messages
	if got := fmt.Sprint(last[len(last)-2].Calls); got != "[{call_1_0 unknown } {x __ } {call_1_2 fail }]" {
		t.Errorf("got %s", got)
	}
}

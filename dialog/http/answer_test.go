package httpengine

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

// from decodes an answer of that status and type.
func from(status int, contentType, body string) (dialog.Result, *failure) {
	a := answer{status: status, header: http.Header{"Content-Type": {contentType}}, body: []byte(body)}
	return a.result("turn_01JD3Z8Q7V", now)
}

func TestTheSampleAnswer(t *testing.T) {
	res, f := from(200, "application/json; charset=utf-8", string(read(t, "http_engine_response.json")))
	if f != nil {
		t.Fatal(f.err)
	}
	want := dialog.Result{
		Reply: message.Reply{
			Messages: []message.Message{
				{Type: message.TypeText, Text: "어느 회의실을 예약할까요?", Format: "plain"},
				{Type: message.TypeCards, Cards: []message.Card{{
					Title: "대회의실", Subtitle: "12층 · 20명", ImageURL: "https://cdn.hanbit.example/room-a.png",
					Actions: []message.Action{
						{Kind: message.ActionPostback, Label: "예약", Data: "room=a", Text: "대회의실"},
						{Kind: message.ActionURL, Label: "도면", URL: "https://hanbit.example/floors/12"},
					},
				}}},
			},
			QuickReplies: []message.Action{{Kind: message.ActionPostback, Label: "취소", Data: "cancel"}},
		},
		State: &dialog.State{Token: "opaque-engine-state-2"},
		Trace: json.RawMessage(`{"nlu":{"intent":"room.book","confidence":0.91,"alternatives":[{"intent":"room.cancel","confidence":0.05}]},"usage":{"input_tokens":0,"output_tokens":0}}`),
	}
	if !reflect.DeepEqual(res, want) {
		t.Errorf("got  %+v\nwant %+v\ntrace %s", res, want, res.Trace)
	}
}

func TestTheSampleOfALaterAnswerShowsItsNotice(t *testing.T) {
	sample := decodeJSON(t, read(t, "http_engine_accepted_response.json"))["body"]
	body, _ := json.Marshal(sample)
	for _, status := range []int{200, 202} {
		res, f := from(status, "application/json", string(body))
		if f != nil {
			t.Fatal(f.err)
		}
		if len(res.Reply.Messages) != 1 || res.Reply.Messages[0].Text != "확인하고 있어요…" || !strings.Contains(string(res.Trace), "accepted") {
			t.Errorf("%d: got %+v, trace %s", status, res, res.Trace)
		}
	}
}

func TestTheSampleError(t *testing.T) {
	sample := decodeJSON(t, read(t, "http_engine_error_response.json"))["body"]
	body, _ := json.Marshal(sample)
	for _, status := range []int{422, 200} {
		_, f := from(status, "application/json", string(body))
		if f == nil || f.err.Code != "unsupported_event" || f.err.UserMessage != "스티커는 아직 이해하지 못해요." || f.retry {
			t.Errorf("%d: got %+v", status, f)
		}
	}
}

func TestAnswersThatSayNothing(t *testing.T) {
	for _, status := range []int{202, 204, 205} {
		if res, f := from(status, "", ""); f != nil || !reflect.DeepEqual(res, dialog.Result{}) {
			t.Errorf("%d: got %+v, %+v", status, res, f)
		}
	}
}

func TestStatuses(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		code   string // "" for a pass
		gone   bool
		want   string // part of the error
	}{
		{200, `{"status":"done","messages":[]}`, "", false, ""},
		{201, `{"status":"done","messages":[]}`, "", false, ""},
		{304, ``, "redirect", false, "url"},
		{400, `<html>`, "refused", false, "status 400"},
		{401, ``, "refused", false, "secret"},
		{404, ``, "refused", false, "url"},
		{405, ``, "refused", false, "url"},
		{410, ``, "gone", true, "status 410"},
		{410, `{"error":{"code":"closed_down","message":"bye"}}`, "closed_down", true, "bye"},
		{429, ``, "rate_limited", false, "status 429"},
		{500, `{"error":{"code":"a code with spaces","message":"oops"}}`, "failed", false, "oops"},
		{500, `{"turn_id":"turn_other","error":{"code":"theirs"}}`, "failed", false, "status 500"},
		{500, `{"error":"oops","messages":[]}`, "failed", false, "status 500"},
	} {
		_, f := from(c.status, "application/json", c.body)
		if c.code == "" {
			if f != nil {
				t.Errorf("%d %s: %v", c.status, c.body, f.err)
			}
			continue
		}
		if f == nil || f.err.Code != c.code || f.err.Gone != c.gone || !strings.Contains(f.err.Error(), c.want) {
			t.Errorf("%d %s: got %+v, want %s with %q", c.status, c.body, f, c.code, c.want)
		}
	}
}

func TestBadAnswersNameTheFault(t *testing.T) {
	for _, c := range []struct {
		name, contentType, body string
		want                    string
	}{
		{"nothing", "application/json", "", "204"},
		{"a page", "text/html", "<html>", "text/html"},
		{"broken JSON", "application/json", `{"status":`, "not JSON"},
		{"a list", "application/json", `[]`, "JSON object"},
		{"nothing of an answer", "application/json", `{}`, "status: missing"},
		{"null", "application/json", `null`, "status: missing"},
		{"an unknown status", "application/json", `{"status":"ok","messages":[]}`, `status: "ok"`},
		{"another version", "application/json", `{"version":"2","status":"done"}`, `version: "2"`},
		{"a version that is a number", "application/json", `{"version":1,"status":"done"}`, "version: must not be a number"},
		{"another turn", "application/json", `{"turn_id":"turn_other","status":"done"}`, "turn_id"},
		{"messages that are no list", "application/json", `{"status":"done","messages":{}}`, "messages: must be a list"},
		{"a session that is none", "application/json", `{"status":"done","session":{"end":"yes"}}`, "session.end"},
		{"a state that is a string", "application/json", `{"status":"done","state":"x"}`, "state: must be"},
		{"a token that is a number", "application/json", `{"status":"done","state":{"token":1}}`, "state.token: must be"},
		{"a token that is too large", "application/json", `{"status":"done","state":{"token":"` + strings.Repeat("x", dialog.MaxState+1) + `"}}`, "state.token: has 16385 bytes"},
		{"an answer that is too large", "application/json", `{"status":"done"}` + strings.Repeat(" ", maxBody), "1 MiB"},
		{"nesting without end", "application/json", `{"nlu":` + strings.Repeat("[", 100_000), "nested more than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, f := from(200, c.contentType, c.body)
			if f == nil || f.err.Code != "bad_answer" || f.retry || !strings.Contains(f.err.Error(), c.want) {
				t.Errorf("got %+v, want bad_answer with %q", f, c.want)
			}
		})
	}
}

func TestTheBodyIsReadNoFurtherThanItsCap(t *testing.T) {
	b := open(t, nil)
	b.fake.Script(dialogtest.HTTPAnswer{Body: `{"status":"done"}` + strings.Repeat(" ", 4*maxBody)})
	_, err := b.Turn(t.Context(), turn(), nil)
	asError(t, err, "bad_answer")
}

func TestLongTextsOfAnErrorAreCut(t *testing.T) {
	_, f := from(400, "application/json", `{"error":{"message":"`+strings.Repeat("가", 5000)+`","user_message":"`+strings.Repeat("나", 5000)+`"}}`)
	if n := strings.Count(f.err.Error(), "가"); n != 300 {
		t.Errorf("message has %d", n)
	}
	if n := strings.Count(f.err.UserMessage, "나"); n != 2000 {
		t.Errorf("user_message has %d", n)
	}
}

func FuzzAnswer(f *testing.F) {
	for _, name := range []string{"http_engine_response.json", "http_engine_accepted_response.json", "http_engine_error_response.json"} {
		f.Add(200, "application/json", read(f, name))
	}
	f.Add(503, "text/html", []byte("<html>"))
	f.Add(200, "", []byte(`{"status":"done","messages":[{"type":"x","fallback_text":"a","quick_replies":[1,{"kind":"copy"}]},null,3],"quick_replies":{},"state":{"token":null},"nlu":[1]}`))
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		a := answer{status: status, header: http.Header{"Content-Type": {contentType}}, body: body}
		res, fail := a.result("turn_01JD3Z8Q7V", now)
		if fail != nil {
			if fail.err == nil || fail.err.Code == "" || fail.err.Err == nil {
				t.Errorf("an error without a code or a cause: %+v", fail.err)
			}
			return
		}
		for _, problem := range dialogtest.Problems(dialogtest.Replied{Result: res, Messages: res.Reply.Messages}) {
			t.Error(problem)
		}
	})
}

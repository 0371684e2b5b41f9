package dialogtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// DanbeeChatbot is the id of the bot that a fake Danbee has.
const DanbeeChatbot = "5f1d0c2a-0000-4000-8000-1a2b3c4d5e6f"

// Danbee is a fake of Danbee's chatflow API with one bot, which books meeting rooms by three questions.
// Like the real one it knows only by the echoed cursor which question is open.
type Danbee struct {
	*Stage
	// TextSessions makes session ids texts; they are numbers otherwise.
	TextSessions bool

	mu       sync.Mutex
	sessions int
	booked   map[string][]string // what a session has answered so far
}

// DanbeeQuestion is the body of a call.
type DanbeeQuestion struct {
	ChatbotID     string            `json:"chatbot_id"`
	UserID        string            `json:"user_id"`
	ChannelID     string            `json:"channel_id"`
	InputSentence string            `json:"input_sentence"`
	SessionID     json.RawMessage   `json:"session_id"`
	InsID         string            `json:"ins_id"`
	IntentID      string            `json:"intent_id"`
	ChatflowID    string            `json:"chatflow_id"`
	NodeID        string            `json:"node_id"`
	ParamID       string            `json:"param_id"`
	Parameters    map[string]string `json:"parameters"`
	PostBackFlag  string            `json:"postBackFlag"`
}

// NewDanbee starts a fake that ends with the test.
func NewDanbee(t testing.TB) *Danbee {
	d := &Danbee{booked: map[string][]string{}}
	d.Stage = NewStage(t, d.play)
	return d
}

// BaseURL is the setting that leads to the fake.
func (d *Danbee) BaseURL() string { return d.URL + "/chatflow" }

// Question decodes the body of a call.
func (c Call) Question(t testing.TB) DanbeeQuestion {
	t.Helper()
	var q DanbeeQuestion
	if err := json.Unmarshal(c.Body, &q); err != nil {
		t.Fatalf("%v in %s", err, c.Body)
	}
	return q
}

func (d *Danbee) play(c Call) (HTTPAnswer, error) {
	var q DanbeeQuestion
	if err := json.Unmarshal(c.Body, &q); err != nil {
		return HTTPAnswer{Status: 400}, err
	}
	parts := strings.Split(strings.Trim(c.Path, "/"), "/")
	if len(parts) != 5 || parts[0] != "chatflow" || parts[1] != "chatbot" || (parts[2] != "v1.0" && parts[2] != "v2.0") || c.Method != http.MethodPost {
		return HTTPAnswer{Status: 404}, fmt.Errorf("%s %s is no call", c.Method, c.Path)
	}
	if parts[3] != DanbeeChatbot || q.ChatbotID != DanbeeChatbot {
		return d.answer("null", "404", "Not Found Chatbot", nil, nil), nil
	}
	if err := q.check(c, parts[4]); err != nil {
		return HTTPAnswer{Status: 500}, err
	}
	if parts[4] == "welcome.do" {
		return d.answer(d.session("null"), "200", "", nil, bubble("안녕하세요. 회의실 봇입니다.")), nil
	}
	return d.message(q), nil
}

// check reports what the real API would not take.
func (q DanbeeQuestion) check(c Call, call string) error {
	switch {
	case c.Header.Get("Content-Type") != "application/json;charset=UTF-8":
		return fmt.Errorf("content type %q", c.Header.Get("Content-Type"))
	case q.UserID == "" || q.ChannelID == "":
		return errors.New("user_id or channel_id is missing")
	case q.PostBackFlag != "true" && q.PostBackFlag != "false":
		return fmt.Errorf("postBackFlag is %q, not a spelled-out truth value", q.PostBackFlag)
	case call == "message.do" && q.InputSentence == "":
		return errors.New("input_sentence is missing")
	case call == "message.do" && q.SessionID == nil:
		return errors.New("session_id is missing")
	case call != "message.do" && call != "welcome.do":
		return fmt.Errorf("%s is no call", call)
	}
	return nil
}

// slots are the bot's questions: the parameter each fills, and its words.
var slots = [][2]string{{"room", "어느 회의실을 쓰시겠어요?"}, {"day", "언제 쓰시겠어요?"}, {"people", "몇 명이 쓰시나요?"}}

func (d *Danbee) message(q DanbeeQuestion) HTTPAnswer {
	d.mu.Lock()
	defer d.mu.Unlock()
	session := string(q.SessionID)
	answered := d.booked[session]
	open := session != "" && len(answered) < len(slots) && q.ParamID == slots[len(answered)][0] &&
		q.InsID == "ins-1" && q.NodeID == "node-"+q.ParamID && q.ChatflowID == "flow_room_booking"
	switch {
	case open && d.booked[session] != nil:
		answered = append(answered, q.InputSentence)
	case strings.Contains(q.InputSentence, "회의실"):
		session, answered = d.sessionLocked(session), []string{}
	default:
		return d.answer(d.sessionLocked(session), "400", "", nil, bubble("무슨 말씀인지 모르겠어요."))
	}
	d.booked[session] = answered
	if len(answered) == len(slots) {
		delete(d.booked, session)
		return d.answer(session, "200", "", nil, bubble(strings.Join(answered, ", ")+" 예약했어요."))
	}
	slot := slots[len(answered)]
	cursor := map[string]any{
		"ins_id": "ins-1", "intent_id": "room_booking", "chatflow_id": "flow_room_booking",
		"node_id": "node-" + slot[0], "param_id": slot[0],
	}
	return d.answer(session, "200", "", cursor, bubble(slot[1]))
}

func (d *Danbee) session(given string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.sessionLocked(given)
}

// sessionLocked is the given session, or a new one where none is given.
func (d *Danbee) sessionLocked(given string) string {
	if given != "" && given != `""` && given != "null" {
		return given
	}
	d.sessions++
	if d.TextSessions {
		return fmt.Sprintf("%q", fmt.Sprint("s-", d.sessions))
	}
	return fmt.Sprint(80441206 + d.sessions)
}

func bubble(text string) map[string]any {
	return map[string]any{"message": text, "imgRoute": "", "optionList": []any{}, "carouselList": []any{}, "delayTime": "1000"}
}

// answer is an answer of the API; everything about success or failure is in its body.
func (d *Danbee) answer(session, code, comment string, cursor, bubble map[string]any) HTTPAnswer {
	result := map[string]any{
		"version": "v2.0", "chatbot_id": DanbeeChatbot, "session_id": json.RawMessage(session), "log_id": 99120345,
		"ins_id": "", "intent_id": "", "chatflow_id": "", "node_id": "", "param_id": "", "result": []any{}, "another_result": []any{},
		"resultStatus": map[string]any{"resultCode": code, "resultMsg": "", "resultCmt": comment},
	}
	for name, id := range cursor {
		result[name] = id
	}
	if bubble != nil {
		result["result"] = []any{bubble}
	}
	return JSON(map[string]any{"responseSet": map[string]any{"code": "success", "result": result}})
}

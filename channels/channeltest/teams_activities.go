package channeltest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// teamsActivity is what the fake looks at in an activity.
type teamsActivity struct {
	Type             string              `json:"type"`
	Text             string              `json:"text"`
	From             struct{ ID string } `json:"from"`
	Conversation     struct{ ID string } `json:"conversation"`
	Attachments      []struct{ ContentType string }
	SuggestedActions *struct{ Actions []json.RawMessage }
	Entities         []struct {
		Type           string
		StreamID       string
		StreamType     string
		StreamSequence *int
	}
}

// fault tells why Teams would refuse the activity: status 0 if it would not.
func (act teamsActivity) fault(conversationID string, size int) (status int, code, text string) {
	bad := func(text string) (int, string, string) { return http.StatusBadRequest, "BadArgument", text }
	switch {
	case !slices.Contains([]string{"message", "typing"}, act.Type):
		return bad("Unknown activity type.")
	case act.From.ID != "28:"+TeamsAppID || act.Conversation.ID != conversationID:
		return bad("From or conversation does not fit.")
	case act.Type == "message" && act.Text == "" && len(act.Attachments) == 0:
		return bad("Activity text is missing.")
	case len(act.Attachments) > 10:
		return bad("Too many attachments.")
	case slices.ContainsFunc(act.Attachments, func(a struct{ ContentType string }) bool { return a.ContentType == "" }):
		return bad("An attachment has no content type.")
	case act.SuggestedActions != nil && len(act.SuggestedActions.Actions) > 3:
		return bad("Too many suggested actions.")
	case size > 100<<10:
		return http.StatusRequestEntityTooLarge, "MessageSizeTooBig", "Message size too large."
	}
	return 0, "", ""
}

// read decodes and checks an activity; it answers what is wrong with it.
func (p *TeamsPlatform) read(w http.ResponseWriter, r *http.Request) (act teamsActivity, ok bool) {
	body, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(body, &act) != nil {
		teamsError(w, http.StatusBadRequest, "BadSyntax", "The body is not JSON.")
		return act, false
	}
	if status, code, text := act.fault(r.PathValue("id"), len(body)); status != 0 {
		teamsError(w, status, code, text)
		return act, false
	}
	return act, true
}

func (p *TeamsPlatform) activity(w http.ResponseWriter, r *http.Request) {
	act, ok := p.read(w, r)
	if !ok {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range act.Entities {
		if e.Type == "streaminfo" {
			p.stream(w, act, e.StreamID, e.StreamType, e.StreamSequence)
			return
		}
	}
	if act.Text != "" && len(act.Attachments) > 0 { // is split, and then has no id
		teamsAnswer(w, http.StatusCreated, map[string]any{})
		return
	}
	teamsAnswer(w, http.StatusCreated, map[string]any{"id": p.newID()})
}

// newID makes the id of a message. The lock is held.
func (p *TeamsPlatform) newID() string {
	p.sent++
	id := fmt.Sprint(1741051354000 + p.sent)
	p.ids[id] = true
	return id
}

// stream takes a part of a growing message. The lock is held.
func (p *TeamsPlatform) stream(w http.ResponseWriter, act teamsActivity, id, kind string, sequence *int) {
	refuse := func(text string) { teamsError(w, http.StatusForbidden, "ContentStreamNotAllowed", text) }
	s := p.streams[id]
	final := kind == "final"
	switch {
	case !strings.HasPrefix(act.Conversation.ID, "a:"):
		refuse("Content stream is not allowed.")
	case act.Text == "":
		teamsError(w, http.StatusBadRequest, "BadRequest", "Start streaming activities should include text.")
	case final != (act.Type == "message") || final != (sequence == nil):
		teamsError(w, http.StatusBadRequest, "BadRequest", "Type, streamType and streamSequence do not fit.")
	case id == "" && !final && *sequence == 1:
		id = p.newID()
		p.streams[id] = &teamsStream{sequence: 1, text: act.Text}
		teamsAnswer(w, http.StatusCreated, map[string]any{"id": id})
	case s == nil:
		teamsError(w, http.StatusBadRequest, "BadRequest", "There is no such stream.")
	case s.done:
		refuse("Content stream is not allowed on an already completed streamed message.")
	case !strings.HasPrefix(act.Text, s.text):
		refuse("Content stream is not allowed: the text does not begin with the text before.")
	case final:
		s.done = true
		teamsAnswer(w, http.StatusAccepted, map[string]any{})
	case *sequence <= s.sequence:
		teamsError(w, http.StatusAccepted, "ContentStreamSequenceOrderPreConditionFailed", "The part came too late.")
	default:
		s.sequence, s.text = *sequence, act.Text
		teamsAnswer(w, http.StatusAccepted, map[string]any{})
	}
}

func (p *TeamsPlatform) update(w http.ResponseWriter, r *http.Request) {
	if _, ok := p.read(w, r); !ok {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	id := r.PathValue("activity")
	if !p.ids[id] {
		teamsError(w, http.StatusNotFound, "ActivityNotFoundInConversation", "There is no such activity.")
		return
	}
	teamsAnswer(w, http.StatusOK, map[string]any{"id": id})
}

func (p *TeamsPlatform) withdraw(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := r.PathValue("activity")
	if !p.ids[id] {
		teamsError(w, http.StatusNotFound, "ActivityNotFoundInConversation", "There is no such activity.")
		return
	}
	delete(p.ids, id)
	w.WriteHeader(http.StatusOK)
}

// create returns the chat with one person, the same every time.
func (p *TeamsPlatform) create(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		IsGroup  bool                  `json:"isGroup"`
		Bot      struct{ ID string }   `json:"bot"`
		Members  []struct{ ID string } `json:"members"`
		TenantID string                `json:"tenantId"`
	}
	if json.NewDecoder(r.Body).Decode(&ask) != nil || ask.IsGroup || ask.Bot.ID != "28:"+TeamsAppID ||
		len(ask.Members) != 1 || ask.TenantID != TeamsTenant {
		teamsError(w, http.StatusBadRequest, "BadArgument", "Bot, members or tenant do not fit.")
		return
	}
	teamsAnswer(w, http.StatusCreated, map[string]any{"id": "a:chat-with-" + strings.TrimPrefix(ask.Members[0].ID, "29:")})
}

func (p *TeamsPlatform) member(w http.ResponseWriter, r *http.Request) {
	teamsAnswer(w, http.StatusOK, teamsMember(r.PathValue("member")))
}

func (p *TeamsPlatform) members(w http.ResponseWriter, _ *http.Request) {
	teamsAnswer(w, http.StatusOK, map[string]any{"members": []any{teamsMember("")}})
}

func teamsMember(id string) map[string]any {
	return map[string]any{
		"id": cmp.Or(id, "29:fake-user"), "name": "Jiwoo Han", "tenantId": TeamsTenant, "userRole": "user",
		"aadObjectId": "0f3e9a52-7c41-4d8e-b6a0-2d95c1e84b73",
	}
}

func teamsError(w http.ResponseWriter, status int, code, text string) {
	teamsAnswer(w, status, map[string]any{"error": map[string]any{"code": code, "message": text}})
}

func teamsAnswer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A client that has gone away needs no answer.
	_ = json.NewEncoder(w).Encode(body)
}

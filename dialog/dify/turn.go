package dify

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/llm"
	"dari/dialog/remote"
)

// question is the body of a request.
type question struct {
	Query            string            `json:"query"`
	Inputs           map[string]string `json:"inputs"`
	User             string            `json:"user"`
	ResponseMode     string            `json:"response_mode"`
	ConversationID   string            `json:"conversation_id"`
	Files            []file            `json:"files,omitempty"`
	AutoGenerateName bool              `json:"auto_generate_name"`
}

type file struct {
	Type           string `json:"type"`
	TransferMethod string `json:"transfer_method"`
	URL            string `json:"url"`
}

// Turn implements dialog.Engine. Of the events that nobody waits to have answered, the opening of the
// chat gets the app's opening words; the others are passed over.
func (e *engine) Turn(ctx context.Context, t dialog.Turn, emit dialog.Emit) (dialog.Result, error) {
	ctx, cancel := llm.Within(ctx, t, e.now(), e.timeout)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return dialog.Result{}, remote.Ended(err)
	}
	switch {
	case t.Inbound.Kind == message.KindFollow && e.opening:
		return e.open(ctx)
	case !t.Inbound.Kind.FromUser():
		return dialog.Result{}, nil
	}
	k := &talk{engine: e, turn: t, emit: emit}
	res, err := k.run(ctx)
	res.Trace, res.Usage = e.scrub.Trace(k.trace.json()), k.trace.used()
	return res, err
}

// talk is one turn.
type talk struct {
	*engine
	turn  dialog.Turn
	emit  dialog.Emit
	trace trace
}

func (k *talk) run(ctx context.Context) (dialog.Result, error) {
	q := k.question()
	if q.Query == "" {
		k.trace.note("there is nothing in the event to ask the app")
		return dialog.Result{}, nil
	}
	a, err := k.ask(ctx, q)
	if err != nil && a.stale && q.ConversationID != "" {
		k.trace.note("the app has forgotten the conversation; a new one was begun")
		q.ConversationID = ""
		a, err = k.ask(ctx, q)
	}
	k.trace.of(a)
	var res dialog.Result
	if err == nil {
		res, err = k.result(ctx, q, a)
	}
	// The conversation exists from the first event on, whatever becomes of this answer; the next
	// question goes on in it.
	if a.conversation != "" && !a.stale {
		res.State = &dialog.State{Token: a.conversation}
	}
	return res, err
}

// question is the person's event in the API's form. A conversation of the app belongs to the user who
// began it, so that the room is the user: it stays the same whoever speaks in it.
func (k *talk) question() question {
	t := k.turn
	q := question{
		User: t.ConversationID, ResponseMode: "streaming", ConversationID: conversationID(t.State), Inputs: map[string]string{},
	}
	if q.User == "" {
		q.User = t.Channel.ID + ":" + t.Inbound.Conversation.ID
	}
	for name, value := range k.inputs {
		q.Inputs[name] = llm.Fill(value, t, k.now(), k.zone)
	}
	aside := func(a message.Attachment) bool { return k.files && a.URL != "" }
	for _, a := range t.Inbound.Attachments {
		if aside(a) {
			q.Files = append(q.Files, file{fileType(a.Kind), "remote_url", a.URL})
		}
	}
	q.Query = llm.Question(t.Inbound, aside)
	return q
}

func fileType(k message.Kind) string {
	switch k {
	case message.KindImage, message.KindVideo, message.KindAudio:
		return string(k)
	}
	return "document"
}

// maxID bounds what is taken for an id of a conversation, in bytes.
const maxID = 200

// isID tells whether s can be an id of Dify's; its own are UUIDs.
func isID(s string) bool {
	return s != "" && len(s) <= maxID && !strings.ContainsFunc(s, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_')
	})
}

// conversationID is the state. What cannot be an id was written by something else.
func conversationID(s dialog.State) string {
	if !isID(s.Token) {
		return ""
	}
	return s.Token
}

// ask sends the question and reads the answer.
func (k *talk) ask(ctx context.Context, q question) (answer, error) {
	a := answer{idle: k.idle, text: llm.NewText(k.delta)}
	caller := k.caller
	caller.Refusal = func(status int, body []byte) (*dialog.Error, bool) {
		a.stale = readFault(body).stale(status)
		return refusal(status, body)
	}
	s, err := caller.Open(ctx, func(ctx context.Context) (*http.Request, error) {
		req, err := k.post(ctx, "/chat-messages", q)
		if err == nil {
			req.Header.Set("Accept", "text/event-stream")
		}
		return req, err
	})
	if err != nil {
		return a, err
	}
	defer s.Close()
	s.Within(k.idle)
	if !s.IsEvents() {
		return a, k.noStream(s)
	}
	if err = a.read(s); err == nil {
		return a, nil
	}
	if errors.Is(err, llm.ErrSilent) {
		err = remote.Failf("timeout", "the app sent nothing but pings for %v", k.idle)
	}
	var f *dialog.Error
	if errors.As(err, &f) {
		err = k.scrub.Error(f)
	}
	k.stop(a, q.User)
	return a, err
}

// noStream is the failure of an answer that is no stream: an error that came with a status of success,
// or something that is no Dify.
func (k *talk) noStream(s *llm.Stream) error {
	body, err := s.Whole()
	if errors.Is(err, llm.ErrSilent) {
		return remote.Failf("timeout", "the app sent nothing for %v", k.idle)
	}
	if err != nil {
		return err
	}
	if f := readFault(body); f.Code != "" {
		return k.scrub.Error(f.failed())
	}
	return remote.Failf("bad_answer", "the answer is no stream of events; check base_url")
}

// delta hands a piece of text over.
func (k *talk) delta(piece string) error {
	if k.emit == nil || !k.stream {
		return nil
	}
	if err := k.emit(dialog.Output{Delta: piece}); err != nil {
		return llm.NotTaken(err)
	}
	return nil
}

package httpengine

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/remote"
)

// maxID bounds the ids of calls and turns, in bytes.
const maxID = 255

// lateWire is the body of a late reply.
type lateWire struct {
	Type  string `json:"type"`
	Seq   *int   `json:"seq"`
	Final bool   `json:"final"`
	wire
}

// Late implements dialog.LateReplier.
func (e *engine) Late(h http.Header, body []byte, now time.Time) (dialog.LateReply, error) {
	if len(body) > maxBody {
		return dialog.LateReply{}, badAnswer("the reply is larger than 1 MiB").err
	}
	if err := verify(h, e.keys, body, now); err != nil {
		return dialog.LateReply{}, err
	}
	reply, err := readLate(body)
	if err != nil {
		return dialog.LateReply{}, e.scrub.Error(badAnswer("%w", err).err)
	}
	reply.ID = h.Get("webhook-id")
	reply.Result = e.clean(reply.Result)
	return reply, nil
}

// readLate reads a body whose sender is known.
func readLate(body []byte) (dialog.LateReply, error) {
	if err := message.CheckDepth(body); err != nil {
		return dialog.LateReply{}, err
	}
	var w lateWire
	if err := json.Unmarshal(body, &w); err != nil {
		return dialog.LateReply{}, explain(err, "")
	}
	if err := w.check(); err != nil {
		return dialog.LateReply{}, err
	}
	res, err := w.result(false)
	if err != nil {
		return dialog.LateReply{}, err
	}
	reply := dialog.LateReply{TurnID: w.TurnID, Seq: 1, Result: res, Final: w.Final}
	if w.Seq != nil {
		reply.Seq = *w.Seq
	}
	switch w.Type {
	case "reply.end":
		reply.Result.End, reply.Final = true, true
	case "reply.handoff":
		if reply.Result.Handoff == nil { // the type says it all
			reply.Result.Handoff = &dialog.Handoff{}
		}
	}
	return reply, nil
}

// check reports a call that belongs to another contract.
func (w lateWire) check() error {
	switch {
	case w.Version != "" && w.Version != version:
		return fmt.Errorf("version: %q is not known; write %q", remote.Clip(w.Version, 20), version)
	case w.Type != "reply.messages" && w.Type != "reply.handoff" && w.Type != "reply.end":
		return fmt.Errorf(`type: %q is not known; write "reply.messages", "reply.handoff" or "reply.end"`, remote.Clip(w.Type, 40))
	case w.TurnID == "" || len(w.TurnID) > maxID:
		return fmt.Errorf("turn_id: must be that of the turn this reply belongs to")
	case w.Seq != nil && *w.Seq < 1:
		return fmt.Errorf("seq: must be 1 for the first reply to a turn, 2 for the next and so on")
	case w.Type == "reply.messages" && !given(w.Messages):
		return fmt.Errorf("messages: missing")
	}
	return nil
}

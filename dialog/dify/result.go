package dify

import (
	"context"
	"strings"
	"time"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/llm"
	"dari/dialog/remote"
)

// result is what a whole answer leaves.
func (k *talk) result(ctx context.Context, q question, a answer) (dialog.Result, error) {
	text := strings.TrimSpace(a.said)
	if text == "" && len(a.files) == 0 {
		return dialog.Result{}, remote.Failf("bad_answer", "the app answered nothing")
	}
	var res dialog.Result
	if text != "" {
		res.Reply.Messages = append(res.Reply.Messages, llm.Markdown(text))
	}
	for _, address := range a.files {
		if m, ok := k.picture(address); ok {
			res.Reply.Messages = append(res.Reply.Messages, m)
		}
	}
	if k.emit != nil {
		for _, m := range res.Reply.Messages {
			if err := k.emit(dialog.Say(m)); err != nil {
				return dialog.Result{}, llm.NotTaken(err)
			}
		}
		res.Reply.Messages = nil
	}
	if k.suggestions && a.messageID != "" {
		res.Reply.QuickReplies = k.suggest(ctx, a.messageID, q.User)
	}
	return res, nil
}

// picture is a picture that a tool of the app has drawn. Its address may lack the server.
func (k *talk) picture(address string) (message.Message, bool) {
	u, err := k.base.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil {
		k.trace.note("a picture of the app has no address that can be shown")
		return message.Message{}, false
	}
	return message.Message{Type: message.TypeImage, URL: u.String()}, true
}

// stopTime bounds the request that ends an answer.
const stopTime = 5 * time.Second

// stop tells the app that nobody waits for its answer any more. The turn does not wait for that.
func (e *engine) stop(a answer, user string) {
	if a.taskID == "" || a.over {
		return
	}
	e.stops.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopTime)
		defer cancel()
		req, err := e.post(ctx, "/chat-messages/"+a.taskID+"/stop", map[string]string{"user": user})
		if err == nil {
			_, err = e.caller.Remote.Ask(req)
		}
		if err != nil {
			e.log.Debug("the app was not stopped", "error", err)
		}
	})
}

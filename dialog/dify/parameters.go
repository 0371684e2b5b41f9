package dify

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dari/bot/check"
	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/llm"
	"dari/dialog/remote"
)

const (
	maxSuggestions = 5
	suggestTime    = 5 * time.Second
	checkTime      = 20 * time.Second
)

// parameters are what an app tells about itself: https://docs.dify.ai/en/api-reference
type parameters struct {
	Opening   string   `json:"opening_statement"`
	Suggested []string `json:"suggested_questions"`
}

// open says the opening words of the app, if it has any.
func (e *engine) open(ctx context.Context) (dialog.Result, error) {
	req, err := e.get(ctx, "/parameters", nil)
	if err != nil {
		return dialog.Result{}, err
	}
	answer, err := e.caller.Remote.Ask(req)
	if err != nil {
		return dialog.Result{}, err
	}
	if answer.Status >= 300 {
		f, _ := refusal(answer.Status, answer.Body)
		return dialog.Result{}, e.scrub.Error(f)
	}
	var p parameters
	if err := json.Unmarshal(answer.Body, &p); err != nil {
		return dialog.Result{}, remote.Failf("bad_answer", "the parameters of the app cannot be read: %w", err)
	}
	words := strings.TrimSpace(p.Opening)
	if words == "" {
		return dialog.Result{}, nil
	}
	return dialog.Result{Reply: message.Reply{
		Messages: []message.Message{llm.Markdown(words)}, QuickReplies: quickReplies(p.Suggested),
	}}, nil
}

// suggest asks the app which questions may follow. They are a help, so that a failure is only noted.
func (k *talk) suggest(ctx context.Context, messageID, user string) []message.Action {
	ctx, cancel := context.WithTimeout(ctx, suggestTime)
	defer cancel()
	req, err := k.get(ctx, "/messages/"+messageID+"/suggested", url.Values{"user": {user}})
	if err != nil {
		k.trace.note("suggestions: " + err.Error())
		return nil
	}
	answer, err := k.caller.Remote.Ask(req)
	var list struct {
		Data []string `json:"data"`
	}
	switch {
	case err != nil:
		k.trace.note("suggestions: " + err.Error())
	case answer.Status >= 300:
		k.trace.note("suggestions: status " + strconv.Itoa(answer.Status) + " " + readFault(answer.Body).said())
	case json.Unmarshal(answer.Body, &list) != nil:
		k.trace.note("suggestions: they cannot be read")
	}
	return quickReplies(list.Data)
}

func quickReplies(questions []string) []message.Action {
	var out []message.Action
	for _, q := range questions {
		if q = strings.TrimSpace(q); q != "" && len(out) < maxSuggestions {
			out = append(out, message.Action{Kind: message.ActionMessage, Label: q, Text: q})
		}
	}
	return out
}

// Check implements dialog.Checker: it asks the app for its parameters, which costs nothing.
func (e *engine) Check(ctx context.Context) []check.Check {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	start := time.Now()
	c := e.check(ctx)
	c.Took = time.Since(start)
	return []check.Check{c}
}

func (e *engine) check(ctx context.Context) check.Check {
	const id = "app"
	req, err := e.get(ctx, "/parameters", nil)
	if err != nil {
		return check.New(id, check.Fail, "engine.dify.unreachable", "error", "the address cannot be read")
	}
	answer, err := e.caller.Remote.Ask(req)
	if err != nil {
		return check.New(id, check.Fail, "engine.dify.unreachable", "error", dialog.AsError(err).Error())
	}
	f := readFault(answer.Body)
	switch {
	case answer.Status == http.StatusOK && json.Valid(answer.Body):
		return check.New(id, check.Pass, "engine.dify.ok")
	case answer.Status == http.StatusOK, answer.Status == http.StatusNotFound:
		return check.New(id, check.Fail, "engine.dify.not_found")
	case answer.Status == http.StatusUnauthorized, answer.Status == http.StatusForbidden:
		return check.New(id, check.Fail, "engine.dify.key")
	case f.Code == "app_unavailable", f.Code == "not_chat_app":
		return check.New(id, check.Fail, "engine.dify.app", "error", e.scrub.Text(remote.Clip(f.said(), 300)))
	}
	return check.New(id, check.Fail, "engine.dify.refused", "http", strconv.Itoa(answer.Status), "error", e.scrub.Text(remote.Clip(f.said(), 300)))
}

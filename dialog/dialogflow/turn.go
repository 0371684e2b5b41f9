package dialogflow

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"dari/dialog"
	"dari/dialog/foreign"
	"dari/dialog/remote"
)

// backOff is the pause before a turn is asked again.
const backOff = 250 * time.Millisecond

// Turn implements dialog.Engine. It emits nothing before its end.
func (e *engine) Turn(ctx context.Context, t dialog.Turn, _ dialog.Emit) (dialog.Result, error) {
	if err := ctx.Err(); err != nil {
		return dialog.Result{}, remote.Ended(err)
	}
	a, ok := e.ask(t.Inbound)
	switch {
	case !ok && t.Inbound.Kind.FromUser():
		return dialog.Result{}, remote.Failf("unsupported", "a %s without words is nothing that an agent understands; name a media_event for it", t.Inbound.Kind)
	case !ok:
		return dialog.Result{}, nil // it only informs
	}
	ctx, cancel := e.limit(ctx, t)
	defer cancel()
	r := &reply{Answer: foreign.Answer{Channel: t.Channel.Type}}
	session, isNew := e.session(t)
	body, err := e.detect(ctx, e.sessions+session+":detectIntent", e.query(t, a, r.Notes.Add))
	if err != nil {
		return dialog.Result{}, err
	}
	res, err := e.result(body, r)
	if err != nil {
		return dialog.Result{}, e.scrub.Error(remote.Failf("bad_answer", "%w", err))
	}
	if isNew && !res.End {
		res.State = &dialog.State{Token: session}
	}
	return res, nil
}

// detect asks. A token that is refused is replaced once; an agent that is unavailable is asked a second
// time, as Google's own clients do.
func (e *engine) detect(ctx context.Context, address string, q query) ([]byte, error) {
	stale, again := "", true
	for {
		token, err := e.tokens.get(ctx, stale)
		if err != nil {
			return nil, err
		}
		a, err := e.post(ctx, address, q, token)
		switch {
		case err == nil && a.Status < 300:
			return a.Body, nil
		case err == nil && a.Status == http.StatusUnauthorized && stale == "":
			stale = token
			continue
		case again && (remote.Unsent(err) || err == nil && a.Status == http.StatusServiceUnavailable):
			again = false
			if err := e.sleep(ctx, max(backOff, remote.RetryAfter(a.Header, e.now()))); err != nil {
				return nil, remote.Ended(err)
			}
			continue
		case err != nil:
			return nil, err
		}
		return nil, e.refused(a, token)
	}
}

func (e *engine) post(ctx context.Context, address string, q query, token string) (remote.Answer, error) {
	req, err := remote.Post(ctx, address, q)
	if err != nil {
		return remote.Answer{}, err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Authorization", "Bearer "+token)
	return e.client.Ask(req)
}

// refused is the failure that an answer of status 300 and above stands for:
// https://cloud.google.com/apis/design/errors
func (e *engine) refused(a remote.Answer, token string) *dialog.Error {
	var body struct {
		Error struct {
			Message string `json:"message"`
			Status  string `json:"status"`
		} `json:"error"`
	}
	_ = json.Unmarshal(a.Body, &body) // a foreign body says nothing, the status is enough
	said := body.Error.Message
	if said != "" && body.Error.Status != "" {
		said = body.Error.Status + ": " + said
	}
	f := remote.Refused(a.Status, said)
	if a.Status == http.StatusGatewayTimeout {
		f.Code = "timeout"
	}
	return remote.NewScrubber(token).Error(e.scrub.Error(f))
}

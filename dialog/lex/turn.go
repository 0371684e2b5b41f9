package lex

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
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
	words := e.words(t.Inbound)
	switch {
	case words == "" && t.Inbound.Kind.FromUser():
		return dialog.Result{}, remote.Failf("unsupported", "a %s without words is nothing that Lex understands", t.Inbound.Kind)
	case words == "":
		return dialog.Result{}, nil // it only informs
	}
	ctx, cancel := e.limit(ctx, t)
	defer cancel()
	r := &reply{Answer: foreign.Answer{Channel: t.Channel.Type}, locale: locale(e.locales, t.Inbound.Locale, t.Bot.Locale)}
	k := e.remembered(t)
	body, err := e.recognize(ctx, r.locale, k.Session, e.question(t, words, k.State, r.Notes.Add))
	if err != nil {
		return dialog.Result{}, err
	}
	res, err := e.result(body, k.Session, r)
	if err != nil {
		return dialog.Result{}, e.scrub.Error(remote.Failf("bad_answer", "%w", err))
	}
	return res, nil
}

// recognize asks. A question of which Lex says that it did nothing is put a second time, signed anew.
func (e *engine) recognize(ctx context.Context, locale, session string, q question) ([]byte, error) {
	address := e.bots + "/botLocales/" + locale + "/sessions/" + session + "/text"
	for n := 0; ; n++ {
		req, err := e.request(ctx, address, q)
		if err != nil {
			return nil, err
		}
		a, err := e.client.Ask(req)
		switch {
		case err == nil && a.Status < 300:
			return a.Body, nil
		case n == 0 && (remote.Unsent(err) || err == nil && again(a.Status)):
			if err := e.sleep(ctx, max(backOff, remote.RetryAfter(a.Header, e.now()))); err != nil {
				return nil, remote.Ended(err)
			}
			continue
		case err != nil:
			return nil, err
		}
		return nil, e.refused(a)
	}
}

// again tells of which refusals Lex did nothing: too many turns, and a turn of the same session that is
// still running (409).
func again(status int) bool {
	return status == http.StatusConflict || status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}

// refused is the failure that an answer of status 300 and above stands for:
// https://docs.aws.amazon.com/lexv2/latest/dg/API_runtime_RecognizeText.html#API_runtime_RecognizeText_Errors
func (e *engine) refused(a remote.Answer) *dialog.Error {
	var body struct {
		Message string `json:"message"`
		Upper   string `json:"Message"`
	}
	_ = json.Unmarshal(a.Body, &body) // a foreign body says nothing, the status is enough
	kind, _, _ := strings.Cut(a.Header.Get("X-Amzn-ErrorType"), ":")
	said := strings.Trim(kind+": "+first(body.Message, body.Upper), ": ")
	f := remote.Refused(a.Status, said)
	if a.Status == http.StatusFailedDependency { // the bot's own Lambda
		f.Code = "failed"
	}
	f = e.scrub.Error(f)
	f.Err = &answered{a.Status, f.Err}
	return f
}

// answered is a refusal with the status that came.
type answered struct {
	status int
	error
}

func (a *answered) Unwrap() error { return a.error }

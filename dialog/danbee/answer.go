package danbee

import (
	"cmp"
	"encoding/json"

	"dari/dialog/foreign"
	"dari/dialog/remote"
)

// result is what every call answers: https://doc.danbee.ai/channel_native_app.html
type result struct {
	SessionID foreign.ID `json:"session_id"`
	cursor
	LogID         foreign.ID  `json:"log_id"`
	Bubbles       []bubble    `json:"result"`
	AnotherResult []candidate `json:"another_result"`
	Status        struct {
		Code    foreign.Text `json:"resultCode"`
		Message foreign.Text `json:"resultMsg"`
		Comment foreign.Text `json:"resultCmt"`
	} `json:"resultStatus"`
	code string // of the envelope
}

// candidate is one of several intents that fit.
type candidate struct {
	IntentID foreign.Text `json:"intent_id"`
	Name     foreign.Text `json:"intent_name"`
	Alias    foreign.Text `json:"intent_alias"`
	Score    foreign.Text `json:"object_match_rate"`
}

func (c candidate) label() string { return string(cmp.Or(c.Alias, c.Name, c.IntentID)) }

// decode reads the envelope.
func decode(a remote.Answer) (result, error) {
	if a.Status >= 300 {
		return result{}, remote.Refused(a.Status, "")
	}
	var w struct {
		Set *struct {
			Code   foreign.Text `json:"code"`
			Result result       `json:"result"`
		} `json:"responseSet"`
	}
	if err := foreign.Decode(a.Header, a.Body, &w); err != nil {
		return result{}, err
	}
	if w.Set == nil {
		return result{}, remote.Failf("bad_answer", "responseSet: missing; this is no answer of Danbee, check base_url")
	}
	w.Set.Result.code = string(w.Set.Code)
	return w.Set.Result, nil
}

// wrongChatbot is Danbee's comment on a chatbot id that it does not know, in an answer of HTTP 200.
const wrongChatbot = "Not Found Chatbot"

// failure is why the turn failed although the HTTP call did not. A bubble to show wins over a status:
// it is the bot's own fallback. awaited means that a person said something and waits.
func (r result) failure(shown, awaited bool) error {
	comment := cmp.Or(r.Status.Comment, r.Status.Message)
	switch {
	case r.Status.Comment == wrongChatbot:
		return remote.Failf("refused", "Danbee knows no chatbot of this id; check chatbot_id, and that the bot is not deleted")
	case shown:
		return nil
	case r.code != "" && r.code != "success":
		return remote.Failf("failed", "Danbee answered %q without a message", r.code)
	}
	switch r.Status.Code {
	case "", "200", "201":
		if !awaited {
			return nil
		}
		return remote.Failf("no_answer", "the flow ended without saying anything")
	case "400":
		return remote.Failf("no_answer", "the intent was not understood, and the bot has no fallback message")
	case "404":
		return remote.Failf("failed", "status 404: the intent has no flow, or more than 10 nodes ran in one turn: %s", comment)
	case "405":
		return remote.Failf("failed", "status 405: a flow is not set up right: %s", comment)
	}
	return remote.Failf("failed", "status %s: %s", r.Status.Code, comment)
}

// trace is what stands beside the turn.
func (r result) trace(n foreign.Notes) json.RawMessage {
	type scored struct {
		Intent string `json:"intent"`
		Score  string `json:"score,omitempty"`
	}
	out := struct {
		Intent     string   `json:"intent,omitempty"`
		Flow       string   `json:"flow,omitempty"`
		Node       string   `json:"node,omitempty"`
		Parameter  string   `json:"parameter,omitempty"`
		Candidates []scored `json:"candidates,omitempty"`
		Status     string   `json:"status,omitempty"`
		Comment    string   `json:"comment,omitempty"`
		Session    string   `json:"session_id,omitempty"`
		Log        string   `json:"log_id,omitempty"`
		Notes      []string `json:"notes,omitempty"`
	}{
		Intent: r.IntentID.String(), Flow: r.ChatflowID.String(), Node: r.NodeID.String(), Parameter: r.ParamID.String(),
		Status: string(r.Status.Code), Comment: string(cmp.Or(r.Status.Comment, r.Status.Message)),
		Session: r.SessionID.String(), Log: r.LogID.String(), Notes: n,
	}
	for _, c := range r.AnotherResult {
		out.Candidates = append(out.Candidates, scored{c.label(), string(c.Score)})
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return nil
	}
	return raw
}

package clova

import (
	"cmp"
	"encoding/json"
	"strconv"
	"time"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/foreign"
	"dari/dialog/remote"
)

// answer is what every call answers:
// https://api.ncloud-docs.com/docs/ai-application-service-chatbot-send
type answer struct {
	SessionID    foreign.Text `json:"sessionId"`
	Bubbles      []component  `json:"bubbles"`
	QuickButtons []component  `json:"quickButtons"`
	Scenario     struct {
		Name   foreign.Text   `json:"name"`
		Intent []foreign.Text `json:"intent"`
	} `json:"scenario"`
	Entities json.RawMessage `json:"entities"`
	Keywords json.RawMessage `json:"keywords"`
	// Of a refusal:
	Code    foreign.Text `json:"code"`
	Message foreign.Text `json:"message"`
	Time    foreign.Text `json:"timestamp"` // theirs, in milliseconds
	Gateway struct {
		Message foreign.Text `json:"message"`
		Details foreign.Text `json:"details"`
	} `json:"error"`
}

func decode(a remote.Answer, now time.Time) (answer, error) {
	var out answer
	err := foreign.Decode(a.Header, a.Body, &out)
	switch {
	case a.Status >= 300:
		return answer{}, out.refusal(a.Status, now) // its body helps if it can be read, and is not needed
	case err != nil:
		return answer{}, err
	case out.Bubbles == nil && out.Code != "":
		return answer{}, out.refusal(500, now)
	}
	return out, nil
}

// codeClock is the failure of a call that CLOVA holds for too old or too new.
const codeClock = "clock"

// refusal explains an error code. The list stands in the older, one-page text of the specification.
func (a answer) refusal(status int, now time.Time) error {
	said := remote.Clip(string(cmp.Or(a.Message, a.Gateway.Message)), 200)
	fail := func(code, remedy string) error {
		return remote.Failf(code, "CLOVA answered %s (%s); %s", a.Code, cmp.Or(said, "no message"), remedy)
	}
	switch a.Code {
	case "4010", "4030":
		return fail("refused", "check that url and secret belong to the same domain")
	case "4031":
		return fail("refused", "the signature does not fit: copy the secret key again")
	case "4032":
		return fail(codeClock, "set this machine's clock by a time server"+a.skew(now))
	case "1000", "1001", "1002", "4000":
		return fail("refused", "copy the invoke URL again, and publish the domain to that stage")
	case "5010":
		return fail("failed", "the scenario answers with a kind that this version of the protocol does not have")
	case "5000":
		return fail("failed", "look at the scenario in the builder")
	}
	return remote.Refused(status, string(cmp.Or(a.Message, a.Gateway.Details, a.Gateway.Message)))
}

// skew says by how much the clocks differ, if the answer tells theirs.
func (a answer) skew(now time.Time) string {
	ms, err := strconv.ParseInt(string(a.Time), 10, 64)
	if err != nil {
		return ""
	}
	return "; it is off by about " + now.Sub(time.UnixMilli(ms)).Round(time.Second).String()
}

// result is what the answer says on a channel of that type.
func (a answer) result(channel string, awaited bool) (dialog.Result, error) {
	r := reader{channel: channel}
	var messages []message.Message
	for _, c := range a.Bubbles {
		messages = append(messages, r.messages(c)...)
	}
	var quick []message.Action
	for _, c := range a.QuickButtons {
		quick = append(quick, r.button(c)...)
	}
	reply := foreign.Reply(messages, quick, &r.notes)
	if len(reply.Messages) == 0 && awaited {
		return dialog.Result{}, remote.Failf("no_answer", "the scenario answered without anything to show")
	}
	return dialog.Result{Reply: reply, Trace: a.trace(r.notes)}, nil
}

// trace is what stands beside the turn.
func (a answer) trace(n foreign.Notes) json.RawMessage {
	entities, keywords := n.Aside("entities", a.Entities), n.Aside("keywords", a.Keywords)
	about := map[foreign.Text]foreign.Text{}
	for _, c := range a.Bubbles {
		for _, i := range c.Information {
			about[i.Key] = cmp.Or(about[i.Key], i.Value) // the first bubble's counts
		}
	}
	raw, err := remote.JSON(struct {
		Intent   foreign.Text    `json:"intent,omitempty"`
		Score    foreign.Text    `json:"score,omitempty"`
		Matching foreign.Text    `json:"matching,omitempty"`
		ChatType foreign.Text    `json:"chat_type,omitempty"`
		Intents  []foreign.Text  `json:"intents,omitempty"`
		Entities json.RawMessage `json:"entities,omitempty"`
		Keywords json.RawMessage `json:"keywords,omitempty"`
		Session  foreign.Text    `json:"session_id,omitempty"`
		Notes    []string        `json:"notes,omitempty"`
	}{
		cmp.Or(a.Scenario.Name, about["scenarioName"]), about["score"], about["matchingType"], about["chatType"],
		a.Scenario.Intent, entities, keywords, a.SessionID, n,
	})
	if err != nil {
		return nil
	}
	return raw
}

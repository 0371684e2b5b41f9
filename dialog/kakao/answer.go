package kakaoskill

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/foreign"
	"dari/dialog/remote"
)

// answer is a SkillResponse:
// https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format#skillresponse
type answer struct {
	Version  foreign.Text `json:"version"`
	Template *struct {
		Outputs      []json.RawMessage `json:"outputs"`
		QuickReplies []button          `json:"quickReplies"`
	} `json:"template"`
	Context struct {
		Values contexts `json:"values"`
	} `json:"context"`
	Data        json.RawMessage `json:"data"`
	UseCallback foreign.Text    `json:"useCallback"`
}

func decode(header http.Header, body []byte) (answer, error) {
	var a answer
	if err := foreign.Decode(header, body, &a); err != nil {
		return answer{}, err
	}
	return a, nil
}

// result is what the answer says. Limits that Kakao would refuse an answer for (three outputs, a
// thousand characters) are not looked at: the messenger's own count here.
func (a answer) result(n *foreign.Notes) (dialog.Result, error) {
	if a.UseCallback == "true" {
		return dialog.Result{Later: true, Reply: foreign.Reply(a.notice(), nil, n)}, nil
	}
	switch {
	case a.Template == nil && a.Version != "2.0":
		return dialog.Result{}, remote.Failf("bad_answer",
			"version: is %q; only answers of version \"2.0\" with a template are understood", remote.Clip(string(a.Version), 20))
	case a.Template == nil:
		return dialog.Result{}, remote.Failf("no_answer", "the answer has no template; data alone is for texts that were written in Kakao's builder")
	case a.Version != "2.0":
		n.Add("version: is %q; Kakao would show nothing of an answer that is not \"2.0\"", remote.Clip(string(a.Version), 20))
	}
	var messages []message.Message
	for i, raw := range a.Template.Outputs {
		messages = append(messages, output(i, raw, n)...)
	}
	reply := foreign.Reply(messages, buttons(a.Template.QuickReplies, n), n)
	if len(reply.Messages) == 0 {
		return dialog.Result{}, remote.Failf("no_answer", "there is nothing to show in template.outputs: %s", cmp.Or(strings.Join(*n, "; "), "it is empty"))
	}
	return dialog.Result{Reply: reply}, nil
}

// notice is what the person reads while the skill is at work.
func (a answer) notice() []message.Message {
	var data struct {
		Text foreign.Text `json:"text"`
	}
	if len(a.Data) > 0 && json.Unmarshal(a.Data, &data) != nil {
		return nil // data may be anything; then there is no notice
	}
	return foreign.Buttons(string(data.Text), nil)
}

// cardKinds are the outputs that are one card.
var cardKinds = []string{"textCard", "basicCard", "commerceCard", "listCard", "itemCard"}

// output is one of the outputs as messages.
func output(i int, raw json.RawMessage, n *foreign.Notes) []message.Message {
	var o struct {
		SimpleText *struct {
			Text foreign.Text `json:"text"`
		} `json:"simpleText"`
		SimpleImage *struct {
			ImageURL foreign.Text `json:"imageUrl"`
			AltText  foreign.Text `json:"altText"`
		} `json:"simpleImage"`
		Carousel *carousel `json:"carousel"`
	}
	var kinds map[string]json.RawMessage
	if err := json.Unmarshal(raw, &kinds); err != nil {
		n.Add("outputs[%d]: is not an object; it was left out", i)
		return nil
	}
	if err := foreign.Decode(nil, raw, &o); err != nil {
		n.Add("outputs[%d]: %v; it was left out", i, err.Err)
		return nil
	}
	switch {
	case o.SimpleText != nil:
		return foreign.Buttons(string(o.SimpleText.Text), nil)
	case o.SimpleImage != nil:
		return []message.Message{{Type: message.TypeImage, URL: string(o.SimpleImage.ImageURL), Alt: string(o.SimpleImage.AltText)}}
	case o.Carousel != nil:
		return o.Carousel.messages(n)
	}
	for _, kind := range cardKinds {
		if raw := kinds[kind]; len(raw) > 0 {
			var c card
			if err := foreign.Decode(nil, raw, &c); err != nil {
				n.Add("outputs[%d].%s: %v; it was left out", i, kind, err.Err)
				return nil
			}
			return c.messages(kind, n)
		}
	}
	n.Add("outputs[%d]: %s is not known; it was left out", i, strings.Join(slices.Sorted(maps.Keys(kinds)), ", "))
	return nil
}

// trace is what stands beside the turn.
func (a answer) trace(block string, heard contexts, n foreign.Notes) json.RawMessage {
	data := n.Aside("data", a.Data)
	raw, err := remote.JSON(struct {
		Block    string          `json:"block,omitempty"`
		Contexts []string        `json:"contexts,omitempty"`
		Set      []string        `json:"contexts_set,omitempty"`
		Callback bool            `json:"callback,omitempty"`
		Data     json.RawMessage `json:"data,omitempty"`
		Notes    []string        `json:"notes,omitempty"`
	}{block, heard.names(), a.Context.Values.names(), a.UseCallback == "true", data, n})
	if err != nil {
		return nil
	}
	return raw
}

// Late implements dialog.LateReplier: the one answer that a skill brings to its callbackUrl.
// https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/ai_chatbot_callback_guide
//
// Kakao's protocol has no signature. What proves that the skill is calling is that it knows the address,
// which Dari makes for one turn and tells nobody else; a second call repeats the first.
func (e *engine) Late(header http.Header, body []byte, _ time.Time) (dialog.LateReply, error) {
	a, err := decode(header, body)
	if err != nil {
		return dialog.LateReply{}, e.Scrub.Error(dialog.AsError(err))
	}
	var n foreign.Notes
	res, err := a.result(&n)
	if err == nil && res.Later {
		err = remote.Failf("bad_answer", "useCallback: this is the callback already; bring the answer itself")
	}
	if err != nil {
		return dialog.LateReply{}, e.Scrub.Error(&dialog.Error{Code: "bad_answer", Err: dialog.AsError(err).Err})
	}
	if len(a.Context.Values) > 0 {
		res.State = keep(contexts{}.after(a.Context.Values, &n), &n)
	}
	res.Trace = a.trace("", nil, n)
	res, err = e.Finish(res, nil)
	return dialog.LateReply{ID: "callback", Seq: 1, Result: res, Final: true}, err
}

var (
	_ dialog.LateReplier = (*engine)(nil)
	_ dialog.Checker     = (*engine)(nil)
)

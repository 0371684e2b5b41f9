package dialogflow

import (
	"encoding/json"
	"errors"

	"dari/bot/message"
	"dari/dialog"
)

// cxAnswer is the part of an answer that counts:
// https://cloud.google.com/dialogflow/cx/docs/reference/rest/v3/DetectIntentResponse
type cxAnswer struct {
	ResponseID string `json:"responseId"`
	Result     *struct {
		Language   string            `json:"languageCode"`
		Parameters json.RawMessage   `json:"parameters"`
		Messages   []json.RawMessage `json:"responseMessages"`
		Page       named             `json:"currentPage"`
		Flow       named             `json:"currentFlow"`
		Match      struct {
			Type       string  `json:"matchType"`
			Confidence float64 `json:"confidence"`
			Intent     named   `json:"intent"`
			Event      string  `json:"event"`
		} `json:"match"`
		Webhooks []struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
		} `json:"webhookStatuses"`
	} `json:"queryResult"`
}

type named struct {
	Name string `json:"displayName"`
}

// cxMessage is one message, of which one field is set:
// https://cloud.google.com/dialogflow/cx/docs/reference/rest/v3/ResponseMessage
type cxMessage struct {
	Text *struct {
		Text []string `json:"text"`
	} `json:"text"`
	Payload json.RawMessage `json:"payload"`
	Handoff *struct {
		Metadata json.RawMessage `json:"metadata"`
	} `json:"liveAgentHandoff"`
	End    json.RawMessage `json:"endInteraction"`
	Speech *struct {
		Text string `json:"text"`
	} `json:"outputAudioText"`
	Audio *struct {
		URI string `json:"audioUri"`
	} `json:"playAudio"`
	Call *struct {
		Number string `json:"phoneNumber"`
	} `json:"telephonyTransferCall"`
	Success json.RawMessage `json:"conversationSuccess"`
}

func readCX(body []byte, r *reply, _ string) (seen, error) {
	var a cxAnswer
	if err := json.Unmarshal(body, &a); err != nil || a.Result == nil {
		return seen{}, errors.New("the answer is no DetectIntentResponse of Dialogflow CX; check edition and api_base_url")
	}
	q := a.Result
	for i, raw := range q.Messages {
		var m cxMessage
		if err := json.Unmarshal(raw, &m); err != nil {
			r.Notes.Add("responseMessages[%d] was left out: it has a field of another type", i)
			continue
		}
		m.read(r)
	}
	for _, w := range q.Webhooks {
		if w.Code != 0 {
			r.Notes.Add("the agent's webhook failed: %s", w.Message)
		}
	}
	return seen{
		Intent: first(q.Match.Intent.Name, q.Match.Event), Confidence: q.Match.Confidence, MatchType: q.Match.Type,
		Fallback: q.Match.Type == "NO_MATCH", Flow: q.Flow.Name, Page: q.Page.Name,
		Language: q.Language, Parameters: q.Parameters, ResponseID: a.ResponseID,
	}, nil
}

func (m cxMessage) read(r *reply) {
	switch {
	case m.Text != nil:
		r.Text(first(m.Text.Text...))
	case len(m.Payload) > 0:
		r.payload(m.Payload)
	case m.Handoff != nil:
		r.Handoff = readHandoff(m.Handoff.Metadata)
	case len(m.End) > 0:
		r.end = true
	case m.Speech != nil:
		r.Text(m.Speech.Text)
	case m.Audio != nil:
		r.Say(message.Message{Type: message.TypeAudio, URL: m.Audio.URI})
	case m.Call != nil:
		r.Say(message.Message{Type: message.TypeButtons, Text: m.Call.Number, Actions: []message.Action{
			{Kind: message.ActionPhone, Label: m.Call.Number, Number: m.Call.Number},
		}})
	case len(m.Success) > 0:
		r.Notes.Add("the agent counts the conversation as a success")
	default:
		r.Notes.Add("a message of a kind that Dari does not know was left out")
	}
}

// readHandoff takes the queue from the metadata that the agent's builder wrote, and the rest as the note.
func readHandoff(metadata json.RawMessage) *dialog.Handoff {
	var m struct {
		Queue string `json:"queue"`
		Note  string `json:"note"`
	}
	if json.Unmarshal(metadata, &m) != nil || (m.Queue == "" && m.Note == "") {
		if string(metadata) == "null" || string(metadata) == "{}" {
			metadata = nil
		}
		return &dialog.Handoff{Note: string(metadata)}
	}
	return &dialog.Handoff{Queue: m.Queue, Note: m.Note}
}

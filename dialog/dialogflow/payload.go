package dialogflow

import "encoding/json"

// payload reads what the agent's builder wrote by hand: Google's richContent, or one of the objects of
// foreign.Answer.
func (r *reply) payload(raw json.RawMessage) {
	var p struct {
		Rich [][]rich `json:"richContent"`
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		r.Notes.Add("a payload was left out: %v", err)
		return
	}
	if p.Rich == nil {
		r.Payload(raw, "type, messages or richContent")
		return
	}
	for _, bubble := range p.Rich {
		r.bubble(bubble)
	}
}

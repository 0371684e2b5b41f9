package lex

import (
	"encoding/json"
	"strings"
)

// payload reads what the bot's builder wrote by hand. Known are a message of docs/engines/http.md or a
// list of them, an object with messages, quick_replies and handoff, {"type": "quick_replies", "items":
// […]}, and an object under the name of the channel type, which is passed on as it is. What is no JSON
// is a text.
func (r *reply) payload(content string) {
	raw := json.RawMessage(strings.TrimSpace(content))
	switch {
	case !json.Valid(raw):
		r.Text(content)
		return
	case raw[0] == '[':
		var list []json.RawMessage
		_ = json.Unmarshal(raw, &list) // valid, and a list
		for _, m := range list {
			r.Message(m)
		}
		return
	case raw[0] != '{':
		r.Text(content)
		return
	}
	r.Payload(raw, "type or messages")
}

package dify

import (
	"encoding/json"
	"strconv"

	"dari/dialog"
	"dari/dialog/remote"
)

// metadata comes with the end of an answer.
type metadata struct {
	Usage   usage    `json:"usage"`
	Sources []source `json:"retriever_resources"`
}

type usage struct {
	Prompt     int             `json:"prompt_tokens"`
	Completion int             `json:"completion_tokens"`
	Total      int             `json:"total_tokens"`
	Price      json.RawMessage `json:"total_price"` // a string; a number in some versions
	Currency   string          `json:"currency"`
}

// source is a piece of a document that the answer rests on.
type source struct {
	Dataset  string  `json:"dataset_name"`
	Document string  `json:"document_name"`
	Score    float64 `json:"score"`
}

const maxSources = 10

// trace stands beside the turn; docs/engines/dify.md explains it.
type trace struct {
	ConversationID string      `json:"conversation_id,omitempty"`
	MessageID      string      `json:"message_id,omitempty"`
	Usage          *usageTrace `json:"usage,omitempty"`
	Cost           *cost       `json:"cost,omitempty"`
	Sources        []source    `json:"sources,omitempty"`
	Notes          []string    `json:"notes,omitempty"`
}

type usageTrace struct {
	Input  int `json:"input_tokens"`
	Output int `json:"output_tokens"`
	Total  int `json:"total_tokens"`
}

type cost struct {
	Amount   float64 `json:"amount"`
	Currency string  `json:"currency,omitempty"`
}

func (t *trace) note(s string) { t.Notes = append(t.Notes, remote.Clip(s, 300)) }

// of takes what an answer tells about itself.
func (t *trace) of(a answer) {
	t.ConversationID, t.MessageID = a.conversation, a.messageID
	if u := a.metadata.Usage; u.Total > 0 || u.Prompt > 0 {
		t.Usage = &usageTrace{u.Prompt, u.Completion, max(u.Total, u.Prompt+u.Completion)}
		t.Cost = u.cost()
	}
	for _, s := range a.metadata.Sources[:min(len(a.metadata.Sources), maxSources)] {
		t.Sources = append(t.Sources, source{remote.Clip(s.Dataset, 100), remote.Clip(s.Document, 100), s.Score})
	}
}

// cost is what Dify has worked out from the prices of the model's provider; nil if it has not.
func (u usage) cost() *cost {
	text := string(u.Price)
	_ = json.Unmarshal(u.Price, &text) // a number stays as it is written
	amount, err := strconv.ParseFloat(text, 64)
	if err != nil || amount <= 0 {
		return nil
	}
	return &cost{amount, remote.Clip(u.Currency, 10)}
}

// used is what the runtime counts. Dify does not say which model it was.
func (t *trace) used() *dialog.Usage {
	if t.Usage == nil {
		return nil
	}
	u := &dialog.Usage{Input: t.Usage.Input, Output: t.Usage.Output}
	if t.Cost != nil {
		u.Cost, u.Currency = t.Cost.Amount, t.Cost.Currency
	}
	return u
}

func (t *trace) json() json.RawMessage {
	b, err := remote.JSON(t)
	if err != nil || string(b) == "{}" {
		return nil // a score or a price that JSON cannot hold; there is nothing else to fail
	}
	return b
}

package llm

import (
	"encoding/json"

	"dari/dialog"
	"dari/dialog/remote"
)

// Usage counts tokens as the server does.
type Usage struct {
	Input  int `json:"input_tokens"` // cached ones included
	Cached int `json:"cached_tokens,omitempty"`
	Output int `json:"output_tokens"`
}

func (u Usage) plus(v Usage) Usage {
	return Usage{u.Input + v.Input, u.Cached + v.Cached, u.Output + v.Output}
}

// prices are per million tokens.
type prices struct {
	input, cached, output float64
	currency              string
}

// cost of a turn as far as the bot's builder has entered prices.
type cost struct {
	Amount   float64 `json:"amount"`
	Currency string  `json:"currency,omitempty"`
}

// of returns nil without prices.
func (p prices) of(u Usage) *cost {
	if p.input == 0 && p.output == 0 {
		return nil
	}
	cached := min(u.Cached, u.Input)
	amount := float64(u.Input-cached)*p.input + float64(cached)*p.cached + float64(u.Output)*p.output
	return &cost{amount / 1e6, p.currency}
}

// trace stands beside the turn; docs/engines/openai.md explains it.
type trace struct {
	Model  string      `json:"model,omitempty"`
	Rounds int         `json:"rounds,omitempty"`
	Finish End         `json:"finish,omitempty"`
	Usage  *Usage      `json:"usage,omitempty"`
	Cost   *cost       `json:"cost,omitempty"`
	Tools  []toolTrace `json:"tools,omitempty"`
	Notes  []string    `json:"notes,omitempty"`
}

// used is what the runtime counts.
func (t *trace) used() *dialog.Usage {
	if t.Usage == nil {
		return nil
	}
	u := &dialog.Usage{Model: t.Model, Input: t.Usage.Input, Cached: t.Usage.Cached, Output: t.Usage.Output}
	if t.Cost != nil {
		u.Cost, u.Currency = t.Cost.Amount, t.Cost.Currency
	}
	return u
}

type toolTrace struct {
	Name  string `json:"name"`
	MS    int64  `json:"ms"`
	Error string `json:"error,omitempty"`
}

func (t *trace) note(s string) { t.Notes = append(t.Notes, remote.Clip(s, 300)) }

func (t *trace) json() json.RawMessage {
	b, err := remote.JSON(t)
	if err != nil {
		return nil // prices without end; nothing else in it can fail
	}
	if string(b) == "{}" {
		return nil
	}
	return b
}

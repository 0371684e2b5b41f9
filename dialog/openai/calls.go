package openai

import (
	"encoding/json"

	"dari/dialog/llm"
	"dari/dialog/remote"
)

// callPiece is a part of a tool call in a stream, or a whole one.
type callPiece struct {
	Index    *int   `json:"index"`
	ID       string `json:"id"`
	Function struct {
		Name      string    `json:"name"`
		Arguments arguments `json:"arguments"`
	} `json:"function"`
}

// arguments are a piece of JSON in a string; some servers send the object itself.
type arguments llm.Piece

// UnmarshalJSON implements json.Unmarshaler.
func (a *arguments) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		*a = arguments(b)
		return nil
	}
	return (*llm.Piece)(a).UnmarshalJSON(b)
}

const (
	maxCalls     = 128
	maxArguments = 1 << 20 // bytes, of all calls of an answer together
)

// calls puts tool calls together from their pieces.
type calls struct {
	list []*call
	size int
}

type call struct {
	index     int
	id, name  string
	arguments llm.Piece
}

func (c *calls) add(p callPiece) error {
	c.size += len(p.Function.Arguments) + len(p.Function.Name) + len(p.ID)
	if c.size > maxArguments || len(c.list) > maxCalls {
		return remote.Failf("bad_answer", "the calls of tools are larger than %d bytes", maxArguments)
	}
	to := c.of(p)
	if to == nil {
		to = &call{index: len(c.list)}
		if p.Index != nil {
			to.index = *p.Index
		}
		c.list = append(c.list, to)
	}
	if to.id == "" {
		to.id = p.ID
	}
	if to.name == "" {
		to.name = p.Function.Name
	}
	to.arguments += llm.Piece(p.Function.Arguments)
	return nil
}

// of finds the call that a piece belongs to; nil for a new one. The index tells, in principle; servers
// that leave it out or always send 0 begin a new call with a new id, or with a name after arguments that
// are complete.
func (c *calls) of(p callPiece) *call {
	for i := len(c.list) - 1; i >= 0; i-- {
		to := c.list[i]
		if p.Index != nil && *p.Index != to.index {
			continue
		}
		if p.ID != "" && to.id != "" && p.ID != to.id {
			if p.Index == nil {
				continue
			}
			return nil
		}
		if p.ID == "" && p.Function.Name != "" && to.name != "" && json.Valid([]byte(to.arguments)) {
			return nil
		}
		return to
	}
	return nil
}

func (c *calls) all() []llm.Call {
	var out []llm.Call
	for _, one := range c.list {
		out = append(out, llm.Call{ID: one.id, Name: one.name, Arguments: one.arguments.String()})
	}
	return out
}

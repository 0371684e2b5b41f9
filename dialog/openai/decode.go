package openai

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"dari/dialog/llm"
	"dari/dialog/remote"
)

// chunk is one event of a stream, or a whole answer: https://platform.openai.com/docs/api-reference/chat/streaming
type chunk struct {
	Object  string          `json:"object"`
	Model   string          `json:"model"`
	Choices []choice        `json:"choices"`
	Usage   *usage          `json:"usage"`
	Error   json.RawMessage `json:"error"`
}

type choice struct {
	Index        int     `json:"index"`
	Delta        delta   `json:"delta"`
	Message      delta   `json:"message"` // of a whole answer
	FinishReason *string `json:"finish_reason"`
}

type delta struct {
	Content   llm.Piece   `json:"content"`
	Refusal   llm.Piece   `json:"refusal"`
	ToolCalls []callPiece `json:"tool_calls"`
}

type usage struct {
	Prompt     int `json:"prompt_tokens"`
	Completion int `json:"completion_tokens"`
	Details    *struct {
		Cached int `json:"cached_tokens"`
	} `json:"prompt_tokens_details"`
}

// answer is an answer that is being read.
type answer struct {
	out   llm.Answer
	text  *llm.Text
	calls calls
}

func newAnswer(say func(string) error) *answer { return &answer{text: llm.NewText(say)} }

// decode reads a stream. It takes one without its last line ([DONE]) once the server has said why it
// stopped, with keep-alives, and with whole answers as single events.
func decode(s *llm.Stream, say func(string) error) (llm.Answer, error) {
	a := newAnswer(say)
	for {
		e, err := s.Next()
		switch {
		case err == io.EOF && a.out.End == "":
			return a.out, remote.Failf("bad_answer", "the stream broke off before the answer's end")
		case err == io.EOF || errors.Is(err, llm.ErrSilent):
			return a.end()
		case err != nil:
			return a.out, err
		}
		data := bytes.TrimSpace(e.Data)
		switch {
		case len(data) == 0:
			continue
		case string(data) == "[DONE]":
			return a.end()
		case e.Name == "error":
			return a.out, readFault(data).failed()
		}
		if err := a.add(data); err != nil {
			return a.out, err
		}
		if a.out.End != "" {
			s.Within(llm.Linger) // the usage may follow
		}
	}
}

// whole reads an answer that does not stream.
func (m *model) whole(s *llm.Stream, say func(string) error) (llm.Answer, error) {
	a := newAnswer(say)
	body, err := s.Whole()
	if err != nil {
		return a.out, err
	}
	if err := a.add(body); err != nil {
		return a.out, err
	}
	return a.end()
}

// add takes one event or a whole answer.
func (a *answer) add(data []byte) error {
	var c chunk
	if err := json.Unmarshal(data, &c); err != nil {
		return remote.Failf("bad_answer", "the answer is not what a Chat Completions server sends: %w", err)
	}
	if len(c.Error) > 0 && string(c.Error) != "null" || c.Object == "error" {
		return readFault(data).failed()
	}
	if c.Model != "" {
		a.out.Model = c.Model
	}
	if c.Usage != nil {
		a.out.Usage = llm.Usage{Input: max(0, c.Usage.Prompt), Output: max(0, c.Usage.Completion)}
		if c.Usage.Details != nil {
			a.out.Usage.Cached = max(0, c.Usage.Details.Cached)
		}
	}
	for _, ch := range c.Choices {
		if ch.Index != 0 {
			continue // one answer was asked for
		}
		if err := a.choice(ch); err != nil {
			return err
		}
	}
	return nil
}

func (a *answer) choice(c choice) error {
	for _, d := range []delta{c.Delta, c.Message} {
		if err := a.text.Add(d.Content + d.Refusal); err != nil {
			return err
		}
		for _, p := range d.ToolCalls {
			if err := a.calls.add(p); err != nil {
				return err
			}
		}
	}
	if c.FinishReason != nil && *c.FinishReason != "" {
		a.out.End = ending(*c.FinishReason)
	}
	return nil
}

func ending(reason string) llm.End {
	switch reason {
	case "length", "max_tokens":
		return llm.Cut
	case "content_filter":
		return llm.Filtered
	case "tool_calls", "function_call":
		return llm.ToCall
	}
	return llm.Done
}

func (a *answer) end() (llm.Answer, error) {
	var err error
	a.out.Text, err = a.text.End()
	a.out.Calls = a.calls.all()
	return a.out, err
}

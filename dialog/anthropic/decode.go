package anthropic

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"

	"dari/dialog/llm"
	"dari/dialog/remote"
)

// event is one event of a stream: https://docs.anthropic.com/en/docs/build-with-claude/streaming
type event struct {
	Type    string    `json:"type"`
	Message message   `json:"message"` // message_start
	Index   int       `json:"index"`
	Block   wireBlock `json:"content_block"` // content_block_start
	Delta   struct {
		Text        llm.Piece `json:"text"`         // content_block_delta
		PartialJSON llm.Piece `json:"partial_json"` // content_block_delta
		StopReason  string    `json:"stop_reason"`  // message_delta
	} `json:"delta"`
	Usage usage `json:"usage"` // message_delta
	Error fault `json:"error"`
}

// message is a whole answer, or the beginning of one.
type message struct {
	Type       string      `json:"type"`
	Model      string      `json:"model"`
	Content    []wireBlock `json:"content"`
	StopReason string      `json:"stop_reason"`
	Usage      usage       `json:"usage"`
	Error      fault       `json:"error"`
}

type wireBlock struct {
	Type  string          `json:"type"`
	Text  llm.Piece       `json:"text"`
	ID    string          `json:"id"`
	Name  string          `json:"name"`
	Input json.RawMessage `json:"input"`
}

// usage counts input tokens without those that went through the cache.
type usage struct {
	Input         int `json:"input_tokens"`
	CacheCreation int `json:"cache_creation_input_tokens"`
	CacheRead     int `json:"cache_read_input_tokens"`
	Output        int `json:"output_tokens"`
}

const maxArguments = 1 << 20 // bytes, of all calls of an answer together

// answer is an answer that is being read.
type answer struct {
	out   llm.Answer
	text  *llm.Text
	count usage
	calls map[int]*call // by the index of their block
	size  int
}

type call struct {
	id, name string
	input    string    // as the block began with it
	pieces   llm.Piece // takes its place if there is any
}

func newAnswer(say func(string) error) *answer {
	return &answer{text: llm.NewText(say), calls: map[int]*call{}}
}

// decode reads a stream. It takes one without its last event once the server has said why it stopped.
func decode(s *llm.Stream, say func(string) error) (llm.Answer, error) {
	a := newAnswer(say)
	for {
		raw, err := s.Next()
		switch {
		case err == io.EOF && a.out.End == "":
			return a.out, remote.Failf("bad_answer", "the stream broke off before the answer's end")
		case err == io.EOF || errors.Is(err, llm.ErrSilent):
			return a.end()
		case err != nil:
			return a.out, err
		}
		var e event
		if err := json.Unmarshal(raw.Data, &e); err != nil {
			var other *json.UnmarshalTypeError
			if errors.As(err, &other) && !e.known() {
				continue // its fields mean something else
			}
			return a.out, remote.Failf("bad_answer", "the answer is not what a Messages server sends: %w", err)
		}
		if e.Type == "message_stop" {
			return a.end()
		}
		if err := a.add(e); err != nil {
			return a.out, err
		}
		if a.out.End != "" {
			s.Within(llm.Linger)
		}
	}
}

// known tells whether the event is one of those that add reads.
func (e event) known() bool {
	switch e.Type {
	case "", "error", "message_start", "content_block_start", "content_block_delta", "message_delta", "message_stop":
		return true
	}
	return false
}

// whole reads an answer that does not stream.
func whole(s *llm.Stream, say func(string) error) (llm.Answer, error) {
	a := newAnswer(say)
	body, err := s.Whole()
	if err != nil {
		return a.out, err
	}
	var m message
	if err := json.Unmarshal(body, &m); err != nil {
		return a.out, remote.Failf("bad_answer", "the answer is not what a Messages server sends: %w", err)
	}
	if m.Type == "error" {
		return a.out, m.Error.failed()
	}
	if err := a.begin(m); err != nil {
		return a.out, err
	}
	if a.out.End == "" {
		return a.out, remote.Failf("bad_answer", "the answer is not what a Messages server sends: it has no stop_reason")
	}
	return a.end()
}

// add takes one event. Those it does not know are for others.
func (a *answer) add(e event) error {
	switch e.Type {
	case "error":
		return e.Error.failed()
	case "message_start":
		return a.begin(e.Message)
	case "content_block_start":
		return a.block(e.Index, e.Block)
	case "content_block_delta":
		if c := a.calls[e.Index]; c != nil {
			c.pieces += e.Delta.PartialJSON
			return a.grown(len(e.Delta.PartialJSON))
		}
		return a.text.Add(e.Delta.Text)
	case "message_delta":
		a.used(e.Usage)
		a.stop(e.Delta.StopReason)
	}
	return nil
}

func (a *answer) begin(m message) error {
	a.out.Model = m.Model
	a.used(m.Usage)
	for i, b := range m.Content {
		if err := a.block(i, b); err != nil {
			return err
		}
	}
	a.stop(m.StopReason)
	return nil
}

// block begins a block. Thoughts and whatever else there may be are passed over.
func (a *answer) block(i int, b wireBlock) error {
	switch b.Type {
	case "text":
		return a.text.Add(b.Text)
	case "tool_use":
		a.calls[i] = &call{id: b.ID, name: b.Name, input: string(b.Input)}
		return a.grown(len(b.Input) + len(b.ID) + len(b.Name) + 1)
	}
	return nil
}

func (a *answer) grown(n int) error {
	if a.size += n; a.size > maxArguments {
		return remote.Failf("bad_answer", "the calls of tools are larger than %d bytes", maxArguments)
	}
	return nil
}

// used takes the counts, which the server repeats with every report: the last one of each kind holds.
func (a *answer) used(u usage) {
	keep := func(to *int, n int) {
		if n > 0 {
			*to = n
		}
	}
	keep(&a.count.Input, u.Input)
	keep(&a.count.CacheCreation, u.CacheCreation)
	keep(&a.count.CacheRead, u.CacheRead)
	keep(&a.count.Output, u.Output)
	a.out.Usage = llm.Usage{
		Input:  a.count.Input + a.count.CacheCreation + a.count.CacheRead,
		Cached: a.count.CacheRead, Output: a.count.Output,
	}
}

func (a *answer) stop(reason string) {
	switch reason {
	case "":
	case "max_tokens", "model_context_window_exceeded":
		a.out.End = llm.Cut
	case "tool_use":
		a.out.End = llm.ToCall
	case "refusal":
		a.out.End = llm.Filtered
	default:
		a.out.End = llm.Done
	}
}

func (a *answer) end() (llm.Answer, error) {
	var err error
	a.out.Text, err = a.text.End()
	for _, i := range slices.Sorted(maps.Keys(a.calls)) {
		c := a.calls[i]
		arguments := c.input
		if c.pieces != "" {
			arguments = c.pieces.String()
		}
		a.out.Calls = append(a.out.Calls, llm.Call{ID: c.id, Name: c.name, Arguments: arguments})
	}
	return a.out, err
}

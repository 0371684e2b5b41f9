package dialogtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Anthropic is a fake of a Messages server. It refuses what the real one refuses, and answers with all
// that the person has said so far.
type Anthropic struct{ *Stage }

// AnthropicQuestion is the body of a request.
type AnthropicQuestion struct {
	Model     string           `json:"model"`
	MaxTokens int              `json:"max_tokens"`
	Stream    bool             `json:"stream"`
	System    []AnthropicBlock `json:"system"`
	Messages  []struct {
		Role    string           `json:"role"`
		Content []AnthropicBlock `json:"content"`
	} `json:"messages"`
	Tools []struct {
		Name        string         `json:"name"`
		Description string         `json:"description"`
		InputSchema map[string]any `json:"input_schema"`
	} `json:"tools"`
	ToolChoice *struct {
		Type string `json:"type"`
	} `json:"tool_choice"`
	Metadata *struct {
		UserID string `json:"user_id"`
	} `json:"metadata"`
}

// AnthropicBlock is a block of content.
type AnthropicBlock struct {
	Type         string            `json:"type"`
	Text         string            `json:"text"`
	ID           string            `json:"id"`
	Name         string            `json:"name"`
	Input        json.RawMessage   `json:"input"`
	ToolUseID    string            `json:"tool_use_id"`
	Content      string            `json:"content"`
	IsError      bool              `json:"is_error"`
	Source       map[string]string `json:"source"`
	CacheControl map[string]string `json:"cache_control"`
}

// NewAnthropic starts a fake that ends with the test.
func NewAnthropic(t testing.TB) *Anthropic {
	a := &Anthropic{}
	a.Stage = NewStage(t, a.play)
	return a
}

// Questions returns the bodies of the questions so far, refused ones too.
func (a *Anthropic) Questions(t testing.TB) []AnthropicQuestion {
	t.Helper()
	var out []AnthropicQuestion
	for _, c := range a.Calls() {
		if c.Method != http.MethodPost {
			continue
		}
		var q AnthropicQuestion
		if err := json.Unmarshal(c.Body, &q); err != nil {
			t.Fatalf("%v in %s", err, c.Body)
		}
		out = append(out, q)
	}
	return out
}

func (a *Anthropic) play(c Call) (HTTPAnswer, error) {
	refuse := func(status int, kind, format string, args ...any) (HTTPAnswer, error) {
		err := fmt.Errorf(format, args...)
		answer := JSON(map[string]any{"type": "error", "error": map[string]any{"type": kind, "message": err.Error()}})
		answer.Status = status
		return answer, err
	}
	switch {
	case c.Header.Get("x-api-key") != LLMKey:
		return refuse(401, "authentication_error", "invalid x-api-key")
	case c.Header.Get("anthropic-version") != "2023-06-01":
		return refuse(400, "invalid_request_error", "anthropic-version: header is required")
	case c.Method == http.MethodGet && c.Path == "/v1/models/"+LLMModel:
		return JSON(map[string]any{"type": "model", "id": LLMModel}), nil
	case c.Method != http.MethodPost || c.Path != "/v1/messages":
		return refuse(404, "not_found_error", "Not found")
	}
	var q AnthropicQuestion
	if err := json.Unmarshal(c.Body, &q); err != nil {
		return refuse(400, "invalid_request_error", "%w", err)
	}
	if q.Model != LLMModel {
		return refuse(404, "not_found_error", "model: %s", q.Model)
	}
	if err := q.check(); err != nil {
		return refuse(400, "invalid_request_error", "%w", err)
	}
	text := strings.Join(q.said(), " / ")
	if q.Stream {
		return AnthropicStream(text), nil
	}
	return AnthropicWhole("end_turn", map[string]any{"type": "text", "text": text}), nil
}

// check reports what the real server would not take of a conversation.
func (q AnthropicQuestion) check() error {
	if q.MaxTokens < 1 || len(q.Messages) == 0 {
		return errors.New("max_tokens or messages: field required")
	}
	open, used := map[string]bool{}, false
	for i, m := range q.Messages {
		if want := []string{"user", "assistant"}[i%2]; m.Role != want {
			return fmt.Errorf("messages.%d: role %q, want %q", i, m.Role, want)
		}
		if len(m.Content) == 0 {
			return fmt.Errorf("messages.%d: content is empty", i)
		}
		for n, b := range m.Content {
			if err := b.check(n, open); err != nil {
				return fmt.Errorf("messages.%d.content.%d: %w", i, n, err)
			}
			used = used || b.Type == "tool_use"
		}
		if m.Role == "user" && len(open) > 0 {
			return fmt.Errorf("messages.%d: tool_use without tool_result", i)
		}
	}
	if used && len(q.Tools) == 0 {
		return errors.New("tools: have to be defined where they were used")
	}
	for _, t := range q.Tools {
		if !toolName.MatchString(t.Name) || t.InputSchema["type"] != "object" {
			return fmt.Errorf("tools: %+v", t)
		}
	}
	return nil
}

func (b AnthropicBlock) check(n int, open map[string]bool) error {
	switch b.Type {
	case "text":
		if strings.TrimSpace(b.Text) == "" {
			return errors.New("text content blocks must be non-empty")
		}
	case "tool_use":
		if b.ID == "" || !toolName.MatchString(b.Name) || !isObject(b.Input) {
			return fmt.Errorf("tool_use %+v", b)
		}
		open[b.ID] = true
	case "tool_result":
		if !open[b.ToolUseID] {
			return errors.New("a result for no call")
		}
		delete(open, b.ToolUseID)
	case "image":
		if b.Source["type"] != "url" && b.Source["type"] != "base64" {
			return fmt.Errorf("source %v", b.Source)
		}
	default:
		return fmt.Errorf("type %q at %d", b.Type, n)
	}
	return nil
}

func (q AnthropicQuestion) said() []string {
	var out []string
	for _, m := range q.Messages {
		for _, b := range m.Content {
			if m.Role == "user" && b.Type == "text" {
				out = append(out, b.Text)
			}
		}
	}
	return out
}

// AnthropicEvent is one event of a stream; its type is in it and before it.
func AnthropicEvent(kind string, fields map[string]any) string {
	fields["type"] = kind
	return "event: " + kind + "\ndata: " + JSON(fields).Body
}

// AnthropicStream streams a text, character by character.
func AnthropicStream(text string) HTTPAnswer {
	events := []string{
		AnthropicEvent("message_start", map[string]any{"message": map[string]any{
			"type": "message", "model": LLMModel, "content": []any{}, "usage": map[string]any{"input_tokens": 60, "cache_read_input_tokens": 200, "output_tokens": 1},
		}}),
		AnthropicEvent("content_block_start", map[string]any{"index": 0, "content_block": map[string]any{"type": "text", "text": ""}}),
		AnthropicEvent("ping", map[string]any{}),
	}
	for _, r := range text {
		events = append(events, AnthropicEvent("content_block_delta", map[string]any{"index": 0, "delta": map[string]any{"type": "text_delta", "text": string(r)}}))
	}
	return Stream(append(events,
		AnthropicEvent("content_block_stop", map[string]any{"index": 0}),
		AnthropicEvent("message_delta", map[string]any{"delta": map[string]any{"stop_reason": "end_turn"}, "usage": map[string]any{"output_tokens": 9}}),
		AnthropicEvent("message_stop", map[string]any{}),
	)...)
}

// AnthropicWhole answers blocks at once.
func AnthropicWhole(reason string, blocks ...any) HTTPAnswer {
	return JSON(map[string]any{
		"type": "message", "role": "assistant", "model": LLMModel, "content": blocks, "stop_reason": reason,
		"usage": map[string]any{"input_tokens": 210, "output_tokens": 44},
	})
}

// AnthropicUse is a block that calls a tool.
func AnthropicUse(id, name string, input any) any {
	return map[string]any{"type": "tool_use", "id": id, "name": name, "input": input}
}

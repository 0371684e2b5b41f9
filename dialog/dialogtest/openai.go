package dialogtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// LLMKey is the key that the fakes of language models ask for, and LLMModel the model they have.
const (
	LLMKey   = "sk-hanbit-0123456789abcdef"
	LLMModel = "hanbit-mini"
)

// OpenAI is a fake of a Chat Completions server. It refuses what the real one refuses, and answers with
// all that the person has said so far.
type OpenAI struct {
	*Stage
	// KeyHeader is the header that holds the key; "" stands for Authorization.
	KeyHeader string
	// NoKey lets everybody in.
	NoKey bool
	// Unknown are fields that this server does not know.
	Unknown []string
}

// OpenAIQuestion is the body of a request.
type OpenAIQuestion struct {
	Model    string `json:"model"`
	Messages []struct {
		Role      string          `json:"role"`
		Content   json.RawMessage `json:"content"`
		ToolCalls []struct {
			ID       string `json:"id"`
			Type     string `json:"type"`
			Function struct {
				Name      string `json:"name"`
				Arguments string `json:"arguments"`
			} `json:"function"`
		} `json:"tool_calls"`
		ToolCallID string `json:"tool_call_id"`
	} `json:"messages"`
	MaxTokens           int      `json:"max_tokens"`
	MaxCompletionTokens int      `json:"max_completion_tokens"`
	Temperature         *float64 `json:"temperature"`
	Stream              bool     `json:"stream"`
	StreamOptions       *struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
	Tools []struct {
		Type     string `json:"type"`
		Function struct {
			Name        string         `json:"name"`
			Description string         `json:"description"`
			Parameters  map[string]any `json:"parameters"`
		} `json:"function"`
	} `json:"tools"`
	ToolChoice       string `json:"tool_choice"`
	SafetyIdentifier string `json:"safety_identifier"`
}

// NewOpenAI starts a fake that ends with the test.
func NewOpenAI(t testing.TB) *OpenAI {
	o := &OpenAI{}
	o.Stage = NewStage(t, o.play)
	return o
}

// BaseURL is the setting that leads to the fake.
func (o *OpenAI) BaseURL() string { return o.URL + "/v1" }

// Questions returns the bodies of the questions so far, refused ones too.
func (o *OpenAI) Questions(t testing.TB) []OpenAIQuestion {
	t.Helper()
	var out []OpenAIQuestion
	for _, c := range o.Calls() {
		if c.Method != http.MethodPost {
			continue
		}
		var q OpenAIQuestion
		if err := json.Unmarshal(c.Body, &q); err != nil {
			t.Fatalf("%v in %s", err, c.Body)
		}
		out = append(out, q)
	}
	return out
}

func (o *OpenAI) play(c Call) (HTTPAnswer, error) {
	refuse := func(status int, code, param, format string, args ...any) (HTTPAnswer, error) {
		err := fmt.Errorf(format, args...)
		a := JSON(map[string]any{"error": map[string]any{"message": err.Error(), "type": "invalid_request_error", "param": param, "code": code}})
		a.Status = status
		return a, err
	}
	if !o.NoKey && c.Header.Get(o.keyHeader()) != o.keyValue() {
		return refuse(401, "invalid_api_key", "", "Incorrect API key provided")
	}
	switch {
	case c.Method == http.MethodGet && strings.HasSuffix(c.Path, "/models"):
		return JSON(map[string]any{"object": "list", "data": []any{map[string]any{"id": LLMModel, "object": "model"}}}), nil
	case c.Method != http.MethodPost || !strings.HasSuffix(c.Path, "/chat/completions"):
		return refuse(404, "", "", "Invalid URL (%s %s)", c.Method, c.Path)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(c.Body, &fields); err != nil {
		return refuse(400, "", "", "We could not parse the JSON body of your request")
	}
	for _, name := range o.Unknown {
		if fields[name] != nil {
			return refuse(400, "unsupported_parameter", name, "Unsupported parameter: '%s' is not supported", name)
		}
	}
	var q OpenAIQuestion
	if err := json.Unmarshal(c.Body, &q); err != nil {
		return refuse(400, "", "", "%v", err)
	}
	if q.Model != LLMModel {
		return refuse(404, "model_not_found", "model", "The model `%s` does not exist", q.Model)
	}
	if err := q.check(); err != nil {
		return refuse(400, "", "messages", "%w", err)
	}
	text := strings.Join(q.said(), " / ")
	if q.Stream {
		return OpenAIStream(text, q.StreamOptions != nil), nil
	}
	return OpenAIWhole(text), nil
}

func (o *OpenAI) keyHeader() string {
	if o.KeyHeader == "" {
		return "Authorization"
	}
	return o.KeyHeader
}

func (o *OpenAI) keyValue() string {
	if o.KeyHeader == "" {
		return "Bearer " + LLMKey
	}
	return LLMKey
}

var toolName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// check reports what the real server would not take of a conversation.
func (q OpenAIQuestion) check() error {
	if len(q.Messages) == 0 {
		return errors.New("messages is empty")
	}
	open := map[string]bool{} // calls that wait for their result
	for i, m := range q.Messages {
		if m.Role != "tool" && len(open) > 0 {
			return fmt.Errorf("messages[%d]: calls of tools before it have no result", i)
		}
		switch {
		case m.Role == "tool":
			if !open[m.ToolCallID] {
				return fmt.Errorf("messages[%d]: a result for no call", i)
			}
			delete(open, m.ToolCallID)
		case m.Role != "system" && m.Role != "user" && m.Role != "assistant":
			return fmt.Errorf("messages[%d]: role %q", i, m.Role)
		case len(m.ToolCalls) == 0 && (len(m.Content) == 0 || string(m.Content) == "null" || string(m.Content) == `""`):
			return fmt.Errorf("messages[%d]: content is missing", i)
		}
		for _, c := range m.ToolCalls {
			if c.ID == "" || open[c.ID] || c.Type != "function" || !toolName.MatchString(c.Function.Name) || !isObject([]byte(c.Function.Arguments)) {
				return fmt.Errorf("messages[%d]: tool call %+v", i, c)
			}
			open[c.ID] = true
		}
	}
	if len(open) > 0 {
		return errors.New("calls of tools have no result")
	}
	names := map[string]bool{}
	for _, t := range q.Tools {
		if t.Type != "function" || !toolName.MatchString(t.Function.Name) || names[t.Function.Name] || t.Function.Parameters["type"] != "object" || t.Function.Parameters["properties"] == nil {
			return fmt.Errorf("tool %+v", t)
		}
		names[t.Function.Name] = true
	}
	return nil
}

func isObject(raw []byte) bool {
	var v map[string]any
	return json.Unmarshal(raw, &v) == nil && v != nil
}

// said is what the person has said, as far as it is a plain text.
func (q OpenAIQuestion) said() []string {
	var out []string
	for _, m := range q.Messages {
		var text string
		if m.Role == "user" && json.Unmarshal(m.Content, &text) == nil {
			out = append(out, text)
		}
	}
	return out
}

// OpenAIChunk is an event of a stream with these choices.
func OpenAIChunk(choices ...any) string {
	if choices == nil {
		choices = []any{}
	}
	return "data: " + JSON(map[string]any{"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": LLMModel, "choices": choices}).Body
}

// OpenAIDelta is a choice of a stream; reason is "" before the end.
func OpenAIDelta(delta map[string]any, reason string) any {
	c := map[string]any{"index": 0, "delta": delta, "finish_reason": nil}
	if reason != "" {
		c["finish_reason"] = reason
	}
	return c
}

// OpenAIUsage is the event that counts tokens.
const OpenAIUsage = `data: {"object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":150,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":100}}}`

// OpenAIStream streams a text, character by character.
func OpenAIStream(text string, usage bool) HTTPAnswer {
	events := []string{OpenAIChunk(OpenAIDelta(map[string]any{"role": "assistant", "content": ""}, ""))}
	for _, r := range text {
		events = append(events, OpenAIChunk(OpenAIDelta(map[string]any{"content": string(r)}, "")))
	}
	events = append(events, OpenAIChunk(OpenAIDelta(map[string]any{}, "stop")))
	if usage {
		events = append(events, OpenAIUsage)
	}
	return Stream(append(events, "data: [DONE]")...)
}

// OpenAIWhole answers a text at once.
func OpenAIWhole(text string) HTTPAnswer {
	return openAIMessage(map[string]any{"role": "assistant", "content": text}, "stop")
}

func openAIMessage(message map[string]any, reason string) HTTPAnswer {
	return JSON(map[string]any{
		"object": "chat.completion", "model": LLMModel,
		"choices": []any{map[string]any{"index": 0, "finish_reason": reason, "message": message}},
		"usage":   map[string]any{"prompt_tokens": 120, "completion_tokens": 18, "total_tokens": 138},
	})
}

// ToolCall is a model's call of a tool.
type ToolCall struct{ ID, Name, Arguments string }

// OpenAICalls answers with calls of tools, at once.
func OpenAICalls(text string, calls ...ToolCall) HTTPAnswer {
	var list []any
	for _, c := range calls {
		list = append(list, map[string]any{
			"id": c.ID, "type": "function", "function": map[string]any{"name": c.Name, "arguments": c.Arguments},
		})
	}
	return openAIMessage(map[string]any{"role": "assistant", "content": text, "tool_calls": list}, "tool_calls")
}

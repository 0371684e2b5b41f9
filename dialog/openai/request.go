package openai

import (
	"context"
	"encoding/base64"
	"net/http"

	"dari/dialog/llm"
	"dari/dialog/remote"
)

// question is the body of a request: https://platform.openai.com/docs/api-reference/chat/create
type question struct {
	Model               string         `json:"model"`
	Messages            []wireMessage  `json:"messages"`
	MaxTokens           int            `json:"max_tokens,omitempty"`
	MaxCompletionTokens int            `json:"max_completion_tokens,omitempty"`
	Temperature         *float64       `json:"temperature,omitempty"`
	Stream              bool           `json:"stream,omitempty"`
	StreamOptions       *streamOptions `json:"stream_options,omitempty"`
	Tools               []wireTool     `json:"tools,omitempty"`
	ToolChoice          string         `json:"tool_choice,omitempty"`
	SafetyIdentifier    string         `json:"safety_identifier,omitempty"`
}

type streamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

type wireMessage struct {
	Role       string     `json:"role"`
	Content    any        `json:"content"` // a string, a list of parts, or null
	ToolCalls  []wireCall `json:"tool_calls,omitempty"`
	ToolCallID string     `json:"tool_call_id,omitempty"`
}

type part struct {
	Type     string    `json:"type"`
	Text     string    `json:"text,omitempty"`
	ImageURL *imageURL `json:"image_url,omitempty"`
}

type imageURL struct {
	URL string `json:"url"`
}

type wireCall struct {
	ID       string   `json:"id"`
	Type     string   `json:"type"`
	Function function `json:"function"`
}

type function struct {
	Name      string `json:"name"`
	Arguments string `json:"arguments"`
}

type wireTool struct {
	Type     string `json:"type"`
	Function any    `json:"function"`
}

type definition struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Parameters  any    `json:"parameters"`
}

// build makes the HTTP request.
func (m *model) build(ctx context.Context, r llm.Request, d dialect) (*http.Request, error) {
	req, err := remote.Post(ctx, m.endpoint(m.base, "/chat/completions"), m.question(r, d))
	if err != nil {
		return nil, err
	}
	if m.settings.Stream {
		req.Header.Set("Accept", "text/event-stream, application/json")
	}
	m.authorize(req)
	return req, nil
}

func (m *model) question(r llm.Request, d dialect) question {
	q := question{
		Model: m.config.model, Temperature: m.settings.Temperature, Stream: m.settings.Stream, SafetyIdentifier: r.Person,
	}
	if d.tokens == "max_tokens" {
		q.MaxTokens = m.settings.MaxTokens
	} else {
		q.MaxCompletionTokens = m.settings.MaxTokens
	}
	if d.options {
		q.StreamOptions = &streamOptions{IncludeUsage: true}
	}
	if r.System != "" {
		q.Messages = append(q.Messages, wireMessage{Role: "system", Content: r.System})
	}
	for _, msg := range r.Messages {
		q.Messages = append(q.Messages, wireMessages(msg)...)
	}
	for _, t := range r.Tools {
		q.Tools = append(q.Tools, wireTool{"function", definition{t.Name, t.Description, t.Schema}})
	}
	if len(q.Tools) > 0 && !r.MayCall {
		q.ToolChoice = "none" // "auto" is what servers do by themselves, and not all know the field
	}
	return q
}

// wireMessages is a message in the API's form. Each result of a tool is a message of its own.
func wireMessages(m llm.Message) []wireMessage {
	switch m.Role {
	case llm.Assistant:
		out := wireMessage{Role: "assistant", Content: m.Text}
		if m.Text == "" && len(m.Calls) > 0 {
			out.Content = nil
		}
		for _, c := range m.Calls {
			out.ToolCalls = append(out.ToolCalls, wireCall{c.ID, "function", function{c.Name, string(c.Object())}})
		}
		return []wireMessage{out}
	case llm.Results:
		var out []wireMessage
		for _, r := range m.Results {
			out = append(out, wireMessage{Role: "tool", ToolCallID: r.ID, Content: r.Text})
		}
		return out
	}
	if len(m.Images) == 0 {
		return []wireMessage{{Role: "user", Content: m.Text}}
	}
	parts := []part{{Type: "text", Text: m.Text}}
	for _, i := range m.Images {
		address := i.URL
		if i.Data != nil {
			address = "data:" + i.MIME + ";base64," + base64.StdEncoding.EncodeToString(i.Data)
		}
		parts = append(parts, part{Type: "image_url", ImageURL: &imageURL{address}})
	}
	return []wireMessage{{Role: "user", Content: parts}}
}

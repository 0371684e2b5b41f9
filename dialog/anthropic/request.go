package anthropic

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"

	"dari/dialog/llm"
	"dari/dialog/remote"
)

// question is the body of a request: https://docs.anthropic.com/en/api/messages
type question struct {
	Model       string        `json:"model"`
	MaxTokens   int           `json:"max_tokens"`
	Stream      bool          `json:"stream,omitempty"`
	System      []block       `json:"system,omitempty"`
	Messages    []wireMessage `json:"messages"`
	Tools       []wireTool    `json:"tools,omitempty"`
	ToolChoice  *toolChoice   `json:"tool_choice,omitempty"`
	Temperature *float64      `json:"temperature,omitempty"`
	Metadata    *metadata     `json:"metadata,omitempty"`
}

type wireMessage struct {
	Role    string  `json:"role"`
	Content []block `json:"content"`
}

// block is a block of content. Which fields count depends on the type.
type block struct {
	Type         string          `json:"type"`
	Text         string          `json:"text,omitempty"`
	Source       *source         `json:"source,omitempty"`      // image
	ID           string          `json:"id,omitempty"`          // tool_use
	Name         string          `json:"name,omitempty"`        // tool_use
	Input        json.RawMessage `json:"input,omitempty"`       // tool_use
	ToolUseID    string          `json:"tool_use_id,omitempty"` // tool_result
	Content      string          `json:"content,omitempty"`     // tool_result
	IsError      bool            `json:"is_error,omitempty"`    // tool_result
	CacheControl *cacheControl   `json:"cache_control,omitempty"`
}

type source struct {
	Type      string `json:"type"` // "url" or "base64"
	URL       string `json:"url,omitempty"`
	MediaType string `json:"media_type,omitempty"`
	Data      string `json:"data,omitempty"`
}

type cacheControl struct {
	Type string `json:"type"`
}

type wireTool struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	InputSchema json.RawMessage `json:"input_schema"`
}

type toolChoice struct {
	Type string `json:"type"`
}

type metadata struct {
	UserID string `json:"user_id"`
}

// build makes the HTTP request.
func (m *model) build(ctx context.Context, r llm.Request) (*http.Request, error) {
	req, err := remote.Post(ctx, m.endpoint("/messages"), m.question(r))
	if err != nil {
		return nil, err
	}
	if m.settings.Stream {
		req.Header.Set("Accept", "text/event-stream, application/json")
	}
	m.authorize(req)
	return req, nil
}

func (m *model) question(r llm.Request) question {
	q := question{
		Model: m.name, MaxTokens: m.settings.MaxTokens, Stream: m.settings.Stream, Temperature: m.settings.Temperature,
	}
	if r.System != "" {
		b := block{Type: "text", Text: r.System}
		if m.cache { // a mark here takes in the tools, which come first
			b.CacheControl = &cacheControl{"ephemeral"}
		}
		q.System = []block{b}
	}
	for _, msg := range r.Messages {
		q.Messages = append(q.Messages, toWire(msg))
	}
	for _, t := range r.Tools {
		q.Tools = append(q.Tools, wireTool{t.Name, t.Description, t.Schema})
	}
	if len(q.Tools) > 0 && !r.MayCall { // the tools themselves have to stay: the conversation names them
		q.ToolChoice = &toolChoice{"none"}
	}
	if r.Person != "" {
		q.Metadata = &metadata{r.Person}
	}
	return q
}

// toWire is a message in the API's form. The results of all tools of a round stand in one message of the
// user's. A text without any letter is refused there, so none is sent.
func toWire(m llm.Message) wireMessage {
	w := wireMessage{Role: "user"}
	if m.Role == llm.Assistant {
		w.Role = "assistant"
	}
	for _, r := range m.Results {
		w.Content = append(w.Content, block{Type: "tool_result", ToolUseID: r.ID, Content: r.Text, IsError: r.Failed})
	}
	for _, i := range m.Images {
		w.Content = append(w.Content, block{Type: "image", Source: imageSource(i)})
	}
	if m.Text != "" {
		w.Content = append(w.Content, block{Type: "text", Text: m.Text})
	}
	for _, c := range m.Calls {
		w.Content = append(w.Content, block{Type: "tool_use", ID: c.ID, Name: c.Name, Input: c.Object()})
	}
	return w
}

func imageSource(i llm.Image) *source {
	if i.Data == nil {
		return &source{Type: "url", URL: i.URL}
	}
	return &source{Type: "base64", MediaType: i.MIME, Data: base64.StdEncoding.EncodeToString(i.Data)}
}

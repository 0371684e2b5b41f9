package llm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"golang.org/x/sync/errgroup"

	"dari/dialog/remote"
)

// Tool is what the model may use.
type Tool struct {
	Name        string
	Description string
	Schema      json.RawMessage // of the arguments: a JSON Schema of an object

	check  *jsonschema.Resolved // nil when only the server can tell what is right
	server *server
	remote string // its name there
}

const (
	maxCalls     = 16       // of one round; more are not made
	callsAtOnce  = 4        // of one turn
	maxArguments = 64 << 10 // bytes
	maxResult    = 16 << 10 // bytes of a result that the model is shown
)

// call makes the model's calls, several at once, and returns a result for each, in their order. What
// goes wrong is told to the model, which can mend it or say so.
func (k *talk) call(ctx context.Context, tools []Tool, calls []Call) []Result {
	results := make([]Result, len(calls))
	traces := make([]toolTrace, len(calls))
	var g errgroup.Group
	g.SetLimit(callsAtOnce)
	for i, c := range calls {
		g.Go(func() error {
			start := time.Now()
			text, err := k.use(ctx, tools, i, c)
			results[i] = Result{c.ID, c.Name, shorten(text), err != nil}
			traces[i] = toolTrace{Name: remote.Clip(c.Name, 64), MS: time.Since(start).Milliseconds()}
			if err != nil {
				results[i].Text = shorten("error: " + k.Scrub.Text(err.Error()))
				traces[i].Error = remote.Clip(err.Error(), 300)
			}
			return nil
		})
	}
	_ = g.Wait() // no call returns an error to it
	k.trace.Tools = append(k.trace.Tools, traces...)
	return results
}

// use makes one call. A panic below would end the whole program, as it has a goroutine of its own.
func (k *talk) use(ctx context.Context, tools []Tool, i int, c Call) (text string, err error) {
	defer func() {
		if p := recover(); p != nil {
			k.log.Error("tool call panicked", "bot", k.turn.Bot.ID, "panic", p, "stack", string(debug.Stack()))
			err = errors.New("the tool failed")
		}
	}()
	if i >= maxCalls {
		return "", fmt.Errorf("more than %d calls at once are not made", maxCalls)
	}
	tool, err := find(tools, c.Name)
	if err != nil {
		return "", err
	}
	arguments, err := tool.arguments(c.Arguments)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, k.toolTime)
	defer cancel()
	text, err = tool.server.call(ctx, tool.remote, arguments, k.turn.ID)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return "", fmt.Errorf("the tool did not answer within %v", k.toolTime)
	}
	return text, err
}

func find(tools []Tool, name string) (Tool, error) {
	var names []string
	for _, t := range tools {
		if t.Name == name {
			return t, nil
		}
		names = append(names, t.Name)
	}
	if len(names) == 0 {
		return Tool{}, errors.New("there are no tools; answer in words")
	}
	return Tool{}, fmt.Errorf("there is no tool of that name; there are: %s", strings.Join(names, ", "))
}

// arguments checks what the model wrote. Few servers make models keep to the schema.
func (t Tool) arguments(raw string) (json.RawMessage, error) {
	args, err := object(raw)
	if err != nil {
		return nil, err
	}
	if t.check == nil {
		return args, nil
	}
	var v map[string]any
	if err := json.Unmarshal(args, &v); err != nil {
		return nil, fmt.Errorf("the arguments are no JSON object: %w", err)
	}
	if err := t.check.Validate(v); err != nil {
		return nil, fmt.Errorf("the arguments do not fit the tool: %s", remote.Clip(err.Error(), 500))
	}
	return args, nil
}

// object reads arguments: a JSON object, nothing at all, or an object inside a JSON string.
func object(raw string) (json.RawMessage, error) {
	raw = strings.TrimSpace(raw)
	if len(raw) > maxArguments {
		return nil, fmt.Errorf("the arguments are larger than %d bytes", maxArguments)
	}
	if raw == "" || raw == "null" {
		return json.RawMessage("{}"), nil
	}
	var inner string
	if json.Unmarshal([]byte(raw), &inner) == nil {
		raw = strings.TrimSpace(inner)
	}
	var v map[string]json.RawMessage
	if err := json.Unmarshal([]byte(raw), &v); err != nil || v == nil {
		return nil, errors.New("the arguments are not a JSON object; send one, such as {}")
	}
	var out bytes.Buffer
	if err := json.Compact(&out, []byte(raw)); err != nil {
		return nil, fmt.Errorf("the arguments are not JSON: %w", err)
	}
	return out.Bytes(), nil
}

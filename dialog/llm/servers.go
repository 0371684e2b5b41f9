package llm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"dari/dialog/remote"
)

const (
	maxTools       = 128      // of all servers; what a request may hold
	maxName        = 64       // https://platform.openai.com/docs/api-reference/chat/create
	maxDescription = 1024     // runes; the same page
	maxSchema      = 32 << 10 // bytes
)

// servers are the tool servers of a bot.
type servers struct {
	list    []*server // by name
	allowed []string  // names of tools, "server/tool" or "server/*"; nothing allows all
	end     context.CancelFunc
	wait    sync.WaitGroup
}

func newServers(s Settings, client *http.Client, now func() time.Time) *servers {
	life, end := context.WithCancel(context.Background())
	all := &servers{allowed: s.allowed, end: end}
	for _, name := range slices.Sorted(maps.Keys(s.servers)) {
		all.list = append(all.list, &server{
			name: name, address: s.servers[name], client: toolClient(life, client, s.tokens[name]), now: now,
			patience: s.toolTime, scrub: s.Scrub, life: life, wait: &all.wait,
		})
	}
	return all
}

// close ends all sessions and waits for what is under way.
func (s *servers) close() error {
	s.end()
	s.wait.Wait()
	errs := make([]error, len(s.list))
	var wg sync.WaitGroup
	for i, one := range s.list {
		wg.Go(func() { errs[i] = one.close() })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// offer returns the tools that the model may use, and says what is missing. All servers are asked at
// once, and seldom: their lists are kept for a while.
func (s *servers) offer(ctx context.Context) ([]Tool, []string) {
	offered := make([][]listing, len(s.list))
	failed := make([]error, len(s.list))
	var wg sync.WaitGroup
	for i, one := range s.list {
		wg.Go(func() { offered[i], failed[i] = one.offer(ctx) })
	}
	wg.Wait()
	var tools []Tool
	var notes []string
	for i, one := range s.list {
		if failed[i] != nil {
			notes = append(notes, fmt.Sprintf("tools of %s: %v", one.name, failed[i]))
		}
		for _, t := range offered[i] {
			if !s.allows(one.name, t.remote) {
				continue
			}
			tool, err := named(t, tools)
			if err != nil {
				notes = append(notes, fmt.Sprintf("tool %s/%s was left out: %v", one.name, remote.Clip(t.remote, 64), err))
				continue
			}
			tools = append(tools, tool)
		}
	}
	return tools, notes
}

func (s *servers) allows(server, tool string) bool {
	return len(s.allowed) == 0 || slices.ContainsFunc(s.allowed, func(entry string) bool {
		return entry == tool || entry == server+"/"+tool || entry == server+"/*"
	})
}

// listing is a tool as its server lists it; err says why it is of no use.
type listing struct {
	Tool
	err error
}

func newListing(s *server, t *mcp.Tool) listing {
	l := listing{Tool: Tool{Description: remote.Clip(t.Description, maxDescription), server: s, remote: t.Name}}
	l.Schema, l.check, l.err = argumentSchema(t.InputSchema)
	return l
}

// named gives a tool a name that no other has.
func named(l listing, others []Tool) (Tool, error) {
	taken := func(name string) bool {
		return slices.ContainsFunc(others, func(o Tool) bool { return o.Name == name })
	}
	t := l.Tool
	if t.Name = nameOf(t.remote); taken(t.Name) {
		t.Name = nameOf(t.server.name + "_" + t.remote)
	}
	switch {
	case l.err != nil:
		return Tool{}, l.err
	case len(others) == maxTools:
		return Tool{}, fmt.Errorf("there are more than %d; name the useful ones in tools", maxTools)
	case t.Name == "" || taken(t.Name):
		return Tool{}, errors.New("its name is empty or taken by another one")
	}
	return t, nil
}

// nameOf keeps of a name what model servers take: letters, digits, - and _.
func nameOf(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '_':
			return r
		}
		return '_'
	}, s)
	return s[:min(len(s), maxName)]
}

// argumentSchema returns the schema with the properties that model servers insist on, and a check by
// it. The check is nil where the schema refers to places, its own too: following a circle of them
// overflows the stack, which nothing in the program would survive.
func argumentSchema(in any) (json.RawMessage, *jsonschema.Resolved, error) {
	schema := map[string]any{}
	if given, ok := in.(map[string]any); ok {
		maps.Copy(schema, given)
	}
	schema["type"] = "object"
	if _, ok := schema["properties"].(map[string]any); !ok {
		schema["properties"] = map[string]any{}
	}
	raw, err := remote.JSON(schema)
	if err != nil || len(raw) > maxSchema {
		return nil, nil, fmt.Errorf("its schema is larger than %d bytes", maxSchema)
	}
	for _, key := range []string{`"$ref"`, `"$dynamicRef"`, `"$recursiveRef"`} {
		if bytes.Contains(raw, []byte(key)) {
			return raw, nil, nil
		}
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(raw, &s); err != nil {
		return raw, nil, nil // of a kind that only the server can read
	}
	check, err := s.Resolve(nil)
	if err != nil {
		return raw, nil, nil
	}
	return raw, check, nil
}

package dialogtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// ToolToken is the bearer token that a fake tool server asks for.
const ToolToken = "tool-token-0123456789"

// ToolServer is a tool server that speaks the Model Context Protocol over HTTP. It has the tools
// lookup_order, fail (which always fails), big (which answers a lot), slow (which answers when its call
// is given up) and orders.cancel.
type ToolServer struct {
	URL string
	*mcp.Server

	options *mcp.StreamableHTTPOptions
	mu      sync.Mutex
	handler http.Handler
	calls   []string
	turns   []string
	ended   int
	lists   int
	gone    chan struct{}
}

// Order are the arguments of lookup_order and orders.cancel.
type Order struct {
	OrderNo string `json:"order_no" jsonschema:"the number of the order"`
}

// NewToolServer starts a server that ends with the test. With sessions, it speaks an older version of the
// protocol, in which the server keeps a session for every client; without, the newest.
func NewToolServer(t testing.TB, sessions bool) *ToolServer {
	s := &ToolServer{Server: mcp.NewServer(&mcp.Implementation{Name: "orders", Version: "1"}, nil), gone: make(chan struct{})}
	mcp.AddTool(s.Server, &mcp.Tool{Name: "lookup_order", Description: "finds out where an order is"}, s.lookup)
	mcp.AddTool(s.Server, &mcp.Tool{Name: "orders.cancel", Description: "cancels an order"}, s.lookup)
	mcp.AddTool(s.Server, &mcp.Tool{Name: "fail"}, func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, any, error) {
		return nil, nil, errors.New("the warehouse is closed; its key is " + ToolToken)
	})
	mcp.AddTool(s.Server, &mcp.Tool{Name: "big"}, func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, any, error) {
		text := bytes.Repeat([]byte("가"), 100_000)
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: string(text)}}}, nil, nil
	})
	mcp.AddTool(s.Server, &mcp.Tool{Name: "slow"}, func(ctx context.Context, _ *mcp.CallToolRequest, _ struct{}) (*mcp.CallToolResult, any, error) {
		select {
		case <-ctx.Done():
		case <-s.gone:
		}
		return nil, nil, ctx.Err()
	})
	s.options = &mcp.StreamableHTTPOptions{Stateless: !sessions, PropagateRequestCancellation: true}
	s.Restart()
	server := httptest.NewServer(s.http(sessions))
	t.Cleanup(func() {
		close(s.gone)
		server.CloseClientConnections()
		server.Close()
	})
	s.URL = server.URL + "/mcp"
	return s
}

// Restart makes the server forget its sessions.
func (s *ToolServer) Restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handler = mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return s.Server }, s.options)
}

// Called returns the names of the tools that were called, and the turns for which they were.
func (s *ToolServer) Called() (tools, turns []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.calls...), append([]string(nil), s.turns...)
}

// Ended tells how many sessions were ended by their client, and Lists how often the tools were listed.
func (s *ToolServer) Ended() (sessions, lists int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended, s.lists
}

func (s *ToolServer) lookup(_ context.Context, req *mcp.CallToolRequest, o Order) (*mcp.CallToolResult, any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	turn, _ := req.Params.Meta["dari/turn"].(string)
	s.calls, s.turns = append(s.calls, req.Params.Name+" "+o.OrderNo), append(s.turns, turn)
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: `{"order_no":"` + o.OrderNo + `","status":"in_transit"}`}}}, nil, nil
}

func (s *ToolServer) http(sessions bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client has gone
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.mu.Lock()
		handler := s.handler
		if r.Method == http.MethodDelete {
			s.ended++
		}
		if bytes.Contains(body, []byte(`"tools/list"`)) {
			s.lists++
		}
		s.mu.Unlock()
		switch {
		case r.Header.Get("Authorization") != "Bearer "+ToolToken:
			http.Error(w, "who are you?", http.StatusUnauthorized)
		case sessions && bytes.Contains(body, []byte(`"server/discover"`)):
			http.NotFound(w, r)
		default:
			handler.ServeHTTP(w, r)
		}
	})
}

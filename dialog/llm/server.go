package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"dari/dialog/remote"
)

const (
	listLife   = 5 * time.Minute  // how long a list of tools is kept
	listPause  = 15 * time.Second // how long a server that failed is left alone
	maxMessage = 4 << 20          // bytes of one HTTP answer of a tool server
	farewell   = time.Second      // how long a server may take to end a session
)

// server is one tool server: https://modelcontextprotocol.io/specification. Only servers reached over
// HTTP are used; nothing that a bot's builder enters ever starts a program.
type server struct {
	name, address string
	client        *http.Client
	now           func() time.Time
	patience      time.Duration // for connecting and listing together
	scrub         remote.Scrubber
	life          context.Context // ends when the engine is closed
	wait          *sync.WaitGroup

	mu      sync.Mutex
	loading chan struct{} // closed when the loading under way ends; nil when there is none
	session *mcp.ClientSession
	tools   []listing
	err     error     // of the last loading
	fresh   time.Time // until then tools and err are good
}

// offer returns the server's tools, from memory where it can. Turns that come together wait for one
// loading, which goes on when one of them is given up.
func (s *server) offer(ctx context.Context) ([]listing, error) {
	s.mu.Lock()
	if s.now().Before(s.fresh) {
		defer s.mu.Unlock()
		return s.tools, s.err
	}
	if s.loading == nil {
		s.loading = make(chan struct{})
		session, done := s.session, s.loading
		s.wait.Go(func() { s.load(session, done) })
	}
	loading := s.loading
	s.mu.Unlock()
	select {
	case <-ctx.Done():
		return nil, remote.Ended(ctx.Err())
	case <-loading:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tools, s.err
}

// load lists the tools, in the session there is or in a new one, and closes done.
func (s *server) load(session *mcp.ClientSession, done chan struct{}) {
	defer close(done)
	ctx, cancel := context.WithTimeout(s.life, s.patience)
	defer cancel()
	var tools []listing
	var err error
	if session != nil {
		if tools, err = s.listTools(ctx, session); err != nil && !answered(err) {
			s.drop(session)
			session = nil
		}
	}
	if session == nil {
		if session, err = s.connect(ctx); err == nil {
			tools, err = s.listTools(ctx, session)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tools, s.err, s.loading = tools, nil, nil
	s.fresh = s.now().Add(listLife)
	if err != nil {
		s.tools, s.err = nil, s.plain(ctx, err)
		s.fresh = s.now().Add(listPause)
	}
}

// listTools reads all pages of a list, as far as a request to a model can hold them.
func (s *server) listTools(ctx context.Context, session *mcp.ClientSession) ([]listing, error) {
	var tools []listing
	for t, err := range session.Tools(ctx, nil) {
		if err != nil {
			return nil, err
		}
		if tools = append(tools, newListing(s, t)); len(tools) > maxTools {
			break
		}
	}
	return tools, nil
}

// connect begins a session. Nothing is sent to Dari outside its own requests: no stream stays open.
func (s *server) connect(ctx context.Context) (*mcp.ClientSession, error) {
	client := mcp.NewClient(&mcp.Implementation{Name: "dari", Version: "1"}, &mcp.ClientOptions{Capabilities: &mcp.ClientCapabilities{}})
	session, err := client.Connect(ctx, &mcp.StreamableClientTransport{
		Endpoint: s.address, HTTPClient: s.client, DisableStandaloneSSE: true, MaxRetries: -1, MaxEventSize: maxMessage,
	}, nil)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.session = session
	s.mu.Unlock()
	return session, nil
}

// drop ends a session that is of no use any more.
func (s *server) drop(session *mcp.ClientSession) {
	s.mu.Lock()
	if session != nil && s.session == session {
		s.session = nil
	}
	s.mu.Unlock()
	if session != nil {
		s.wait.Go(func() { session.Close() }) // it waits for the server, the turn need not
	}
}

func (s *server) close() error {
	s.mu.Lock()
	session := s.session
	s.session, s.fresh = nil, time.Time{}
	s.mu.Unlock()
	if session == nil {
		return nil
	}
	if err := session.Close(); err != nil {
		return fmt.Errorf("end the session with %s: %s", s.name, s.scrub.Text(remote.Plain(err).Error()))
	}
	return nil
}

// call uses a tool. The turn's id goes along, so that a tool can tell that a turn is run again.
func (s *server) call(ctx context.Context, tool string, arguments json.RawMessage, turn string) (string, error) {
	params := &mcp.CallToolParams{Name: tool, Arguments: arguments, Meta: mcp.Meta{"dari/turn": turn}}
	for again := true; ; again = false {
		session, err := s.open(ctx)
		if err != nil {
			return "", err
		}
		res, err := session.CallTool(ctx, params)
		if err == nil {
			return resultText(res)
		}
		if !answered(err) && ctx.Err() == nil {
			s.drop(session)
			// A server that does not know the session has done nothing.
			if again && errors.Is(err, mcp.ErrSessionMissing) {
				continue
			}
		}
		return "", s.plain(ctx, err)
	}
}

// open returns the session, and begins one if it was dropped.
func (s *server) open(ctx context.Context) (*mcp.ClientSession, error) {
	s.mu.Lock()
	session := s.session
	if session == nil && s.err == nil {
		s.fresh = time.Time{}
	}
	s.mu.Unlock()
	if session != nil {
		return session, nil
	}
	if _, err := s.offer(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session == nil {
		return nil, errors.New("the tool server cannot be reached")
	}
	return s.session, nil
}

// answered tells whether an error is an answer of the server's own, so that the session is good.
func answered(err error) bool {
	var e *jsonrpc.Error
	return errors.As(err, &e)
}

// plain says what went wrong without telling addresses and keys.
func (s *server) plain(ctx context.Context, err error) error {
	var e *jsonrpc.Error
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("the tool server did not answer within %v", s.patience)
	case errors.As(err, &e):
		return errors.New(s.scrub.Text(remote.Clip(e.Message, 500)))
	}
	return errors.New(s.scrub.Text(remote.Clip(remote.Plain(err).Error(), 300)))
}

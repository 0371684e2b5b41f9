package channeltest

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// SlackSocket is a fake Slack with Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode
type SlackSocket struct {
	*Platform
	// Connections tells of every connection that is opened, by its number.
	Connections chan int
	// Answers are the frames that come back: the acknowledgements.
	Answers chan string

	fake  *slackFake
	mu    sync.Mutex
	conn  *websocket.Conn
	count int
}

// NewSlackSocket makes a fake Slack as Slack does; it can send frames as well.
func NewSlackSocket() *SlackSocket {
	fake := &slackFake{messages: map[string]bool{}, uploads: map[string]int64{}}
	s := &SlackSocket{Connections: make(chan int, 10), Answers: make(chan string, 100), fake: fake}
	mux := http.NewServeMux()
	fake.serve(mux)
	mux.HandleFunc("GET /link/", s.connect)
	s.Platform = NewPlatform(mux)
	fake.base.Store(&s.Platform.URL)
	return s
}

// ExpireStreams ends all growing messages, as Slack does when nothing is appended for some minutes.
func (s *SlackSocket) ExpireStreams() {
	s.fake.mu.Lock()
	defer s.fake.mu.Unlock()
	for ts := range s.fake.messages {
		s.fake.messages[ts] = false
	}
}

// Send sends a frame over the newest connection.
func (s *SlackSocket) Send(frame []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn.WriteMessage(websocket.TextMessage, frame)
}

func (s *SlackSocket) connect(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	s.mu.Lock()
	s.count++
	s.conn = conn
	n := s.count
	err = conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
	s.mu.Unlock()
	for s.Connections <- n; err == nil; {
		var answer []byte
		if _, answer, err = conn.ReadMessage(); err == nil {
			s.Answers <- string(answer)
		}
	}
}

func (f *slackFake) connectionsOpen(slackArgs) slackAnswer {
	return slackAnswer{"ok": true, "url": "ws" + strings.TrimPrefix(f.url(), "http") + "/link/?ticket=EXAMPLEticket"}
}

// access exchanges a code: https://docs.slack.dev/reference/methods/oauth.v2.access
func (f *slackFake) access(args slackArgs) slackAnswer {
	switch {
	case args["client_id"] != SlackClientID:
		return slackError("invalid_client_id")
	case args["client_secret"] != SlackClientSecret:
		return slackError("bad_client_secret")
	case args["code"] != SlackCode:
		return slackError("invalid_code")
	}
	return slackAnswer{
		"ok": true, "app_id": "A07BOTX3M5R", "access_token": SlackBotToken, "token_type": "bot", "scope": SlackScopes,
		"bot_user_id": SlackBotUser, "team": map[string]any{"id": SlackTeam, "name": "예제상점"}, "is_enterprise_install": false,
	}
}

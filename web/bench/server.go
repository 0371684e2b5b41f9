package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// addressMark stands before the address in what a server prints when it listens.
const addressMark = "callbacks"

// server is a server under test: a process of its own, so that its memory and processor time are its
// own.
type server struct {
	url   string
	cmd   *exec.Cmd
	log   string        // a file
	start time.Duration // until it was ready
	done  chan struct{}
}

// startTimeout is how long a server may take until it is ready.
const startTimeout = 2 * time.Minute

// startServer runs the program with those arguments and waits until it is ready. What it logs goes to a
// file in dir.
func startServer(ctx context.Context, dir, program string, args ...string) (*server, error) {
	s := &server{log: filepath.Join(dir, "server.log"), done: make(chan struct{})}
	log, err := os.Create(s.log)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the process has its own handle
	s.cmd = exec.Command(program, args...)
	s.cmd.Dir, s.cmd.Stderr, s.cmd.Env = dir, log, environment()
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("server under test: %w", err)
	}
	address := make(chan string, 1)
	go func() {
		defer close(s.done)
		follow(out, address)
		s.cmd.Wait() // how it ended, the log tells
	}()
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	select {
	case s.url = <-address:
		err = s.waitReady(ctx)
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		s.kill()
		return nil, fmt.Errorf("the server under test did not start: %w%s", err, s.lastLog())
	}
	s.start = time.Since(begin)
	return s, nil
}

// environment is ours without what would configure the server.
func environment() []string {
	var out []string
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "DARI_") {
			out = append(out, e)
		}
	}
	return out
}

// follow reads all that the server prints and sends its address, "" if it ends without.
func follow(r io.Reader, address chan<- string) {
	lines := bufio.NewScanner(r)
	for told := false; ; {
		if !lines.Scan() {
			if !told {
				address <- ""
			}
			return
		}
		if words := strings.Fields(lines.Text()); !told && len(words) == 2 && words[0] == addressMark {
			told = true
			address <- words[1]
		}
	}
}

// readyPoll is how often an unready server is asked again: fine enough to time the start.
const readyPoll = 5 * time.Millisecond

func (s *server) waitReady(ctx context.Context) error {
	if s.url == "" {
		return errors.New("it ended at once")
	}
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		if _, err := s.get(ctx, "/readyz"); err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-s.done:
			return errors.New("it ended")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *server) host() string { return strings.TrimPrefix(s.url, "http://") }

// get fetches a page of the server.
func (s *server) get(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: status %d", path, resp.StatusCode)
	}
	return body, err
}

// stop ends the server in an orderly way.
func (s *server) stop() error {
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.done:
	case <-time.After(startTimeout):
		s.kill()
		return fmt.Errorf("the server under test did not end%s", s.lastLog())
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("the server under test ended with exit code %d%s", code, s.lastLog())
	}
	return nil
}

func (s *server) kill() {
	s.cmd.Process.Kill()
	<-s.done
}

// lastLog is the end of the server's log, for an error message.
func (s *server) lastLog() string {
	const most = 2 << 10
	b, err := os.ReadFile(s.log)
	if err != nil || len(b) == 0 {
		return ""
	}
	return "; the end of its log:\n" + string(b[max(len(b)-most, 0):])
}

// dariConfig writes a configuration file with one bot and one channel, and returns its name. What it
// does not say is as in production. JSON is YAML.
func dariConfig(dir string, p platform, base string, delay time.Duration, store map[string]any, keyFile string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	engine := map[string]any{"type": "echo"}
	if delay > 0 {
		engine = map[string]any{"type": "http", "settings": map[string]any{"url": base + enginePath, "secret": engineSecret}}
	}
	content, err := json.MarshalIndent(map[string]any{
		"server":   map[string]any{"listen": "127.0.0.1:0"},
		"store":    store,
		"secrets":  map[string]any{"key_file": keyFile},
		"outbound": map[string]any{"allow_hosts": []string{"127.0.0.1"}},
		"bots": []any{map[string]any{
			"id": botID, "name": "Bench", "locale": "ko", "engine": engine,
			"channels": []any{map[string]any{"id": channelID(p), "type": p.name(), "name": p.name(), "settings": p.settings(base)}},
		}},
	}, "", "  ")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "config.yaml")
	return path, os.WriteFile(path, content, 0o600)
}

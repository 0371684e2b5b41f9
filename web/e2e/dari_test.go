// Package e2e drives the real program from outside, as platforms, people and crashes do.
package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"dari/dialog/dialogtest"
)

const adminKey = "e2e-admin-key-that-nobody-else-has"

// binary is the program under test, built once.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "dari-e2e")
	if err != nil {
		panic(err)
	}
	_ = os.Chmod(dir, 0o755) // a test runs the program as a user of few rights
	binary = filepath.Join(dir, "dari")
	args := []string{"build", "-o", binary}
	if raceEnabled {
		args = append(args, "-race")
	}
	if out, err := exec.Command("go", append(args, "dari")...).CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "the program does not build: %v\n%s", err, out)
		os.Exit(1)
	}
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = 64 // many senders, one program
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// dari is one running program.
type dari struct {
	t    *testing.T
	url  string
	dir  string
	cmd  *exec.Cmd
	out  *output
	done chan struct{}
}

// output collects what the program prints, and lets a test wait for a line.
type output struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	more *sync.Cond
	eof  bool
}

func newOutput() *output {
	o := &output{}
	o.more = sync.NewCond(&o.mu)
	return o
}

func (o *output) follow(r io.Reader) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		o.mu.Lock()
		o.buf.Write(lines.Bytes())
		o.buf.WriteByte('\n')
		o.more.Broadcast()
		o.mu.Unlock()
	}
}

func (o *output) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.eof = true
	o.more.Broadcast()
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// after waits for the text and returns the word that follows it.
func (o *output) after(text string) (string, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for {
		if _, rest, ok := strings.Cut(o.buf.String(), text); ok {
			if fields := strings.Fields(rest); len(fields) > 0 {
				return fields[0], true
			}
		}
		if o.eof {
			return "", false
		}
		o.more.Wait()
	}
}

// start runs the program on dir until the test ends, and waits until it is ready. More environment may
// be given.
func start(t *testing.T, dir string, env ...string) *dari {
	t.Helper()
	d := launch(t, dir, env...)
	url, ok := d.out.after("callbacks")
	if !ok {
		t.Fatalf("the program did not start:\n%s", d.out)
	}
	d.url = url
	d.get("/readyz", http.StatusOK, nil)
	return d
}

// launch is start for those who do not wait.
func launch(t *testing.T, dir string, env ...string) *dari {
	t.Helper()
	d := &dari{t: t, dir: dir, out: newOutput(), done: make(chan struct{})}
	d.cmd = program(dir, env...)
	reader, writer := io.Pipe()
	d.cmd.Stdout, d.cmd.Stderr = writer, writer
	followed := make(chan struct{})
	go func() { d.out.follow(reader); close(followed) }()
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		d.cmd.Wait()
		writer.Close()
		<-followed
		d.out.end()
		close(d.done)
	}()
	t.Cleanup(d.kill)
	return d
}

// program is the command that serves from dir.
func program(dir string, env ...string) *exec.Cmd {
	cmd := exec.Command(binary)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), append([]string{
		"DARI_SERVER_LISTEN=127.0.0.1:0", "DARI_STORE_PATH=" + dir, "DARI_API_KEY=" + adminKey,
		"DARI_OUTBOUND_ALLOW_HOSTS=127.0.0.1", "DARI_LOG_FORMAT=json", "DARI_LOG_LEVEL=debug",
	}, env...)...)
	return cmd
}

// kill ends the program as a power cut would.
func (d *dari) kill() {
	d.cmd.Process.Kill()
	<-d.done
}

// stop asks the program to end and returns its exit code.
func (d *dari) stop() int {
	d.cmd.Process.Signal(syscall.SIGTERM)
	<-d.done
	return d.cmd.ProcessState.ExitCode()
}

// api calls the admin API and decodes the answer into out.
func (d *dari) api(method, path string, body any, status int, out any) {
	d.t.Helper()
	d.request(method, "/api/v1"+path, body, status, out)
}

func (d *dari) get(path string, status int, out any) {
	d.t.Helper()
	d.request(http.MethodGet, path, nil, status, out)
}

func (d *dari) request(method, path string, body any, status int, out any) {
	d.t.Helper()
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			d.t.Fatal(err)
		}
		r = bytes.NewReader(b)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, d.url+path, r)
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+adminKey)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != status {
		d.t.Fatalf("%s %s: %d, want %d (%v)\n%s", method, path, resp.StatusCode, status, err, b)
	}
	if out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			d.t.Fatalf("%s %s: %v\n%s", method, path, err, b)
		}
	}
}

// newEngineBot makes a bot that asks the engine.
func (d *dari) newEngineBot(engine *dialogtest.HTTPEngine) {
	d.t.Helper()
	d.api(http.MethodPost, "/bots", map[string]any{
		"id": "bot", "name": "Bot", "locale": "ko",
		"engine": map[string]any{"type": "http", "settings": map[string]any{"url": engine.URL, "secret": engine.Secret}},
	}, http.StatusCreated, nil)
}

type ledger struct{ Accepted, Handled, Waiting, Failed int }

func (d *dari) ledger() ledger {
	d.t.Helper()
	var l ledger
	d.api(http.MethodGet, "/ledger", nil, http.StatusOK, &l)
	l.check(d.t)
	return l
}

func (l ledger) check(t *testing.T) {
	t.Helper()
	if l.Accepted != l.Handled+l.Waiting+l.Failed || min(l.Accepted, l.Handled, l.Waiting, l.Failed) < 0 {
		t.Errorf("the ledger does not add up: %+v", l)
	}
}

// settled waits until nothing waits and no delivery is pending.
func (d *dari) settled() {
	d.t.Helper()
	d.settledWithin(30 * time.Second)
}

func (d *dari) settledWithin(patience time.Duration) {
	d.t.Helper()
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		if d.ledger().Waiting == 0 { // asked first, as turns bring deliveries
			var pending struct{ Items []any }
			d.api(http.MethodGet, "/deliveries?state=pending", nil, http.StatusOK, &pending)
			if len(pending.Items) == 0 {
				return
			}
		}
		<-time.After(20 * time.Millisecond) // the program runs in real time, in another process
	}
	d.t.Fatalf("still busy: %+v\n%s", d.ledger(), d.out)
}

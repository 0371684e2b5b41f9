// Package pgtest gives tests a PostgreSQL of their own: made from the distribution's binaries in a scratch
// directory, run by a user of few rights, with everything durable, and removed at the end.
package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is one running PostgreSQL. Its only role is its superuser.
type Server struct {
	dir      string // "" for a server that somebody else runs
	bin      string
	port     int
	password string
	who      owner
	base     string // address of the database to make others in

	mu   sync.Mutex
	proc *exec.Cmd
	out  *os.File
}

// ErrNone means that no PostgreSQL is installed.
var ErrNone = errors.New("no PostgreSQL 15 or newer is installed (looked in /usr/lib/postgresql/*/bin and PATH); " +
	"install the package postgresql or set DARI_POSTGRES_DSN to a server for tests")

// superuser is the role that initdb makes.
const superuser = "dari"

// Main runs the tests of a package and then stops the server that they shared.
func Main(m *testing.M) int {
	defer func() {
		if s := shared.server; s != nil {
			s.Remove()
		}
	}()
	return m.Run()
}

var shared struct {
	once   sync.Once
	server *Server
	err    error
}

// Shared returns the server of the test process, which is started at the first call. The package's
// TestMain has to call Main. The test is skipped where there is no PostgreSQL.
func Shared(t testing.TB) *Server {
	t.Helper()
	shared.once.Do(func() { shared.server, shared.err = New() })
	return must(t, shared.server, shared.err)
}

// Start is Shared for a test that stops and starts the server: it gets one of its own.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := install()
	s = must(t, s, err)
	t.Cleanup(s.Remove)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	return s
}

func must(t testing.TB, s *Server, err error) *Server {
	t.Helper()
	if errors.Is(err, ErrNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// New starts a server, or finds the one that DARI_POSTGRES_DSN names. The caller removes it.
func New() (*Server, error) {
	if dsn := os.Getenv("DARI_POSTGRES_DSN"); dsn != "" {
		return &Server{base: dsn}, nil
	}
	s, err := install()
	if err != nil {
		return nil, err
	}
	if err := s.Start(); err != nil {
		s.Remove()
		return nil, err
	}
	return s, nil
}

// install makes the files of a server.
func install() (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	who, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "dari-postgres-")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, bin: bin, password: rand.Text(), who: who}
	if err := s.initialise(); err != nil {
		s.Remove()
		return nil, err
	}
	return s, nil
}

func (s *Server) initialise() (err error) {
	if s.port, err = freePort(); err != nil {
		return err
	}
	s.base = s.address(superuser, s.password, "postgres", "")
	if err := s.who.give(s.dir); err != nil {
		return err
	}
	secret := filepath.Join(s.dir, "password")
	if err := os.WriteFile(secret, []byte(s.password), 0o600); err != nil {
		return err
	}
	if err := s.who.give(secret); err != nil {
		return err
	}
	cmd := s.command("initdb", "--pgdata", s.data(), "--username", superuser, "--pwfile", secret, "--auth", "scram-sha-256",
		"--encoding", "UTF8", "--locale", "C", "--no-sync")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// settings are those of a server that loses nothing.
func (s *Server) settings() []string {
	list := []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(s.port), "unix_socket_directories=",
		"fsync=on", "synchronous_commit=on", "full_page_writes=on",
		"max_connections=200", "shared_buffers=256MB", "max_wal_size=2GB", "log_min_messages=warning",
	}
	if _, err := os.Stat(filepath.Join(s.bin, "../lib/pg_stat_statements.so")); err == nil {
		list = append(list, "shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track=all")
	}
	return list
}

// Start starts the server and waits until it takes connections.
func (s *Server) Start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir == "" || s.proc != nil {
		return nil
	}
	args := []string{"-D", s.data()}
	for _, setting := range s.settings() {
		args = append(args, "-c", setting)
	}
	out, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	cmd := s.command("postgres", args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := begin(cmd); err != nil {
		out.Close()
		return err
	}
	s.proc, s.out = cmd, out
	return s.await()
}

func (s *Server) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.base)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return fmt.Errorf("PostgreSQL does not start: %w\n%s", err, log)
		case <-time.After(20 * time.Millisecond): // another process starts in real time
		}
	}
}

// Stop stops the server: now as a crash would, else in good order but without waiting for clients.
func (s *Server) Stop(now bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc == nil {
		return
	}
	s.proc.Process.Signal(stopSignal(now))
	s.proc.Wait()
	s.out.Close()
	s.proc = nil
}

// Remove stops the server and deletes its files.
func (s *Server) Remove() {
	s.Stop(true)
	if s.dir != "" {
		os.RemoveAll(s.dir)
	}
}

var schemas atomic.Int64

// Schema returns the address of an empty schema that is dropped when the test ends.
func (s *Server) Schema(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), schemas.Add(1))
	s.Exec(t, "CREATE SCHEMA "+name)
	t.Cleanup(func() { s.Exec(t, "DROP SCHEMA IF EXISTS "+name+" CASCADE") })
	return With(s.base, "search_path", name)
}

// With returns the address with a parameter set.
func With(dsn, key, value string) string {
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme == "" {
		return dsn + " " + key + "=" + value
	}
	q := u.Query()
	q.Set(key, value)
	u.RawQuery = q.Encode()
	return u.String()
}

// DSN is the address of the server's own database.
func (s *Server) DSN() string { return s.base }

// As is the address of a database for another role.
func (s *Server) As(role, password, database string) string {
	return s.address(role, password, database, "")
}

func (s *Server) address(role, password, database, query string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(role, password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)), Path: "/" + database, RawQuery: query,
	}
	return u.String()
}

// Own tells whether the test process runs the server, so that it may be stopped.
func (s *Server) Own() bool { return s.dir != "" }

// Exec runs statements on the server's own database.
func (s *Server) Exec(t testing.TB, sql string) {
	t.Helper()
	if err := s.exec(sql); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) exec(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.base)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

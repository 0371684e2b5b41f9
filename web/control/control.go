// Package control lets the operator on the same machine talk to the running Dari through a socket in
// its data directory. Who may use it is whom the directory's permissions let in.
package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// socketName is the socket inside the data directory.
const socketName = "dari.sock"

// maxSocketPath is the longest path that systems take for a socket (104 bytes on the strictest).
const maxSocketPath = 103

// ErrNotRunning means that no Dari runs on the data directory.
var ErrNotRunning = errors.New("no Dari is running on this data directory")

// Services are what the socket offers.
type Services struct {
	Backup    func(ctx context.Context, w io.Writer) error
	AdminLink func(ctx context.Context) (string, error)
	// Doctor tests the connections of all channels and writes what it found, in the given language.
	Doctor func(ctx context.Context, w io.Writer, lang string) error
	// RotateKey seals all secrets with a new key and tells how far it has come.
	RotateKey func(ctx context.Context, w io.Writer) error
}

// Serve listens on the socket of dir until close is called. A path that is too long for a socket is an
// error; Dari then runs without.
func Serve(dir string, s Services, log *slog.Logger) (closer func(), err error) {
	path := filepath.Join(dir, socketName)
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("the path %s is too long for a socket", path)
	}
	// The store's lock is held, so a socket that is there is a dead one's.
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /backup", written(s.Backup, log))
	mux.HandleFunc("POST /rotate-key", written(s.RotateKey, log))
	mux.HandleFunc("POST /doctor", func(w http.ResponseWriter, r *http.Request) {
		doctor := func(ctx context.Context, out io.Writer) error { return s.Doctor(ctx, out, r.FormValue("lang")) }
		written(doctor, log)(w, r)
	})
	mux.HandleFunc("POST /admin-link", func(w http.ResponseWriter, r *http.Request) {
		link, err := s.AdminLink(r.Context())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		io.WriteString(w, link)
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go server.Serve(l)
	return func() { server.Close() }, nil
}

// written answers with what a service writes. A trailer tells that it came to its end.
func written(service func(context.Context, io.Writer) error, log *slog.Logger) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "X-Complete")
		if err := service(r.Context(), w); err != nil {
			log.Error("the operator's request failed", "path", r.URL.Path, "error", err)
			return
		}
		w.Header().Set("X-Complete", "yes")
	}
}

// Backup writes a backup of the running Dari to w.
func Backup(ctx context.Context, dir string, w io.Writer) error {
	return read(ctx, dir, http.MethodGet, "/backup", w)
}

// Doctor tests all channels of the running Dari and writes what was found to w, in the given language.
func Doctor(ctx context.Context, dir, lang string, w io.Writer) error {
	return read(ctx, dir, http.MethodPost, "/doctor?lang="+url.QueryEscape(lang), w)
}

// RotateKey has the running Dari seal all secrets with a new key.
func RotateKey(ctx context.Context, dir string, w io.Writer) error {
	return read(ctx, dir, http.MethodPost, "/rotate-key", w)
}

func read(ctx context.Context, dir, method, path string, w io.Writer) error {
	resp, err := call(ctx, dir, method, path)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(w, resp.Body); err != nil {
		return err
	}
	if resp.Trailer.Get("X-Complete") != "yes" {
		return errors.New("the answer broke off; see Dari's log")
	}
	return nil
}

// AdminLink asks the running Dari for a one-time link that makes an administrator.
func AdminLink(ctx context.Context, dir string) (string, error) {
	resp, err := call(ctx, dir, http.MethodPost, "/admin-link")
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = errors.New(string(b))
	}
	return string(b), err
}

func call(ctx context.Context, dir, method, path string) (*http.Response, error) {
	client := http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(dir, socketName))
		},
		DisableKeepAlives: true,
	}}
	req, err := http.NewRequestWithContext(ctx, method, "http://dari"+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return nil, ErrNotRunning
	}
	return resp, err
}

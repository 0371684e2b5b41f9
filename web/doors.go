package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// Doors are the listeners and what answers on them.
type Doors struct {
	listeners []net.Listener // the public one, then the console's if it has its own
	servers   []*http.Server
}

// Open binds the addresses; an empty consoleListen means that the console shares the public one. The
// error names the key of the configuration.
func Open(listenAddr, consoleListen string) (*Doors, error) {
	d := &Doors{}
	if err := d.listen("server.listen", listenAddr); err != nil {
		return nil, err
	}
	if consoleListen != "" {
		if err := d.listen("server.console_listen", consoleListen); err != nil {
			d.Close()
			return nil, err
		}
	}
	return d, nil
}

func (d *Doors) listen(key, addr string) error {
	l, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%s: %s is in use by another program; stop that one or choose another address", key, addr)
	case err != nil:
		return fmt.Errorf("%s: %w", key, err)
	}
	d.listeners = append(d.listeners, l)
	return nil
}

// Public is the address that callbacks come in at.
func (d *Doors) Public() string { return d.listeners[0].Addr().String() }

// Console is the address of the console.
func (d *Doors) Console() string { return d.listeners[len(d.listeners)-1].Addr().String() }

// Handle says what answers. It must be called before Serve.
func (d *Doors) Handle(s *Server, log *slog.Logger) {
	handlers := []http.Handler{s.All()}
	if len(d.listeners) > 1 {
		handlers = []http.Handler{s.Public(), s.Admin()}
	}
	for _, h := range handlers {
		d.servers = append(d.servers, &http.Server{
			Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 20 * time.Second,
			WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
			ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		})
	}
}

// Serve answers until ctx ends or a listener breaks.
func (d *Doors) Serve(ctx context.Context) error {
	failed := make(chan error, len(d.servers))
	for i, s := range d.servers {
		go func() { failed <- s.Serve(d.listeners[i]) }()
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return err
	}
}

// Shutdown takes nothing more in and waits for what is being answered.
func (d *Doors) Shutdown(ctx context.Context) {
	var wg sync.WaitGroup
	for _, s := range d.servers {
		wg.Go(func() { s.Shutdown(ctx) })
	}
	wg.Wait()
}

// Close ends everything at once.
func (d *Doors) Close() {
	for _, s := range d.servers {
		s.Close()
	}
	for _, l := range d.listeners {
		l.Close()
	}
}

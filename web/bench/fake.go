package bench

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strconv"
	"sync"
	"time"
)

// fake is an HTTP server that does no more than it must, so that what is measured is the other side: it
// keeps connections open, reads the path and the body, and answers at once.
type fake struct {
	listener net.Listener
	handle   func(path string, body []byte) answer
	mu       sync.Mutex
	open     map[net.Conn]bool
	conns    sync.WaitGroup
}

// newFake serves on loopback until close.
func newFake(handle func(path string, body []byte) answer) (*fake, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("fake platform: %w", err)
	}
	f := &fake{listener: l, handle: handle, open: map[net.Conn]bool{}}
	f.conns.Go(f.accept)
	return f, nil
}

func (f *fake) url() string { return "http://" + f.listener.Addr().String() }

// close cuts all connections and waits until nobody answers any more.
func (f *fake) close() {
	f.listener.Close()
	f.mu.Lock()
	for c := range f.open {
		c.Close()
	}
	f.open = nil
	f.mu.Unlock()
	f.conns.Wait()
}

func (f *fake) accept() {
	for {
		c, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.mu.Lock()
		if f.open == nil { // closed meanwhile
			f.mu.Unlock()
			c.Close()
			return
		}
		f.open[c] = true
		f.conns.Go(func() { f.serve(c) })
		f.mu.Unlock()
	}
}

// serve answers the requests of one connection until either side ends it.
func (f *fake) serve(c net.Conn) {
	defer func() {
		f.mu.Lock()
		delete(f.open, c)
		f.mu.Unlock()
		c.Close()
	}()
	r := bufio.NewReaderSize(c, 4<<10)
	var path string
	var body, out []byte
	for {
		var err error
		if path, body, err = readRequest(r, body[:0]); err != nil {
			return
		}
		a := f.handle(path, body)
		out = fmt.Appendf(out[:0], "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			a.status, http.StatusText(a.status), len(a.body), a.body)
		if _, err := c.Write(out); err != nil {
			return
		}
	}
}

var errRequest = errors.New("not an HTTP/1.1 request")

// readRequest reads one request; body is reused.
func readRequest(r *bufio.Reader, body []byte) (string, []byte, error) {
	first, err := r.ReadSlice('\n')
	if err != nil {
		return "", body, err
	}
	_, rest, ok := bytes.Cut(first, []byte(" "))
	target, _, okay := bytes.Cut(rest, []byte(" "))
	if !ok || !okay {
		return "", body, errRequest
	}
	path := string(target)
	h, err := readHeader(r)
	if err != nil {
		return "", body, err
	}
	if h.chunked {
		body, err = io.ReadAll(httputil.NewChunkedReader(r))
		if err == nil {
			_, err = readHeader(r) // the trailer
		}
		return path, body, err
	}
	body, err = readBody(r, body, h.length)
	return path, body, err
}

// header is what matters of a header.
type header struct {
	length  int
	chunked bool
	closes  bool
}

// readHeader reads the fields up to the empty line.
func readHeader(r *bufio.Reader) (h header, err error) {
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return h, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return h, nil
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch len(name) { // spares the comparison for most
		case len("Content-Length"):
			if bytes.EqualFold(name, []byte("Content-Length")) {
				if h.length, err = strconv.Atoi(string(value)); err != nil || h.length < 0 {
					return h, errRequest
				}
			}
		case len("Transfer-Encoding"):
			h.chunked = h.chunked || bytes.EqualFold(name, []byte("Transfer-Encoding")) && bytes.EqualFold(value, []byte("chunked"))
		case len("Connection"):
			h.closes = h.closes || bytes.EqualFold(name, []byte("Connection")) && bytes.EqualFold(value, []byte("close"))
		}
	}
}

func readBody(r *bufio.Reader, body []byte, n int) ([]byte, error) {
	if cap(body) < n {
		body = make([]byte, n)
	}
	body = body[:n]
	_, err := io.ReadFull(r, body)
	return body, err
}

// platformFake is the fake of one platform with its engine. It tells got the number of every message
// that it is asked to show.
func platformFake(p platform, delay time.Duration, got func(number uint64)) (*fake, error) {
	var f *fake
	var base string
	ready := make(chan struct{})
	f, err := newFake(func(path string, body []byte) answer {
		<-ready
		number, told := numberIn(body)
		if path == enginePath {
			return engineAnswer(delay, number)
		}
		if told {
			got(number)
		}
		return p.serve(base, path)
	})
	if err != nil {
		return nil, err
	}
	base = f.url()
	close(ready)
	return f, nil
}

// enginePath is where the fake of an HTTP engine answers, engineSecret what it is asked with.
const (
	enginePath   = "/engine"
	engineSecret = "whsec_YmVuY2gtZW5naW5lLXNlY3JldC0wMTIzNDU2Nzg5MDEyMw=="
)

// engineAnswer thinks for the time of the delay.
func engineAnswer(delay time.Duration, number uint64) answer {
	time.Sleep(delay)
	return answer{http.StatusOK, fmt.Sprintf(`{"version":"1","status":"done","messages":[{"type":"text","text":"%s%d"}]}`, textMark, number)}
}

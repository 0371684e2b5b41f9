package bench

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"
)

// load drives callbacks into a server. Each sender has one connection and sends its next callback when
// the one before was acknowledged, or, if patient, when it was answered.
type load struct {
	platform      platform
	hosts         []string   // of the servers
	templates     []template // one for each
	conversations int
	patient       bool
	ledger        *ledger
}

// run sends with so many senders until ctx ends or limit messages (0: no limit) have gone out.
func (l *load) run(ctx context.Context, senders, limit int) (span, error) {
	from := int(l.ledger.next.Load())
	errs := make([]error, senders)
	var wg sync.WaitGroup
	for n := range senders {
		wg.Go(func() { errs[n] = l.send(ctx, n%len(l.hosts), from, limit) })
	}
	wg.Wait()
	return span{from, int(l.ledger.next.Load())}, errors.Join(errs...)
}

// maxFailures is how many callbacks of one sender may fail before it gives up.
const maxFailures = 3

// send is one sender, to one of the servers. Its error is the first callback that failed; a few may fail before it gives up.
func (l *load) send(ctx context.Context, server, from, limit int) (first error) {
	t := l.templates[server].clone(l.platform.signer())
	told := make(chan struct{}, 1)
	var c *client
	defer func() {
		if c != nil {
			c.Close()
		}
	}()
	for failures := 0; ctx.Err() == nil && failures < maxFailures; {
		if limit > 0 && int(l.ledger.next.Load())-from >= limit {
			break
		}
		var err error
		if c == nil {
			c, err = dial(l.hosts[server])
		}
		if err == nil {
			err = l.callback(c, t, told)
		}
		if err != nil {
			failures++
			l.ledger.failed.Add(1)
			first = cmp.Or(first, err)
			if c != nil {
				c.Close()
				c = nil
			}
		}
	}
	return first
}

// callback sends the next message.
func (l *load) callback(c *client, t *template, told chan struct{}) error {
	i, e := l.ledger.take()
	if l.patient {
		e.told = told
	}
	request := t.fill(l.ledger.first+uint64(i), personOf(i%l.conversations), time.Now().Unix())
	e.sent = l.ledger.now()
	if err := c.call(request); err != nil {
		return err
	}
	e.acked = l.ledger.now()
	l.ledger.acked.Add(1)
	if l.patient {
		return await(told)
	}
	return nil
}

// patience is how long an answer may take.
const patience = 30 * time.Second

func await(told <-chan struct{}) error {
	select {
	case <-told:
		return nil
	default:
	}
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case <-told:
		return nil
	case <-t.C:
		return fmt.Errorf("no answer to an acknowledged callback within %v", patience)
	}
}

// client is a connection to the server under test.
type client struct {
	net.Conn
	r    *bufio.Reader
	body []byte
}

// callTimeout is how long a platform waits for an acknowledgement: the longest that any of them does.
const callTimeout = 15 * time.Second

func dial(host string) (*client, error) {
	c, err := net.DialTimeout("tcp", host, callTimeout)
	if err != nil {
		return nil, fmt.Errorf("callback: %w", err)
	}
	return &client{Conn: c, r: bufio.NewReaderSize(c, 1<<10)}, nil
}

// call sends a request and reads the answer, which has to be 200.
func (c *client) call(request []byte) error {
	c.SetDeadline(time.Now().Add(callTimeout))
	if _, err := c.Write(request); err != nil {
		return fmt.Errorf("callback: %w", err)
	}
	line, err := c.r.ReadSlice('\n')
	if err != nil {
		return fmt.Errorf("callback: %w", err)
	}
	if len(line) < len("HTTP/1.1 200") {
		return errors.New("callback: the answer is no HTTP")
	}
	status, err := strconv.Atoi(string(line[len("HTTP/1.1 "):len("HTTP/1.1 200")]))
	if err != nil {
		return errors.New("callback: the answer is no HTTP")
	}
	h, err := readHeader(c.r)
	if err != nil {
		return fmt.Errorf("callback: %w", err)
	}
	if c.body, err = readBody(c.r, c.body, h.length); err != nil {
		return fmt.Errorf("callback: %w", err)
	}
	if status != 200 {
		return fmt.Errorf("callback: status %d: %.200s", status, c.body)
	}
	return nil
}

package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// warmSenders is how many send at least while a server warms up, so that this takes no time.
const warmSenders = 64

// drive loads a running server, fills in what was seen, and returns how many messages went in.
func (b *bench) drive(ctx context.Context, c testCase, s servers, base string, r *Result) (int, error) {
	l := newLedger(b.ledger.Load().beyond()) // a store that is used again knows the numbers before
	b.ledger.Store(l)
	load := &load{
		platform: c.platform, hosts: s.hosts(),
		conversations: b.Conversations, patient: b.Wait == waitReply, ledger: l,
	}
	for _, host := range load.hosts {
		load.templates = append(load.templates, c.platform.callback(host, base))
	}
	r.CallbackBytes = load.templates[0].bodySize()
	done := b.report(c, l)
	defer done()
	warm, err := load.run(ctx, max(c.senders, min(warmSenders, b.Conversations)), b.Conversations)
	if err == nil {
		err = l.settle(ctx)
	}
	if err != nil {
		return warm.to, fmt.Errorf("%s, %s: warming up: %w%s", c.platform.name(), c.system, err, s.lastLog())
	}
	before, commitsBefore := s.usage(), s.commits(ctx)
	begin := l.now()
	timed, stop := context.WithTimeout(ctx, b.Duration)
	defer stop()
	measured, failure := load.run(timed, c.senders, 0)
	if err := l.settle(ctx); err != nil {
		failure = errors.Join(failure, err)
	}
	after := s.usage()
	r.fill(l.count(measured), begin)
	r.Failed, r.Doubled = int(l.failed.Load()), int(l.doubled.Load())
	if r.Callbacks > 0 {
		r.CPUPerCallback = (after.cpu - before.cpu) / time.Duration(r.Callbacks)
	}
	r.PeakRSS = after.peak
	if n := s.commits(ctx); n >= 0 && commitsBefore >= 0 && r.Callbacks > 0 {
		each := float64(n-commitsBefore) / float64(r.Callbacks)
		r.CommitsPerCallback = &each
	}
	if failure != nil {
		r.Failure = failure.Error()
	}
	return measured.to, ctx.Err()
}

// commitsMetric counts the commits of a store, or the syncs of the floor.
const commitsMetric = "dari_store_commits_total"

// commits reads how often the server has written, -1 if it does not tell.
func commits(ctx context.Context, s *server) int64 {
	page, err := s.get(ctx, "/metrics")
	if err != nil {
		return -1
	}
	for line := range bytes.Lines(page) {
		if value, ok := bytes.CutPrefix(line, []byte(commitsMetric+" ")); ok {
			if n, err := strconv.ParseFloat(string(bytes.TrimSpace(value)), 64); err == nil {
				return int64(n)
			}
		}
	}
	return -1
}

// progressEvery is how often a sign of life is printed.
const progressEvery = time.Second

// report prints how far a measurement is, until the returned function is called.
func (b *bench) report(c testCase, l *ledger) (done func()) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				fmt.Fprintf(b.progress, "%s, %d senders, %s: %d s, %d acknowledged, %d answered\n", c.platform.name(), c.senders,
					systemName(c.system, c.stored, c.nodes), int(l.now().Seconds()), l.acked.Load(), l.answered.Load())
			case <-stop:
				return
			}
		}
	}()
	return func() { close(stop); <-stopped }
}

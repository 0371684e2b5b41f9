package bench

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// The systems that are measured.
const (
	systemFloor = "floor"
	systemDari  = "dari"
)

// bench runs measurements.
type bench struct {
	Options
	progress io.Writer
	dir      string // everything is kept below it and gone afterwards
	ledger   atomic.Pointer[ledger]
}

// run measures everything that was asked for. The results may be incomplete with an error.
func (b *bench) run(ctx context.Context) (r Report, err error) {
	b.dir, err = os.MkdirTemp(b.Dir, "dari-bench-")
	if err != nil {
		return r, fmt.Errorf("-dir: %w", err)
	}
	defer os.RemoveAll(b.dir)
	r = newReport(b.Options)
	if r.MedianFsync, err = medianSync(b.dir); err != nil {
		return r, err
	}
	all, err := newPlatforms()
	if err != nil {
		return r, err
	}
	for _, p := range only(all, b.Platform) {
		results, err := b.platform(ctx, p)
		r.Results = append(r.Results, results...)
		if err != nil {
			return r, err
		}
	}
	return r, nil
}

// platform measures one platform: for every number of senders the systems in turn, and that round
// after round, so that the machine's moods strike all alike.
func (b *bench) platform(ctx context.Context, p platform) ([]Result, error) {
	f, err := platformFake(p, b.EngineDelay, func(number uint64) { b.ledger.Load().got(number) })
	if err != nil {
		return nil, err
	}
	defer f.close()
	b.ledger.Store(newLedger(firstNumber))
	stored := ""
	if b.Stored > 0 && b.Floor != floorOnly {
		stored = filepath.Join(b.dir, "stored-"+p.name())
		if err := b.fill(ctx, stored, p, f.url()); err != nil {
			return nil, err
		}
		defer os.RemoveAll(stored)
	}
	var out []Result
	for _, senders := range b.Senders {
		for round := range b.Rounds {
			for _, c := range b.cases(p, senders, stored) {
				c.round = round + 1
				r, err := b.measure(ctx, c, f.url())
				if r.Callbacks+r.Failed > 0 {
					out = append(out, r)
				}
				if err != nil {
					return out, err
				}
			}
		}
	}
	return out, nil
}

// testCase is one measurement.
type testCase struct {
	platform platform
	senders  int
	round    int
	system   string
	stored   int
	nodes    int     // on one database; 0: one with a file
	schema   *schema // of the nodes
	dir      string  // of the data; "" for a new one
}

func (b *bench) cases(p platform, senders int, stored string) (out []testCase) {
	if b.Floor != floorOff {
		out = append(out, testCase{platform: p, senders: senders, system: systemFloor})
	}
	if b.Floor != floorOnly {
		out = append(out, testCase{platform: p, senders: senders, system: systemDari})
	}
	if stored != "" {
		out = append(out, testCase{platform: p, senders: senders, system: systemDari, stored: b.Stored, dir: stored})
	}
	if b.DSN != "" {
		for _, n := range b.Nodes {
			out = append(out, testCase{platform: p, senders: senders, system: systemDari, nodes: n})
		}
	}
	return out
}

func (b *bench) fill(ctx context.Context, dir string, p platform, base string) error {
	begin := time.Now()
	sign := rate.Sometimes{Interval: progressEvery}
	err := preload(ctx, dir, p, base, b.Stored, func(done int) {
		sign.Do(func() {
			fmt.Fprintf(b.progress, "%s: %d of %d conversations stored\n", p.name(), done, b.Stored)
		})
	})
	fmt.Fprintf(b.progress, "%s: store filled in %v\n", p.name(), time.Since(begin).Round(time.Second))
	return err
}

// measure starts a server, warms it up with one message in every conversation, and measures it under
// load. Failed callbacks are no error: the result counts them.
func (b *bench) measure(ctx context.Context, c testCase, base string) (r Result, err error) {
	r = Result{Platform: c.platform.name(), System: c.system, Senders: c.senders, Round: c.round, Stored: c.stored, Nodes: c.nodes}
	if c.dir == "" {
		if c.dir, err = os.MkdirTemp(b.dir, c.system+"-"); err != nil {
			return r, err
		}
		defer os.RemoveAll(c.dir)
	}
	if c.nodes > 0 {
		if c.schema, err = newSchema(ctx, b.DSN); err != nil {
			return r, err
		}
		defer c.schema.drop()
	}
	usedBefore, err := c.used(ctx)
	if err != nil {
		return r, err
	}
	s, err := b.start(ctx, c, base)
	defer s.kill() // does nothing after stop
	if err != nil {
		return r, err
	}
	started := s.usage()
	r.Start, r.RSSAtStart, r.PeakRSSAtStart = s.start(), started.rss, started.peak
	s.resetPeak()
	messages, err := b.drive(ctx, c, s, base, &r)
	if err != nil {
		return r, err
	}
	if err := s.stop(); err != nil {
		return r, err
	}
	usedAfter, err := c.used(ctx)
	r.DiskPerMessage = float64(usedAfter-usedBefore) / float64(messages)
	return r, err
}

// used is how many bytes the data takes.
func (c testCase) used(ctx context.Context) (int64, error) {
	switch {
	case c.nodes > 0:
		return c.schema.size(ctx)
	case c.system == systemFloor:
		n, err := fileSize(filepath.Join(c.dir, floorFile))
		if errors.Is(err, fs.ErrNotExist) {
			return 0, nil
		}
		return n, err
	}
	return usedBytes(c.dir)
}

func fileSize(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// start runs the system under test.
func (b *bench) start(ctx context.Context, c testCase, base string) (servers, error) {
	if c.nodes > 0 {
		return b.startNodes(ctx, c, base)
	}
	s, err := b.startOne(ctx, c, base)
	if err != nil {
		return nil, err
	}
	return servers{s}, nil
}

func (b *bench) startOne(ctx context.Context, c testCase, base string) (*server, error) {
	if c.system == systemFloor {
		order := floorOrder{Platform: c.platform.name(), Base: base, Dir: c.dir, Delay: b.EngineDelay}
		if t, ok := c.platform.(teams); ok {
			order.Key = x509.MarshalPKCS1PublicKey(t.public)
		}
		text, err := json.Marshal(order)
		if err != nil {
			return nil, err
		}
		return startServer(ctx, c.dir, b.Program, commandName, commandFloor, string(text))
	}
	config, err := dariConfig(c.dir, c.platform, base, b.EngineDelay, map[string]any{"path": c.dir}, "")
	if err != nil {
		return nil, err
	}
	if b.Profile == "" {
		return startServer(ctx, c.dir, b.Program, "-config", config)
	}
	prefix := filepath.Join(b.Profile, fmt.Sprintf("%s-%d", c.platform.name(), c.senders))
	if c.stored > 0 {
		prefix += "-stored"
	}
	return startServer(ctx, c.dir, b.Program, commandName, commandServer, prefix, "-config", config)
}

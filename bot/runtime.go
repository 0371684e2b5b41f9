// Package bot is the runtime: it takes events in, asks the dialog engine, and delivers the answer.
package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dari/bot/settings"
	"dari/bot/tracing"
	"dari/channels"
	"dari/dialog"
	"dari/store"
)

// Options are the parts and numbers of a runtime.
type Options struct {
	Store    store.Store
	Channels *channels.Registry
	Engines  *dialog.Registry
	Sealer   *store.Sealer
	// HTTP is the guarded client that adapters call platforms with; EngineHTTP the one for engines,
	// bounded by the turn alone.
	HTTP, EngineHTTP *http.Client
	// URLs judges the addresses that people enter; nil allows all.
	URLs settings.URLPolicy
	// PublicURL is the address under which engines reach Dari, for the files that people send; "" gives
	// them none.
	PublicURL string
	// ConsoleURL is the address of the console, for links that go out with alarms; "" leaves them out.
	ConsoleURL string
	Log        *slog.Logger
	// Metrics registers the runtime's metrics; nil keeps them to itself.
	Metrics prometheus.Registerer
	// Tracer follows events through the runtime and the engines; nil follows none.
	Tracer *tracing.Tracer

	TurnTimeout time.Duration // how long the engine may take
	MaxTurns    int           // engine calls at once
	MaxSends    int           // platform calls at once
	Retention   store.Retention
}

// Runtime runs the bots.
type Runtime struct {
	*Catalog
	opts    Options
	store   store.Store
	log     *slog.Logger
	feed    *Feed
	metrics *metrics
	stats   *stats
	tracer  *tracing.Tracer
	process string // tells deliveries of this process from those that it took over

	streams   streams
	lateOrder lateOrder
	handoffs  handoffs
	jobs      jobs
	strays    strays

	intake  context.CancelFunc // stops handing out work
	abort   context.CancelFunc // stops work in progress
	workers sync.WaitGroup
	running atomic.Bool
}

// New makes a runtime. It does nothing until Start.
func New(o Options) *Runtime {
	if o.TurnTimeout <= 0 {
		o.TurnTimeout = 20 * time.Second
	}
	if o.MaxTurns <= 0 {
		o.MaxTurns = 4096
	}
	if o.MaxSends <= 0 {
		o.MaxSends = 4096
	}
	platforms := *o.HTTP
	platforms.Transport = dated{channels.Transport(o.HTTP.Transport)}
	platforms.Timeout = 0 // the context bounds a call; this would hide from the error whether it was sent
	m := newMetrics()
	r := &Runtime{
		Catalog: &Catalog{
			store: o.Store, channels: o.Channels, engines: o.Engines, sealer: o.Sealer,
			http: &platforms, engineHTTP: listenable(o.Tracer.Client(o.EngineHTTP)), publicURL: o.PublicURL, urls: o.URLs, log: o.Log,
			live: map[string]*Channel{}, liveBots: map[string]*liveBot{}, changed: make(chan struct{}, 1),
			issued: func(channelType string) { m.tokens.WithLabelValues(channelType).Inc() },
		},
		handoffs: handoffs{table: o.Store.Handoffs()},
		opts:     o, store: o.Store, log: o.Log, feed: newFeed(), metrics: m, stats: newStats(o.Store.Stats()), tracer: o.Tracer,
		process: rand.Text()[:6],
	}
	r.lately = r.stats.newest
	m.register(o.Metrics, r)
	return r
}

// Start begins to work on what waits.
func (r *Runtime) Start() {
	intake, stop := context.WithCancel(context.Background())
	work, abort := context.WithCancel(context.Background())
	r.intake, r.abort = stop, abort
	r.running.Store(true)
	r.joinNodes(intake)
	r.workers.Go(func() { r.dispatchTurns(intake, work) })
	r.workers.Go(func() { r.dispatchDeliveries(intake, work) })
	r.workers.Go(func() { r.listeners(intake) })
	r.workers.Go(func() { r.housekeeping(intake) })
	r.workers.Go(func() { r.keepStats(intake) })
	r.workers.Go(func() { every(intake, alarmEvery, func() { r.watch(intake) }) })
}

// Drain stops handing out work and waits for what is in progress. When ctx ends first, the rest is
// cut off and handed back to the store, to be done after the next start.
func (r *Runtime) Drain(ctx context.Context) {
	if !r.running.Swap(false) {
		return
	}
	r.intake()
	if l, ok := r.store.(store.Leaver); ok {
		l.Leave()
	}
	r.jobs.stop()
	done := make(chan struct{})
	go func() { r.workers.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
		r.log.Warn("drain deadline passed; handing back what is not finished")
		r.abort()
		<-done
	}
	r.abort()
	if err := r.stats.save(context.WithoutCancel(ctx)); err != nil {
		r.log.Error("counters of the last minute not written", "error", err)
	}
	r.feed.close()
}

// Ready returns nil when the store takes writes and the workers run.
func (r *Runtime) Ready(ctx context.Context) error {
	if !r.running.Load() {
		return errors.New("the workers are not running")
	}
	return r.store.Ready(ctx)
}

// Feed is the stream of what happens, for people who watch.
func (r *Runtime) Feed() *Feed { return r.feed }

// Store is the runtime's store.
func (r *Runtime) Store() store.Store { return r.store }

// maxParked is how many workers wait for the next claim instead of ending: one that has worked before has
// grown its stack.
const maxParked = 128

// dispatch hands out claims to workers, at most max at once.
func dispatch[C any](intake context.Context, workers *sync.WaitGroup, max int, log *slog.Logger,
	next func(context.Context) (C, error), release func(C), handle func(C),
) {
	slots := make(chan struct{}, max)
	parked := make(chan struct{}, maxParked)
	hand := make(chan C)
	defer close(hand)
	work := func(c C) {
		defer func() { <-slots }()
		for again := true; again; {
			handle(c)
			select {
			case parked <- struct{}{}:
				c, again = <-hand
				<-parked
			default:
				again = false
			}
		}
	}
	for {
		claim, err := next(intake)
		if intake.Err() != nil {
			if err == nil {
				release(claim)
			}
			return
		}
		if err != nil {
			log.Error("work not read from the store", "error", err)
			continue
		}
		select {
		case hand <- claim: // somebody is parked
			continue
		default:
		}
		select {
		case hand <- claim:
		case slots <- struct{}{}:
			first := claim // claim itself stays off the heap
			workers.Go(func() { work(first) })
		}
	}
}

func (r *Runtime) dispatchTurns(intake, work context.Context) {
	dispatch(intake, &r.workers, r.opts.MaxTurns, r.log, r.store.NextTurn, r.store.ReleaseTurn,
		func(c store.TurnClaim) { r.turn(work, c) })
}

func (r *Runtime) dispatchDeliveries(intake, work context.Context) {
	dispatch(intake, &r.workers, r.opts.MaxSends, r.log, r.store.NextDelivery,
		func(c store.DeliveryClaim) { r.store.ReleaseDelivery(c, time.Time{}) },
		func(c store.DeliveryClaim) { r.deliver(work, c) })
}

// every calls f after each interval until ctx ends.
func every(ctx context.Context, interval time.Duration, f func()) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			f()
		}
	}
}

// housekeepingEvery is how often old records are looked for.
const housekeepingEvery = 10 * time.Minute

func (r *Runtime) housekeeping(ctx context.Context) {
	tick := time.NewTicker(housekeepingEvery)
	defer tick.Stop()
	for {
		unlock, err := r.store.Lock(ctx, "housekeeping")
		if err != nil {
			return
		}
		pruned, err := r.store.Prune(ctx, r.opts.Retention)
		err = errors.Join(err, tokens{store: r.store}.sweep(ctx), sweepPostbacks(ctx, r.store), sweepBroadcasts(ctx, r.store), r.dropFormer(ctx))
		unlock()
		switch {
		case err != nil && ctx.Err() == nil:
			r.log.Error("old records not deleted", "error", err)
		case pruned != store.Pruned{}:
			r.log.Info("old records deleted", "events", pruned.Events, "deliveries", pruned.Deliveries, "audit", pruned.Audits)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

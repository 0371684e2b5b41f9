package bot

import (
	"context"
	"errors"
	"sync"
	"time"

	"dari/store"
)

// Job is a long piece of work that a person has started: replaying events or resending deliveries. It
// lives in this process: a restart ends it, and what it has done stays done.
type Job struct {
	ID         string
	Kind       string // "replay" or "resend"
	StartedAt  time.Time
	FinishedAt time.Time // zero while it runs
	Total      int       // what there is to do, as far as it is known
	Done       int
	Failed     int // of those done
	LeftOut    LeftOut
	Error      string // why it ended early, or of the last one that failed
	Cancelled  bool
	cancel     context.CancelFunc
}

// maxJob bounds what one job does, and keptJobs how many are remembered.
const (
	maxJob   = 10_000
	keptJobs = 50
)

type jobs struct {
	mu   sync.Mutex
	list []*Job // oldest first
}

// ReplayAll replays the events that the query selects and that came since the given time, oldest first, but not
// those whose people have been answered since. One such job goes on at a time, so that two do not do the same.
func (r *Runtime) ReplayAll(q store.Query, since time.Time) Job {
	return r.start("replay", func(ctx context.Context, p progress) error {
		unlock, err := r.store.Lock(ctx, "replay all")
		if err != nil {
			return err
		}
		defer unlock()
		list, err := collect(ctx, q, r.store.Events, func(e store.Event) bool { return e.ReceivedAt.Before(since) })
		if err != nil {
			return err
		}
		list, left, err := r.unanswered(ctx, q, list)
		p.found(len(list), left)
		for i := 0; i < len(list) && ctx.Err() == nil && err == nil; i++ {
			full, err := r.store.Event(ctx, list[i].ID)
			if err == nil {
				_, err = r.Replay(ctx, full, nil)
			}
			p.done(err)
		}
		return err
	})
}

// ResendAll sends the failed, uncertain or cancelled deliveries that the query selects again, oldest
// first.
func (r *Runtime) ResendAll(q store.Query, since time.Time) Job {
	return r.start("resend", func(ctx context.Context, p progress) error {
		list, err := collect(ctx, q, r.store.Deliveries, func(d store.Delivery) bool { return d.CreatedAt.Before(since) })
		p.found(len(list), LeftOut{})
		for i := len(list) - 1; i >= 0 && ctx.Err() == nil && err == nil; i-- {
			_, err := r.store.Resend(ctx, list[i].ID)
			p.done(err)
		}
		return err
	})
}

// collect reads a list, which comes newest first, until an element is too old.
func collect[T any](ctx context.Context, q store.Query, list func(context.Context, store.Query) (store.Page[T], error), old func(T) bool) ([]T, error) {
	var out []T
	err := walk(ctx, q, list, func(v T) bool {
		if old(v) || len(out) == maxJob {
			return false
		}
		out = append(out, v)
		return true
	})
	return out, err
}

// walk visits a list, newest first, until visit has seen enough.
func walk[T any](ctx context.Context, q store.Query, list func(context.Context, store.Query) (store.Page[T], error), visit func(T) (more bool)) error {
	q.Limit, q.Cursor = 500, ""
	for ctx.Err() == nil {
		page, err := list(ctx, q)
		if err != nil {
			return err
		}
		for _, v := range page.Items {
			if !visit(v) {
				return nil
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return nil
		}
	}
	return ctx.Err()
}

// progress is how a job tells how far it has come.
type progress struct {
	jobs *jobs
	job  *Job
}

func (p progress) found(total int, left LeftOut) {
	p.jobs.change(func() { p.job.Total, p.job.LeftOut = total, left })
}

func (p progress) done(err error) {
	p.jobs.change(func() {
		if p.job.Done++; err != nil {
			p.job.Failed, p.job.Error = p.job.Failed+1, err.Error()
		}
	})
}

func (r *Runtime) start(kind string, work func(context.Context, progress) error) Job {
	ctx, cancel := context.WithCancel(context.Background())
	j := &Job{ID: "job_" + randomID(), Kind: kind, StartedAt: time.Now().UTC(), cancel: cancel}
	r.jobs.add(j)
	r.workers.Go(func() {
		defer cancel()
		err := work(ctx, progress{&r.jobs, j})
		r.jobs.change(func() {
			j.FinishedAt, j.Cancelled = time.Now().UTC(), ctx.Err() != nil
			if err != nil && !errors.Is(err, context.Canceled) {
				j.Error = err.Error()
			}
		})
	})
	found, _ := r.jobs.get(j.ID)
	return found
}

// Job returns a job as it stands.
func (r *Runtime) Job(id string) (Job, error) { return r.jobs.get(id) }

// CancelJob stops a job after what it is just doing.
func (r *Runtime) CancelJob(id string) (Job, error) {
	j, err := r.jobs.get(id)
	if err == nil {
		j.cancel()
	}
	return j, err
}

func (js *jobs) add(j *Job) {
	js.mu.Lock()
	defer js.mu.Unlock()
	if js.list = append(js.list, j); len(js.list) > keptJobs {
		js.list = js.list[1:]
	}
}

func (js *jobs) change(f func()) {
	js.mu.Lock()
	defer js.mu.Unlock()
	f()
}

func (js *jobs) get(id string) (Job, error) {
	js.mu.Lock()
	defer js.mu.Unlock()
	for _, j := range js.list {
		if j.ID == id {
			return *j, nil
		}
	}
	return Job{}, store.ErrNotFound
}

// stop ends all jobs.
func (js *jobs) stop() {
	js.mu.Lock()
	defer js.mu.Unlock()
	for _, j := range js.list {
		j.cancel()
	}
}

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
	Total      int       // what was found so far
	Done       int
	Failed     int    // of those done
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

// ReplayAll replays the events that the query selects and that came since the given time, oldest first.
func (r *Runtime) ReplayAll(q store.Query, since time.Time) Job {
	return r.start("replay", func(ctx context.Context, found func(int), each func(error)) error {
		list, err := collect(ctx, q, r.store.Events, func(e store.Event) bool { return e.ReceivedAt.Before(since) })
		found(len(list))
		for i := len(list) - 1; i >= 0 && ctx.Err() == nil && err == nil; i-- {
			full, err := r.store.Event(ctx, list[i].ID)
			if err == nil {
				_, err = r.Replay(ctx, full, nil)
			}
			each(err)
		}
		return err
	})
}

// ResendAll sends the failed, uncertain or cancelled deliveries that the query selects again, oldest
// first.
func (r *Runtime) ResendAll(q store.Query, since time.Time) Job {
	return r.start("resend", func(ctx context.Context, found func(int), each func(error)) error {
		list, err := collect(ctx, q, r.store.Deliveries, func(d store.Delivery) bool { return d.CreatedAt.Before(since) })
		found(len(list))
		for i := len(list) - 1; i >= 0 && ctx.Err() == nil && err == nil; i-- {
			_, err := r.store.Resend(ctx, list[i].ID)
			each(err)
		}
		return err
	})
}

// collect reads a list, which comes newest first, until an element is too old.
func collect[T any](ctx context.Context, q store.Query, list func(context.Context, store.Query) (store.Page[T], error), old func(T) bool) ([]T, error) {
	var out []T
	q.Limit, q.Cursor = 500, ""
	for {
		page, err := list(ctx, q)
		if err != nil {
			return out, err
		}
		for _, v := range page.Items {
			if old(v) || len(out) == maxJob {
				return out, nil
			}
			out = append(out, v)
		}
		if page.Next == "" {
			return out, nil
		}
		q.Cursor = page.Next
	}
}

func (r *Runtime) start(kind string, work func(ctx context.Context, found func(int), each func(error)) error) Job {
	ctx, cancel := context.WithCancel(context.Background())
	j := &Job{ID: "job_" + randomID(), Kind: kind, StartedAt: time.Now().UTC(), cancel: cancel}
	r.jobs.add(j)
	r.workers.Go(func() {
		defer cancel()
		err := work(ctx,
			func(n int) { r.jobs.change(func() { j.Total = n }) },
			func(err error) {
				r.jobs.change(func() {
					if j.Done++; err != nil {
						j.Failed, j.Error = j.Failed+1, err.Error()
					}
				})
			})
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

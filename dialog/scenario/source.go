package scenario

import (
	"context"
	"errors"
	"sync"
	"time"

	"dari/dialog"
)

const (
	// pollEvery is how long files of a directory are believed to be unchanged.
	pollEvery = time.Second
	// maxPrograms bounds how many revisions are held ready at once.
	maxPrograms = 8
	// patience is how long a turn waits for a new revision to be trained while an older one could answer.
	patience = 2 * time.Second
)

// source finds the program that a turn runs with, and keeps a few of them ready.
type source struct {
	path  string
	deps  dialog.Deps
	fixed *program // the only one, in tests of a bot's files

	mu       sync.Mutex
	programs []*program // the last used one first
	current  *program
	polled   time.Time
	stamp    string // of the files when they were read
	broken   string // why the files cannot be used now; "" when they can
	brokenID string // the published revision that cannot be used

	builds map[string]*building // by revision
	wg     sync.WaitGroup
	ctx    context.Context // ends when the engine is closed
	stop   context.CancelFunc
}

func newSource(path string, d dialog.Deps) *source {
	s := &source{path: path, deps: d, builds: map[string]*building{}}
	s.ctx, s.stop = context.WithCancel(context.Background())
	return s
}

// forget drops the programs, as a restart does.
func (s *source) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.programs, s.current = nil, nil
}

// close ends what is being built.
func (s *source) close() {
	s.stop()
	s.wg.Wait()
	s.forget()
}

// program is the one that the session belongs to: while a flow runs, the revision it started on; else
// the current one.
func (s *source) program(ctx context.Context, se *session, tr *trace) (*program, error) {
	if s.fixed != nil {
		return s.fixed, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cur, err := s.latest(ctx)
	if s.broken != "" && err == nil {
		tr.note("the newest files are not used: %s", s.broken)
	}
	if err != nil {
		return nil, err
	}
	if se.idle() || se.Rev == cur.rev {
		se.Rev = cur.rev
		if se.broken(cur) {
			tr.warn("the state does not fit the revision; the flow was given up")
			se.Stack, se.Offer = nil, nil
		}
		return cur, nil
	}
	old, err := s.old(ctx, se.Rev)
	if err == nil && !se.broken(old) {
		return old, nil
	}
	if se.move(cur) {
		tr.note("the revision %s is gone; the flow goes on with %s", se.Rev, cur.rev)
	} else {
		tr.warn("the revision of the running flow is gone; the flow was given up")
	}
	return cur, nil
}

// idle tells whether nothing runs, so that the conversation can move to the current revision.
func (s *session) idle() bool { return len(s.Stack) == 0 && s.Offer == nil && s.Rest == "" }

// old finds a revision that is not the current one any more.
func (s *source) old(ctx context.Context, rev string) (*program, error) {
	if p := s.kept(rev); p != nil {
		return p, nil
	}
	if s.deps.Revisions == nil {
		return nil, errors.New("the revision is gone")
	}
	return s.build(ctx, rev, s.published(rev), 0)
}

// published fetches the files of a published revision.
func (s *source) published(rev string) filesOf {
	return func(ctx context.Context) (map[string][]byte, error) { return s.deps.Revisions.Files(ctx, rev) }
}

func (s *source) kept(rev string) *program {
	for i, p := range s.programs {
		if p.rev == rev {
			copy(s.programs[1:i+1], s.programs[:i])
			s.programs[0] = p
			return p
		}
	}
	return nil
}

// latest is the current program: of the directory, of what was published, or the demo.
func (s *source) latest(ctx context.Context) (*program, error) {
	switch {
	case s.path != "":
		return s.ofDirectory(ctx)
	case s.deps.Revisions != nil:
		return s.ofStore(ctx)
	}
	return s.demo(ctx)
}

// demoRevision is computed once: the demo is part of the program.
var demoRevision = sync.OnceValue(func() string { return Revision(Demo()) })

func (s *source) demo(ctx context.Context) (*program, error) {
	return s.take(ctx, demoRevision(), func(context.Context) (map[string][]byte, error) { return Demo(), nil })
}

// ofStore follows the published revision. One that cannot be used leaves the working one in place.
func (s *source) ofStore(ctx context.Context) (*program, error) {
	id, err := s.deps.Revisions.Current(ctx)
	switch {
	case err != nil && s.current != nil:
		s.broken = err.Error()
		return s.current, nil
	case err != nil:
		return nil, err
	case id == "":
		s.broken = ""
		return s.demo(ctx)
	case id == s.brokenID && s.current != nil:
		return s.current, nil
	}
	p, err := s.take(ctx, id, s.published(id))
	switch {
	case err == nil || s.current == nil || ctx.Err() != nil:
		return p, err
	case errors.Is(err, errBuilding):
		s.broken = err.Error()
	default:
		s.fault(err)
		s.brokenID = id
	}
	return s.current, nil
}

// ofDirectory reads the files again when they changed. A broken edit leaves the working ones in place.
func (s *source) ofDirectory(ctx context.Context) (*program, error) {
	now := s.deps.Now()
	if s.current != nil && now.Sub(s.polled) < pollEvery && now.Sub(s.polled) >= 0 {
		return s.current, nil
	}
	stamp, err := stampOf(s.path)
	if err == nil && s.current != nil && stamp == s.stamp {
		s.polled = now
		return s.current, nil
	}
	var p *program
	if err == nil {
		var files map[string][]byte
		if files, err = ReadDir(s.path); err == nil {
			p, err = s.take(ctx, Revision(files), func(context.Context) (map[string][]byte, error) { return files, nil })
		}
	}
	switch {
	case ctx.Err() != nil && p == nil:
		return nil, ctx.Err() // not the files' fault: look again next time
	case errors.Is(err, errBuilding):
		s.broken = err.Error()
		return s.current, nil
	}
	s.polled, s.stamp = now, stamp
	if err == nil {
		return p, nil
	}
	if s.current != nil {
		s.fault(err)
		return s.current, nil
	}
	return nil, err
}

// take makes a revision the current one.
func (s *source) take(ctx context.Context, rev string, files filesOf) (*program, error) {
	if s.current != nil && s.current.rev == rev {
		s.broken = ""
		return s.current, nil
	}
	p := s.kept(rev)
	if p == nil {
		limit := patience
		if s.current == nil {
			limit = 0
		}
		var err error
		if p, err = s.build(ctx, rev, files, limit); err != nil {
			return nil, err
		}
	}
	s.current, s.broken, s.brokenID = p, "", ""
	return p, nil
}

func (s *source) fault(err error) {
	if s.broken != err.Error() {
		s.broken = err.Error()
		s.deps.Log.Warn("scenario: the new files have mistakes, the working ones stay in use", "error", s.broken)
	}
}

package scenario

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dari/dialog"
)

// building is a revision that is being compiled. Its results may be read once done is closed.
type building struct {
	done chan struct{}
	p    *program
	err  error
}

// errBuilding says that a revision is not ready yet.
var errBuilding = errors.New("the revision is being prepared")

// filesOf fetches the files of a revision.
type filesOf func(context.Context) (map[string][]byte, error)

// build compiles a revision, once for all turns that want it. The lock is given back meanwhile. With a
// limit the turn does not wait longer than that: errBuilding.
func (s *source) build(ctx context.Context, rev string, files filesOf, limit time.Duration) (*program, error) {
	b := s.builds[rev]
	if b == nil {
		b = &building{done: make(chan struct{})}
		s.builds[rev] = b
		s.wg.Go(func() {
			defer close(b.done)
			b.p, b.err = makeProgram(s.ctx, rev, files)
		})
	}
	s.mu.Unlock()
	err := b.wait(ctx, limit)
	s.mu.Lock()
	if err != nil {
		return nil, err
	}
	if s.builds[rev] == b { // the first turn that hears of it keeps it
		delete(s.builds, rev)
		if b.err == nil {
			s.programs = append([]*program{b.p}, s.programs...)
			s.programs = s.programs[:min(len(s.programs), maxPrograms)]
		}
	}
	return b.p, b.err
}

func (b *building) wait(ctx context.Context, limit time.Duration) error {
	var over <-chan time.Time
	if limit > 0 {
		over = time.After(limit)
	}
	select {
	case <-b.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-over:
		return errBuilding
	}
}

func makeProgram(ctx context.Context, rev string, files filesOf) (*program, error) {
	f, err := files(ctx)
	if err != nil {
		return nil, err
	}
	p, problems, err := compile(ctx, f, rev)
	if err == nil && p == nil {
		err = invalid(problems)
	}
	return p, err
}

// invalid is the error of files with mistakes.
func invalid(problems []dialog.Problem) error {
	n, first := 0, ""
	for _, p := range problems {
		if !p.Warning {
			if n++; n == 1 {
				first = p.String()
			}
		}
	}
	return &dialog.Error{Code: "bad_scenario", Err: fmt.Errorf("%d mistakes, the first is %s", n, first)}
}

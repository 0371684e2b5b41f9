package dialogtest

import (
	"context"
	"errors"
	"testing"

	"dari/dialog"
)

func (k Kit) streaming(t *testing.T) {
	if k.Streaming == nil {
		return
	}
	t.Run("a piece of the answer is there before its end", func(t *testing.T) {
		release := make(chan struct{})
		s := k.begin(t, t.Context(), release, nil)
		receive(t, s.pieces, "nothing was emitted while the turn was running")
		select {
		case err := <-s.ended:
			t.Fatalf("the turn ended before its answer: %v", err)
		default:
		}
		close(release)
		if err := receive(t, s.ended, "the turn does not end"); err != nil {
			t.Error(err)
		}
	})
	t.Run("a cancelled stream ends at once", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s := k.begin(t, ctx, make(chan struct{}), nil)
		receive(t, s.pieces, "nothing was emitted while the turn was running")
		cancel()
		err := receive(t, s.ended, "the stream is read on after its turn was cancelled")
		if err == nil {
			t.Error("the turn did not fail")
		}
		k.typed(t, s.bench, err)
	})
	t.Run("a stream that nobody listens to ends at once", func(t *testing.T) {
		stop := errors.New("nobody listens")
		s := k.begin(t, t.Context(), make(chan struct{}), stop)
		err := receive(t, s.ended, "the stream is read on although emit failed")
		if !errors.Is(err, stop) {
			t.Errorf("got %v, want the error of emit", err)
		}
		k.typed(t, s.bench, err)
	})
}

// streamed is a turn that runs.
type streamed struct {
	bench  *Bench
	pieces chan dialog.Output
	ended  chan error
}

// begin starts a streaming turn whose emit returns fail.
func (k Kit) begin(t *testing.T, ctx context.Context, release <-chan struct{}, fail error) streamed {
	t.Helper()
	s := streamed{Open(t, k.Type, k.Streaming(t, release)), make(chan dialog.Output, 100), make(chan error, 1)}
	go func() {
		_, err := s.bench.Engine.Turn(ctx, TextTurn("streams", "안녕"), func(o dialog.Output) error {
			select {
			case s.pieces <- o:
			default: // nobody counts so many
			}
			return fail
		})
		s.ended <- err
	}()
	return s
}

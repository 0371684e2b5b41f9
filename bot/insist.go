package bot

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"dari/store"
)

// insistEvery is how often a write is tried again while the store takes none.
const insistEvery = time.Second

// insist tries a write until it succeeds, the claim is somebody else's, or work ends. What came before it
// has been done: to hand it back would bring a message once more, or ask the engine once more, as often as
// the disk is found full.
func insist(work context.Context, log *slog.Logger, write func() error) error {
	for {
		err := write()
		if err == nil || errors.Is(err, store.ErrStale) || work.Err() != nil {
			return err
		}
		log.Error("the store takes no writes; trying again", "error", err)
		select {
		case <-time.After(insistEvery):
		case <-work.Done():
		}
	}
}

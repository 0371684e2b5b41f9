package bot

import (
	"context"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/store"
)

// How long bringing an accepted file to a person may take, and how often it is tried.
const (
	consentTimeout = 5 * time.Minute
	consentTries   = 3
)

// consent handles a person's answer to an offered file, which is the messenger's business and no
// engine's. ok is false for every other event.
func consent(ctx context.Context, ch *Channel, in *message.Inbound) (t store.Turn, ok bool) {
	offerer, is := ch.Adapter.(channels.FileOfferer)
	if !is || in.Form == nil || !offerer.Offered(in.Form.ID) {
		return t, false
	}
	ctx, cancel := context.WithTimeout(ctx, consentTimeout)
	defer cancel()
	for try := 1; ; try++ {
		_, err := offerer.FileConsent(ctx, *in)
		if err == nil {
			return store.Turn{State: store.Handled}, true
		}
		se := channels.AsSendError(err)
		if se.Kind != channels.Temporary || try == consentTries {
			return failedTurn("file", se), true
		}
		select {
		case <-time.After(time.Duration(try) * time.Second):
		case <-ctx.Done():
			return failedTurn("file", ctx.Err()), true
		}
	}
}

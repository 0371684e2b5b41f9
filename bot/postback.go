package bot

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"dari/bot/message"
	"dari/store"
)

// referencePrefix marks a reference that stands in for button data. No engine would begin its own
// data so.
const referencePrefix = "dari.ref:"

// references collects the button data of one reply that is too long for its platform. A reference is
// made from the data, so that a turn that runs again makes the same ones.
type references map[string]string

func (refs references) refer(conversationID string) func(string) string {
	return func(data string) string {
		sum := sha256.Sum256([]byte(conversationID + "\x00" + data))
		ref := referencePrefix + lowerBase32.EncodeToString(sum[:15])
		refs[ref] = data
		return ref
	}
}

// keep makes the data durable, before any button that refers to it goes out.
func (refs references) keep(ctx context.Context, s store.Store) error {
	for ref, data := range refs {
		if err := s.Postbacks().Put(ctx, ref, store.Postback{Ref: ref, Data: data, At: time.Now().UTC()}); err != nil {
			return err
		}
	}
	return nil
}

// resolve puts the data back that a tapped button refers to. A reference that is no longer known stays
// as it is: the engine then sees data it does not know, as with any old button.
func resolve(ctx context.Context, s store.Store, in *message.Inbound) error {
	if in.Postback == nil || !strings.HasPrefix(in.Postback.Data, referencePrefix) {
		return nil
	}
	p, err := s.Postbacks().Get(ctx, in.Postback.Data)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	known := *in.Postback
	known.Data = p.Data
	in.Postback = &known
	return nil
}

// postbackLife is how long the data of a button is kept: people tap old buttons.
const postbackLife = 90 * 24 * time.Hour

// sweepPostbacks deletes button data that nobody will come back for.
func sweepPostbacks(ctx context.Context, s store.Store) error {
	list, err := s.Postbacks().List(ctx)
	if err != nil {
		return err
	}
	for _, p := range list {
		if time.Since(p.At) < postbackLife {
			continue
		}
		if err := s.Postbacks().Delete(ctx, p.Ref); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}

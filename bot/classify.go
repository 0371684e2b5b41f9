package bot

import (
	"context"

	"dari/dialog"
)

// Meaning is what an engine takes a text for.
type Meaning struct {
	Intent string // "" if it has no idea
	Sure   bool   // likely enough to act on
}

// Classifies tells whether a bot's main engine can say what a text means without a turn.
func (c *Catalog) Classifies(ctx context.Context, botID string) bool {
	b, err := c.bot(ctx, botID)
	if err != nil {
		return false
	}
	_, ok := b.main().Engine.(dialog.Classifier)
	return ok
}

// Classify asks a bot's main engine what a text means; ErrUnsupported if it cannot tell.
func (c *Catalog) Classify(ctx context.Context, botID, text, locale string) (Meaning, error) {
	b, err := c.bot(ctx, botID)
	if err != nil {
		return Meaning{}, err
	}
	cl, ok := b.main().Engine.(dialog.Classifier)
	if !ok {
		return Meaning{}, ErrUnsupported
	}
	intent, sure := cl.Intent(text, locale)
	return Meaning{intent, sure}, nil
}

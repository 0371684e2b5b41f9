package bot

import (
	"context"

	"dari/bot/check"
	"dari/dialog"
)

// Signs tells whether the questions to one of a bot's engines are signed.
func (c *Catalog) Signs(ctx context.Context, botID, name string) bool {
	_, err := c.signatures(ctx, botID, name)
	return err == nil
}

// ExplainSignature finds out why the engine finds a signature wrong; ErrUnsupported if none is made.
func (c *Catalog) ExplainSignature(ctx context.Context, botID, name string, r dialog.Received) ([]check.Check, error) {
	checker, err := c.signatures(ctx, botID, name)
	if err != nil {
		return nil, err
	}
	return checker.ExplainSignature(r), nil
}

func (c *Catalog) signatures(ctx context.Context, botID, name string) (dialog.SignatureChecker, error) {
	b, err := c.bot(ctx, botID)
	if err != nil {
		return nil, err
	}
	if e := b.engines[name]; e != nil {
		if checker, ok := e.Engine.(dialog.SignatureChecker); ok {
			return checker, nil
		}
	}
	return nil, ErrUnsupported
}

package bot

import (
	"context"
	"maps"
	"slices"
	"time"

	"dari/bot/check"
	"dari/channels"
	"dari/dialog"
)

// CheckEngine tests the connections of a bot's engines live.
func (c *Catalog) CheckEngine(ctx context.Context, botID string) (channels.Report, error) {
	b, err := c.bot(ctx, botID)
	if err != nil {
		return channels.Report{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	var all []check.Check
	for _, name := range slices.Sorted(maps.Keys(b.engines)) {
		start := time.Now()
		checker, ok := b.engines[name].Engine.(dialog.Checker)
		if !ok {
			all = append(all, check.New(engineID(name, "engine"), check.Pass, "channel.engine_local", "type", b.engines[name].typ))
			continue
		}
		for _, one := range checker.Check(ctx) {
			one.ID = engineID(name, one.ID)
			if one.Took == 0 {
				one.Took = time.Since(start)
			}
			all = append(all, one)
		}
	}
	return channels.Report{Checks: all}, nil
}

// engineID tells the checks of several engines apart.
func engineID(name, id string) string {
	if name == "" {
		return id
	}
	return name + ":" + id
}

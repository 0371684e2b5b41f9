package bot

import (
	"context"
	"fmt"
	"io"
	"sync"

	"dari/channels"
)

// Doctor tests the connections of all enabled channels at once and writes what it found, channel by
// channel: a line for each check, and a last one that counts the failures.
func (r *Runtime) Doctor(ctx context.Context, w io.Writer) error {
	views, err := r.Channels(ctx, "")
	if err != nil {
		return err
	}
	reports := make([]channels.Report, len(views))
	var wg sync.WaitGroup
	for i, v := range views {
		if !v.Enabled {
			continue
		}
		wg.Go(func() {
			report, err := r.Check(ctx, v.ID)
			if err != nil {
				report.Checks = []channels.Check{{ID: "settings", Status: channels.Fail, Message: err.Error()}}
			}
			reports[i] = report
		})
	}
	wg.Wait()
	failed := 0
	for i, v := range views {
		state := ""
		if !v.Enabled {
			state = ", disabled"
		}
		fmt.Fprintf(w, "%s (%s, bot %s%s)\n", v.ID, v.Type, v.BotID, state)
		for _, c := range reports[i].Checks {
			fmt.Fprintf(w, "  %-4s  %s: %s\n", c.Status, c.ID, c.Message)
			if c.Status == channels.Fail {
				failed++
			}
		}
	}
	_, err = fmt.Fprintf(w, "%d channels, %d failed checks\n", len(views), failed)
	return err
}

package bot

import (
	"context"
	"fmt"
	"io"
	"sync"

	"dari/bot/check"
	"dari/bot/words"
	"dari/channels"
)

// Doctor tests the connections of all enabled channels at once and writes what it found in the given
// language, channel by channel: a line for each check, and a last one that counts the failures.
func (r *Runtime) Doctor(ctx context.Context, w io.Writer, lang string) error {
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
				r.log.Error("connection test failed", "channel", v.ID, "error", err)
				report.Checks = append(report.Checks, check.New("test", check.Fail, "channel.failed"))
			}
			reports[i] = report
		})
	}
	wg.Wait()
	p := printer{w: w, lang: lang}
	failed := 0
	for i, v := range views {
		failed += p.channel(v, reports[i].Checks)
	}
	p.line("doctor.total", "channels", len(views), "failed", failed)
	return p.err
}

// printer writes lines in one language until a write fails.
type printer struct {
	w    io.Writer
	lang string
	err  error
}

func (p *printer) line(key string, pairs ...any) {
	text, err := words.In(p.lang).Say(key, pairs...)
	if err != nil && p.err == nil {
		p.err = err
	}
	p.write("%s\n", text)
}

func (p *printer) write(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

func (p *printer) channel(v ChannelView, checks []check.Check) (failed int) {
	key := "doctor.channel"
	if !v.Enabled {
		key = "doctor.channel_off"
	}
	p.line(key, "id", v.ID, "type", v.Type, "bot", v.BotID)
	for _, c := range checks {
		p.write("  %-4s  %s: %s\n", words.In(p.lang)["doctor."+string(c.Status)], c.ID, words.Check(p.lang, c))
		if c.Status == check.Fail {
			failed++
		}
	}
	return failed
}

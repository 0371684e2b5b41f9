package scenario

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"dari/bot/settings"
	"dari/dialog"
)

// ChatCommand is "dari chat [BOT_DIR] [--trace] [--locale ko]": it talks to a bot in the terminal, without
// a messenger. Without a directory it is the demo bot. "/1" taps the first button, "/trace" switches the
// trace, "/reset" forgets everything, "/quit" ends. Secrets come from the environment as
// DARI_SECRET_NAME. It returns the exit code.
func ChatCommand(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := newFlags("chat [BOT_DIR]", stderr)
	trace := flags.Bool("trace", false, "show why the bot answers so")
	locale := flags.String("locale", "", "language that the messenger reports: ko, ja, en")
	dirs, code, ok := parseArgs(flags, args)
	if !ok {
		return code
	}
	if len(dirs) > 1 {
		flags.Usage()
		return 2
	}
	dir := strings.Join(dirs, "")
	files, err := load(dir)
	if err != nil {
		fmt.Fprintf(stderr, "dari: %v\n", err)
		return 1
	}
	if report := (checked{Problems: Check(files)}); report.failed(false) {
		report.Revision = Revision(files)
		report.print(stderr)
		return 1
	}
	v := settings.Values{"secrets": secretsOf(os.Environ())}
	if dir != "" {
		v["path"] = dir
	}
	e, err := Type{}.New(v, dialog.Deps{
		BotID: "chat", HTTP: &http.Client{Timeout: maxCallTime}, Now: time.Now,
		Log: slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		fmt.Fprintf(stderr, "dari: %v\n", err)
		return 1
	}
	c := &chat{e: e, out: stdout, trace: *trace, locale: *locale}
	return c.talk(ctx, stdin)
}

// secretsOf takes DARI_SECRET_API=… from the environment as the secret API.
func secretsOf(env []string) map[string]string {
	out := map[string]string{}
	for _, kv := range env {
		if name, val, ok := strings.Cut(strings.TrimPrefix(kv, "DARI_SECRET_"), "="); ok && strings.HasPrefix(kv, "DARI_SECRET_") {
			out[name] = val
		}
	}
	return out
}

package commands

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"dari/bot/config"
	"dari/store"
	"dari/store/boltstore"
	"dari/store/migrate"
	"dari/store/pgstore"
)

const migrateUsage = `usage: dari migrate --from STORE --to STORE
  STORE is bolt:DIRECTORY or postgres:ADDRESS, such as
    bolt:data
    postgres://dari:PASSWORD@db.example.com:5432/dari
  bolt: and postgres: alone stand for store.path and store.dsn of the configuration, which keeps the password
  out of the list of processes. Nothing may work on either store meanwhile.`

// moveStore copies everything from one store to another.
func moveStore(ctx context.Context, cfg config.Config, c Call) (err error) {
	flags := flag.NewFlagSet("migrate", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	from, to := flags.String("from", "", ""), flags.String("to", "", "")
	switch err := flags.Parse(c.Args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(c.Stdout, migrateUsage)
		return nil
	case err != nil || *from == "" || *to == "" || flags.NArg() > 0:
		fmt.Fprintln(c.Stderr, migrateUsage)
		return errors.New("migrate: name both stores, by --from and --to")
	}
	source, err := openArchive(ctx, cfg, *from, false)
	if err != nil {
		return fmt.Errorf("--from: %w", err)
	}
	defer closing(source, &err)
	target, err := openArchive(ctx, cfg, *to, true)
	if err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	defer closing(target, &err)
	bar := &progressBar{w: c.Stderr}
	report, err := migrate.Copy(ctx, source, target, bar.tell)
	bar.end()
	switch {
	case errors.Is(err, migrate.ErrNotEmpty):
		return fmt.Errorf("--to: %w", err)
	case errors.Is(err, context.Canceled):
		return errors.New("migrate: stopped; run the same command again, it goes on from here")
	case err != nil:
		return fmt.Errorf("migrate: %w", err)
	}
	fmt.Fprintln(c.Stdout, summary(report))
	fmt.Fprintf(c.Stdout, "the secrets in it open with the same key as before: keep %s\n", cfg.KeyFile())
	return nil
}

func closing(a store.Archive, err *error) {
	if e := a.Close(); *err == nil {
		*err = e
	}
}

// openArchive opens a store that the command line names.
func openArchive(ctx context.Context, cfg config.Config, name string, fresh bool) (store.Archive, error) {
	driver, rest, _ := strings.Cut(name, ":")
	switch driver {
	case "bolt":
		if rest == "" {
			rest = cfg.Store.Path
		}
		return boltstore.OpenArchive(rest, fresh)
	case "postgres", "postgresql":
		switch {
		case rest == "":
			rest = string(cfg.Store.DSN)
		case strings.HasPrefix(rest, "//"):
			rest = driver + ":" + rest
		}
		return pgstore.OpenArchive(ctx, rest)
	}
	return nil, fmt.Errorf("%q is neither bolt nor postgres", driver)
}

func summary(r migrate.Report) string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(r.Counts)) {
		if n := r.Counts[kind]; n > 0 && kind != store.ItemLedger {
			parts = append(parts, fmt.Sprintf("%d %s", n, strings.ReplaceAll(kind, "_", " ")))
		}
	}
	text := "copied and compared: "
	if len(parts) == 0 {
		return text + "nothing was there"
	}
	if r.Resumed {
		text = "the rest copied and all compared: "
	}
	return text + strings.Join(parts, ", ")
}

// progressBar draws one line over and over.
type progressBar struct {
	w     io.Writer
	drawn time.Time
	kind  string
	width int
}

const (
	barLength = 30
	barEvery  = 100 * time.Millisecond
)

func (b *progressBar) tell(step, kind string, done, all int) {
	if kind == b.kind && done < all && time.Since(b.drawn) < barEvery {
		return
	}
	b.kind, b.drawn = kind, time.Now()
	filled := barLength * done / max(all, 1)
	line := fmt.Sprintf("%-9s [%s%s] %3d%% %s %d/%d", step, strings.Repeat("#", filled), strings.Repeat(".", barLength-filled), 100*done/max(all, 1), kind, done, all)
	fmt.Fprintf(b.w, "\r%-*s", b.width, line)
	b.width = max(b.width, len(line))
}

func (b *progressBar) end() {
	if b.width > 0 {
		fmt.Fprintln(b.w)
	}
}

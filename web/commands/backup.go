package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"dari/bot/config"
	"dari/store/boltstore"
	"dari/store/pgstore"
	"dari/web/control"
)

func backup(ctx context.Context, cfg config.Config, c Call) (err error) {
	if len(c.Args) != 1 || c.Args[0] == "" {
		return errName
	}
	path := c.Args[0]
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(path)
		}
	}()
	defer f.Close()
	err = control.Backup(ctx, cfg.Store.Path, f)
	if errors.Is(err, control.ErrNotRunning) {
		err = backupStopped(ctx, cfg, f)
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	fmt.Fprintf(c.Stdout, "%s written; keep %s with it, in another place: without the key the secrets in it do not open\n", path, cfg.KeyFile())
	return nil
}

func backupStopped(ctx context.Context, cfg config.Config, w io.Writer) error {
	if cfg.Store.Driver == "postgres" {
		return pgstore.Backup(ctx, string(cfg.Store.DSN), w)
	}
	st, err := boltstore.Open(cfg.Store.Path, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer st.Close()
	return st.Backup(ctx, w)
}

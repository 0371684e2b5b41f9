package pgstore

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// The numbered migrations; their number is the format that this version writes. One runs once, in one
// transaction, and is never changed after it was released.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

func migrations() ([]string, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var steps []string
	for _, name := range names {
		b, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		steps = append(steps, string(b))
	}
	return steps, nil
}

// migrationLock is the number of the advisory lock, from the letters of Dari.
const migrationLock = 0x64617269

// oldest is the first version of PostgreSQL that Dari works with, as server_version_num gives it.
const oldest = 150000

// migrate brings the schema to the newest format, or refuses one that is newer still. Several nodes may
// start at once: one does it, the others wait.
func migrate(ctx context.Context, conn *pgx.Conn, steps []string, o options) error {
	var version int
	var replica bool
	err := conn.QueryRow(ctx, "SELECT current_setting('server_version_num')::int, pg_is_in_recovery() OR current_setting('transaction_read_only')::bool").Scan(&version, &replica)
	switch {
	case err != nil:
		return err
	case replica:
		return errReadOnly(fmt.Sprintf("%s:%d", conn.Config().Host, conn.Config().Port))
	case version < oldest:
		return fmt.Errorf("store.dsn: the server is PostgreSQL %d; Dari needs %d or newer", version/10000, oldest/10000)
	}
	if have, err := format(ctx, conn); err != nil || have == len(steps) {
		return err
	}
	for range 3 {
		err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return migrateIn(ctx, tx, steps, o) })
		if !madeMeanwhile(err) {
			break
		}
	}
	return err
}

// madeMeanwhile tells whether another node made the first table at the same instant.
func madeMeanwhile(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && (pe.Code == "23505" || pe.Code == "42P07")
}

type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// format is that of the schema, 0 if there is none.
func format(ctx context.Context, q querier) (n int, err error) {
	var there bool
	if err := q.QueryRow(ctx, "SELECT to_regclass('dari_meta') IS NOT NULL").Scan(&there); err != nil || !there {
		return 0, err
	}
	err = q.QueryRow(ctx, "SELECT format FROM dari_meta").Scan(&n)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return n, err
}

func migrateIn(ctx context.Context, tx pgx.Tx, steps []string, o options) error {
	if o.advisory {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(migrationLock)); err != nil {
			return err
		}
	}
	for _, sql := range []string{
		"CREATE TABLE IF NOT EXISTS dari_meta (one bool PRIMARY KEY CHECK (one), format int NOT NULL, import_at text)",
		"INSERT INTO dari_meta VALUES (true, 0) ON CONFLICT DO NOTHING",
		"SELECT FROM dari_meta FOR UPDATE", // the lock of those who have no other
	} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	have, err := format(ctx, tx)
	if err != nil {
		return err
	}
	if have > len(steps) {
		return fmt.Errorf("store.dsn: the database was written by a newer Dari (format %d, this one knows %d); run that version or restore an older backup", have, len(steps))
	}
	for i := have; i < len(steps); i++ {
		if _, err := tx.Exec(ctx, strings.TrimSpace(steps[i])); err != nil {
			return fmt.Errorf("migration to format %d: %w", i+1, err)
		}
	}
	_, err = tx.Exec(ctx, "UPDATE dari_meta SET format = $1", len(steps))
	return err
}

package pgstore

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ours lists the tables of the schema, but for those that only say which nodes run.
const ours = `SELECT c.relname::text, string_agg(a.attname, ', ' ORDER BY a.attnum)
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname LIKE 'dari\_%'
		AND c.relname NOT IN ('dari_meta', 'dari_nodes', 'dari_shards', 'dari_locks', 'dari_changes', 'dari_rates')
	GROUP BY c.relname ORDER BY c.relname`

// Backup writes a consistent copy of a database without joining the nodes that work on it.
func Backup(ctx context.Context, dsn string, w io.Writer) error {
	pool, err := connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer pool.Close()
	steps, err := migrations()
	if err != nil {
		return err
	}
	return dump(ctx, pool, steps, w)
}

// Backup writes a consistent copy as SQL, to be read into an empty database by psql. A large database is
// better copied by its own tools, which take it up where they left.
func (s *Store) Backup(ctx context.Context, w io.Writer) error {
	steps, err := migrations()
	if err != nil {
		return err
	}
	return dump(ctx, s.pool, steps, w)
}

func dump(ctx context.Context, pool *pgxpool.Pool, steps []string, w io.Writer) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, conn, options, func(tx pgx.Tx) error {
		if _, err := fmt.Fprintf(w, "\\set ON_ERROR_STOP on\nBEGIN;\nCREATE TABLE dari_meta (one bool PRIMARY KEY CHECK (one), format int NOT NULL, import_at text);\nINSERT INTO dari_meta VALUES (true, %d);\n%s\n", len(steps), strings.Join(steps, "\n")); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, ours)
		if err != nil {
			return err
		}
		tables, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Name, Columns string }])
		if err != nil {
			return err
		}
		for _, t := range tables {
			if _, err := fmt.Fprintf(w, "COPY %s (%s) FROM stdin;\n", t.Name, t.Columns); err != nil {
				return err
			}
			if _, err := tx.Conn().PgConn().CopyTo(ctx, w, fmt.Sprintf("COPY %s (%s) TO STDOUT", t.Name, t.Columns)); err != nil {
				return err
			}
			if _, err := io.WriteString(w, "\\.\n"); err != nil {
				return err
			}
		}
		_, err = io.WriteString(w, "COMMIT;\n")
		return err
	})
}

package pgstore

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// options are what the address of the database says beside where it is. They are parameters of the address.
type options struct {
	notify   bool          // dari_notify: nodes wake each other by LISTEN and NOTIFY; off: they look often
	advisory bool          // dari_advisory_locks: the schema is changed under an advisory lock; off: under a row's
	oneShard bool          // dari_one_shard: no statement writes rows of two shards
	lease    time.Duration // dari_lease: how long a node that does not show itself keeps its work
}

const defaultLease = 3 * time.Second

// parse reads the address. Its errors do not repeat it, as it holds a password.
func parse(dsn string) (*pgxpool.Config, options, error) {
	o := options{notify: true, advisory: true, lease: defaultLease}
	if dsn == "" {
		return nil, o, errors.New("store.dsn: is missing; write it like postgres://dari:PASSWORD@db.example.com:5432/dari")
	}
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, o, errors.New("store.dsn: is not the address of a PostgreSQL database; write it like postgres://dari:PASSWORD@db.example.com:5432/dari")
	}
	params := cfg.ConnConfig.RuntimeParams
	for name, field := range map[string]*bool{"dari_notify": &o.notify, "dari_advisory_locks": &o.advisory, "dari_one_shard": &o.oneShard} {
		text, ok := params[name]
		delete(params, name)
		switch {
		case !ok:
		case text == "on" || text == "off":
			*field = text == "on"
		default:
			return nil, o, fmt.Errorf("store.dsn: %s must be on or off, not %q", name, text)
		}
	}
	if text, ok := params["dari_lease"]; ok {
		delete(params, "dari_lease")
		if o.lease, err = time.ParseDuration(text); err != nil || o.lease < 500*time.Millisecond || o.lease > time.Minute {
			return nil, o, fmt.Errorf("store.dsn: dari_lease must be a duration between 500ms and 1m, not %q", text)
		}
	}
	for name := range params {
		if strings.HasPrefix(name, "dari_") {
			return nil, o, fmt.Errorf("store.dsn: there is no parameter %s; known are dari_advisory_locks, dari_lease, dari_notify and dari_one_shard", name)
		}
	}
	if params["application_name"] == "" {
		params["application_name"] = "dari"
	}
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	cfg.MaxConns = max(cfg.MaxConns, minConns)
	cfg.AfterConnect = byIndex
	return cfg, o, nil
}

// byIndex tells the server to plan for large tables from the start. Statements are prepared when the tables
// are as good as empty, and would read all of them for as long as the server has not looked at them anew.
func byIndex(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "SET enable_seqscan = off; SET jit = off", pgx.QueryExecModeSimpleProtocol)
	return err
}

// minConns is what the committers and readers need at once. Two more connections are kept for the lease and
// for LISTEN.
const minConns = 16

// explain makes one sentence of why the database cannot be used.
func explain(cfg *pgx.ConnConfig, err error) error {
	where := net.JoinHostPort(cfg.Host, fmt.Sprint(cfg.Port))
	var pe *pgconn.PgError
	if !errors.As(err, &pe) {
		var ce *pgconn.ConnectError
		if errors.As(err, &ce) || broken(err) {
			return fmt.Errorf("store.dsn: no PostgreSQL answers at %s (%s); start it or correct the address", where, reason(err))
		}
		return err
	}
	switch pe.Code {
	case "28P01", "28000":
		return fmt.Errorf("store.dsn: the server at %s does not let the user %q in (%s); correct the user name, the password or the server's pg_hba.conf", where, cfg.User, pe.Message)
	case "3D000":
		return fmt.Errorf("store.dsn: the server at %s has no database %q; make it with CREATE DATABASE", where, cfg.Database)
	case "42501":
		return fmt.Errorf("store.dsn: the user %q may not make or use Dari's tables in the database %q (%s); let it with GRANT CREATE, USAGE ON SCHEMA, or make it the owner of the tables", cfg.User, cfg.Database, pe.Message)
	case "25006":
		return errReadOnly(where)
	case "53300":
		return fmt.Errorf("store.dsn: the server at %s has no connection left; raise its max_connections or lower pool_max_conns", where)
	case "57P03":
		return fmt.Errorf("store.dsn: the server at %s is starting or stopping; try again in a moment", where)
	}
	return fmt.Errorf("store.dsn: the database %q at %s: %s (SQLSTATE %s)", cfg.Database, where, pe.Message, pe.Code)
}

func errReadOnly(where string) error {
	return fmt.Errorf("store.dsn: the server at %s is a read-only replica; give the address of the primary, or several hosts and target_session_attrs=read-write", where)
}

// reason is the bare cause of a network error.
func reason(err error) string {
	var oe *net.OpError
	switch {
	case errors.As(err, &oe):
		return oe.Err.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	}
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(next) {
		err = next
	}
	return strings.ReplaceAll(err.Error(), "\n", " ")
}

// broken tells whether an error says that the connection or the server is gone, and not that the database
// refuses what was asked.
func broken(err error) bool {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		switch {
		case pe.Code == "57P01", pe.Code == "57P02", pe.Code == "57P03", pe.Code == "53300", pe.Code == "25006":
			return true // the server stops, crashes, starts, is full, has become a replica
		case strings.HasPrefix(pe.Code, "08"):
			return true
		}
		return false
	}
	var ce *pgconn.ConnectError
	var ne net.Error
	return errors.As(err, &ce) || errors.As(err, &ne) || pgconn.Timeout(err) || pgconn.SafeToRetry(err) || closedEarly(err)
}

// closedEarly tells whether the other side hung up.
func closedEarly(err error) bool {
	text := err.Error()
	for _, sign := range []string{"unexpected EOF", "conn closed", "closed pool", "connection reset", "broken pipe", "use of closed"} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}

package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// servers are the processes of a measurement: one, or several nodes on one database. Senders spread over
// them as a load balancer would spread them.
type servers []*server

func (s servers) hosts() []string {
	hosts := make([]string, len(s))
	for i, one := range s {
		hosts[i] = one.host()
	}
	return hosts
}

// usage is what all of them have used; memory is that of the one with the most.
func (s servers) usage() (sum usage) {
	for _, one := range s {
		u := usageOf(one.cmd.Process.Pid)
		sum.cpu += u.cpu
		sum.rss, sum.peak = max(sum.rss, u.rss), max(sum.peak, u.peak)
	}
	return sum
}

func (s servers) resetPeak() {
	for _, one := range s {
		resetPeak(one.cmd.Process.Pid)
	}
}

// commits adds up how often they have written, -1 if one does not tell.
func (s servers) commits(ctx context.Context) (sum int64) {
	for _, one := range s {
		n := commits(ctx, one)
		if n < 0 {
			return -1
		}
		sum += n
	}
	return sum
}

func (s servers) start() (longest time.Duration) {
	for _, one := range s {
		longest = max(longest, one.start)
	}
	return longest
}

func (s servers) lastLog() string {
	var all strings.Builder
	for _, one := range s {
		all.WriteString(one.lastLog())
	}
	return all.String()
}

func (s servers) stop() (err error) {
	for _, one := range s {
		err = errors.Join(err, one.stop())
	}
	return err
}

// kill does nothing to those that have ended.
func (s servers) kill() {
	for _, one := range s {
		one.kill()
	}
}

// schema is a part of a database for one measurement, made empty and dropped afterwards.
type schema struct {
	conn *pgx.Conn
	name string
	dsn  string // of the database, with the schema
}

func newSchema(ctx context.Context, dsn string) (*schema, error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, errors.New("-dsn: the database cannot be reached; write it like postgres://dari:PASSWORD@127.0.0.1:5432/dari")
	}
	s := &schema{conn: conn, name: fmt.Sprintf("dari_bench_%d", time.Now().UnixNano())}
	if _, err := conn.Exec(ctx, "CREATE SCHEMA "+s.name); err != nil {
		conn.Close(ctx)
		return nil, fmt.Errorf("-dsn: the user may make no schema there: %w", err)
	}
	address, err := url.Parse(dsn) // pgx has taken it
	if err != nil || address.Scheme == "" {
		s.dsn = dsn + " search_path=" + s.name
		return s, nil
	}
	q := address.Query()
	q.Set("search_path", s.name)
	address.RawQuery = q.Encode()
	s.dsn = address.String()
	return s, nil
}

// size is how many bytes the tables take.
func (s *schema) size(ctx context.Context) (n int64, err error) {
	err = s.conn.QueryRow(ctx, "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = $1::regnamespace", s.name).Scan(&n)
	return n, err
}

func (s *schema) drop() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, _ = s.conn.Exec(ctx, "DROP SCHEMA "+s.name+" CASCADE") // what is left is the operator's to see
	s.conn.Close(ctx)
}

// startNodes runs so many nodes, one after the other: the first makes the tables.
func (b *bench) startNodes(ctx context.Context, c testCase, base string) (all servers, err error) {
	for n := range c.nodes {
		dir := filepath.Join(c.dir, fmt.Sprintf("node%d", n+1))
		settings := map[string]any{"driver": "postgres", "path": dir, "dsn": c.schema.dsn}
		config, err := dariConfig(dir, c.platform, base, b.EngineDelay, settings, filepath.Join(c.dir, "secret.key"))
		if err != nil {
			return all, err
		}
		s, err := startServer(ctx, dir, b.Program, "-config", config)
		if err != nil {
			return all, err
		}
		all = append(all, s)
	}
	return all, nil
}

package pgstore

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"dari/store"
	"dari/store/pgtest"
)

func TestOpenRefusesWithOneClearSentence(t *testing.T) {
	server := pgtest.Shared(t)
	if !server.Own() {
		t.Skip("the roles of somebody else's server are left alone")
	}
	change := func(f func(*url.URL)) string {
		u, err := url.Parse(server.DSN())
		if err != nil {
			t.Fatal(err)
		}
		f(u)
		return u.String()
	}
	password := func(u *url.URL) string { p, _ := u.User.Password(); return p }
	newer := server.Schema(t)
	open(t, newer).Close()
	conn, err := pgx.Connect(t.Context(), newer)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "UPDATE dari_meta SET format = 99"); err != nil {
		t.Fatal(err)
	}
	server.Exec(t, "CREATE ROLE guest LOGIN PASSWORD 'guest-secret'")
	t.Cleanup(func() { server.Exec(t, "DROP ROLE guest") })
	for _, row := range []struct{ name, dsn, want string }{
		{"no address", "", "store.dsn: is missing"},
		{"not an address", "postgres://dari:secret-word@:port:/", "is not the address of a PostgreSQL database"},
		{"a parameter that there is not", pgtest.With(server.DSN(), "dari_notfy", "off"), "there is no parameter dari_notfy"},
		{"a parameter with another value", pgtest.With(server.DSN(), "dari_notify", "no"), `dari_notify must be on or off, not "no"`},
		{"a lease of no length", pgtest.With(server.DSN(), "dari_lease", "1ms"), "dari_lease must be a duration between 500ms and 1m"},
		{"nobody there", change(func(u *url.URL) { u.Host = "127.0.0.1:1" }), "no PostgreSQL answers at 127.0.0.1:1 (connect: connection refused); start it or correct the address"},
		{"no such host", change(func(u *url.URL) { u.Host = "db.invalid:5432" }), "no PostgreSQL answers at db.invalid:5432"},
		{"a wrong password", change(func(u *url.URL) { u.User = url.UserPassword("dari", "wrong-secret") }), `does not let the user "dari" in (password authentication failed for user "dari"); correct`},
		{"no such user", change(func(u *url.URL) { u.User = url.UserPassword("nobody", "wrong-secret") }), `does not let the user "nobody" in`},
		{"no such database", change(func(u *url.URL) { u.Path = "/none" }), `has no database "none"; make it with CREATE DATABASE`},
		{"a newer schema", newer, "was written by a newer Dari (format 99, this one knows 2)"},
		{"no right to make tables", change(func(u *url.URL) { u.User = url.UserPassword("guest", "guest-secret") }), `the user "guest" may not make or use Dari's tables`},
		{"a read-only replica", pgtest.With(server.Schema(t), "default_transaction_read_only", "on"), "is a read-only replica; give the address of the primary"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, err := Open(t.Context(), row.dsn, quiet())
			if err == nil {
				s.Close()
				t.Fatal("opened")
			}
			text := err.Error()
			if !strings.Contains(text, row.want) || !strings.HasPrefix(text, "store.dsn: ") || strings.Contains(text, "\n") {
				t.Errorf("got %q", text)
			}
			u, _ := url.Parse(row.dsn)
			for _, secret := range []string{"secret-word", "wrong-secret", "guest-secret", password(must(url.Parse(server.DSN())))} {
				if strings.Contains(text, secret) {
					t.Errorf("the password of %v is shown", u.Redacted())
				}
			}
		})
	}
}

func must(u *url.URL, err error) *url.URL {
	if err != nil {
		panic(err)
	}
	return u
}

func TestAnAddressMayBeWrittenInWords(t *testing.T) {
	server := pgtest.Shared(t)
	cfg, err := pgx.ParseConfig(server.Schema(t))
	if err != nil {
		t.Fatal(err)
	}
	open(t, fmt.Sprintf("host=%s port=%d user=%s password='%s' dbname=%s search_path=%s dari_notify=off",
		cfg.Host, cfg.Port, cfg.User, cfg.Password, cfg.Database, cfg.RuntimeParams["search_path"]))
}

func TestManyNodesMayStartAtOnceOnAnEmptyDatabase(t *testing.T) {
	for _, locks := range []string{"on", "off"} {
		dsn := pgtest.With(pgtest.Shared(t).Schema(t), "dari_advisory_locks", locks)
		var starting sync.WaitGroup
		for range 6 {
			starting.Go(func() {
				s, err := Open(t.Context(), dsn, quiet())
				if err != nil {
					t.Error(err)
					return
				}
				s.Close()
			})
		}
		starting.Wait()
	}
}

func TestMigrationsRunOnceAndWhole(t *testing.T) {
	dsn := pgtest.Shared(t).Schema(t)
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	o := options{advisory: true}
	steps := []string{"CREATE TABLE one (); CREATE TABLE two ()", "CREATE TABLE three ()"}
	for range 2 {
		if err := migrate(t.Context(), conn, steps, o); err != nil {
			t.Fatal(err)
		}
	}
	steps = append(steps, "CREATE TABLE four (); SELECT 1/0")
	if err := migrate(t.Context(), conn, steps, o); err == nil || !strings.Contains(err.Error(), "migration to format 3") {
		t.Errorf("got %v", err)
	}
	var have int
	var four bool
	if err := conn.QueryRow(t.Context(), "SELECT format, to_regclass('four') IS NOT NULL FROM dari_meta").Scan(&have, &four); err != nil || have != 2 || four {
		t.Errorf("format %d, half done: %v (%v)", have, four, err)
	}
}

func TestWorkStopsWithoutTheDatabaseAndGoesOnByItself(t *testing.T) {
	for _, now := range []bool{false, true} {
		name := map[bool]string{false: "after a restart", true: "after a crash"}[now]
		t.Run(name, func(t *testing.T) {
			server := pgtest.Start(t)
			s := open(t, server.DSN())
			accept := func(key string) error {
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				_, err := s.Accept(ctx, []store.Event{waiting("1", key)})
				return err
			}
			if err := accept("before"); err != nil {
				t.Fatal(err)
			}
			held, err := s.NextTurn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			server.Stop(now)
			begin := time.Now()
			if err := accept("while"); err == nil {
				t.Error("accepted without a database")
			}
			if took := time.Since(begin); took > 3*time.Second {
				t.Errorf("refused after %v", took)
			}
			if err := s.Ready(t.Context()); err == nil {
				t.Error("ready without a database")
			}
			if _, err := s.CommitTurn(t.Context(), held, store.Turn{State: store.Handled}); err == nil {
				t.Error("committed without a database")
			}
			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
			begin = time.Now()
			for accept("after") != nil || s.Ready(t.Context()) != nil {
				if time.Since(begin) > 10*time.Second {
					t.Fatal("it does not come back")
				}
				<-time.After(20 * time.Millisecond)
			}
			t.Logf("back %v after the server", time.Since(begin))
			if _, err := s.CommitTurn(t.Context(), held, store.Turn{State: store.Handled}); err != nil {
				t.Errorf("what was in hand: %v", err)
			}
			c, err := s.NextTurn(t.Context())
			if err != nil || c.Event.Keys[0] != "after" {
				t.Errorf("%+v, %v", c.Event, err)
			}
		})
	}
}

func TestCutConnectionsLoseAndDoubleNothing(t *testing.T) {
	server := pgtest.Shared(t)
	address := pgtest.With(server.Schema(t), "application_name", "cut-"+t.Name())
	a, b := open(t, address), open(t, address)
	const convs, each = 20, 30
	ctx, stop := context.WithCancel(t.Context())
	c := newCrew(t, false)
	c.work(ctx, a)
	c.work(ctx, b)
	var cutting sync.WaitGroup
	cuts := 0
	cutting.Go(func() {
		for ctx.Err() == nil {
			server.Exec(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cut-"+t.Name()+"'")
			cuts++
			<-time.After(300 * time.Millisecond)
		}
	})
	talkOn(t, convs, each, func(conv, n int) *Store { return []*Store{a, b}[(conv+n)%2] })
	c.until(convs * each)
	stop()
	cutting.Wait()
	c.working.Wait()
	t.Logf("all connections were cut %d times", cuts)
	c.judge(convs, each)
}

// talkOn is talk against a database that fails now and then: what was refused is sent again, as platforms do.
func talkOn(t *testing.T, convs, each int, pick func(conv, n int) *Store) {
	var busy sync.WaitGroup
	for i := range convs {
		busy.Go(func() {
			for n := range each {
				for tries := 0; ; tries++ {
					if _, err := pick(i, n).Accept(context.Background(), []store.Event{waiting(fmt.Sprint(i), fmt.Sprintf("%d-%04d", i, n))}); err == nil {
						break
					} else if tries == 100 {
						t.Error(err)
						return
					}
					<-time.After(10 * time.Millisecond)
				}
			}
		})
	}
	busy.Wait()
}

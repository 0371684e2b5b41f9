package pgtest

import (
	"context"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

func TestAServerOfOnesOwnIsDurableAndSurvivesItsCrash(t *testing.T) {
	s := Start(t)
	ask := func(sql string) (answer string) {
		t.Helper()
		ctx := context.Background()
		conn, err := pgx.Connect(ctx, s.DSN())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(ctx)
		if err := conn.QueryRow(ctx, sql).Scan(&answer); err != nil {
			t.Fatal(err)
		}
		return answer
	}
	for _, setting := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		if got := ask("SHOW " + setting); got != "on" {
			t.Errorf("%s is %s", setting, got)
		}
	}
	s.Exec(t, "CREATE TABLE kept (v text); INSERT INTO kept VALUES ('still there')")
	s.Stop(true)
	if _, err := pgx.Connect(context.Background(), s.DSN()); err == nil {
		t.Fatal("it runs on")
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	if got := ask("SELECT v FROM kept"); got != "still there" {
		t.Errorf("got %q", got)
	}
	dir := s.dir
	s.Remove()
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%s is left behind: %v", dir, err)
	}
}

func TestEverySchemaIsEmpty(t *testing.T) {
	s := Shared(t)
	for range 2 {
		conn, err := pgx.Connect(context.Background(), s.Schema(t))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.Background())
		if _, err := conn.Exec(context.Background(), "CREATE TABLE mine ()"); err != nil {
			t.Error(err)
		}
	}
}

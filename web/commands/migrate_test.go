package commands

import (
	"log/slog"
	"os"
	"strings"
	"testing"

	"dari/store"
	"dari/store/boltstore"
	"dari/store/pgstore"
	"dari/store/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func TestAStoreMovesToPostgreSQLAndBack(t *testing.T) {
	quiet := slog.New(slog.DiscardHandler)
	dsn, dir, again := pgtest.Shared(t).Schema(t), t.TempDir(), t.TempDir()
	s, err := boltstore.Open(dir, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Bots().Put(t.Context(), "b", store.Bot{ID: "b", Name: "Bot"}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	// run prepares a directory of its own, so the paths are given in full.
	out, code := run(t, nil, map[string]string{"DARI_STORE_DRIVER": "postgres", "DARI_STORE_DSN": dsn}, "migrate", "--from", "bolt:"+dir, "--to", "postgres:")
	if code != 0 || !strings.Contains(out, "copied and compared: 1 bots") || !strings.Contains(out, "100% bots 1/1") {
		t.Fatalf("%d: %s", code, out)
	}
	out, code = run(t, nil, nil, "migrate", "-from", dsn, "-to", "bolt:"+again)
	if code != 0 || !strings.Contains(out, "copied and compared: 1 bots") {
		t.Fatalf("%d: %s", code, out)
	}
	p, err := pgstore.Open(t.Context(), dsn, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if out, code := run(t, nil, nil, "migrate", "-from", dsn, "-to", "bolt:"+t.TempDir()); code != 1 || !strings.Contains(out, "stop all nodes first") {
		t.Errorf("%d: %s", code, out)
	}
}

func TestMigrateSaysWhatIsWrong(t *testing.T) {
	for _, row := range []struct {
		name string
		args []string
		want string
	}{
		{"nothing", nil, "usage: dari migrate --from STORE --to STORE"},
		{"one side", []string{"--from", "bolt:x"}, "migrate: name both stores, by --from and --to"},
		{"something else", []string{"--from", "mysql:x", "--to", "bolt:y"}, `--from: "mysql" is neither bolt nor postgres`},
		{"a store that is not there", []string{"--from", "bolt:gone", "--to", "bolt:y"}, "--from: store gone/dari.db: "},
		{"no database", []string{"--from", "postgres://dari:hunter2@127.0.0.1:1/dari", "--to", "bolt:y"}, "--from: store.dsn: no PostgreSQL answers at 127.0.0.1:1"},
		{"no address", []string{"--from", "postgres:", "--to", "bolt:y"}, "--from: store.dsn: is missing"},
	} {
		t.Run(row.name, func(t *testing.T) {
			out, code := run(t, nil, nil, append([]string{"migrate"}, row.args...)...)
			if code != 1 || !strings.Contains(out, row.want) || strings.Contains(out, "hunter2") {
				t.Errorf("%d: %s", code, out)
			}
		})
	}
}

package e2e

import (
	"io/fs"
	"net/http"
	"path/filepath"
	"testing"
)

func TestOtherUsersOfTheMachineReadNothing(t *testing.T) {
	work := t.TempDir()
	dir := filepath.Join(work, "data")
	d := start(t, work, "DARI_STORE_PATH="+dir)
	newBot(d)
	d.api(http.MethodGet, "/bots", nil, http.StatusOK, nil)
	for _, args := range [][]string{{"backup", filepath.Join(dir, "copy.db")}, {"rotate-key"}} {
		if out, code := command(t, dir, nil, args...); code != 0 {
			t.Fatalf("%s: exit %d: %s", args[0], code, out)
		}
	}
	seen := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		seen[e.Name()] = true
		if open := info.Mode().Perm() & 0o077; open != 0 {
			t.Errorf("%s is open to others: %v", e.Name(), info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"data", "dari.db", "secret.key", "secret.key.retired", "dari.sock", "copy.db"} {
		if !seen[name] {
			t.Errorf("%s was not looked at", name)
		}
	}
}

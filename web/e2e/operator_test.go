package e2e

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// command runs the program to its end.
func command(t *testing.T, dir string, env []string, args ...string) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), append([]string{"DARI_STORE_PATH=" + dir, "DARI_SERVER_LISTEN=127.0.0.1:0"}, env...)...)
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		t.Fatalf("did not end:\n%s", out)
	}
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func TestStartIsRefusedWithOneClearSentence(t *testing.T) {
	cases := map[string]struct {
		prepare func(t *testing.T, dir string) (env []string)
		want    string
	}{
		"a port in use": {func(t *testing.T, _ string) []string {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { l.Close() })
			return []string{"DARI_SERVER_LISTEN=" + l.Addr().String()}
		}, "is in use by another program; stop that one or choose another address"},
		"a locked store": {func(t *testing.T, dir string) []string {
			start(t, dir)
			return nil
		}, "is in use by another Dari"},
		"a newer store": {func(t *testing.T, dir string) []string {
			d := start(t, dir)
			d.stop()
			db, err := bbolt.Open(filepath.Join(dir, "dari.db"), 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if err := db.Update(func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte{0, 0, 0, 0, 0, 0, 0, 99})
			}); err != nil {
				t.Fatal(err)
			}
			return nil
		}, "was written by a newer Dari"},
		"a directory that cannot be written": {func(t *testing.T, dir string) []string {
			file := filepath.Join(dir, "file")
			if err := os.WriteFile(file, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			return []string{"DARI_STORE_PATH=" + filepath.Join(file, "data")}
		}, "store.path"},
		"an unknown key": {func(t *testing.T, dir string) []string {
			if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte("server:\n  lisen: 127.0.0.1:1\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			return nil
		}, `config.yaml:2:3: server.lisen: unknown key (did you mean "listen"?)`},
		"a bot whose channel is wrong": {func(t *testing.T, dir string) []string {
			yaml := "bots:\n  - id: hr\n    name: HR\n    engine: {type: echo}\n    channels:\n      - id: nw\n        type: naverworks\n        name: NW\n" +
				"        settings:\n          bot_id: 12x\n"
			if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(yaml), 0o600); err != nil {
				t.Fatal(err)
			}
			return nil
		}, "config.yaml:"},
		"an address list that is wrong": {func(*testing.T, string) []string {
			return []string{"DARI_OUTBOUND_ALLOW_HOSTS=10.0.0.0/99"}
		}, "10.0.0.0/99"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			out, code := command(t, dir, append([]string{"DARI_LOG_LEVEL=error"}, c.prepare(t, dir)...))
			if code == 0 || !strings.Contains(out, c.want) || strings.Contains(out, "goroutine") || strings.Count(strings.TrimSpace(out), "\n") > 0 {
				t.Errorf("exit %d:\n%s", code, out)
			}
		})
	}
}

func TestABackupTakenWhileRunningOpensAndHoldsEverything(t *testing.T) {
	dir := t.TempDir()
	d := start(t, dir)
	newBot(d)
	line := messengers(t)[1]
	line.connect(d, "bot")
	line.say(d, 1, 1, "kept")
	line.saw("kept")
	d.settled()

	copied := t.TempDir()
	file := filepath.Join(copied, "dari.db")
	if out, code := command(t, dir, nil, "backup", file); code != 0 {
		t.Fatalf("exit %d: %s", code, out)
	}
	if out, code := command(t, dir, nil, "backup", file); code == 0 || !strings.Contains(out, "exists") {
		t.Errorf("an existing file: exit %d: %s", code, out)
	}
	key, err := os.ReadFile(filepath.Join(dir, "secret.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(copied, "secret.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	restored := start(t, copied)
	if l := restored.ledger(); l.Accepted != 1 || l.Handled != 1 {
		t.Errorf("ledger %+v", l)
	}
	line.say(restored, 1, 2, "works after the restore")
	line.saw("works after the restore")

	if code := d.stop(); code != 0 {
		t.Errorf("exit %d", code)
	}
	if out, code := command(t, dir, nil, "backup", filepath.Join(copied, "stopped.db")); code != 0 {
		t.Errorf("stopped: exit %d: %s", code, out)
	}
}

func TestTheFirstStartShowsTheWayIn(t *testing.T) {
	dir := t.TempDir()
	d := start(t, dir)
	link, ok := d.out.after("works once: ")
	if !ok || !strings.HasPrefix(link, d.url+"/setup?token=") {
		t.Fatalf("no link in:\n%s", d.out)
	}
	for _, url := range []string{link, d.url + "/web/demo", d.url + "/healthz"} {
		resp, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", url, resp.StatusCode)
		}
	}
	out, code := command(t, dir, nil, "admin-link")
	if code != 0 || !strings.HasPrefix(out, d.url+"/setup?token=") {
		t.Errorf("admin-link: exit %d: %s", code, out)
	}
	d.stop()
	if out, code := command(t, dir, nil, "admin-link"); code == 0 || !strings.Contains(out, "no Dari is running") {
		t.Errorf("admin-link while stopped: exit %d: %s", code, out)
	}
}

func TestBotsOfTheConfigurationFileAreReadOnly(t *testing.T) {
	dir := t.TempDir()
	yaml := "bots:\n  - id: hr\n    name: HR\n    engine: {type: echo}\n    channels:\n      - id: hr-web\n        type: web\n        name: Chat\n"
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	d := start(t, dir)
	d.api(http.MethodGet, "/channels/hr-web", nil, http.StatusOK, nil)
	d.api(http.MethodPatch, "/bots/hr", map[string]any{"name": "X"}, http.StatusConflict, nil)
	d.api(http.MethodDelete, "/channels/hr-web", nil, http.StatusConflict, nil)
	d.stop()
	if err := os.Remove(filepath.Join(dir, "config.yaml")); err != nil {
		t.Fatal(err)
	}
	d = start(t, dir)
	d.api(http.MethodGet, "/channels/hr-web", nil, http.StatusNotFound, nil)
}

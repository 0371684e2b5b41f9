package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"dari/dialog/dialogtest"
)

// refusal runs the program on dir with few rights, and returns the sentence that it ends with.
func refusal(t *testing.T, dir string) string {
	t.Helper()
	cmd := program(dir)
	cmd.Dir = os.TempDir() // dir may not be there
	weaken(t, cmd, dir)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	_ = cmd.Wait()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	last := lines[len(lines)-1]
	if code := cmd.ProcessState.ExitCode(); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	if !strings.HasPrefix(last, "dari: ") || strings.Contains(out.String(), "goroutine ") {
		t.Errorf("want one sentence, got\n%.1000s", &out)
	}
	return last
}

// weaken lets root's rights not count, so that the rights of files do.
func weaken(t *testing.T, cmd *exec.Cmd, dir string) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	const nobody = 65534
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	for _, path := range append(contents(t, dir), dir) {
		if err := os.Lchown(path, nobody, nobody); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // the test's own folder
		t.Fatal(err)
	}
}

func contents(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestAStoreThatMayNotBeWrittenEndsTheStartWithOneSentence(t *testing.T) {
	used := func(t *testing.T) string {
		dir := t.TempDir()
		if code := start(t, dir).stop(); code != 0 {
			t.Fatalf("exit code %d", code)
		}
		return dir
	}
	for name, prepare := range map[string]func(*testing.T) (dir, readOnly string){
		"a directory without a store": func(t *testing.T) (string, string) { dir := t.TempDir(); return dir, dir },
		"a directory that cannot be made": func(t *testing.T) (string, string) {
			dir := t.TempDir()
			return filepath.Join(dir, "data"), dir
		},
		"a store": func(t *testing.T) (string, string) { dir := used(t); return dir, filepath.Join(dir, "dari.db") },
	} {
		t.Run(name, func(t *testing.T) {
			dir, readOnly := prepare(t)
			info, err := os.Stat(readOnly)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(readOnly, info.Mode().Perm()&^0o222); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.Chmod(readOnly, info.Mode().Perm()) })
			said := refusal(t, dir)
			if !strings.Contains(said, dir) || !strings.Contains(said, "store.path") {
				t.Errorf("got %q", said)
			}
		})
	}
}

// filled is a store as a crash leaves it, and how many events were acknowledged. The last thing that it
// has written is an acknowledged event.
func filled(t *testing.T) (dir string, acknowledged int) {
	t.Helper()
	engine := dialogtest.NewHTTPEngine(func(turn dialogtest.HTTPTurn) dialogtest.HTTPAnswer {
		return dialogtest.HTTPAnswer{Hang: turn.Event.Text == "last"}
	})
	t.Cleanup(engine.Close)
	dir = t.TempDir()
	d := start(t, dir)
	d.newEngineBot(engine)
	all := messengers(t)
	const texts = 20
	for _, m := range all {
		m.connect(d, "bot")
		for n := range texts {
			m.say(d, n%5, n+1, numbered(n%5, n+1))
		}
	}
	d.settled()
	all[0].say(d, 6, texts+1, "last")
	d.kill()
	return dir, texts*len(all) + 1
}

func TestADamagedStoreIsRefusedOrHasEverything(t *testing.T) {
	dir, acknowledged := filled(t)
	whole, err := os.ReadFile(filepath.Join(dir, "dari.db"))
	if err != nil {
		t.Fatal(err)
	}
	page := os.Getpagesize()
	last := lastUsed(whole, page)
	garbled := func(number int) []byte {
		b := bytes.Clone(whole)
		for i := number * page; i < (number+1)*page; i++ {
			b[i] ^= 0x5a
		}
		return b
	}
	damaged := map[string][]byte{
		"cut off in the last page in use":        whole[:last*page+page/2],
		"cut off before the last page in use":    whole[:last*page],
		"cut off in the middle":                  whole[:last/2*page],
		"cut off within the first page":          whole[:page/2],
		"the first of its beginnings is garbled": garbled(0), "the second of its beginnings is garbled": garbled(1),
	}
	for back := range 3 {
		damaged[fmt.Sprintf("garbled, %d before the last page in use", back)] = garbled(last - back)
	}
	for eighth := range 7 {
		damaged[fmt.Sprintf("garbled after %d eighths", eighth+1)] = garbled(last * (eighth + 1) / 8)
	}
	for name, file := range damaged {
		t.Run(name, func(t *testing.T) {
			dir := copied(t, dir, file)
			d := launch(t, dir)
			url, opened := d.out.after("callbacks")
			if !opened {
				if said := refusal(t, dir); !strings.Contains(said, "dari.db") || !strings.Contains(said, "backup") {
					t.Errorf("got %q", said)
				}
				return
			}
			d.url = url
			states := d.recount()
			have := states["handled"] + states["failed"] + states["accepted"]
			if l := d.ledger(); l.Accepted != have {
				t.Errorf("the ledger says %+v, the events themselves are %v", l, states)
			}
			if have != acknowledged && !strings.Contains(d.out.String(), "damaged") {
				t.Errorf("%d of %d acknowledged events are there, and nothing is said about it", have, acknowledged)
			}
			d.kill()
		})
	}
}

// lastUsed is the last page that is not empty. The file is made larger in big steps.
func lastUsed(file []byte, page int) int {
	n := len(file) / page
	for n > 0 && len(bytes.Trim(file[(n-1)*page:n*page], "\x00")) == 0 {
		n--
	}
	return n - 1
}

// copied is a directory like dir with another store.
func copied(t *testing.T, dir string, file []byte) string {
	t.Helper()
	to := t.TempDir()
	key, err := os.ReadFile(filepath.Join(dir, "secret.key"))
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"secret.key": key, "dari.db": file} {
		if err := os.WriteFile(filepath.Join(to, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

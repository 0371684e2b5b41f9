package pgtest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// binaries finds the newest PostgreSQL from 15 on.
func binaries() (string, error) {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(dirs, func(a, b string) int { return major(filepath.Dir(b)) - major(filepath.Dir(a)) })
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	for _, dir := range dirs {
		out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
		if m := regexp.MustCompile(`\) (\d+)`).FindSubmatch(out); err == nil && m != nil && major(string(m[1])) >= 15 {
			return dir, nil
		}
	}
	return "", ErrNone
}

func major(path string) int {
	n, _ := strconv.Atoi(filepath.Base(path))
	return n
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// owner is the user whom the server runs as, for PostgreSQL refuses to run as root.
type owner struct {
	uid, gid int
	other    bool // than the user of the test
}

func unprivileged() (owner, error) {
	if os.Getuid() != 0 {
		return owner{}, nil
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		return owner{uid: 65534, gid: 65534, other: true}, nil
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return owner{}, fmt.Errorf("user nobody: %w", err)
	}
	gid, err := strconv.Atoi(u.Gid)
	return owner{uid, gid, true}, err
}

func (o owner) give(path string) error {
	if !o.other {
		return nil
	}
	return os.Chown(path, o.uid, o.gid)
}

// command is one of PostgreSQL's programs, run by its owner in a plain environment.
func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "PG") && !strings.HasPrefix(kv, "LC_") && !strings.HasPrefix(kv, "LANG") {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	cmd.Env = append(cmd.Env, "LC_ALL=C")
	s.who.run(cmd)
	return cmd
}

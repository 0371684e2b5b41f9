package bench

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// program is the program under test, built once.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "dari-bench-test")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "dari")
	if out, err := exec.Command("go", "build", "-o", program, "dari").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "the program does not build: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

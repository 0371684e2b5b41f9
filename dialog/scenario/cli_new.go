package scenario

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// NewCommand is "dari new bot DIR": it writes a commented starter. A directory that holds anything is
// refused. It returns the exit code.
func NewCommand(args []string, stdout, stderr io.Writer) int {
	flags := newFlags("new bot DIR", stderr)
	words, code, ok := parseArgs(flags, args)
	if !ok {
		return code
	}
	if len(words) != 2 || words[0] != "bot" {
		flags.Usage()
		return 2
	}
	if err := writeStarter(words[1]); err != nil {
		fmt.Fprintf(stderr, "dari: %v\n", err)
		return 1
	}
	fmt.Fprintf(stdout, "%s is ready. Talk to it with: dari chat %s\n", words[1], words[1])
	return 0
}

func writeStarter(dir string) error {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is not empty; name a new directory", dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the directory: %w", err)
	}
	for name, b := range Starter() {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			return fmt.Errorf("write the starter: %w", err)
		}
	}
	return nil
}

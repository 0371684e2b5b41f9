package scenario

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// usable tells whether a file of a bot's directory belongs to the bot.
func usable(name string) bool {
	base := filepath.Base(name)
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return false
	}
	switch strings.ToLower(filepath.Ext(base)) {
	case ".yaml", ".yml", ".csv":
		return true
	}
	return false
}

// walk calls each for every file of a bot's directory.
func walk(dir string, each func(path, name string, info fs.FileInfo) error) error {
	n := 0
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if path != dir && strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir
			}
			return nil
		case !usable(path) || !d.Type().IsRegular():
			return nil
		}
		if n++; n > 1000 {
			return errors.New("more than 1000 files")
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		return each(path, filepath.ToSlash(name), info)
	})
}

func stampOf(dir string) (string, error) {
	var b strings.Builder
	err := walk(dir, func(_, name string, info fs.FileInfo) error {
		fmt.Fprintf(&b, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("read the bot's files: %w", plainPath(err))
	}
	return b.String(), nil
}

// ReadDir reads the files of a bot's directory: *.yaml, *.yml and *.csv, also in folders. Names that start
// with a dot or an underscore are left out.
func ReadDir(dir string) (map[string][]byte, error) {
	files, total := map[string][]byte{}, int64(0)
	err := walk(dir, func(path, name string, info fs.FileInfo) error {
		if total += info.Size(); total > maxFiles {
			return fmt.Errorf("the files have more than %d MiB", maxFiles>>20)
		}
		b, err := os.ReadFile(path)
		files[name] = b
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the bot's files: %w", plainPath(err))
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("read the bot's files: there is no .yaml file in %s", filepath.Base(dir))
	}
	return files, nil
}

// plainPath leaves the server's directories out of an error.
func plainPath(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return fmt.Errorf("%s %s: %w", pe.Op, filepath.Base(pe.Path), pe.Err)
	}
	return err
}

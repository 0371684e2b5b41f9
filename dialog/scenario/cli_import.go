package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"dari/dialog"
	"dari/dialog/scenario/importers"
)

// ImportCommand is "dari import SOURCE… BOT_DIR [--from FORMAT] [--locale ko] [--force] [--json]": it writes
// what another system knew as a scenario into a directory and lists what it could not take over. A directory
// that has a bot already gets the new files beside its own; files that are there are never written over
// without --force, and nothing is written when the result would not pass "dari check". It returns the exit
// code.
func ImportCommand(args []string, stdout, stderr io.Writer) int {
	flags := newFlags("import SOURCE... BOT_DIR", stderr)
	from := flags.String("from", "", "the format: "+strings.Join(importers.Formats, ", ")+"; known by the files if left out")
	locale := flags.String("locale", "", "the language of texts that do not say theirs; known by the letters if left out")
	force := flags.Bool("force", false, "write over files of the same names")
	asJSON := flags.Bool("json", false, "print JSON")
	words, code, ok := parseArgs(flags, args)
	switch {
	case !ok:
		return code
	case len(words) < 2, *from != "" && !slices.Contains(importers.Formats, *from), *locale != "" && !isLocale(*locale):
		flags.Usage()
		return 2
	}
	im := imported{Dir: words[len(words)-1], force: *force}
	o := importers.Options{From: *from, Locale: *locale}
	err := im.run(words[:len(words)-1], o)
	if *asJSON {
		err = errors.Join(err, im.json(stdout, err))
	} else if err == nil || len(im.Problems) > 0 {
		im.print(stdout)
	}
	if err != nil {
		fmt.Fprintf(stderr, "dari: %v\n", err)
		return 1
	}
	return 0
}

func isLocale(s string) bool {
	return len(s) >= 2 && len(s) <= 10 && strings.Trim(s[:2], "abcdefghijklmnopqrstuvwxyz") == ""
}

// imported is what an import did.
type imported struct {
	Dir      string           `json:"dir"`
	Files    []string         `json:"files"` // written
	Notes    []importers.Note `json:"notes"`
	Problems []dialog.Problem `json:"problems"` // that stand in the way, or warnings
	importers.Counts
	Error string `json:"error,omitempty"`

	force bool
}

func (im *imported) run(sources []string, o importers.Options) error {
	var files []importers.File
	for _, name := range sources {
		list, err := importers.Open(name)
		if err != nil {
			return err
		}
		files = append(files, list...)
	}
	there, err := botFiles(im.Dir)
	if err != nil {
		return err
	}
	s, _ := build(there)
	o.ID = strings.TrimSuffix(filepath.Base(im.Dir), string(filepath.Separator))
	if o.Whole = s.bot.line == 0; !o.Whole {
		o.Locale, o.Locales = first(o.Locale, s.bot.locale), s.bot.locales
	}
	commands := s.commandList()
	o.Same, o.Command = normalize, func(text string) bool { return commands[normalize(text)] != "" }
	found, err := importers.Import(files, o)
	if err != nil {
		return err
	}
	im.Notes, im.Counts = found.Notes, found.Counts
	return im.write(found.Files, there)
}

// botFiles are those of a directory, which need not be there yet.
func botFiles(dir string) (map[string][]byte, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.IsDir():
		return nil, fmt.Errorf("%s is a file; name the directory of the bot last", dir)
	}
	files := map[string][]byte{}
	err = walk(dir, func(path, name string, _ fs.FileInfo) error {
		b, err := os.ReadFile(path)
		files[name] = b
		return err
	})
	return files, err
}

// write checks the bot with the new files in it, and writes them.
func (im *imported) write(files, there map[string][]byte) error {
	var taken []string
	for name := range files {
		if _, err := os.Lstat(filepath.Join(im.Dir, name)); err == nil && !im.force {
			taken = append(taken, filepath.Join(im.Dir, name))
		}
	}
	if slices.Sort(taken); len(taken) > 0 {
		return fmt.Errorf("%s would be written over; name another directory, or use --force", strings.Join(taken, ", "))
	}
	all := maps.Clone(files)
	for name, b := range there {
		if _, replaced := files[name]; !replaced {
			all[name] = b
		}
	}
	im.Problems = Check(all)
	if n := mistakesIn(im.Problems); n > 0 {
		return fmt.Errorf("nothing was written: with the imported files the bot would have %d mistakes", n)
	}
	if err := os.MkdirAll(im.Dir, 0o755); err != nil {
		return fmt.Errorf("make the directory: %w", err)
	}
	for _, name := range sortedKeys(files) {
		if err := replaceFile(filepath.Join(im.Dir, name), files[name], im.force); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		im.Files = append(im.Files, name)
	}
	return nil
}

func mistakesIn(list []dialog.Problem) (n int) {
	for _, p := range list {
		if !p.Warning {
			n++
		}
	}
	return n
}

// replaceFile writes a file, with over in one step in place of the one that is there. Without it, one that has
// come meanwhile stays.
func replaceFile(path string, b []byte, over bool) error {
	to := path
	if over {
		to += ".new"
	}
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Close()); err == nil && over {
		err = os.Rename(to, path)
	}
	if err != nil {
		os.Remove(to)
	}
	return err
}

func (im *imported) json(w io.Writer, err error) error {
	if err != nil {
		im.Error = err.Error()
	}
	if im.Notes == nil {
		im.Notes = []importers.Note{}
	}
	if im.Problems == nil {
		im.Problems = []dialog.Problem{}
	}
	if im.Files == nil {
		im.Files = []string{}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(im)
}

func (im *imported) print(w io.Writer) {
	for _, n := range im.Notes {
		fmt.Fprintln(w, n)
	}
	for _, p := range im.Problems {
		if !p.Warning {
			fmt.Fprintln(w, p)
		}
	}
	if len(im.Files) == 0 {
		return
	}
	fmt.Fprintf(w, "%s: %s\n", im.Dir, strings.Join(im.Files, ", "))
	fmt.Fprintf(w, "%d intents, %d questions, %d sentences, %d entities, %d flows, %d tests; %d things were not taken over as they were\n",
		im.Intents, im.Questions, im.Examples, im.Entities, im.Flows, im.Tests, len(im.Notes))
	fmt.Fprintf(w, "go on with: dari check %s\n", im.Dir)
}

// Package words holds the texts that people read, in the languages that they read.
//
// The texts lie in locales/<language>/*.json, one file per concern, each a flat object from key to text.
// {name} places in a text are filled when it is said.
package words

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"dari/bot/check"
)

//go:embed locales
var files embed.FS

// Language is a language that Dari speaks; Name is what it calls itself.
type Language struct{ Code, Name string }

// Languages are all of them, in the order of the switch.
var Languages = []Language{{"ko", "한국어"}, {"ja", "日本語"}, {"en", "English"}}

// Default is the language of whoever asks for none that Dari speaks.
const Default = "en"

// Words are the texts of one language by key. They must not be changed.
type Words map[string]string

// all is loaded once; files that cannot be read are a mistake of the build.
var all = sync.OnceValue(func() map[string]Words {
	loaded, err := load(files)
	if err != nil {
		panic(err)
	}
	return loaded
})

func load(files fs.FS) (map[string]Words, error) {
	loaded := map[string]Words{}
	for _, l := range Languages {
		names, err := fs.Glob(files, path.Join("locales", l.Code, "*.json"))
		if err == nil && len(names) == 0 {
			err = fmt.Errorf("no texts in %s", l.Name)
		}
		if err != nil {
			return nil, err
		}
		w := Words{}
		for _, name := range names {
			if err := w.read(files, name); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		loaded[l.Code] = w
	}
	return loaded, nil
}

func (w Words) read(files fs.FS, name string) error {
	b, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	var texts map[string]string
	if err := json.Unmarshal(b, &texts); err != nil {
		return err
	}
	for key, text := range texts {
		if _, taken := w[key]; taken {
			return fmt.Errorf("%s stands in another file too", key)
		}
		w[key] = text
	}
	return nil
}

// In returns the texts of a language, those of Default for one that Dari does not speak.
func In(lang string) Words {
	if w, ok := all()[lang]; ok {
		return w
	}
	return all()[Default]
}

// Say returns the text of key; pairs of name and value fill its {name} places. A key without text is an
// error, which is a mistake of the build.
func (w Words) Say(key string, pairs ...any) (string, error) {
	text, ok := w[key]
	if !ok {
		return "", fmt.Errorf("there is no text %q", key)
	}
	fill := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		fill = append(fill, "{"+fmt.Sprint(pairs[i])+"}", fmt.Sprint(pairs[i+1]))
	}
	return strings.NewReplacer(fill...).Replace(text), nil
}

// Under returns the texts whose key starts with prefix, by the rest of the key.
func (w Words) Under(prefix string) Words {
	out := Words{}
	for key, text := range w {
		if rest, ok := strings.CutPrefix(key, prefix); ok {
			out[rest] = text
		}
	}
	return out
}

// Check returns the sentence of a check. A code without sentence, as only a test can meet one, is
// returned as it is.
func Check(lang string, c check.Check) string {
	var pairs []any
	for _, name := range slices.Sorted(maps.Keys(c.Params)) {
		pairs = append(pairs, name, c.Params[name])
	}
	text, err := In(lang).Say("check."+c.Code, pairs...)
	if err != nil {
		return c.Code
	}
	return text
}

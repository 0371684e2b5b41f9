package scenario

import (
	"embed"
	"io/fs"
	"path"
)

//go:embed demo/*.yaml
var demoFiles embed.FS

//go:embed starter/*.yaml
var starterFiles embed.FS

// Demo returns the files of the bot that answers when a bot has no files of its own: an office helper in
// Korean, Japanese and English.
func Demo() map[string][]byte { return embedded(demoFiles, "demo") }

// Starter returns the files that "dari new bot" writes.
func Starter() map[string][]byte { return embedded(starterFiles, "starter") }

func embedded(fsys fs.FS, dir string) map[string][]byte {
	out := map[string][]byte{}
	entries, _ := fs.ReadDir(fsys, dir) // the folder is part of the program
	for _, e := range entries {
		b, err := fs.ReadFile(fsys, path.Join(dir, e.Name()))
		if err == nil {
			out[e.Name()] = b
		}
	}
	return out
}

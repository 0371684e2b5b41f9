package importers

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// maxEntries bounds the files of a directory or archive.
const maxEntries = 20_000

// readable are the endings of files that an importer reads.
var readable = map[string]bool{".csv": true, ".tsv": true, ".txt": true, ".xlsx": true, ".yaml": true, ".yml": true, ".json": true}

// Open reads the files of a path: a file, the files of a directory, or those of a ZIP archive. Archives are
// unpacked in memory, up to 64 MiB.
func Open(name string) ([]File, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read what is to be imported: %w", err)
	case info.IsDir():
		return openDir(name)
	case info.Size() > maxTotal:
		return nil, fmt.Errorf("%s has more than %d MiB; import it in parts", name, maxTotal>>20)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read what is to be imported: %w", err)
	}
	if strings.EqualFold(filepath.Ext(name), ".zip") {
		return Unzip(name, b)
	}
	return []File{{name, b}}, nil
}

func openDir(dir string) (files []File, err error) {
	budget := int64(maxTotal)
	err = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && p != dir:
			return fs.SkipDir
		case !d.Type().IsRegular() || !readable[strings.ToLower(filepath.Ext(p))]:
			return nil
		case len(files) == maxEntries:
			return fmt.Errorf("more than %d files", maxEntries)
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if budget -= info.Size(); budget < 0 {
			return fmt.Errorf("the files have more than %d MiB; import them in parts", maxTotal>>20)
		}
		b, err := os.ReadFile(p)
		files = append(files, File{p, b})
		return err
	})
	if err == nil && len(files) == 0 {
		err = errors.New("there is nothing that can be imported")
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", dir, err)
	}
	return files, nil
}

// Unzip unpacks an archive. Names lead nowhere: nothing is written by them.
func Unzip(name string, b []byte) (files []File, err error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, fmt.Errorf("%s is no ZIP archive that can be read: %w", name, err)
	}
	if len(z.File) > maxEntries {
		return nil, fmt.Errorf("%s has more than %d files", name, maxEntries)
	}
	budget := int64(maxTotal)
	for _, f := range z.File {
		if f.FileInfo().IsDir() || !readable[strings.ToLower(path.Ext(f.Name))] {
			continue
		}
		data, err := unpack(f, budget)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", name, f.Name, err)
		}
		budget -= int64(len(data))
		files = append(files, File{f.Name, data})
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: there is nothing in it that can be imported", name)
	}
	return files, nil
}

// unpack counts what comes out; what the archive says about sizes may be a lie.
func unpack(f *zip.File, budget int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, budget+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(data)) > budget:
		return nil, fmt.Errorf("the archive has more than %d MiB unpacked", maxTotal>>20)
	}
	return data, nil
}

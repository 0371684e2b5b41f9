package scenario

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dari/dialog/scenario/importers"
)

func zipOf(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range sortedKeys(files) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(files[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestASourceThatCannotBeReadIsRefusedWithItsPlace(t *testing.T) {
	for _, row := range []struct{ name, file, data, want string }{
		{"a block that does not end", "a.csv", ">START_INTENT\n>>START_NAME\nx\n>>END_NAME\n", "a.csv:1: the block >START_INTENT has no >END_INTENT"},
		{"a block inside a block", "a.csv", ">START_INTENT\n>START_ENTITY\n", "a.csv:2: the block >START_INTENT of line 1 has not ended"},
		{"a section that does not end", "a.csv", ">START_INTENT\n>>START_NAME\nx\n>END_INTENT\n", "a.csv:4: the section >>START_NAME has not ended"},
		{"an end without a beginning", "a.csv", ">START_INTENT\n>>END_NAME\n", "a.csv:2: >>END_NAME ends nothing"},
		{"a section of another block", "a.csv", ">START_ENTITY\n>>START_SENTENCE\n", "a.csv:2: a block ENTITY has no section SENTENCE; it has NAME ENTRY"},
		{"an unknown block", "a.csv", ">START_INTENT\n>>START_NAME\nx\n>>END_NAME\n>>START_SENTENCE\ny\n>>END_SENTENCE\n>END_INTENT\n>START_FLOW\n", "a.csv:9: there is no block FLOW"},
		{"sentences before the name", "a.csv", ">START_INTENT\n>>START_SENTENCE\n", "a.csv:2: the block needs its >>START_NAME"},
		{"an intent without sentences", "a.csv", ">START_INTENT\n>>START_NAME\nx\n>>END_NAME\n>END_INTENT\n", `a.csv:1: the intent "x" has no sentences`},
		{"an entity without entries", "a.csv", ">START_ENTITY\n>>START_NAME\nx\n>>END_NAME\n>END_ENTITY\n", `a.csv:1: the entity "x" has no entries`},
		{"no columns of a FAQ", "a.csv", "name,age\nkim,3\n", "a.csv:1: the first line must name the columns question and answer"},
		{"an empty table", "a.csv", "\n\n", "a.csv:1: the table is empty"},
		{"a menu without entries", "a.csv", "ID,1depth,message\n", "a.csv:1: the menu has no entries"},
		{"a quote that stays open", "a.csv", "question,answer\na,b\n\"x,y\n", "a.csv:3: the line cannot be read as CSV"},
		{"another encoding", "a.csv", "question,answer\n\xc1\xd6\xc2\xf7,x\n", "a.csv:2: the file is not UTF-8; save it as"},
		{"no YAML", "a.yml", "nlu: [\n", "a.yml:2: the file is not YAML"},
		{"YAML of something else", "a.yml", "services: {}\n", "a.yml:1: no file has one of the keys nlu"},
		{"aliases that multiply the file", "a.yml", aliasBomb(), "the aliases of the file multiply it"},
		{"an alias of itself", "a.yml", "nlu: &a [*a]\n", "a.yml:1: "},
		{"no JSON", "a.json", "{\n\"a\": 1,\n}\n", "a.json:3: the file is not JSON"},
		{"JSON with a tail", "a.json", "{}\n{}\n", "a.json:2: there is something behind the end of the JSON"},
		{"JSON nested deeply", "a.json", strings.Repeat("[", 100_000), "nested too deeply"},
		{"JSON of something else", "a.json", "{\"a\": 1}\n", "a.json:1: this is no exported agent"},
		{"no workbook", "a.xlsx", "hello", "a.xlsx:1: the file is no XLSX workbook that can be read"},
		{"too many rows", "a.csv", "question,answer\n" + strings.Repeat("q,a\n", 60_000), "a.csv:50001: the table has more than 50000 rows"},
		{"too many intents", "a.csv", strings.Repeat(">START_INTENT\n>>START_NAME\n\n>>END_NAME\n>END_INTENT\n", 1) + manyIntents(), "a.csv:"},
		{"something else", "a.txt", "hello", "a.txt:1: nothing here can be imported; name the format with --from danbee|"},
	} {
		t.Run(row.name, func(t *testing.T) {
			found, err := importers.Import([]importers.File{{Name: row.file, Data: []byte(row.data)}}, importOptions(nil))
			var f *importers.Fault
			if !errors.As(err, &f) || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want %q", err, row.want)
			}
			if len(found.Files) > 0 {
				t.Errorf("files %v", sortedKeys(found.Files))
			}
		})
	}
}

// aliasBomb is a YAML file of a hundred bytes that stands for a billion nodes.
func aliasBomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 8 {
		n := string(rune('0' + i))
		next := string(rune('1' + i))
		b.WriteString("a" + next + ": &a" + next + " [" + strings.Repeat("*a"+n+", ", 9) + "*a" + n + "]\n")
	}
	return b.String() + "nlu: *a8\n"
}

func manyIntents() string {
	var b strings.Builder
	for i := range 5_001 {
		name := strings.Repeat("x", i%50) + string(rune('가'+i))
		b.WriteString(">START_INTENT\n>>START_NAME\n" + name + "\n>>END_NAME\n>>START_SENTENCE\n" + name + "\n>>END_SENTENCE\n>END_INTENT\n")
	}
	return b.String()
}

// blanks is an archive of 65 MiB of blanks.
func blanks(t testing.TB, name string) []byte {
	t.Helper()
	var piece, b bytes.Buffer
	d, err := flate.NewWriter(&piece, flate.BestCompression)
	if err == nil {
		_, err = d.Write(bytes.Repeat([]byte(" "), 1<<20))
	}
	if err = errors.Join(err, d.Flush()); err != nil { // up to here the stream can be repeated
		t.Fatal(err)
	}
	stream := bytes.Repeat(piece.Bytes(), 65)
	z := zip.NewWriter(&b)
	w, err := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CompressedSize64: uint64(len(stream)), UncompressedSize64: 65 << 20})
	if err == nil {
		_, err = w.Write(stream)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestArchivesAreBounded(t *testing.T) {
	huge := blanks(t, "intents/a.json")
	many := map[string]string{}
	for i := range 20_001 {
		many[fmt.Sprintf("intents/%d.json", i)] = ""
	}
	for _, row := range []struct {
		name string
		data []byte
		want string
	}{
		{"an archive that unpacks to more than its limit", huge, "more than 64 MiB unpacked"},
		{"an archive of many files", zipOf(t, many), "more than 20000 files"},
		{"no archive", []byte("hello"), "is no ZIP archive"},
		{"an archive of pictures", zipOf(t, map[string]string{"a.png": "x"}), "nothing in it that can be imported"},
	} {
		t.Run(row.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "agent.zip")
			if err := os.WriteFile(file, row.data, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := importers.Open(file); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want %q", err, row.want)
			}
		})
	}
	t.Run("a workbook whose sheet unpacks to more than its limit", func(t *testing.T) {
		_, err := importers.Import([]importers.File{{Name: "a.xlsx", Data: blanks(t, "xl/worksheets/sheet1.xml")}}, importOptions(nil))
		if err == nil || !strings.Contains(err.Error(), "a.xlsx:1: the file is no XLSX workbook that can be read: it has more than 64 MiB unpacked") {
			t.Errorf("got %v", err)
		}
	})
}

func TestAnExportedAgentIsReadFromItsArchive(t *testing.T) {
	files := map[string]string{}
	err := filepath.WalkDir(samples+"dialogflow", func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		files[strings.TrimPrefix(p, samples+"dialogflow/")] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "agent.zip")
	if err := os.WriteFile(file, zipOf(t, files), 0o600); err != nil {
		t.Fatal(err)
	}
	_, packed, _ := bring(t, file)
	_, loose, _ := bring(t, samples+"dialogflow")
	if Revision(packed) != Revision(loose) {
		t.Errorf("the archive gives other files than the directory: %v", Diff(loose, packed))
	}
}

package scenario

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"dari/dialog/scenario/importers"
)

// anySource imports a hostile source: it is refused with a place, or what comes out has no mistakes.
func anySource(t *testing.T, files []importers.File, from string) {
	o := importOptions(nil)
	o.From = from
	found, err := importers.Import(files, o)
	if err != nil {
		var f *importers.Fault
		if !errors.As(err, &f) || f.File == "" || f.Line < 1 || f.Message == "" {
			t.Errorf("%#v", err)
		}
		return
	}
	for _, n := range found.Notes {
		if n.File == "" || n.Line < 1 || n.Message == "" {
			t.Errorf("%+v", n)
		}
	}
	for _, p := range Check(found.Files) {
		if !p.Warning && p.Code != "too_large" {
			t.Errorf("%s\n%s", p, found.Files[p.File])
		}
	}
}

// fuzzFile fuzzes a format that is one file.
func fuzzFile(f *testing.F, from, name string, seeds ...string) {
	for _, pattern := range seeds {
		paths, err := filepath.Glob(samples + pattern)
		if err != nil || len(paths) == 0 {
			f.Fatalf("%s: %v, %v", pattern, paths, err)
		}
		for _, p := range paths {
			b, err := os.ReadFile(p)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		anySource(t, []importers.File{{Name: name, Data: b}}, from)
	})
}

func FuzzImportDanbee(f *testing.F) { fuzzFile(f, importers.Danbee, "f.csv", "danbee/*.csv") }

func FuzzImportMenu(f *testing.F) { fuzzFile(f, importers.Menu, "f.csv", "menu/*.csv") }

func FuzzImportFAQ(f *testing.F) { fuzzFile(f, importers.FAQ, "f.csv", "faq/*.csv") }

func FuzzImportRasa(f *testing.F) {
	f.Add([]byte("nlu: &a [*a]"))
	f.Add([]byte("a: &a [x, x]\nb: &b [*a, *a]\nnlu: [*b, *b]"))
	fuzzFile(f, importers.Rasa, "f.yml", "rasa/*.yml", "rasa/data/*.yml")
}

// FuzzImportDialogflow gives the same bytes as an intent, its phrases, an entity and its entries.
func FuzzImportDialogflow(f *testing.F) {
	for _, p := range []string{"intents/room.book", "entities/room"} {
		head, err := os.ReadFile(samples + "dialogflow/" + p + ".json")
		if err != nil {
			f.Fatal(err)
		}
		part, err := os.ReadFile(samples + "dialogflow/" + map[string]string{"intents/room.book": "intents/room.book_usersays_ko", "entities/room": "entities/room_entries_ko"}[p] + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(head, part)
	}
	f.Fuzz(func(t *testing.T, head, part []byte) {
		anySource(t, []importers.File{
			{Name: "intents/room.book.json", Data: head},
			{Name: "intents/room.book_usersays_ko.json", Data: part},
			{Name: "entities/room.json", Data: head},
			{Name: "entities/room_entries_ko.json", Data: part},
		}, "")
	})
}

func FuzzImportArchive(f *testing.F) {
	f.Add(workbook(f, [][]string{{"question", "answer"}, {"주차", "지하"}}))
	f.Add(workbook(f, [][]string{{"ID", "1depth", "message"}, {"1", "요금", "안내"}}))
	f.Add(zipOf(f, map[string]string{"agent.json": `{"language": "ko"}`, "intents/a.json": `{"name": "a", "events": [{"name": "x"}], "responses": [{"messages": [{"type": "0", "speech": "hi"}]}]}`}))
	f.Fuzz(func(t *testing.T, b []byte) {
		anySource(t, []importers.File{{Name: "f.xlsx", Data: b}}, "")
		if files, err := importers.Unzip("f.zip", b); err == nil {
			anySource(t, files, "")
		}
	})
}

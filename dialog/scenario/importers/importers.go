// Package importers turns bots of other systems into the files of a scenario.
package importers

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Formats that can be read, by the name that --from takes.
const (
	Danbee     = "danbee"      // upload text of intents and entities
	Menu       = "danbee-menu" // spreadsheet of a button menu: ID, 1depth … 5depth, message or action
	Rasa       = "rasa"        // training data and domain
	Dialogflow = "dialogflow"  // an exported ES agent
	FAQ        = "faq"         // spreadsheet of questions and answers
)

// Formats lists them in the order of the usage.
var Formats = []string{Danbee, Menu, Rasa, Dialogflow, FAQ}

// File is one file of a source. Name is what notes and errors call it.
type File struct {
	Name string
	Data []byte
}

// Options say what the files themselves do not.
type Options struct {
	From   string // one of Formats; "" means by what each file looks like
	Locale string // of texts that do not say theirs; "" means by their letters
	// Locales are those of the bot that the files are to join.
	Locales []string
	ID      string // of the bot
	// Whole leaves out the section "bot" when false: the files are to join those of a bot.
	Whole bool
	// Same is a sentence as it is compared, "" if it has nothing to compare.
	Same func(string) string
	// Command tells whether a sentence is understood before any intent.
	Command func(string) bool
}

// Note is something that could not be taken over, or only in part, and what to do about it.
type Note struct {
	File    string `json:"file"`
	Line    int    `json:"line"` // from 1
	Message string `json:"message"`
}

func (n Note) String() string { return fmt.Sprintf("%s:%d: %s", n.File, n.Line, n.Message) }

// Fault is input that cannot be read at all. Its text names the file and the line.
type Fault Note

func (f *Fault) Error() string { return Note(*f).String() }

// Result is a bot.
type Result struct {
	Files map[string][]byte
	Notes []Note // in the order of the files and lines
	Counts
}

// Counts tell how much was taken over.
type Counts struct {
	Intents   int `json:"intents"`
	Examples  int `json:"examples"`
	Entities  int `json:"entities"`
	Questions int `json:"questions"`
	Flows     int `json:"flows"`
	Tests     int `json:"tests"`
}

// maxTotal bounds what is read, unpacked, in bytes. A scenario may have 16 MiB of files.
const maxTotal = 64 << 20

// Import reads files of one bot, of one format or several. What cannot be read at all is a *Fault.
func Import(files []File, o Options) (r Result, err error) {
	b := newBot(o)
	defer func() { // readers give up by b.fail, deep inside their trees
		if p := recover(); p != nil {
			f, ours := p.(*Fault)
			if !ours {
				panic(p)
			}
			err = f
		}
	}()
	total := 0
	groups := map[string][]File{}
	for _, f := range files {
		if total += len(f.Data); total > maxTotal {
			b.fail(place{f.Name, 1}, "the files have more than %d MiB; import them in parts", maxTotal>>20)
		}
		if format := b.formatOf(f, files); format != "" {
			groups[format] = append(groups[format], f)
		}
	}
	if len(groups) == 0 {
		name := ""
		if len(files) > 0 {
			name = files[0].Name
		}
		b.fail(place{name, 1}, "nothing here can be imported; name the format with --from %s", strings.Join(Formats, "|"))
	}
	for _, reader := range []struct {
		format string
		read   func(*bot, []File)
	}{{Danbee, readDanbee}, {Rasa, readRasa}, {Dialogflow, readDialogflow}, {FAQ, readFAQs}, {Menu, readMenus}} {
		if list := groups[reader.format]; len(list) > 0 {
			reader.read(b, list)
		}
	}
	b.settle()
	r.Counts = b.counts()
	if r.Counts == (Counts{}) {
		b.fail(place{files[0].Name, 1}, "there is nothing in it that can be taken over")
	}
	r.Files = b.write()
	r.Notes = b.notes
	slices.SortStableFunc(r.Notes, func(x, y Note) int { return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line)) })
	return r, nil
}

// formatOf says by which reader a file is read; "" when it holds nothing for any of them.
func (b *bot) formatOf(f File, all []File) string {
	if b.From != "" {
		return b.From
	}
	head := f.Data[:min(len(f.Data), 1<<16)]
	switch ext := strings.ToLower(path.Ext(f.Name)); ext {
	case ".json":
		return Dialogflow
	case ".yaml", ".yml":
		return Rasa
	case ".xlsx", ".csv", ".tsv", ".txt":
		if danbeeMark.Match(head) {
			return Danbee
		}
		if ext == ".txt" {
			break
		}
		if isMenu(firstRows(f)) {
			return Menu
		}
		return FAQ
	}
	if len(all) == 1 {
		return ""
	}
	b.note(place{f.Name, 1}, "the file is of no known kind and was left out")
	return ""
}

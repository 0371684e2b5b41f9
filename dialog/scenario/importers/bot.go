package importers

import (
	"fmt"
	"strings"
)

// place is where something stood in the source.
type place struct {
	file string
	line int
}

// bot is what the readers fill and the writer writes.
type bot struct {
	Options
	name     string // of the bot
	locale   string
	locales  []string
	zone     string
	welcome  string
	fallback texts

	intents   []*intent
	entities  []*entity
	questions []*question
	flows     []*flow
	tests     []test
	menus     []*flow // to be opened by a word

	notes []Note
	once  map[string]bool

	intentOf map[string]*intent // by name and by id
	entityOf map[string]*entity
	flowOf   map[string]*flow
	suffix   map[string]int // the last one given to a flow's name
	sentence int            // how many there are
}

type intent struct {
	place
	name     string
	label    texts
	examples []example
	patterns []string
	silent   bool // nothing answers it, which is as it should be
}

// example is a sentence in parts; those with an entity are marked.
type example struct {
	place
	locale string
	parts  []part

	plain, marked string // as it is said and as it is written, once settled
	command       bool   // something else takes it before any intent
}

// part is a piece of a sentence. Value is what the source says that its words mean.
type part struct{ text, entity, value string }

func (e example) text() string {
	var b strings.Builder
	for _, p := range e.parts {
		b.WriteString(p.text)
	}
	return b.String()
}

type entity struct {
	place
	name    string
	kind    string // enum or pattern
	values  []*value
	pattern string
	fuzzy   bool
	words   map[string]*value // every word, as it is compared
}

type value struct {
	id       string
	synonyms []string
}

type question struct {
	place
	id     string
	asked  []example
	answer texts
}

// texts are variants by locale, "" for every locale. They are templates: other people's braces are escaped.
type texts map[string][]string

func (t texts) add(locale string, variants ...string) {
	for _, v := range variants {
		if v = strings.TrimSpace(clean(v)); v != "" {
			t[locale] = append(t[locale], v)
		}
	}
}

type flow struct {
	place
	name    string
	label   texts
	intents []string
	events  []string
	params  []param
	steps   []step
}

// param is a value that the opening sentence may bring.
type param struct{ name, entity string }

// test is a conversation that must work after the import.
type test struct {
	name, locale string
	said         string
	taps         []string
	menu         *flow // whose opening comes before the taps
	intent, flow string
	by           string
	contains     string
}

func newBot(o Options) *bot {
	if o.Same == nil {
		o.Same = func(s string) string { return strings.ToLower(oneLine(s)) }
	}
	if o.Command == nil {
		o.Command = func(string) bool { return false }
	}
	return &bot{
		Options: o, name: o.ID, once: map[string]bool{}, fallback: texts{},
		intentOf: map[string]*intent{}, entityOf: map[string]*entity{}, flowOf: map[string]*flow{}, suffix: map[string]int{},
	}
}

// maxNotes bounds the list that a person would have to read.
const maxNotes = 1000

func (b *bot) note(p place, format string, args ...any) {
	if len(b.notes) == maxNotes {
		b.notes = append(b.notes, Note{p.file, p.line, "there is more that was not taken over"})
	}
	if len(b.notes) < maxNotes {
		b.notes = append(b.notes, Note{p.file, max(p.line, 1), oneLine(fmt.Sprintf(format, args...))})
	}
}

// noteOnce notes something that the same source would repeat.
func (b *bot) noteOnce(key string, p place, format string, args ...any) {
	if !b.once[key] {
		b.once[key] = true
		b.note(p, format, args...)
	}
}

// fail gives up; Import returns the fault.
func (b *bot) fail(p place, format string, args ...any) {
	panic(&Fault{p.file, max(p.line, 1), oneLine(fmt.Sprintf(format, args...))})
}

// Limits of what one bot may have. They keep what is written within the limits of a scenario.
const (
	maxIntents   = 5_000
	maxSentences = 100_000
	maxFlows     = 10_000
	maxWords     = 200_000 // of one entity
)

// intent finds an intent by its name, or makes one.
func (b *bot) intent(p place, name string) *intent {
	name = b.called(p, name, "intent")
	asked := name
	if name == refused {
		name += "_intent"
	}
	if in := b.intentOf[name]; in != nil && in.name == name {
		return in
	}
	if name != asked {
		b.note(p, "the intent %q is called %q: here %q is what must not be understood", asked, name, asked)
	}
	if len(b.intents) == maxIntents {
		b.fail(p, "there are more than %d intents; import them in parts", maxIntents)
	}
	in := &intent{place: p, name: name, label: texts{}}
	b.intents = append(b.intents, in)
	b.intentOf[name] = in
	b.known(in, asked)
	return in
}

// refused is the intent whose sentences a scenario does not understand on purpose.
const refused = "oos"

// refusal finds or makes that intent.
func (b *bot) refusal(p place) *intent {
	for _, in := range b.intents {
		if in.silent {
			return in
		}
	}
	in := &intent{place: p, name: refused, label: texts{}, silent: true}
	b.intents = append(b.intents, in)
	return in
}

// known lets other files call the intent by an id.
func (b *bot) known(in *intent, id string) {
	if id = oneLine(clean(id)); id != "" && b.intentOf[id] == nil {
		b.intentOf[id] = in
	}
}

// example adds a sentence to an intent.
func (b *bot) example(in *intent, e example) {
	b.count(e.place)
	in.examples = append(in.examples, e)
}

func (b *bot) count(p place) {
	if b.sentence++; b.sentence > maxSentences {
		b.fail(p, "there are more than %d sentences; import them in parts", maxSentences)
	}
}

// enum finds or makes an entity with values.
func (b *bot) enum(p place, name string) *entity {
	name = entityName(b.called(p, name, "entity"))
	if e := b.entityOf[name]; e != nil {
		return e
	}
	e := &entity{place: p, name: name, kind: "enum", words: map[string]*value{}}
	b.entities = append(b.entities, e)
	b.entityOf[name] = e
	return e
}

// add gives a value of an enum more words. A word that means another value already stays there.
func (e *entity) add(id string, words ...string) {
	id = oneLine(clean(id))
	if id == "" || len(e.words) > maxWords {
		return
	}
	v := e.words[fold(id)]
	if v == nil {
		v = &value{id: id}
		e.values = append(e.values, v)
		e.words[fold(id)] = v
	}
	for _, w := range words {
		if w = oneLine(clean(w)); w != "" && e.words[fold(w)] == nil {
			v.synonyms = append(v.synonyms, w)
			e.words[fold(w)] = v
		}
	}
}

// called is a usable name.
func (b *bot) called(p place, name, what string) string {
	name = oneLine(clean(name))
	if name == "" {
		name = fmt.Sprintf("%s-%d", what, p.line)
	}
	return clip(name, 100)
}

// newFlow makes a flow with a name that no other has.
func (b *bot) newFlow(p place, name string) *flow {
	name = strings.TrimLeft(b.called(p, name, "flow"), "@")
	if name == "" || name == "end" || name == "start" {
		name += "_flow"
	}
	unique := name
	for b.flowOf[unique] != nil {
		b.suffix[name]++
		unique = fmt.Sprintf("%s_%d", name, b.suffix[name]+1)
	}
	if len(b.flows) == maxFlows {
		b.fail(p, "there are more than %d flows; import them in parts", maxFlows)
	}
	f := &flow{place: p, name: unique, label: texts{}}
	b.flows = append(b.flows, f)
	b.flowOf[unique] = f
	return f
}

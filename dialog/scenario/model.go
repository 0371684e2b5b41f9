package scenario

import (
	"regexp"
	"time"
)

// pos is a place in the bot's files. Lines and columns count from 1, columns in runes.
type pos struct {
	file      string
	line, col int
}

// word is a name together with the place where it was written.
type word struct {
	v string
	pos
}

// script is everything that the files of one bot say.
type script struct {
	bot      botSpec
	messages map[string]*text
	entities map[string]*entitySpec
	intents  map[string]*intentSpec
	flows    map[string]*flow
	tables   map[string]*table
	faq      []*faqSpec
	tests    []*testSpec

	// Names in the order of the files, so that everything derived from them is the same every time.
	entityOrder, intentOrder, flowOrder []string

	texts  []*text       // all texts, for the checks
	exprs  []*expression // all expressions, to be compiled once every name is known
	tmpls  []*tmpl       // all templates
	varSet map[string]bool
	usrSet map[string]bool
}

// botSpec is the section "bot".
type botSpec struct {
	pos
	id        string
	locale    string
	locales   []string
	zone      *time.Location
	constants map[string]any
	channels  []word // types of channel whose limits the texts must keep

	idle      time.Duration
	onTimeout *flow
	carryOver []word

	match, confirm, margin float64 // below 0: to be found from the examples
	maxChoices             int
	hoursFrom, hoursTo     int // ambiguous hours are taken from this span of the day

	welcome  word
	fallback []*flow
	onError  *flow
	onHelp   *flow
	commands map[string]map[string][]string // command → locale → words
}

// entitySpec is one entry of "entities".
type entitySpec struct {
	pos
	name    string
	kind    string
	values  []*enumValue
	pattern *regexp.Regexp
	fuzzy   string
	open    bool
	maxLen  int
}

// enumValue is one value of an enum.
type enumValue struct {
	pos
	id                        string
	label, subtitle, imageURL *text
	synonyms                  []string
}

func (e *entitySpec) value(id string) *enumValue {
	for _, v := range e.values {
		if v.id == id {
			return v
		}
	}
	return nil
}

// intentSpec is one entry of "intents".
type intentSpec struct {
	pos
	name         string
	label        *text
	examples     map[string][]example
	patterns     []*regexp.Regexp
	priority     int
	disambiguate bool
}

// example is a sentence of an intent with its mark-up taken out.
type example struct {
	word
	marks []mark
}

// mark is one "[text](entity)" of an example.
type mark struct {
	text   string
	entity word
}

// faqSpec is a question that is answered without a flow.
type faqSpec struct {
	pos
	q    map[string][]word
	a    *text
	tags []string
}

// table is a read-only sheet that flows look things up in.
type table struct {
	pos
	rows []map[string]any
	cols map[string]bool
}

// flow is a named list of steps. The blocks of "fallback", "on_timeout" and the like are flows too,
// with names that start with "@".
type flow struct {
	pos
	name     string
	label    *text
	intents  []word
	events   []word
	data     []string // postbacks
	commands []word
	when     *expression
	params   []param
	noDig    bool
	resume   string // ask, auto or never; "" = ask
	body     *block

	code   []op
	labels map[string]int // step id → its place in code
	asks   []*askStep     // in the order of the file
	slots  map[string]*slotSpec
	called phrases // words by which people name it
}

// param is a value that a flow is started with.
type param struct {
	word
	entity word
	def    *expression
}

// slotSpec is a name that holds a value while its flow runs.
type slotSpec struct {
	pos
	entity string // "" = any value
}

// block is a list of steps inside another step; pc is where it starts in the flow's code.
type block struct {
	steps []*step
	pc    int
}

// step is one step of a flow.
type step struct {
	pos
	kind string
	id   string
	when *expression
	act  action
	flow *flow
	pc   int // of the step itself
	next int // of what follows it and all its blocks
}

// op is one place in a flow's code: a step, or a jump that ends a block.
type op struct {
	step *step
	to   int
}

// action is what a step does.
type action interface {
	// do runs the step. The frame already points behind it.
	do(r *run, f *frame, st *step)
	// blocks lists the steps inside the step.
	blocks() []*block
}

// leaf is an action without blocks.
type leaf struct{}

func (leaf) blocks() []*block { return nil }

// final is the optional ability of an action whose last block ends the flow unless it leads elsewhere.
type final interface{ last() *block }

// endOfFlow is the target of a jump behind the last step.
const endOfFlow = -1

// lay writes the steps of a block into the flow's code.
func (f *flow) lay(b *block) {
	b.pc = len(f.code)
	for _, st := range b.steps {
		st.pc, st.flow = len(f.code), f
		if st.id != "" {
			if _, twice := f.labels[st.id]; !twice {
				f.labels[st.id] = st.pc
			}
		}
		f.code = append(f.code, op{step: st})
		f.layInner(st)
	}
}

// layInner writes the blocks of a step behind it, each with a jump to what follows.
func (f *flow) layInner(st *step) {
	var ends *block
	if fin, ok := st.act.(final); ok {
		ends = fin.last()
	}
	var exits []int
	inner := st.act.blocks()
	if len(inner) > 0 {
		exits = append(exits, len(f.code))
		f.code = append(f.code, op{})
	}
	for _, in := range inner {
		f.lay(in)
		if in == ends {
			f.code = append(f.code, op{to: endOfFlow})
			continue
		}
		exits = append(exits, len(f.code))
		f.code = append(f.code, op{})
	}
	st.next = len(f.code)
	for _, at := range exits {
		f.code[at].to = st.next
	}
}

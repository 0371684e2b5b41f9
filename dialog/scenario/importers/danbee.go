package importers

import (
	"encoding/csv"
	"regexp"
	"strings"
)

// danbeeMark is the first line of an upload file (https://doc.danbee.ai/intent.html, entity.html).
var danbeeMark = regexp.MustCompile(`(?m)^(?:\x{feff})?[ \t]*>START_(INTENT|ENTITY)\b`)

// danbee reads upload text: blocks ">START_INTENT … >END_INTENT" with sections ">>START_NAME … >>END_NAME".
type danbee struct {
	*bot
	file  string
	block string // INTENT or ENTITY; "" outside
	part  string // NAME, SENTENCE …; "" outside
	begun int    // line of the block

	intent  *intent
	entity  *entity
	params  []param
	answers []row
}

func readDanbee(b *bot, files []File) {
	for _, f := range files {
		b.utf8(f)
		d := &danbee{bot: b, file: f.Name}
		for i, line := range strings.Split(strings.TrimPrefix(string(f.Data), "\ufeff"), "\n") {
			d.line(place{f.Name, i + 1}, strings.TrimSpace(clean(line)))
		}
		if d.block != "" {
			b.fail(place{f.Name, d.begun}, "the block >START_%s has no >END_%s", d.block, d.block)
		}
	}
}

func (d *danbee) line(p place, s string) {
	switch {
	case s == "":
	case strings.HasPrefix(s, ">>"):
		d.section(p, strings.TrimPrefix(s, ">>"))
	case strings.HasPrefix(s, ">START_"), strings.HasPrefix(s, ">END_"):
		d.frame(p, strings.TrimPrefix(s, ">"))
	case d.block == "" || d.part == "":
		d.note(p, "the line stands outside of a section and was left out")
	default:
		d.entry(p, s)
	}
}

// frame begins and ends a block.
func (d *danbee) frame(p place, s string) {
	kind, starts := strings.CutPrefix(s, "START_")
	kind = strings.TrimRight(strings.TrimPrefix(kind, "END_"), ", ")
	switch {
	case kind != "INTENT" && kind != "ENTITY":
		d.fail(p, "there is no block %s; there are INTENT and ENTITY", clip(kind, 40))
	case starts && d.block != "":
		d.fail(p, "the block >START_%s of line %d has not ended", d.block, d.begun)
	case !starts && d.block != kind:
		d.fail(p, ">END_%s ends nothing", kind)
	case !starts && d.part != "":
		d.fail(p, "the section >>START_%s has not ended", d.part)
	case starts:
		d.block, d.begun = kind, p.line
		d.intent, d.entity, d.params, d.answers = nil, nil, nil, nil
	default:
		d.end()
		d.block = ""
	}
}

// danbeeParts are the sections of the blocks.
var danbeeParts = map[string]string{"INTENT": " NAME SENTENCE PARAM ANSWER ", "ENTITY": " NAME ENTRY "}

func (d *danbee) section(p place, s string) {
	kind, starts := strings.CutPrefix(s, "START_")
	kind = strings.TrimRight(strings.TrimPrefix(kind, "END_"), ", ")
	switch {
	case d.block == "":
		d.fail(p, "the section >>%s stands outside of a block", clip(s, 40))
	case kind == "" || strings.ContainsAny(kind, " ") || !strings.Contains(danbeeParts[d.block], " "+kind+" "):
		d.fail(p, "a block %s has no section %s; it has%s", d.block, clip(kind, 40), strings.TrimRight(danbeeParts[d.block], " "))
	case starts && d.part != "":
		d.fail(p, "the section >>START_%s has not ended", d.part)
	case starts && kind != "NAME" && d.intent == nil && d.entity == nil:
		d.fail(p, "the block needs its >>START_NAME before >>START_%s", kind)
	case !starts && d.part != kind:
		d.fail(p, ">>END_%s ends nothing", kind)
	case starts:
		d.part = kind
	default:
		d.part = ""
	}
}

func (d *danbee) entry(p place, s string) {
	cells := fields(s)
	cell := func(i int) string { return row{p, cells}.cell(i) }
	switch d.block + " " + d.part {
	case "INTENT NAME":
		d.named(p, cell(0), cell(1), cell(2))
	case "INTENT SENTENCE":
		d.example(d.intent, example{place: p, parts: []part{{text: cell(0)}}})
	case "INTENT PARAM":
		d.param(p, cell(0), strings.TrimPrefix(cell(1), "@"))
	case "INTENT ANSWER":
		d.answers = append(d.answers, row{p, cells[:1]})
	case "ENTITY NAME":
		if d.entityOf[entityName(cell(0))] != nil {
			d.note(p, "there is an entity %q already; their values were put together", cell(0))
		}
		d.entity = d.enum(p, cell(0))
	case "ENTITY ENTRY":
		d.entity.add(cell(0), strings.Split(cell(1), ",")...)
	}
}

// fields splits a line at commas outside of quotes. Quotes that do not close mean themselves.
func fields(s string) []string {
	c := csv.NewReader(strings.NewReader(s))
	c.LazyQuotes, c.FieldsPerRecord = true, -1
	if cells, err := c.Read(); err == nil && len(cells) > 0 {
		return cells
	}
	return []string{s}
}

func (d *danbee) named(p place, name, label, id string) {
	if in := d.intentOf[oneLine(name)]; in != nil && in.name == oneLine(name) && d.intent == nil {
		d.note(p, "there is an intent %q already (%s:%d); their sentences were put together", name, in.file, in.line)
	}
	d.intent = d.bot.intent(p, name)
	d.intent.label.add("", escape(label))
	d.known(d.intent, id)
}

// system are the entities that Danbee and Dialogflow have built in, and what finds the same here.
var system = map[string]string{
	"sys.date": "date", "sys.time": "time", "sys.date-time": "datetime", "sys.datetime": "datetime", "sys.date-period": "date", "sys.time-period": "time",
	"sys.duration": "duration", "sys.number": "number", "sys.number-integer": "number", "sys.number-sequence": "number", "sys.cardinal": "number", "sys.ordinal": "number", "sys.age": "number",
	"sys.unit-currency": "money", "sys.currency": "money", "sys.money": "money", "sys.phone-number": "phone", "sys.phone": "phone", "sys.email": "email", "sys.any": "text", "sys.text": "text", "sys.confirm": "yesno",
}

func (d *danbee) param(p place, name, entity string) {
	kind := system[strings.ToLower(entity)]
	if kind == "" && strings.HasPrefix(strings.ToLower(entity), "sys.") {
		d.note(p, "there is no entity like @%s; the parameter %q takes no value by itself", entity, name)
		return
	}
	if kind == "" {
		kind = entityName(oneLine(entity))
	}
	for _, q := range d.params {
		if q.name == variable(name) {
			d.note(p, "the parameter %q stands there already; this one was left out", name)
			return
		}
	}
	d.params = append(d.params, param{variable(name), kind})
}

// end makes the flow of an intent with answers.
func (d *danbee) end() {
	at := place{d.file, d.begun}
	switch {
	case d.intent == nil && d.entity == nil:
		d.fail(at, "the block has no >>START_NAME")
	case d.block == "ENTITY" && len(d.entity.values) == 0:
		d.fail(at, "the entity %q has no entries", d.entity.name)
	case d.block == "INTENT" && len(d.intent.examples) == 0:
		d.fail(at, "the intent %q has no sentences", d.intent.name)
	case d.block == "INTENT" && len(d.answers) > 0:
		f := d.newFlow(at, d.intent.name)
		f.intents, f.params = []string{d.intent.name}, d.params
		said := texts{}
		for _, a := range d.answers {
			said.add("", d.danbeeText(a.place, a.cell(0), d.params))
		}
		if len(said) > 0 {
			f.steps = append(f.steps, step{text: said})
		}
	}
}

// hash is Danbee's "#{name}".
var hash = regexp.MustCompile(`#\{([^{}]*)\}`)

// danbeeSystem are Danbee's own parameters.
var danbeeSystem = map[string]string{"userid": "user.id", "chatbotname": "bot.name", "message": "event.text", "channelid": "channel.type"}

// danbeeText turns the parameters of a text into those of a template.
func (b *bot) danbeeText(p place, s string, params []param) string {
	return fill(s, hash, func(name string) string {
		name = strings.TrimSpace(name)
		if own, is := strings.CutPrefix(name, "@"); is {
			if v := danbeeSystem[strings.ToLower(own)]; v != "" {
				return "{{." + v + "}}"
			}
		}
		for _, q := range params {
			if q.name == variable(name) {
				return "{{.slots." + q.name + "}}"
			}
		}
		b.note(p, "nothing fills #{%s}; set it in the flow, or take it out of the text", clip(name, 60))
		return ""
	})
}

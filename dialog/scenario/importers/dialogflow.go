package importers

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// dialogflow reads an exported ES agent: agent.json, intents/NAME.json, intents/NAME_usersays_LANG.json,
// entities/NAME.json and entities/NAME_entries_LANG.json
// (https://cloud.google.com/dialogflow/es/docs/reference/rest/v2/projects.agent/export).
type dialogflow struct {
	*bot
	langs []string
	said  map[string][]phrases // by intent
}

// phrases are the training phrases of an intent in one language.
type phrases struct {
	locale string
	*node
}

var (
	dfSays    = regexp.MustCompile(`^(.*)_usersays_([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)$`)
	dfEntries = regexp.MustCompile(`^(.*)_entries_([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)$`)
)

func readDialogflow(b *bot, files []File) {
	d := &dialogflow{bot: b, said: map[string][]phrases{}}
	slices.SortFunc(files, func(x, y File) int { return strings.Compare(x.Name, y.Name) })
	var intents []*node
	known := false
	for _, f := range files {
		dir, base := path.Base(path.Dir(f.Name)), strings.TrimSuffix(path.Base(f.Name), path.Ext(f.Name))
		says, entries := dfSays.FindStringSubmatch(base), dfEntries.FindStringSubmatch(base)
		n := b.readJSON(f)
		switch {
		case base == "agent":
			d.agent(n)
		case base == "package":
		case says != nil && (dir == "intents" || n.kind == 'l'):
			d.said[says[1]] = append(d.said[says[1]], phrases{localeOf(says[2]), n})
		case entries != nil && (dir == "entities" || n.kind == 'l'):
			d.entries(entries[1], n)
		case dir == "entities", n.has("isEnum"), n.has("isRegexp"):
			d.entity(base, n)
		case dir == "intents", n.has("responses"):
			intents = append(intents, n)
		default:
			b.note(n.place, "the file belongs to no intent and no entity and was left out")
			continue
		}
		known = true
	}
	if !known {
		b.fail(place{files[0].Name, 1}, "this is no exported agent: there is no agent.json and nothing of intents and entities")
	}
	for _, n := range intents {
		d.intent(n)
	}
}

func (d *dialogflow) agent(n *node) {
	d.locale = localeOf(n.get("language").str())
	if _, err := time.LoadLocation(n.get("defaultTimezone").str()); err == nil {
		d.zone = n.get("defaultTimezone").str()
	}
	for _, l := range n.get("supportedLanguages").strs() {
		d.langs = append(d.langs, localeOf(l))
	}
	if n.get("webhook").get("available").isTrue() {
		d.note(n.get("webhook").place, "the webhook was left out; ask it with a call step where it is needed")
	}
	if name := oneLine(clean(n.get("displayName").str())); name != "" && d.name == "" {
		d.name = name
	}
}

func (d *dialogflow) entity(name string, n *node) {
	e := d.enum(n.place, first(n.get("name").str(), name))
	e.place = n.place
	e.fuzzy = n.get("allowFuzzyExtraction").isTrue()
	if n.get("isRegexp").isTrue() {
		e.kind = "pattern"
	}
	if n.get("automatedExpansion").isTrue() {
		d.note(n.place, "the entity %q finds the words of its list only, no similar ones", e.name)
	}
}

func (d *dialogflow) entries(name string, n *node) {
	e := d.enum(n.place, name)
	for _, v := range n.list {
		value := v.get("value").str()
		if strings.Contains(value, "@") && value != "" || strings.Contains(strings.Join(v.get("synonyms").strs(), ""), "@sys.") {
			d.note(v.place, "the entry %q of %q is made of other entities and was left out; write them into the flow", clip(value, 60), e.name)
			continue
		}
		e.add(value, v.get("synonyms").strs()...)
	}
}

// patternOf turns an entity of regular expressions, once its entries are known, into a pattern.
func (d *dialogflow) patternOf(e *entity) {
	if e == nil || e.kind != "pattern" || e.pattern != "" {
		return
	}
	var good []string
	for _, v := range e.values {
		if _, err := regexp.Compile(v.id); err != nil {
			d.note(e.place, "the regular expression %q cannot be used here (%v): write it in the syntax of RE2", clip(v.id, 60), err)
			continue
		}
		good = append(good, "(?:"+v.id+")")
	}
	e.pattern = strings.Join(good, "|")
	if e.pattern == "" {
		e.kind = "enum"
	}
	e.values = nil
}

// kind is the entity here that takes the place of "@sys.date" or "@room"; "" if there is none.
func (d *dialogflow) kind(p place, meta string) string {
	meta = strings.TrimPrefix(strings.TrimSpace(meta), "@")
	if meta == "" || meta == "sys.ignore" {
		return ""
	}
	if k := system[meta]; k != "" {
		if k == "text" {
			return ""
		}
		return k
	}
	if strings.HasPrefix(meta, "sys.") {
		d.noteOnce(meta, p, "there is no entity like @%s; its words stay unmarked, and a slot for it takes a text", meta)
		return ""
	}
	e := d.entityOf[entityName(oneLine(clean(meta)))]
	d.patternOf(e)
	if e == nil || e.kind == "enum" && len(e.values) == 0 {
		d.noteOnce("@"+meta, p, "there is no entity @%s in the export", meta)
		return ""
	}
	return e.name
}

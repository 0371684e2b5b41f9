package scenario

import "dari/dialog/scenario/entity"

// declare prepares the bot's own entities for the extractor.
func (s *script) declare(n *nlu) {
	n.enums, n.patEnts, n.options = map[string]entity.Enum{}, map[string]entity.Pattern{}, map[string][][]string{}
	for _, name := range s.entityOrder {
		switch e := s.entities[name]; e.kind {
		case "enum":
			n.enums[name] = entity.NewEnum(name, entity.Fuzzy(e.fuzzy), e.choices(s.bot.locales)...)
			for _, v := range e.values {
				n.options[name] = append(n.options[name], squeezed(append(append(v.label.spellings(), v.id), v.synonyms...)...))
			}
		case "pattern":
			n.patEnts[name] = entity.Pattern{Name: name, Expr: e.pattern}
		}
	}
}

// choices are the values with all words that mean them.
func (e *entitySpec) choices(locales []string) (out []entity.Choice) {
	for _, v := range e.values {
		c := entity.Choice{ID: v.id, Label: map[string]string{}, Synonyms: append(v.label.spellings(), v.synonyms...)}
		for _, l := range locales {
			if s := v.label.plain(l, l); s != "" {
				c.Label[l] = s
			}
		}
		out = append(out, c)
	}
	return out
}

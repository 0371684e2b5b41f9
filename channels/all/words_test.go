package all

import (
	"testing"

	"dari/bot/words"
)

func TestEveryFieldHasALabelAndAnExplanationInEveryLanguage(t *testing.T) {
	for _, typ := range Types {
		for _, f := range typ.Setup().Fields {
			for _, l := range words.Languages {
				if texts := words.In(l.Code); f.Help == "" || texts[f.Help] == "" || texts[f.Help+".label"] == "" {
					t.Errorf("%s: %s.%s lacks %q or its label", l.Code, typ.Name(), f.Key, f.Help)
				}
			}
		}
	}
}

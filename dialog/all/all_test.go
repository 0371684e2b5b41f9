package all

import (
	"testing"

	"dari/bot/words"
	"dari/dialog"
)

func TestTheListedEnginesMakeARegistry(t *testing.T) {
	r, err := dialog.NewRegistry(Types...)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"scenario", "echo", "http", "danbee", "kakao_skill", "clova", "rasa", "dialogflow", "directline", "lex", "openai", "anthropic", "dify"} {
		if r.Type(name) == nil {
			t.Errorf("no engine %q", name)
		}
	}
}

func TestEveryFieldHasALabelAndAnExplanationInEveryLanguage(t *testing.T) {
	for _, typ := range Types {
		for _, f := range typ.Fields() {
			for _, l := range words.Languages {
				if texts := words.In(l.Code); f.Help == "" || texts[f.Help] == "" || texts[f.Help+".label"] == "" {
					t.Errorf("%s: %s.%s lacks %q or its label", l.Code, typ.Name(), f.Key, f.Help)
				}
			}
		}
	}
}

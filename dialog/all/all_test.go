package all

import (
	"testing"

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

package scenario

import (
	"strings"
	"testing"

	"dari/dialog"
)

// problems checks the steps of a bot that has one flow.
func problems(t *testing.T, steps string) []dialog.Problem {
	t.Helper()
	return Check(map[string][]byte{"a.yaml": []byte("bot: {id: b, default_locale: ko}\nflows:\n  f:\n    on: {event: e}\n    steps:\n      - " + steps + "\n")})
}

func TestATextWithoutQuotesGetsTheHintToQuoteIt(t *testing.T) {
	for _, row := range []struct{ name, steps, code, hint string }{
		{"a colon", "say: 안녕: 하세요", "yaml_syntax", `put a text that holds ": " in quotes`},
		{"a colon in a mapping", "say: {text: 안녕: 하세요}", "yaml_syntax", `a text that holds ": "`},
		{"a place to fill in", "say: {{.event.text}}", "needs_quotes", `write "{{.event.text}}"`},
		{"a place to fill in and more", "say: {{.event.text}} 네", "yaml_syntax", "a text that begins with {{, ["},
		{"a bracket", "say: [답] 네", "yaml_syntax", "a text that begins with {{, ["},
		{"a quote", `say: "네" 라고`, "yaml_syntax", "or a quote in quotes as a whole"},
		{"a comma", "say: {text: 네, 좋아요}", "unknown_key", "put a text with a comma in quotes"},
		{"a sign that means something to YAML", "say: @everybody", "yaml_syntax", "a text that begins with @"},
		{"a star", "say: * 주의", "yaml_syntax", "a text that begins with * or &"},
		{"a dash", "say: - 하나", "yaml_syntax", "a text that begins with -"},
		{"a bar", "say: | 하나", "yaml_syntax", "a text that begins with |"},
		{"a tab", "say: 하나\n\t- say: 둘", "yaml_syntax", "indent with spaces"},
	} {
		t.Run(row.name, func(t *testing.T) {
			list := problems(t, row.steps)
			if len(list) != 1 || list[0].Code != row.code || !strings.Contains(list[0].Hint, row.hint) || list[0].Line == 0 {
				t.Errorf("got %q", list)
			}
		})
	}
}

func TestWhatMessengersTakeHasNoMessage(t *testing.T) {
	for _, row := range []struct{ name, steps string }{
		{"a web address", `say: {text: 가, buttons: [{label: 나, url: "https://example.com/한글?a=b"}]}`},
		{"one that is filled in from its host on", `say: {text: 가, buttons: [{label: 나, url: "https://{{.event.data}}/x"}]}`},
		{"one that is filled in as a whole", `say: {text: 가, buttons: [{label: 나, url: "{{.event.data}}"}]}`},
		{"one that is cut within an escape", `say: {text: 가, buttons: [{label: 나, url: "https://example.com/%{{.event.data}}"}]}`},
		{"a telephone number", `say: {text: 가, buttons: [{label: 나, phone: "1544-0000"}]}`},
		{"a telephone number that is filled in", `say: {text: 가, buttons: [{label: 나, phone: "{{.event.data}}"}]}`},
		{"a button that says its label", `say: {text: 가, buttons: [{label: 나, text: ""}, 다]}`},
		{"a card without a picture", `cards: [{title: 가, image: ""}]`},
		{"options that take each other's place", `choice: [{label: 가, value: a, when: channel.group}, {label: 가, value: b, when: "!channel.group"}]`},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, p := range problems(t, row.steps) {
				t.Error(p)
			}
		})
	}
}

func TestAnAddressThatIsTooLongForAChannelIsTold(t *testing.T) {
	long := "https://example.com/" + strings.Repeat("a", channelLimits()["line"].URL)
	bot := "bot: {id: b, default_locale: ko, channels: [line]}\nflows: {f: {on: {event: e}, steps: [{say: {text: 가, buttons: [{label: 나, url: \"" + long + "\"}]}}]}}"
	list := Check(map[string][]byte{"a.yaml": []byte(bot)})
	if len(list) != 1 || list[0].Code != "too_long" || !list[0].Warning || !strings.Contains(list[0].Message, "line takes 1000") {
		t.Errorf("got %q", list)
	}
}

func TestATextThatIsUsedTwiceIsJudgedOnce(t *testing.T) {
	bot := "bot: {id: b, default_locale: ko}\nmessages: {x: www.example.com}\nflows: {f: {on: {event: e}, steps: [{say: {text: 가, buttons: [{label: 나, url: t:x}, {label: 다, url: t:x}]}}]}}"
	list := Check(map[string][]byte{"a.yaml": []byte(bot)})
	if len(list) != 1 || list[0].String() != `a.yaml:2:15: bad_url: "www.example.com" is no address that a messenger opens (write https://HOST/PATH)` {
		t.Errorf("got %q", list)
	}
}

func TestTheDemoTheStarterAndWhatIsImportedHaveNoMessages(t *testing.T) {
	bots := map[string]map[string][]byte{"demo": Demo(), "starter": Starter()}
	for _, name := range []string{"danbee", "menu", "rasa", "dialogflow", "faq"} {
		_, bots[name], _ = bring(t, samples+name)
	}
	// These say something about the sample itself: it has few examples, a text in one language alone, or
	// "취소" for an intent of its own.
	right := map[string]bool{"few_examples": true, "missing_locale": true, "dead_end": true, "command_word": true}
	for name, files := range bots {
		for _, p := range Check(files) {
			if !right[p.Code] || name == "demo" || name == "starter" {
				t.Errorf("%s: %s", name, p)
			}
		}
	}
}

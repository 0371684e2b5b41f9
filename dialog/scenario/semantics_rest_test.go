package scenario

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dari/dialog"
)

// tri is a bot of one flow that asks, and words for it in three languages.
var tri = []struct{ locale, ask, question, miss, done, circle string }{
	{"ko", "회의실 예약해 줘", "몇 명?", "쀍뚫퓛", "예약", "돌아라"},
	{"ja", "会議室を予約して", "何名?", "ヴョゾヌ", "予約", "回れ"},
	{"en", "book a meeting room", "HOW MANY?", "xqzzv", "BOOKED", "go round"},
}

const triBot = `
bot: {id: b, default_locale: en, locales: [ko, ja, en], error: {say: {ko: 고장, ja: 故障, en: BROKEN}}}
intents:
  book: {examples: {ko: [회의실 예약해 줘, 회의실 잡아 줘, 방 빌릴래], ja: [会議室を予約して, 会議室を取りたい, 部屋を借りたい], en: [book a meeting room, reserve a room, I need a room]}}
  turn: {examples: {ko: [돌아라, 빙빙 돌아, 돌고 돌아라], ja: [回れ, ぐるぐる回れ, 回ってください], en: [go round, go round and round, round you go]}}
flows:
  book:
    on: {intent: book}
    steps:
      - ask: {slot: n, entity: number, prompt: {ko: "몇 명?", ja: "何名?", en: "HOW MANY?"}}
      - say: {ko: "예약 {{.slots.n}} {{.vars.none}}V1", ja: "予約 {{.slots.n}} {{.vars.none}}V1", en: "BOOKED {{.slots.n}} {{.vars.none}}V1"}
  turn:
    on: {intent: turn}
    steps:
      - {id: again, set: {vars.none: "''"}}
      - {goto: again, when: "misses >= 0"}
`

// Semantic 7.
func TestTheLoopGuard(t *testing.T) {
	for _, p := range tri {
		t.Run(p.locale, func(t *testing.T) {
			c := talkTo(t, triBot, p.locale).say(p.circle).says(map[string]string{"ko": "고장", "ja": "故障", "en": "BROKEN"}[p.locale])
			if len(c.trace.Steps) > maxSteps || !strings.Contains(strings.Join(c.trace.Warnings, " "), "goto") {
				t.Errorf("%d steps, %q", len(c.trace.Steps), c.trace.Warnings)
			}
			c.say(p.ask).says(p.question) // the conversation goes on
		})
	}
}

// Semantic 8.
func TestAMissingValueIsEmptyAndWarnedOf(t *testing.T) {
	for _, p := range tri {
		t.Run(p.locale, func(t *testing.T) {
			c := talkTo(t, triBot, p.locale).say(p.ask).say("3").says(p.done + " 3 V1")
			c.warned("vars.none")
		})
	}
}

// Semantic 9.
func TestAFlowEndsOnTheRevisionItBeganOn(t *testing.T) {
	for _, p := range tri {
		t.Run(p.locale, func(t *testing.T) {
			c, write, _ := inDirectory(t, triBot)
			c.locale = p.locale
			c.say(p.ask).says(p.question)
			before := c.trace.Revision
			write(strings.ReplaceAll(triBot, "V1", "V2"))
			c.later(2 * time.Second).say("3").says("V1")
			if c.trace.Revision != before {
				t.Errorf("revision %s, want %s", c.trace.Revision, before)
			}
			c.later(2 * time.Second).say(p.ask).say("4").says("V2")
		})
	}
}

// Semantic 10.
func TestMistakesInThreeLanguagesAreAllReportedWithTheirPlaces(t *testing.T) {
	for _, p := range tri {
		t.Run(p.locale, func(t *testing.T) {
			files := map[string][]byte{
				"bot.yaml":   []byte("bot: {id: b, default_locale: " + p.locale + ", locales: [ko, ja, en]}\nmessages:\n  hi: {" + p.locale + ": " + p.ask + "}\n"),
				"flows.yaml": []byte("flows:\n  \"" + p.done + "\":\n    on: {intent: \"" + p.ask + "\"}\n    steps:\n    - say: t:hello\n    - {say: \"" + p.ask + "\", wen: true}\n"),
			}
			var got []string
			for _, pr := range Check(files) {
				got = append(got, pr.String())
			}
			all := strings.Join(got, "\n")
			for _, want := range []string{
				"bot.yaml:3:3: missing_locale: ", "flows.yaml:3:18: undefined_intent: there is no intent \"" + p.ask + "\"",
				"flows.yaml:5:12: undefined_message: there is no message \"hello\"", "unknown_step: there is no step \"wen\" (did you mean \"when\"?)",
			} {
				if !strings.Contains(all, want) {
					t.Errorf("want %q in\n%s", want, all)
				}
			}
			if want := "flows.yaml:6:" + strconv.Itoa(len([]rune("    - {say: \""+p.ask+"\", "))+1) + ":"; !strings.Contains(all, want) {
				t.Errorf("want the column in runes, %s, in\n%s", want, all)
			}
		})
	}
}

// Semantic 11, beside TestTheTraceExplainsTheTurn.
func TestTestsInTheFilesRunInThreeLanguages(t *testing.T) {
	for _, p := range tri {
		t.Run(p.locale, func(t *testing.T) {
			tests := "tests:\n  - name: good\n    locale: " + p.locale + "\n    steps: [{user: " + p.ask + "}, {user: '3'}, {expect: {flow: book}}, {bot_contains: \"" + p.done + " 3\"}]\n" +
				"  - name: bad\n    locale: " + p.locale + "\n    steps: [{user: " + p.miss + "}, {expect: {intent: book}}]\n"
			results, err := RunTests(t.Context(), map[string][]byte{"bot.yaml": []byte(triBot + tests)})
			if err != nil || len(results) != 2 || !results[0].Passed || results[1].Passed {
				t.Errorf("%+v, %v", results, err)
			}
		})
	}
}

// Semantic 12; TestWhatIsImportedPassesItsCheckAndItsTests has the formats.
func TestAFAQInThreeLanguagesIsImported(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "bot")
	table := botDir(t, map[string]string{"faq.csv": "질문,답변\n주차할 수 있나요?,지하 2층입니다.\n駐車できますか,地下二階です。\nwhere can I park,On floor B2.\n"})
	var out, errs bytes.Buffer
	if code := ImportCommand([]string{"--json", table, dir}, &out, &errs); code != 0 {
		t.Fatal(errs.String())
	}
	var got struct {
		Notes    []json.RawMessage `json:"notes"`
		Problems []dialog.Problem  `json:"problems"`
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || len(got.Notes)+len(got.Problems) > 0 {
		t.Errorf("%s, %v", out.String(), err)
	}
	files, err := ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	sound(t, files)
	for _, p := range []struct{ locale, said, want string }{
		{"ko", "주차할 수 있나요", "지하 2층입니다."}, {"ja", "駐車できますか？", "地下二階です。"}, {"en", "Where can I park?", "On floor B2."},
	} {
		talkWith(t, files, p.locale, nil).say(p.said).by("faq").says(p.want)
	}
}

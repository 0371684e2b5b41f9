package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"dari/dialog/scenario/importers"
)

const samples = "importers/testdata/"

// bring imports samples into a new directory and returns it.
func bring(t *testing.T, args ...string) (dir string, files map[string][]byte, out string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "bot")
	var b bytes.Buffer
	if code := ImportCommand(append(args, dir), &b, &b); code != 0 {
		t.Fatalf("code %d: %s", code, b.String())
	}
	files, err := ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir, files, b.String()
}

// sound fails when files have mistakes or their tests fail.
func sound(t *testing.T, files map[string][]byte) {
	t.Helper()
	for _, p := range Check(files) {
		if !p.Warning {
			t.Errorf("%s\n%s", p, files[p.File])
		}
	}
	if t.Failed() {
		return
	}
	results, err := RunTests(t.Context(), files)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if !r.Passed {
			t.Errorf("%s: %v\n%s", r.Name, r.Faults, files["tests.yaml"])
		}
	}
}

func TestWhatIsImportedPassesItsCheckAndItsTests(t *testing.T) {
	for _, row := range []struct {
		name  string
		args  []string
		tests int
	}{
		{"Danbee's upload text", []string{samples + "danbee"}, 2},
		{"Danbee's menu", []string{samples + "menu"}, 8},
		{"a menu with the intents and answers it calls", []string{samples + "danbee", samples + "menu", samples + "faq"}, 14},
		{"Rasa", []string{samples + "rasa"}, 3},
		{"Dialogflow", []string{samples + "dialogflow"}, 2},
		{"FAQ", []string{samples + "faq"}, 4},
		{"one file", []string{samples + "faq/faq.csv"}, 4},
		{"a format that is named", []string{samples + "faq/faq.csv", "--from", "faq"}, 4},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, files, _ := bring(t, row.args...)
			sound(t, files)
			s, _ := build(files)
			if len(s.tests) != row.tests {
				t.Errorf("%d tests, want %d:\n%s", len(s.tests), row.tests, files["tests.yaml"])
			}
		})
	}
}

func TestAnImportedMenuIsWalkedByTapsAndByWords(t *testing.T) {
	_, files, _ := bring(t, samples+"menu", samples+"danbee", samples+"faq")
	c := talkWith(t, files, "ko", nil)
	c.say("메뉴").says("무엇을 도와드릴까요?")
	c.tap("요금제").says("다양한 요금제를 만나 보세요.").tap("모바일").says("아래 메뉴 중 선택해 주세요.").tap("해지").says("해지는 매장에서 합니다.")
	c.tap("이전").says("아래 메뉴 중").tap("처음").says("무엇을 도와드릴까요?")
	c.say("고객 센터").says("평일 9시부터 18시까지 엽니다.")
	c.say("자주 묻는 질문").tap("영업시간").by("faq").says("평일 9시부터 18시까지입니다.")
	if c.say("요금제").tap("인터넷"); c.trace.Intent != "야식 주문" {
		t.Errorf("the entry led to %q", c.trace.Intent)
	}
}

func TestAnImportedFormAsksAndSays(t *testing.T) {
	_, files, _ := bring(t, samples+"rasa")
	c := talkWith(t, files, "en", nil)
	c.say("book a table").says("Which cuisine?").say("sichuan").slot("cuisine", "chinese").says("For how many, with chinese food?")
	c.say("4").says("Booked: chinese for 4.")
	c.say("when do you open").by("faq").says("We open at nine.")
	c.say("hello").says("Hello {name}, welcome!").tap("Book a table").says("Which cuisine?")
}

func TestAnImportedAgentSpeaksItsLanguages(t *testing.T) {
	_, files, _ := bring(t, samples+"dialogflow")
	c := talkWith(t, files, "ko", nil)
	c.say("오늘 날씨 어때").says("안녕하세요!") // the first sentence is welcomed
	c.say("오늘 날씨 어때").by("fallback").says("잘 모르겠어요.")
	c.say("회의실 잡아줘").says("어느 회의실인가요?").say("큰 방").says("대회의실 예약했어요.")
	e := talkWith(t, files, "en", nil)
	e.say("book the big room").slot("room", "대회의실").says("Booked", "for $who.")
}

func TestImportWritesOverNothing(t *testing.T) {
	dir, before, _ := bring(t, samples+"faq")
	var out bytes.Buffer
	if code := ImportCommand([]string{samples + "faq", dir}, &out, &out); code != 1 || !strings.Contains(out.String(), "would be written over") {
		t.Errorf("code %d: %s", code, out.String())
	}
	if after, _ := ReadDir(dir); Revision(after) != Revision(before) {
		t.Error("the files have changed")
	}
	if code := ImportCommand([]string{"--force", samples + "faq", dir}, &out, &out); code != 0 {
		t.Errorf("code %d: %s", code, out.String())
	}
	if after, _ := ReadDir(dir); !slices.Equal(sortedKeys(after), sortedKeys(before)) {
		t.Errorf("files %v", sortedKeys(after))
	}
}

func TestImportJoinsABotThatIsThere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mine")
	var out bytes.Buffer
	if code := NewCommand([]string{"bot", dir}, &out, &out); code != 0 {
		t.Fatal(out.String())
	}
	before := read(t, filepath.Join(dir, "bot.yaml"))
	if code := ImportCommand([]string{samples + "faq", dir}, &out, &out); code != 0 {
		t.Fatal(out.String())
	}
	if read(t, filepath.Join(dir, "bot.yaml")) != before {
		t.Error("bot.yaml was changed")
	}
	files, err := ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	sound(t, files)
}

func TestImportThatWouldBreakABotWritesNothing(t *testing.T) {
	dir := botDir(t, map[string]string{"bot.yaml": "bot: {id: b}\nfaq: [{q: 주차할 수 있나요?, a: 네}]\n"})
	var out bytes.Buffer
	if code := ImportCommand([]string{samples + "faq", dir}, &out, &out); code != 1 || !strings.Contains(out.String(), "same_example") || !strings.Contains(out.String(), "nothing was written") {
		t.Errorf("code %d: %s", code, out.String())
	}
	if files, _ := ReadDir(dir); len(files) != 1 {
		t.Errorf("files %v", sortedKeys(files))
	}
}

func TestImportCommandSaysWhatItDid(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "bot")
	var out, errs bytes.Buffer
	if code := ImportCommand([]string{"--json", samples + "danbee", dir}, &out, &errs); code != 0 {
		t.Fatal(errs.String())
	}
	var got imported
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := importers.Note{File: "importers/testdata/danbee/intents.csv", Line: 17, Message: "nothing fills #{주소}; set it in the flow, or take it out of the text"}
	if !slices.Contains(got.Notes, want) || got.Intents != 3 || got.Entities != 1 || !slices.Contains(got.Files, "flows.yaml") {
		t.Errorf("%+v", got)
	}
	out.Reset()
	if code := ImportCommand([]string{"--json", samples + "nothing", dir}, &out, &errs); code != 1 || !strings.Contains(out.String(), `"error": "read what is to be imported`) {
		t.Errorf("code %d: %s", code, out.String())
	}
	for _, args := range [][]string{nil, {"one"}, {"a", "b", "--from", "excel"}, {"a", "b", "--locale", "Korean!"}} {
		if code := ImportCommand(args, &out, &errs); code != 2 {
			t.Errorf("%v: code %d", args, code)
		}
	}
}

// TestWhateverIsImportedPassesItsCheck imports sources of words that have a meaning in one of the file formats
// on the way.
func TestWhateverIsImportedPassesItsCheck(t *testing.T) {
	pool := []string{
		"회의실 예약", "안녕", "취소", "cancel", "{{.slots.x}}", "{{", "{", "}}", "t:hello", "[a](b)", "](", "[x]", "(y)", "#{음식}", "#{@userId}", "$room", "#ctx.room", "{slot}", "null", "~", "yes", "true", "123", "1e3", "2026-11-22",
		"=", "<<", "*a", "&a", "!tag", "- x", "? x", ": ", "#", "%", "@", "`", "'", `"`, "\\", "|", ">", "a: b", "a #b", "é", "👂x", "🔗https://example.com/{{x}}", "📞1588", "🚩1", "일\n이", "  ", "", "end", "start", "@fallback", "oos", "none", "faq", "agent", "menu", "메뉴", "처음", "이전",
		"\u2028", "\ufeff", "ｆｕｌｌ", "＆", "a\tb", strings.Repeat("길", 1200), "date", "number", "음식", "x|y", "a;b", "1,2", "{}", "[]", "{\"a\": 1}", "hello", "Hello!", "HELLO",
	}
	for seed := range rounds(60) {
		rng := rand.New(rand.NewPCG(seed, 3))
		word := func() string {
			s := pool[rng.IntN(len(pool))]
			for range rng.IntN(3) {
				s += []string{"", " ", "-"}[rng.IntN(3)] + pool[rng.IntN(len(pool))]
			}
			return s
		}
		for _, list := range sourcesOf(word, rng) {
			name := fmt.Sprintf("%s %d", list[0].Name, seed)
			found, err := importers.Import(list, importOptions(nil))
			if err != nil {
				continue // refused as a whole
			}
			t.Run(name, func(t *testing.T) { sound(t, found.Files) })
		}
	}
}

func importOptions(s *script) importers.Options {
	if s == nil {
		s, _ = build(nil)
	}
	commands := s.commandList()
	return importers.Options{ID: "bot", Whole: true, Same: normalize, Command: func(text string) bool { return commands[normalize(text)] != "" }}
}

// sourcesOf makes a source of each format.
func sourcesOf(word func() string, rng *rand.Rand) [][]importers.File {
	quoted := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	line := func() string { return strings.ReplaceAll(word(), "\n", " ") }
	js := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	var danbee, faq, nlu, domain, rules, menu strings.Builder
	faq.WriteString("question,answer,paraphrases,id\n")
	menu.WriteString("ID,1depth,2depth,3depth,4depth,5depth,message\n")
	nlu.WriteString("nlu:\n")
	domain.WriteString("responses:\n")
	rules.WriteString("rules:\n")
	fmt.Fprintf(&danbee, ">START_ENTITY\n>>START_NAME\n음식\n>>END_NAME\n>>START_ENTRY\n%s,%s\n%s\n>>END_ENTRY\n>END_ENTITY\n", quoted(line()), quoted(line()+","+line()), quoted(line()))
	var agent []importers.File
	for i := range 4 {
		fmt.Fprintf(&danbee, ">START_INTENT\n>>START_NAME\n%s,%s,%s\n>>END_NAME\n>>START_SENTENCE\n문장 %d\n%s\n%s\n>>END_SENTENCE\n>>START_PARAM\n음식,@음식\n%s,@%s\n>>END_PARAM\n>>START_ANSWER\n%s\n%s\n>>END_ANSWER\n>END_INTENT\n",
			quoted(line()), quoted(line()), quoted(line()), i, quoted(line()), quoted(line()), quoted(line()), quoted(line()), quoted(line()), quoted(line()))
		fmt.Fprintf(&faq, "%s,%s,%s,%s\n", quoted(word()), quoted(word()), quoted(word()+"|"+word()), quoted(word()))
		fmt.Fprintf(&menu, "%d,%s,,,,,%s\n%d-1,%s,%s,,,,%s\n", i, quoted(word()), quoted(word()), i, quoted(word()), quoted(word()), quoted(word()))
		name := js(line())
		fmt.Fprintf(&nlu, "- intent: %s\n  examples: [%s, %s, %s]\n- synonym: %s\n  examples: [%s]\n- lookup: place\n  examples: [%s]\n", name, js(word()), js("go to ["+line()+"](place)"), js(word()), js(word()), js(word()), js(word()))
		fmt.Fprintf(&domain, "  utter_%d:\n  - text: %s\n    buttons: [{title: %s, payload: %s}]\n", i, js(word()), js(word()), js("/"+line()))
		fmt.Fprintf(&rules, "- rule: %s\n  steps: [{intent: %s}, {action: utter_%d}]\n", js(word()), name, i)
		agent = append(agent,
			importers.File{Name: fmt.Sprintf("intents/i%d.json", i), Data: fmt.Appendf(nil, `{"name": "i%d", "responses": [{"parameters": [{"name": %s, "dataType": "@room", "required": %v, "prompts": [{"lang": "ko", "value": %s}]}], "messages": [{"type": "0", "lang": "ko", "speech": [%s, %s]}, {"type": "2", "lang": "ko", "title": %s, "replies": [%s]}, {"type": "1", "lang": "ko", "title": %s, "buttons": [{"text": %s, "postback": %s}]}]}]}`,
				i, js(word()), rng.IntN(2) == 0, js(word()), js(word()), js(word()), js(word()), js(word()), js(word()), js(word()), js(word()))},
			importers.File{Name: fmt.Sprintf("intents/i%d_usersays_ko.json", i), Data: fmt.Appendf(nil, `[{"data": [{"text": %s}, {"text": %s, "meta": "@room"}, {"text": %s}]}, {"data": [{"text": "문장 %d"}]}]`, js(word()), js(word()), js(word()), i)},
			importers.File{Name: "entities/room.json", Data: []byte(`{"name": "room", "isRegexp": false}`)},
			importers.File{Name: "entities/room_entries_ko.json", Data: fmt.Appendf(nil, `[{"value": %s, "synonyms": [%s]}]`, js(word()), js(word()))},
		)
	}
	rasa := []importers.File{{Name: "nlu.yml", Data: []byte(nlu.String())}, {Name: "domain.yml", Data: []byte(domain.String())}, {Name: "rules.yml", Data: []byte(rules.String())}}
	return [][]importers.File{
		{{Name: "danbee.csv", Data: []byte(danbee.String())}},
		{{Name: "faq.csv", Data: []byte(faq.String())}},
		{{Name: "menu.csv", Data: []byte(menu.String())}},
		rasa, agent,
		{{Name: "danbee.csv", Data: []byte(danbee.String())}, {Name: "faq.csv", Data: []byte(faq.String())}, {Name: "menu.csv", Data: []byte(menu.String())}},
	}
}

// workbook makes an XLSX file of rows.
func workbook(t testing.TB, rows [][]string) []byte {
	t.Helper()
	x := excelize.NewFile()
	defer x.Close()
	for i, r := range rows {
		if err := x.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	b, err := x.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAWorkbookIsReadLikeItsCSV(t *testing.T) {
	rows := [][]string{{"question", "answer", "paraphrases"}, {"주차할 수 있나요?", "지하 2층입니다.", "차 댈 곳 있어요|주차장 어디예요"}, {}, {"", "답만 있는 줄"}}
	file := filepath.Join(t.TempDir(), "faq.xlsx")
	if err := os.WriteFile(file, workbook(t, rows), 0o600); err != nil {
		t.Fatal(err)
	}
	_, files, out := bring(t, file)
	sound(t, files)
	if !strings.Contains(out, "faq.xlsx:4: the row has no question") || !strings.Contains(string(files["faq.yaml"]), "차 댈 곳 있어요") {
		t.Errorf("%s\n%s", out, files["faq.yaml"])
	}
	menu := workbook(t, [][]string{{"안내"}, {"ID", "1depth", "2depth", "3depth", "4depth", "5depth", "메시지"}, {"1", "요금", "", "", "", "", "요금 안내입니다."}})
	found, err := importers.Import([]importers.File{{Name: "menu.xlsx", Data: menu}}, importOptions(nil))
	if err != nil {
		t.Fatal(err)
	}
	sound(t, found.Files)
	if found.Flows != 2 || found.Tests != 2 {
		t.Errorf("%+v", found.Counts)
	}
}

package scenario

import (
	"bytes"
	"strings"
	"testing"
)

func compiled(t *testing.T, files map[string][]byte) *program {
	t.Helper()
	p, problems, err := compile(t.Context(), files, Revision(files))
	if err != nil || p == nil {
		t.Fatal(problems, err)
	}
	return p
}

func TestThresholdsComeFromTheBotsOwnSentences(t *testing.T) {
	office := read(t, "testdata/office.yaml")
	with := func(nlu string) *program {
		y := strings.Replace(office, "  timezone: Asia/Seoul\n", "  timezone: Asia/Seoul\n"+nlu, 1)
		return compiled(t, map[string][]byte{"bot.yaml": []byte(y)})
	}
	found := with("").bot
	if found.match <= 0 || found.match > 0.6 || found.confirm <= 0 || found.confirm > found.match || found.margin <= 0 {
		t.Errorf("match %v, confirm %v, margin %v", found.match, found.confirm, found.margin)
	}
	if again := with("").bot; again.match != found.match || again.confirm != found.confirm || again.margin != found.margin {
		t.Errorf("the same files gave %v and %v", found.match, again.match)
	}
	if p := with(""); p.nlu.report.HeldOut == 0 || len(p.nlu.report.Rows) == 0 {
		t.Errorf("nothing was measured: %+v", p.nlu.report)
	}
	for _, row := range []struct {
		name, nlu              string
		match, confirm, margin float64
	}{
		{"what the files set counts", "  nlu: {match_threshold: 0.7, confirm_threshold: 0.4, ambiguity_margin: 0.2}\n", 0.7, 0.4, 0.2},
		{"one that is set leaves the others to be found", "  nlu: {match_threshold: 0.7}\n", 0.7, found.confirm, found.margin},
		{"confirm never lies above match", "  nlu: {match_threshold: 0.05}\n", 0.05, 0.05, found.margin},
	} {
		t.Run(row.name, func(t *testing.T) {
			if b := with(row.nlu).bot; b.match != row.match || b.confirm != row.confirm || b.margin != row.margin {
				t.Errorf("match %v, confirm %v, margin %v", b.match, b.confirm, b.margin)
			}
		})
	}
}

func TestCheckShowsTheThresholds(t *testing.T) {
	dir := botDir(t, map[string]string{"bot.yaml": read(t, "testdata/office.yaml")})
	var out bytes.Buffer
	if CheckCommand([]string{dir}, &out, &out); !strings.Contains(out.String(), "thresholds: match 0.") || !strings.Contains(out.String(), "sentences held out") {
		t.Error(out.String())
	}
	out.Reset()
	if CheckCommand([]string{"--json", dir}, &out, &out); !strings.Contains(out.String(), `"held_out":`) {
		t.Error(out.String())
	}
}

func TestTheIntentOOSIsRefused(t *testing.T) {
	const bot = `
bot: {id: b, default_locale: en, locales: [ko, ja, en]}
intents:
  order: {examples: {ko: [커피 주문할래, 커피 한 잔 주세요, 라테 시켜줘], ja: [コーヒーを注文したい, コーヒーを一杯ください, ラテを頼む], en: [order a coffee, one coffee please, I want a latte]}}
  hours: {examples: {ko: [몇 시에 열어요, 영업시간 알려줘, 언제 닫아요], ja: [何時に開きますか, 営業時間を教えて, いつ閉まりますか], en: [when do you open, opening hours, when do you close]}}
  oos: {examples: {ko: [주식 시세 알려줘, 삼성 주가 얼마야, 코스피 지수], ja: [株価を教えて, 日経平均はいくら, 株式の相場], en: [what is the stock price, show me the share index, how are the markets]}}
flows:
  order: {on: {intent: order}, steps: [{say: {ko: 주문, ja: 注文, en: ORDER}}]}
  hours: {on: {intent: hours}, steps: [{say: {ko: 시간, ja: 時間, en: HOURS}}]}
`
	for _, p := range Check(map[string][]byte{"bot.yaml": []byte(bot)}) {
		t.Errorf("%s", p)
	}
	for _, row := range []struct{ locale, own, said, foreign, near string }{
		{"ko", "커피 주문할래", "주문", "코스피 지수", "코스피 주가 지수 알려줘"},
		{"ja", "コーヒーを注文したい", "注文", "株式の相場", "株式の相場を教えて"},
		{"en", "order a coffee", "ORDER", "how are the markets", "how are the stock markets"},
	} {
		t.Run(row.locale, func(t *testing.T) {
			c := talkTo(t, bot, row.locale)
			c.say(row.own).by("intent").says(row.said)
			c.say(row.foreign).by("fallback")
			c.say(row.near).by("fallback")
			if len(c.trace.Candidates) > 0 || !strings.Contains(strings.Join(c.trace.Notes, " "), `"oos"`) {
				t.Errorf("trace %s", c.result.Trace)
			}
		})
	}
	t.Run("a flow on it is warned of", func(t *testing.T) {
		found := false
		for _, p := range Check(map[string][]byte{"bot.yaml": []byte(bot + "  no: {on: {intent: oos}, steps: [{say: NO}]}\n")}) {
			found = found || p.Warning && p.Code == "dead_end" && strings.Contains(p.Message, "are refused")
		}
		if !found {
			t.Error("no warning")
		}
	})
}

package scenario

import (
	"strings"
	"testing"
)

const buttonsBot = `
bot: {id: b, default_locale: en, locales: [ko, ja, en]}
intents:
  menu: {examples: {ko: [메뉴 보여줘, 메뉴판 줘, 메뉴가 궁금해], ja: [メニューを見せて, メニューをください, メニューが知りたい], en: [show the menu, open the list, what is there]}}
flows:
  menu:
    on: {intent: menu}
    steps:
      - say: {text: MENU, buttons: [{label: {ko: 이전, ja: 戻る, en: Back}, flow: before}, {label: {ko: 재입고, ja: 再入荷, en: Restock}, event: restock, args: {n: "'7'"}}, {label: {ko: 외부, ja: 外部, en: Outside}, data: BUY-1}], quick: [{label: {ko: 취소 안내, ja: 取り消しの案内, en: Cancel}, flow: info}]}
  before: {steps: [{say: BEFORE}]}
  info: {steps: [{say: INFO}]}
  buy: {on: {postback: [BUY-1]}, steps: [{say: BOUGHT}]}
  restock: {on: {event: [restock]}, params: {n: null}, steps: [{say: "RESTOCK {{.slots.n}}"}]}
  form: {on: {postback: [form]}, steps: [{say: {text: HINT, quick: [{label: {ko: 정보, ja: 情報, en: Info}, flow: info}]}}, {ask: {slot: memo, entity: text, prompt: MEMO?}}, {say: "GOT {{.slots.memo}}"}]}
`

func TestTypingAButtonIsTappingIt(t *testing.T) {
	for i, locale := range []string{"ko", "ja", "en"} {
		p := func(ko, ja, en string) string { return []string{ko, ja, en}[i] }
		for _, row := range []struct{ name, said, want string }{
			{"of a flow, although it is a command", p("이전", "戻る", "back"), "BEFORE"},
			{"of an event, with its arguments", p("재입고", "再入荷", "restock!"), "RESTOCK 7"},
			{"with data of its own", p("외부", "外部", "Outside"), "BOUGHT"},
			{"of a quick reply", p("취소안내", "取り消しの案内", "cancel"), "INFO"},
		} {
			t.Run(row.name+"/"+locale, func(t *testing.T) {
				talkTo(t, buttonsBot, locale).say(p("메뉴 보여줘", "メニューを見せて", "show the menu")).says("MENU").say(row.said).by("postback").says(row.want)
			})
		}
		t.Run("it is gone with the next answer/"+locale, func(t *testing.T) {
			c := talkTo(t, buttonsBot, locale).say(p("메뉴 보여줘", "メニューを見せて", "show the menu")).say(p("재입고", "再入荷", "Restock"))
			c.say(p("이전", "戻る", "back")).by("command")
		})
		t.Run("also while a text is asked/"+locale, func(t *testing.T) {
			talkTo(t, buttonsBot, locale).data("form").says("HINT").say(p("정보", "情報", "info")).says("INFO").lacks("GOT")
		})
	}
}

func TestALabelWhoseDataNothingKnowsIsASentence(t *testing.T) {
	c := talkTo(t, "bot: {id: b, default_locale: en}\nflows:\n  a: {on: {postback: [go]}, steps: [{say: {text: HERE, buttons: [{label: Outside, data: \"x{{.event.data}}\"}]}}]}\n", "en")
	c.data("go").says("HERE").say("outside").by("fallback")
}

func TestAnImportedMenuKeepsItsOrderAndItsWords(t *testing.T) {
	_, files, _ := bring(t, samples+"menu", samples+"danbee", samples+"faq")
	c := talkWith(t, files, "ko", nil)
	c.say("메뉴").tap("요금제")
	if got := strings.Join(labelsOf(c.actions()), " "); !strings.HasPrefix(got, "모바일 인터넷 문의 전화") {
		t.Errorf("the entries of the menu are %q", got)
	}
	c.say("모바일").says("아래 메뉴 중").say("해지").says("해지는 매장에서 합니다.").say("이전").says("아래 메뉴 중").say("처음").says("무엇을 도와드릴까요?")
}

func TestABotOfFewExamplesRefusesWhatIsForeign(t *testing.T) {
	_, files, _ := bring(t, samples+"menu", samples+"danbee")
	for _, said := range []string{"asdf", "오늘 날씨 어때", "처음", "ㅁㄴㅇㄹ", "너 몇 살이야", "노래 불러줘", "1234", "hello there"} {
		t.Run(said, func(t *testing.T) {
			if c := talkWith(t, files, "ko", nil).say("메뉴").say(said); c.trace.By == "intent" {
				t.Errorf("%q started %q with %.2f", said, c.trace.Intent, c.trace.Score)
			}
		})
	}
}

func TestAFlowThatAsksNothingSaysHowToGoBack(t *testing.T) {
	for i, locale := range []string{"ko", "ja", "en"} {
		p := func(ko, ja, en string) string { return []string{ko, ja, en}[i] }
		t.Run(locale, func(t *testing.T) {
			c := talkWith(t, Demo(), locale, nil)
			c.say(p("회의실 예약해 줘", "会議室を予約して", "book a room")).says(p("어느 회의실", "どの会議室", "Which room"))
			c.say(p("고마워", "ありがとう", "thanks")).by("intent").says(p("어느 회의실", "どの会議室", "Which room")).lacks(p("계속할까요", "続けますか", "Shall we continue"))
			if len(c.actions()) != 3 {
				t.Errorf("the question was not asked again: %q", c.text())
			}
		})
		t.Run("yes and no at the demo's vacation/"+locale, func(t *testing.T) {
			c := talkWith(t, Demo(), locale, nil)
			c.say(p("휴가 신청", "休暇の申請", "request vacation")).say(p("내일", "明日", "tomorrow")).say(p("모레", "明後日", "the day after tomorrow"))
			c.say(p("네", "はい", "yes")).by("question").says(p("신청했어요", "申請しました", "Requested"))
		})
	}
}

package scenario

import "testing"

// Semantic 1.
func TestAPoliteCommandIsTheCommand(t *testing.T) {
	eachOf(t, "in the middle of a flow it cancels", []words{
		{"취소할게요", "キャンセルします", "please cancel"},
		{"취소해 주세요", "キャンセルでお願いします", "cancel it"},
		{"취소하고 싶어요", "キャンセルしたいです", "I want to cancel"},
		{"이제 그만할래요", "取り消してください", "can you cancel this please?"},
		{"죄송한데 취소 좀 부탁드려요", "すみません、キャンセルしてください", "sorry, I'd like to cancel"},
		{"안 할래요", "やっぱりやめます", "stop it"},
		{"그거 취소해줘요", "もうやめたいです", "never mind that"},
		{"커피 주문 취소할게요", "コーヒーの注文をキャンセルしたい", "cancel my coffee order"},
		{"전부 취소해 주세요", "注文をキャンセルしてください", "please cancel my order"},
	}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(coffee(p)).say(said).by("command").says(p("취소했어요", "キャンセルしました", "Cancelled")).idle()
	})
	eachOf(t, "a free text gives way to it", []words{
		{"취소할게요", "キャンセルしてください", "please cancel my order"}, {"그만할게요", "キャンセルをお願いします", "I want to stop"},
	}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(coffee(p)).say(p("홍차", "紅茶", "black tea")).say(p("3잔", "3杯", "3")).says(memo(p)).say(said).by("command").idle()
	})
	eachOf(t, "an open text keeps it", []words{{"취소할게요", "キャンセルします", "please cancel"}}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(p("일기 쓸래", "日記を書く", "write my diary")).say(said).by("question").says("NOTED " + said)
	})
	eachOf(t, "it starts again", []words{
		{"처음부터 다시 할게요", "最初からお願いします", "let's start over"}, {"처음으로 돌아가고 싶어요", "もう一度最初からやり直したい", "please start again from the beginning"}, {"다시 시작할게요", "やり直します", "can we restart"},
	}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(coffee(p)).say(p("홍차", "紅茶", "black tea")).say(said).by("command").says(what(p)).slot("drink", "")
	})
	eachOf(t, "it goes back", []words{
		{"뒤로 가기", "前の質問に戻る", "go back please"}, {"이전 단계로 가 주세요", "戻りたいです", "take me back"}, {"뒤로 돌아갈게요", "一つ前に戻してください", "back to the previous question"},
	}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(coffee(p)).say(p("홍차", "紅茶", "black tea")).say(said).by("command").says(what(p))
	})
	eachOf(t, "it helps", []words{{"도와주세요", "助けてください", "can you help me please"}, {"도움말 보여줘", "使い方を教えて", "I need help"}}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(coffee(p)).say(said).by("command").says(what(p))
	})
	eachOf(t, "it fetches a person", []words{
		{"상담원 연결해 주세요", "担当者と話したい", "I want to talk to an agent"}, {"상담원이랑 통화하고 싶어요", "担当者につないでください", "connect me to a human please"}, {"담당자 좀 바꿔 주세요", "オペレーターに代わってください", "get me an operator"}, {"사람이랑 얘기하고 싶어요", "人と話したいです", "could I talk to someone please"},
	}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(said)
		if c.result.Handoff == nil {
			t.Errorf("no handoff for %q: %s", said, c.result.Trace)
		}
	})
}

func TestWhatSaysMoreThanACommandIsNone(t *testing.T) {
	eachOf(t, "it is asked again", []words{
		{"예약 취소 규정 알려줘", "キャンセルの規定を教えて", "what is the cancellation policy"}, {"취소하면 수수료가 있나요", "キャンセルしたら手数料はかかりますか", "is there a fee if I cancel"}, {"취소하지 마세요", "キャンセルしないで", "do not cancel"}, {"취소 됐어요?", "キャンセルできますか", "I never cancelled anything"}, {"상담원 몇 시까지 해요", "担当者は何時までいますか", "how many agents are there"},
	}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(coffee(p)).say(said)
		if c.trace.By == "command" || c.trace.By == "question" {
			t.Errorf("%q was taken by %s: %s", said, c.trace.By, c.text())
		}
	})
	eachOf(t, "an example of an intent comes first", []words{{"다음 주문은 취소해 주세요", "前回の注文を取り消して", "undo my last order"}}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(coffee(p)).say(said).by("intent").says(p("지난 주문을 취소할까요?", "前回の注文を取り消しますか？", "Cancel the last order?"))
	})
	eachOf(t, "in a flow about cancelling it is a yes", []words{{"취소해 주세요", "取り消してください", "please cancel"}, {"취소", "キャンセル", "cancel it"}, {"네 취소할게요", "はい、取り消します", "yes, cancel"}}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(p("다음 주문은 취소해 주세요", "前回の注文を取り消して", "undo my last order")).say(said).by("question").says("UNDO true")
	})
	eachOf(t, "a no before it cancels all the same", []words{{"아니요 취소할게요", "いいえ、キャンセルします", "no, cancel it"}, {"네 취소해 주세요", "はい、キャンセルしてください", "ok cancel please"}}, func(t *testing.T, c *talk, p pick, said string) {
		tableAt(c, p)
		c.say(said).by("command").says(p("취소했어요", "キャンセルしました", "Cancelled")).idle()
	})
}

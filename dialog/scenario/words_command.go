package scenario

// commandNames are the commands that work everywhere.
var commandNames = []string{"cancel", "restart", "back", "help", "agent"}

// commandWords are the sentences that mean a command, by locale. A bot may replace them. Around them stand
// polite words ("취소할게요", "キャンセルをお願いします", "please cancel") and the companions of the command.
var commandWords = map[string]map[string][]string{
	"cancel": {
		"ko": {"취소", "취소해", "취소해줘", "취소할래", "그만", "그만할래", "그만둘래", "그만둘게", "그만두", "중단", "됐어", "안 할래", "안 할게"},
		"ja": {"キャンセル", "取り消し", "取消", "取り消す", "取りやめ", "やめ", "やめる", "やめて", "やめます", "中止", "もういい"},
		"en": {"cancel", "stop", "quit", "abort", "never mind", "nevermind", "forget it", "forget about it", "cancel that"},
	},
	"restart": {
		"ko": {"처음부터", "처음으로", "다시 시작", "처음부터 다시"},
		"ja": {"最初から", "やり直し", "やり直す", "はじめから", "初めから"},
		"en": {"restart", "start over", "start again", "begin again", "from the beginning"},
	},
	"back": {
		"ko": {"뒤로", "이전", "이전으로", "앞으로 돌아가", "되돌아가"},
		"ja": {"戻る", "戻り", "戻って", "前へ", "一つ前"},
		"en": {"back", "go back", "previous"},
	},
	"help": {
		"ko": {"도움말", "도와줘", "도와", "사용법", "뭐 할 수 있어", "무엇을 할 수 있어"},
		"ja": {"ヘルプ", "助けて", "使い方", "何ができる"},
		"en": {"help", "what can you do", "menu"},
	},
	"agent": {
		"ko": {"상담원", "상담사", "상담원 연결", "상담원 연결해줘", "담당자", "사람이랑 얘기", "사람이랑 얘기할래", "사람과 얘기", "사람하고 얘기", "사람과 통화"},
		"ja": {"担当者", "オペレーター", "有人", "人と話", "人と話したい", "担当者につないで"},
		"en": {"agent", "human", "operator", "representative", "talk to a human", "talk to an agent", "talk to a person", "speak to a person", "talk to someone", "speak to someone"},
	},
}

// companions are the words that belong to a command without being one: its verbs and what it is done to.
var companions = map[string]phrases{
	"cancel": newPhrases([]string{"건", "이번", "しておいて", "ておいて", "doing this", "asking me"}),
	"restart": newPhrases([]string{
		"다시", "시작", "시작하", "시작할게요", "시작할래요", "시작해", "돌아가", "돌아갈게요", "돌아갈래요", "돌아가기", "갈게요", "갈래요", "가", "もう一度", "やり直し", "やり直", "始め", "戻", "戻り", "again", "over", "from the start", "from the beginning", "start", "restart", "to", "begin",
	}),
	"back": newPhrases([]string{
		"가기", "가", "갈게요", "갈래요", "갈래", "가자", "돌아가", "돌아가기", "돌아갈게요", "돌아갈래요", "단계", "질문", "화면", "메뉴", "한단계", "한번", "前", "一つ前", "一つ", "質問", "画面", "戻", "戻って", "戻り", "戻る", "戻し", "る", "take me", "go", "to", "one step", "step", "question", "page", "screen", "previous",
	}),
	"help": newPhrases([]string{"보여", "알려", "보고싶어요", "열어", "메뉴", "見せ", "見せて", "教え", "教えて", "表示", "me", "show me", "show", "open", "some", "the", "get", "with this", "need"}),
	"agent": newPhrases([]string{
		"연결", "연결해", "연결하", "통화", "통화하", "통화할래요", "상담", "상담하", "상담받", "얘기", "얘기하", "이야기", "이야기하", "대화", "대화하", "말하", "바꿔", "불러", "와", "과", "이랑", "랑", "하고", "한테", "에게", "께", "님", "분", "직접", "진짜",
		"に", "と", "へ", "話", "話し", "話をし", "つない", "つなぎ", "つなげ", "代わっ", "代わり", "替わっ", "相談", "連絡", "呼ん", "呼び", "の方", "の人", "直接",
		"talk to", "talk with", "speak to", "speak with", "chat with", "connect me to", "connect me with", "connect me", "transfer me to", "put me through to", "get me", "give me", "call", "an", "a", "some", "real", "live", "human", "person", "to",
	}),
}

// objects are what is cancelled or begun again when the flow has no better word for it.
var objects = newPhrases([]string{
	"주문", "예약", "신청", "접수", "요청", "등록", "注文", "予約", "申請", "申し込み", "申込", "申込み", "登録", "手続き", "今回", "my", "order", "booking", "reservation", "request", "application", "whole thing", "thing",
})

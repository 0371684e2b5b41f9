package scenario

import (
	"fmt"
	"strings"
)

// builtinWords is all that the engine says by itself, where a bot has no text of its own.
var builtinWords = map[string]map[string]string{
	"ko": {
		"yes": "네", "no": "아니요", "none": "해당 없음", "choose": "골라 주세요.",
		"did_you_mean": "혹시 이 중에 찾으시는 것이 있나요?",
		"resume":       "하던 “%s”을(를) 계속할까요?", "dropped": "“%s”은(는) 여기서 멈출게요.",
		"confirm_value": "“%s” 맞나요?", "corrected": "“%s”(으)로 바꿨어요.", "noted": "“%s” 알겠어요.", "which": "“%s”은(는) 어느 질문의 답인가요?",
		"invalid_1": "잘 이해하지 못했어요.", "invalid_2": "다른 표현으로 다시 말씀해 주세요.",
		"give_up":   "제가 이해하기 어려워서 여기서 멈출게요. 다른 것을 도와드릴까요?",
		"cancelled": "취소했어요.", "nothing_to_cancel": "진행 중인 일이 없어요.",
		"restarted": "처음부터 다시 시작할게요.", "nothing_before": "앞선 질문이 없어요.",
		"help": "이런 일을 도와드릴 수 있어요.", "agent": "담당자에게 연결할게요. 잠시만 기다려 주세요.",
		"stale":      "이미 지나간 질문의 버튼이에요.",
		"timeout":    "시간이 오래 지나서 처음부터 시작할게요.",
		"fallback_1": "잘 이해하지 못했어요. 다시 말씀해 주세요.", "fallback_2": "아직 이해하지 못했어요. “도움말”이라고 보내 보세요.",
		"error": "문제가 생겨서 처리하지 못했어요. 잠시 후 다시 시도해 주세요.",
	},
	"ja": {
		"yes": "はい", "no": "いいえ", "none": "どれでもない", "choose": "選んでください。",
		"did_you_mean": "もしかして、こちらのことでしょうか？",
		"resume":       "先ほどの「%s」を続けますか？", "dropped": "「%s」はここまでにします。",
		"confirm_value": "「%s」でよろしいですか？", "corrected": "「%s」に変更しました。", "noted": "「%s」ですね。", "which": "「%s」はどの質問への答えですか？",
		"invalid_1": "すみません、よくわかりませんでした。", "invalid_2": "別の言い方でもう一度お願いします。",
		"give_up":   "うまく理解できないので、ここで終わります。ほかにお手伝いできることはありますか？",
		"cancelled": "キャンセルしました。", "nothing_to_cancel": "進行中のことはありません。",
		"restarted": "最初からやり直します。", "nothing_before": "前の質問はありません。",
		"help": "こんなことをお手伝いできます。", "agent": "担当者におつなぎします。少々お待ちください。",
		"stale":      "このボタンの質問はもう終わっています。",
		"timeout":    "時間が経ったので、最初から始めます。",
		"fallback_1": "すみません、もう一度お願いします。", "fallback_2": "まだ理解できませんでした。「ヘルプ」と送ってみてください。",
		"error": "問題が起きて処理できませんでした。しばらくしてからもう一度お試しください。",
	},
	"en": {
		"yes": "Yes", "no": "No", "none": "None of these", "choose": "Please choose.",
		"did_you_mean": "Did you mean one of these?",
		"resume":       "Shall we continue with “%s”?", "dropped": "All right, we leave “%s” here.",
		"confirm_value": "“%s”, is that right?", "corrected": "Changed to “%s”.", "noted": "“%s”, got it.", "which": "Which question does “%s” answer?",
		"invalid_1": "Sorry, I did not get that.", "invalid_2": "Could you put it another way?",
		"give_up":   "I cannot work this out, so let us stop here. Is there something else?",
		"cancelled": "Cancelled.", "nothing_to_cancel": "There is nothing going on.",
		"restarted": "Let us start over.", "nothing_before": "There is no question before this one.",
		"help": "This is what I can help with.", "agent": "I am handing you over to a colleague. One moment, please.",
		"stale":      "That button belongs to a question that is over.",
		"timeout":    "It has been a while, so let us start over.",
		"fallback_1": "Sorry, could you say that again?", "fallback_2": "I still do not understand. Try “help”.",
		"error": "Something went wrong. Please try again in a moment.",
	},
}

// word is a built-in text in the turn's language; English where there is no other.
func (r *run) word(key string) string {
	language, _, _ := strings.Cut(strings.ToLower(r.locale), "-")
	for _, l := range []string{language, "en"} {
		if s := builtinWords[l][key]; s != "" {
			return s
		}
	}
	return key
}

func (r *run) wordf(key string, args ...any) string {
	s := r.word(key)
	if len(args) == 0 {
		return s
	}
	return fmt.Sprintf(s, args...)
}

package entity

// Answers to yes/no questions.

// place tells where in a sentence a word is an answer.
type place int

const (
	opens  place = iota // at the start of a clause
	closes              // at the start of a clause or at its end
	whole               // only as a whole clause
)

type answerWord struct {
	answer Answer
	place  place
}

// answerWords are answers as they are said. Korean adjectives and verbs come from answerStems.
var answerWords = newLexicon(answerTable())

// answerTable joins the fixed words and the inflected ones.
func answerTable() map[string]answerWord {
	table := map[string]answerWord{}
	for group, words := range map[answerWord][]string{
		{Yes, opens}: {
			"네", "넵", "넹", "넴", "네네", "넵넵", "예", "예예", "예스", "옙", "응", "응응", "웅", "엉", "으응", "어어", "그래", "그래요", "그럼", "그럼요", "물론", "물론이죠", "물론이지",
			"물론입니다", "물론이에요", "당연하지", "당연하죠", "당연히", "당연합니다", "오케이", "오키", "오케", "ㅇㅇ", "ㅇㅋ", "ㅇㅋㅇㅋ", "ㄱㄱ", "ㄱㄱ요", "ㅔ", "콜",
			"그렇죠", "그렇지", "그렇습니다", "그래 그래", "그러죠", "그럴게요", "그러겠습니다", "그러자", "그럽시다", "알겠습니다", "알겠어요", "알았어", "알았어요", "동의", "찬성",
			"はい", "はいはい", "ハイ", "ええ", "うん", "うんうん", "うむ", "そう", "そうです", "そうですね", "そうですよ", "そうだよ", "そうそう", "そのとおり", "その通り", "その通りです", "そのとおりです",
			"もちろん", "もちろんです", "勿論", "勿論です", "オッケー", "オーケー", "おけ", "おっけー", "イエス", "了解", "了解です", "了解しました", "了解いたしました", "りょうかい", "承知しました", "承知です",
			"かしこまりました", "わかりました", "分かりました", "ぜひ", "是非", "よろこんで",
			"はーい", "はあい", "i think so", "i believe so", "yes", "yes please", "yeah", "yea", "yep", "yup", "yah", "ya", "yess", "yesss", "sure", "sure thing", "ok", "okay", "okey", "okie", "k",
			"alright", "all right", "of course", "absolutely", "definitely", "certainly", "indeed", "affirmative", "totally", "exactly", "correct",
			"agreed", "no problem", "no worries", "why not", "by all means", "sounds good", "sounds great", "sounds fine", "sounds perfect",
			"please do", "go ahead", "do it", "let's do it", "for sure", "that's right", "that's correct", "that is correct", "that is right",
			"that's fine", "that's good", "that works", "works for me", "i do", "i agree", "i would", "i'd love to", "uh huh", "mm hmm", "you bet",
			"roger",
		},
		{Yes, closes}: {
			"그렇게 해 주세요", "그렇게 해주세요", "그렇게 해 줘", "그렇게 해줘", "그렇게 할게요", "그렇게 하겠습니다", "그렇게 하죠", "그걸로 할게요", "그걸로 해 주세요", "그걸로 해주세요", "그걸로 부탁드려요",
			"진행해 주세요", "진행해주세요",
			"それでお願いします", "それでいいです", "それで大丈夫です", "それで結構です", "これで結構です", "これでいいです", "これで大丈夫です", "これでお願いします", "合ってます", "合っています", "あってます", "あっています",
			"正しいです", "間違いありません", "間違いないです", "問題ありません", "問題ないです", "賛成です", "同意します", "そうしてください", "そうします",
		},
		{Yes, whole}: {
			"해 주세요", "해주세요", "해 줘", "해줘", "해 줘요", "해줘요", "부탁해요", "부탁드려요", "부탁드립니다", "부탁해", "부탁합니다", "할게요", "하겠습니다", "할래요", "잘 부탁드려요", "お願いします",
			"おねがいします", "お願い", "お願いいたします", "頼みます", "いいですよ", "いいですね", "いいよ", "いいね", "よろしいです", "よいです", "良いです", "よろしく", "よろしくお願いします", "어", "ㅇ", "y",
			"confirm", "confirmed", "i confirm", "good", "great", "perfect", "right", "fine by me", "cool", "please", "let's go", "true", "승인", "확인", "좋은 생각이에요", "よし", "正解", "どうぞ",
			"ok ok", "ㅇㅋ요", "예 맞습니다", "いい", "👍", "👌", "⭕", "🙆", "ok!", "deal",
		},
		{No, opens}: {
			"아니", "아니요", "아니오", "아뇨", "아녀", "아냐", "아니야", "아니에요", "아니예요", "아닙니다", "아닌데", "아닌데요", "아니지", "아니죠", "안 돼요", "안 돼", "안 됩니다", "안 되겠어요",
			"됐어요", "됐어", "됐습니다", "됐고요", "이번에는 됐어요", "이번엔 됐어요", "노", "노노", "ㄴㄴ", "ㄴ", "no", "nope", "nah", "no thanks", "no thank you", "no way",
			"not really", "not at all", "not now", "not today", "not this time", "negative", "never", "never mind", "nevermind", "i don't think so",
			"i do not think so", "i don't", "i'd rather not", "don't", "do not", "absolutely not", "of course not", "certainly not",
			"definitely not", "not ok", "not okay", "that's wrong", "that's not right", "that's incorrect", "that is wrong", "that's not correct",
			"it's not ok", "it is not ok", "disagree", "i disagree", "incorrect", "wrong", "not correct", "not right", "isn't correct", "isn't right", "is not correct", "is not right", "it's not correct", "it's not right", "i'm good", "i'm good thanks", "no need", "no it's ok",
			"no it's okay", "no it's fine", "no i'm good", "no i'm fine", "no that's ok", "no that's fine", "no that's okay",
			"いいえ", "いえ", "いえいえ", "いや", "いやいや", "いやです", "いやだ", "嫌です", "嫌だ", "ううん", "ノー", "違う", "違います", "ちがう", "ちがいます", "違いますよ", "だめ", "だめです", "ダメ",
			"ダメです", "駄目", "駄目です", "無理", "無理です", "そうじゃない", "そうじゃないです", "そうではない", "そうではありません", "そうじゃありません", "そんなことない",
		},
		{No, closes}: {
			"필요 없어요", "필요 없어", "필요 없습니다", "필요없다", "하지 마세요", "하지 마", "하지 말아 주세요", "하지 말아주세요", "안 할래요", "안 할래", "안 할게요", "안 해요", "안 해", "안 합니다",
			"안 하겠습니다", "별로", "별로예요", "별로에요", "별로요", "별로 안 내켜요", "그만할래요", "그만둘게요", "사양할게요", "사양하겠습니다", "그렇지 않아요", "그렇지 않습니다", "그렇지 않아", "그건 아니에요",
			"틀렸어요", "틀렸어", "틀렸습니다", "틀렸네요", "틀렸는데요", "틀렸는데", "틀렸다", "틀려요", "틀려", "틀립니다", "틀린데요", "틀렸다고요", "반대", "반대합니다", "거절할게요", "원하지 않아요", "원하지 않습니다", "원치 않아요", "아직이요", "못 해요", "못해요", "안 갈래요", "안 갈게요",
			"要りません", "いりません", "いらない", "要らない", "いらないです", "要らないです", "不要", "不要です", "必要ありません", "必要ないです", "やめます", "やめておきます", "やめとく", "やめときます", "遠慮します",
			"遠慮しておきます", "もういいです", "もう結構です", "もう大丈夫です", "よくない", "よくないです", "良くない", "良くないです", "よくありません", "合ってません", "合っていません", "違ってます", "間違っています",
			"間違ってます", "間違いです", "間違えています", "間違えてます", "正しくない", "正しくないです", "したくない", "したくないです", "反対です", "しないでください", "キャンセルで",
		},
		{No, whole}: {"n", "false", "아니라고", "x", "거절", "できません", "しません", "反対", "却下", "👎", "❌", "🙅", "嫌"},
		{Unclear, opens}: {
			"글쎄", "글쎄요", "글쎄다", "아마", "아마도", "아마도요", "모르겠어요", "모르겠어", "모르겠네요", "모르겠습니다", "몰라", "몰라요", "몰라요 잘", "잘 모르겠어요", "잘 모르겠어", "잘 모르겠습니다",
			"잘 모르겠네요", "아직 모르겠어요", "아직 모르겠습니다", "생각해 볼게요", "생각해볼게요", "생각 좀 해볼게요", "생각 좀 해 볼게요", "생각해 보겠습니다", "고민해 볼게요", "고민해볼게요", "고민 중이에요",
			"고민 좀 할게요", "그때 봐서요", "나중에요", "나중에", "상관없어요", "상관없어", "상관없습니다", "아무거나", "아무거나요", "반반이에요", "확실하지 않아요", "확실치 않아요",
			"さあ", "たぶん", "多分", "おそらく", "かも", "かもしれません", "かもしれない", "わからない", "わかりません", "分からない", "分かりません", "わからないです", "よくわかりません", "よくわからない", "よく分かりません",
			"まだわかりません", "まだ分かりません", "どうかな", "どうだろう", "どうでしょう", "どちらでも", "どっちでも", "どちらでもいい", "どちらでもいいです", "微妙", "微妙です", "後で", "あとで", "また今度",
			"maybe", "maybe later", "perhaps", "possibly", "probably", "probably not", "not sure", "i'm not sure", "i am not sure", "not quite sure",
			"i don't know", "i do not know", "dunno", "don't know", "idk", "it depends", "depends", "i guess", "i guess so", "let me think",
			"let me think about it", "i'll think about it", "no idea", "i have no idea", "hard to say", "either", "either way", "whatever", "later",
			"up to you", "we'll see", "yes and no",
		},
		{Unclear, closes}: {
			"考えます", "考えておきます", "考えさせてください", "検討します", "結構です", "けっこうです", "大丈夫です", "大丈夫", "だいじょうぶです", "だいじょうぶ", "大丈夫ですよ", "結構", "いいかな", "かまいません",
			"構いません",
			"it's ok", "it's okay", "it's fine", "that's ok", "that's okay", "i'm fine", "i'm ok", "i'm okay", "all good",
		},
		{Unclear, whole}: {"그건 좀", "그건 좀요", "いいです", "いいですけど", "fine", "hmm", "음", "흠", "うーん", "ううーん", "not bad", "so so"},
	} {
		for _, w := range words {
			table[w] = group
		}
	}
	for stem, word := range answerStems {
		for _, ending := range stem.endings {
			table[stem.stem+ending] = word
		}
	}
	return table
}

type koStem struct {
	stem    string
	endings *[24]string
}

var (
	endingsA = &[24]string{
		"아", "아요", "습니다", "네", "네요", "죠", "지", "지요", "다", "은데", "은데요", "은데여", "겠어요", "겠네요", "겠습니다", "겠다", "겠네", "아여", "을 것 같아요", "을거 같아요",
		"을 듯해요", "을 것 같습니다", "아용", "고요",
	}
	endingsEo = &[24]string{
		"어", "어요", "습니다", "네", "네요", "죠", "지", "지요", "다", "은데", "은데요", "은데여", "겠어요", "겠네요", "겠습니다", "겠다", "겠네", "어여", "을 것 같아요", "을거 같아요",
		"을 듯해요", "을 것 같습니다", "어용", "고요",
	}
)

// answerStems are Korean predicates that answer. 괜찮다 refuses an offer and accepts a proposal: unclear on its own.
var answerStems = map[koStem]answerWord{
	{"좋", endingsA}: {Yes, closes}, {"맞", endingsA}: {Yes, closes}, {"옳", endingsA}: {Yes, closes}, {"그게 맞", endingsA}: {Yes, closes},
	{"상관없", endingsEo}: {Unclear, closes},
	{"안 좋", endingsA}:  {No, closes}, {"안 맞", endingsA}: {No, closes}, {"안 괜찮", endingsA}: {No, closes}, {"좋지 않", endingsA}: {No, closes},
	{"맞지 않", endingsA}: {No, closes}, {"괜찮지 않", endingsA}: {No, closes}, {"필요하지 않", endingsA}: {No, closes}, {"싫", endingsEo}: {No, closes},
	{"필요 없", endingsEo}:   {No, closes},
	{"하고 싶지 않", endingsA}: {No, closes}, {"않", endingsA}: {No, whole}, {"괜찮", endingsA}: {Unclear, closes}, {"아니 괜찮", endingsA}: {No, closes},
	{"전 괜찮", endingsA}:  {Unclear, closes},
	{"저는 괜찮", endingsA}: {Unclear, closes}, {"그건 싫", endingsEo}: {No, closes}, {"문제없", endingsEo}: {Yes, closes},
	{"문제 없", endingsEo}: {Yes, closes},
}

// fillers stand before an answer and mean nothing.
var fillers = newSet(
	"음", "흠", "아", "오", "어", "와", "저기", "그", "음음", "저", "뭐", "글쎄 뭐", "그냥", "에이", "아이고", "あ", "ああ", "えっと", "ええと", "えーと", "うーん", "あの",
	"まあ", "じゃあ", "では", "oh", "um", "uh", "hmm", "ah", "well", "er", "so", "hey", "actually", "um,",
)

// afterNo are the words that may follow "no" when it is an answer: "no meeting" and "no one" are not.
var afterNo = newSet(
	"i", "it", "it's", "that", "that's", "not", "please", "don't", "this", "let", "let's", "just", "cancel", "the", "my", "we",
	"thanks", "thank", "sorry", "but", "because", "never", "nope", "no", "make", "change", "you", "there", "he", "she", "they", "can",
	"could", "actually", "wait", "today", "tomorrow", "at", "on", "yes", "maybe",
)

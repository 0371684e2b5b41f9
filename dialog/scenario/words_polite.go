package scenario

// Words that carry no meaning of their own beside a command, a value or a choice.

// asking are the ways to ask for something, in any place; the forms of 하다 and する go with nouns.
var asking = newPhrases(
	forms([]string{"", "해", "시켜", "처리해"}, []string{
		"주세요", "줘", "줘요", "주실래요", "줄래요", "줄래", "주십시오", "주시겠어요", "주실수있나요", "주실수있어요", "주실수있을까요", "줄수있어요", "줄수있나요", "줄수있어", "주시면됩니다", "주시면돼요", "주라",
	}),
	forms([]string{"", "하", "처리하"}, []string{
		"고싶어요", "고싶어", "고싶습니다", "고싶네요", "고싶은데", "고싶은데요", "고싶다", "려고", "려고요", "려구요", "려고해요", "려고합니다", "겠습니다", "겠어요", "죠", "지요", "자", "시죠", "시겠어요", "세요",
	}),
	[]string{
		"할게요", "할게", "할께요", "할께", "할래요", "할래", "할거예요", "할거에요", "할거야", "할겁니다", "할랍니다", "해", "해요", "합니다", "하기",
		"부탁", "부탁해", "부탁해요", "부탁합니다", "부탁드려요", "부탁드립니다", "부탁드릴게요", "부탁드리겠습니다",
		"요", "이요", "여", "예요", "이에요", "에요", "입니다", "이야", "을", "를", "은", "는", "이", "가", "로", "으로", "에", "좀", "그냥", "지금", "이제", "빨리", "바로", "다", "전부", "모두", "이거", "그거", "이것", "그것", "걍", "그만",
	},
	forms([]string{"し", "さ", ""}, []string{
		"ます", "ますね", "たい", "たいです", "たいのですが", "たいんですが", "たいんですけど", "たいと思います", "て", "てください", "て下さい", "てくださいませんか", "てほしい", "てほしいです", "てちょうだい",
		"ていただけますか", "ていただけませんか", "ていただきたい", "ていただきたいです", "てもらえますか", "てもらえませんか", "てもらいたい", "てもらいたいです", "てくれますか", "てくれませんか", "てくれる", "せてください", "せていただきます",
	}),
	[]string{
		"する", "お願い", "お願いします", "お願いいたします", "お願いできますか", "おねがい", "おねがいします", "ください", "下さい", "ほしい", "ほしいです", "いただけますか", "もらえますか", "頼みます", "頼む",
		"です", "だ", "で", "を", "に", "は", "が", "の", "と", "ね", "よ", "な", "んです", "んですが", "ですが", "今", "もう", "ちょっと", "全部", "これ", "それ", "すべて",
		"please", "pls", "plz", "i want to", "i want", "i wanna", "i would like to", "i would like", "i'd like to", "i'd like", "i'll", "i'll take", "i'll have", "i need to", "i need", "i have to", "i'd rather", "i prefer", "can you", "could you", "would you", "will you",
		"can we", "could we", "can i", "could i", "may i", "can i have", "can i get", "could i have", "let's", "let us", "let me", "just", "now", "right now", "it", "this", "that", "all", "all of it", "everything", "the", "for me", "for now", "thanks", "thank you", "thx", "want to", "would like to", "go ahead and", "sir", "immediately", "then",
	},
)

// opening are the words that a sentence begins with before it comes to the point.
var opening = newPhrases([]string{
	"네", "예", "응", "아", "앗", "어", "음", "저", "저기", "저기요", "그럼", "그러면", "아니", "아니요", "아니오", "아뇨", "아니야", "죄송하지만", "죄송한데", "죄송한데요", "죄송해요", "죄송합니다", "미안", "미안한데", "미안해요", "미안하지만", "잠깐", "잠깐만", "잠깐만요", "잠시만", "잠시만요",
	"일단", "혹시", "근데", "근데요", "그런데", "그런데요", "하지만", "역시", "아무래도", "맞다", "참", "맞아요", "맞는데", "맞는데요", "맞긴한데", "맞지만", "좋아요", "좋은데", "좋은데요", "대신", "다만", "잘못말했어요", "잘못말했어", "정정", "그게아니라", "그거말고", "말고", "아니라", "아니고", "생각해보니", "다시생각해보니",
	"はい", "ええ", "うん", "あ", "ああ", "あの", "えっと", "えーと", "ええと", "では", "じゃあ", "じゃ", "すみません", "すみませんが", "すいません", "すいませんが", "ごめん", "ごめんなさい", "申し訳ありませんが", "やっぱり", "やっぱ", "やはり", "いや", "いいえ", "いえ", "違う", "違います", "違って", "ちがう", "ちがいます", "そうじゃなくて", "いったん", "一旦", "でも", "ですが", "けど", "だけど", "ただ", "ただし", "間違えた", "間違えました", "じゃなくて", "ではなくて", "ではなく", "そうですが", "そうだけど", "いいですが", "いいけど", "合ってますが", "よく考えたら",
	"yes", "yeah", "yep", "yup", "sure", "ok", "okay", "no", "nope", "not", "but", "except", "actually", "well", "sorry", "hey", "hi", "hello", "wait", "oh", "so", "um", "uh", "hmm", "and", "however", "though", "only", "i mean", "i meant", "correction", "on second thought", "excuse me", "that's right", "correct", "right", "fine", "good", "not that", "my mistake", "hold on", "oops", "yes please",
})

// changing are the verbs of a sentence that sets something again.
var changing = newPhrases(
	forms([]string{"바꿔", "변경", "변경해", "수정", "수정해", "고쳐", "정정", "정정해", "바꾸", "변경하", "수정하", "고치", "바꿀게", "바꿀게요", "바꿀래", "바꿀래요", "바꿀께요", "바꿨으면", "늘려", "줄여", "옮겨", "미뤄", "당겨"}, []string{""}),
	[]string{
		"変更", "変え", "変えて", "変える", "直し", "直して", "修正", "訂正", "替え", "換え", "増やし", "減らし", "ずらし", "change", "change it", "change that", "change it to", "change to", "change the", "update", "switch", "switch to", "set", "modify", "move", "move it to", "make it", "make that", "make the", "i meant", "i mean", "instead", "correct it to", "let's make it",
	},
)

// deciding are the endings that make a value a decision, which is enough to change what stands there already:
// "소회의실로 할게요", "小会議室にします".
var deciding = newPhrases(
	forms([]string{"로", "으로"}, []string{"할게요", "할게", "할께요", "할래요", "할래", "해줘", "해줘요", "해주세요", "하겠습니다", "해", "부탁해요", "부탁드려요", "부탁드립니다", "하고싶어요", "하고싶어"}),
	[]string{"にします", "にする", "にして", "にしてください", "にして下さい", "にしたい", "にしたいです", "でお願いします", "let's do", "let's go with", "go with", "i'd rather"},
)

// between join a value to the words around it.
var between = newPhrases([]string{
	"로", "으로", "에", "은", "는", "이", "가", "을", "를", "요", "이요", "로요", "으로요", "까지", "부터", "쯤", "정도", "도", "만", "의", "로는", "이에요", "예요", "입니다", "인데요", "인데", "이고", "고", "이면", "면", "되나요", "될까요", "됩니다", "돼요", "이었어요", "였어요",
	"に", "で", "を", "は", "が", "の", "へ", "と", "も", "から", "まで", "です", "ですが", "ごろ", "頃", "くらい", "ぐらい", "だ", "でした", "にしてもらえますか",
	"at", "on", "to", "for", "in", "of", "by", "around", "about", "from", "until", "with", "it's", "it is", "is", "should be", "would be", "will be", "was", "be", "a", "an", "the", "my", "our", "of us", "as",
})

// relative are the words that count a number on from another one: "한 명 더" is not one person.
var relative = newPhrases([]string{"더", "더요", "덜", "추가", "추가로", "추가해", "빼고", "빼", "씩", "あと", "もう", "追加", "追加で", "増やし", "減らし", "more", "another", "extra", "additional", "less", "fewer", "plus", "minus"})

// nearly may stand beside a number that is not meant exactly, or that is named as one.
var nearly = newPhrases([]string{"약", "한", "대략", "정도", "정도요", "쯤", "쯤요", "총", "約", "およそ", "だいたい", "くらい", "ぐらい", "ほど", "about", "around", "roughly", "approximately", "maybe", "it's", "it is", "at", "a", "to", "for"})

// picking are the words beside a choice.
var picking = newPhrases([]string{
	"거", "것", "걸", "걸로", "거로", "것으로", "거요", "게", "꺼", "에있는", "선택", "선택할게요", "고를게요", "골라", "좋아요", "좋겠어요", "로주문", "하나", "번", "쪽",
	"もの", "やつ", "ほう", "方", "選びます", "選ぶ", "選択", "いい", "いいです", "目", "番",
	"one", "ones", "option", "choice", "number", "item", "no", "pick", "choose", "go with", "i choose", "i pick", "i'll go with", "i think", "a", "an", "from", "of them", "on the list", "button",
})

// forms joins every beginning with every ending.
func forms(stems, endings []string) (out []string) {
	for _, s := range stems {
		for _, e := range endings {
			out = append(out, s+e)
		}
	}
	return out
}

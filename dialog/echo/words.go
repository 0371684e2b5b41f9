package echo

import (
	"strings"

	"dari/bot/message"
	"dari/dialog"
)

// words are all that the engine can say by itself.
type words struct {
	greeting string
	kinds    map[message.Kind]string
}

var languages = map[string]words{
	"ko": {"안녕하세요! 보내신 말을 그대로 돌려드릴게요.", kinds("사진", "동영상", "음성", "파일", "위치", "스티커", "양식")},
	"ja": {"こんにちは!送られたメッセージをそのままお返しします。", kinds("写真", "動画", "音声", "ファイル", "位置情報", "スタンプ", "フォーム")},
	"en": {"Hello! I say back whatever you send me.", kinds("Photo", "Video", "Audio", "File", "Location", "Sticker", "Form")},
}

func kinds(image, video, audio, file, location, sticker, form string) map[message.Kind]string {
	return map[message.Kind]string{
		message.KindImage: image, message.KindVideo: video, message.KindAudio: audio, message.KindFile: file,
		message.KindLocation: location, message.KindSticker: sticker, message.KindForm: form,
	}
}

// wordsFor takes the first language it knows of the person's and the bot's, else English.
func wordsFor(t dialog.Turn) words {
	for _, locale := range []string{t.Inbound.Locale, t.Bot.Locale} {
		language, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(locale), "_", "-"), "-")
		if w, ok := languages[language]; ok {
			return w
		}
	}
	return languages["en"]
}

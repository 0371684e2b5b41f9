package echo

import (
	"context"
	"testing"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

func TestConformance(t *testing.T) {
	dialogtest.Run(t, dialogtest.Kit{
		Type:     Type{},
		Settings: func(*testing.T) settings.Values { return settings.Values{} },
	})
}

func TestTurn(t *testing.T) {
	const greetKo, greetJa, greetEn = "안녕하세요! 보내신 말을 그대로 돌려드릴게요.", "こんにちは!送られたメッセージをそのままお返しします。", "Hello! I say back whatever you send me."
	for _, c := range []struct {
		name   string
		in     message.Inbound
		locale string // of the bot
		want   string
	}{
		{"a text comes back unchanged", message.Inbound{Kind: message.KindText, Text: " 회의실  예약\n👩‍👩‍👧 "}, "ko", " 회의실  예약\n👩‍👩‍👧 "},
		{"a mention without words is greeted", message.Inbound{Kind: message.KindText, Text: " "}, "ko", greetKo},
		{"a postback comes back as its data", message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: "room=a", Label: "예약"}}, "ko", "room=a"},
		{"a postback without data comes back as its label", message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Label: "예약"}}, "ko", "예약"},
		{"a picture is named in the person's language", message.Inbound{Kind: message.KindImage, Locale: "ja-JP", Attachments: []message.Attachment{{Kind: message.KindImage, Name: "a.jpg"}}}, "ko", "写真: a.jpg"},
		{"a caption follows its picture", message.Inbound{Kind: message.KindImage, Text: "보세요", Attachments: []message.Attachment{{Kind: message.KindImage}}}, "ko_KR", "사진\n보세요"},
		{"several files are a line each", message.Inbound{Kind: message.KindFile, Attachments: []message.Attachment{{Kind: message.KindFile, Name: "a.pdf"}, {Kind: message.KindVideo}}}, "en", "File: a.pdf\nVideo"},
		{"an attachment of an unknown kind is a file", message.Inbound{Kind: message.KindFile, Attachments: []message.Attachment{{Kind: "scan"}}}, "en", "File"},
		{"a location is named with its place", message.Inbound{Kind: message.KindLocation, Location: &message.Location{Lat: 37.5665, Lng: 126.978, Title: "서울시청"}}, "ko", "위치: 서울시청 (37.56650, 126.97800)"},
		{"a sticker is named by its text", message.Inbound{Kind: message.KindSticker, Sticker: &message.Sticker{ID: "7", Text: "OK"}}, "ja", "スタンプ: OK"},
		{"a command comes back as typed", message.Inbound{Kind: message.KindCommand, Command: &message.Command{Name: "/ask", Args: "hi"}}, "en", "/ask hi"},
		{"a form comes back sorted", message.Inbound{Kind: message.KindForm, Form: &message.Form{Values: map[string]string{"b": "2", "a": "1"}}}, "en", "Form\na: 1\nb: 2"},
		{"a follow is greeted in the person's language", message.Inbound{Kind: message.KindFollow, Locale: "en"}, "ja", greetEn},
		{"a follow without a language is greeted in the bot's", message.Inbound{Kind: message.KindFollow}, "ja", greetJa},
		{"a language it does not know becomes English", message.Inbound{Kind: message.KindFollow, Locale: "fr"}, "de-DE", greetEn},
		{"nobody answers a reaction", message.Inbound{Kind: message.KindReaction, Reaction: &message.Reaction{Name: "+1"}}, "ko", ""},
		{"nobody answers an edit", message.Inbound{Kind: message.KindEdit, Text: "new"}, "ko", ""},
		{"nobody answers a bot that enters a room", message.Inbound{Kind: message.KindJoin}, "ko", ""},
		{"nobody answers an unknown kind", message.Inbound{Kind: message.KindUnknown, Text: "?"}, "ko", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, err := engine{}.Turn(context.Background(), dialog.Turn{Inbound: c.in, Bot: dialog.Bot{Locale: c.locale}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, m := range res.Reply.Messages {
				got += m.Text
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestEveryLanguageHasEveryWord(t *testing.T) {
	for name, w := range languages {
		for kind := range languages["en"].kinds {
			if w.kinds[kind] == "" {
				t.Errorf("%s has no word for %s", name, kind)
			}
		}
		if w.greeting == "" {
			t.Errorf("%s has no greeting", name)
		}
	}
}

package llm

import (
	"testing"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
)

func TestEveryKindOfEventBecomesWords(t *testing.T) {
	file := message.Attachment{Kind: message.KindFile, Name: "회의록.pdf", URL: "https://files.example.com/1"}
	photo := message.Attachment{Kind: message.KindImage, Name: "cat.jpg", URL: "https://files.example.com/2"}
	for _, row := range []struct {
		name string
		in   message.Inbound
		want string
	}{
		{"a text", message.Inbound{Kind: message.KindText, Text: " 안녕 "}, "안녕"},
		{"a text with a quotation", message.Inbound{Kind: message.KindText, Text: "이건요?", Quoted: &message.Quoted{ID: "1", Text: "A실"}}, "[in reply to: A실]\n이건요?"},
		{"a button with data", message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Label: "예약", Data: "room=a"}}, "예약\n[button: room=a]"},
		{"a button without a label", message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: "room=a"}}, "room=a"},
		{"a button whose data is its label", message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Label: "네", Data: "네"}}, "네"},
		{"a picked date", message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Label: "날짜", Data: "d", Params: map[string]string{"date": "2026-11-21"}}}, "날짜\n[button: d]\ndate: 2026-11-21"},
		{"a file is a link", message.Inbound{Kind: message.KindFile, Attachments: []message.Attachment{file}}, "[file: 회의록.pdf https://files.example.com/1]"},
		{"a picture that is shown is only named", message.Inbound{Kind: message.KindImage, Text: "뭐예요?", Attachments: []message.Attachment{photo}}, "뭐예요?\n[image: cat.jpg]"},
		{"a place", message.Inbound{Kind: message.KindLocation, Location: &message.Location{Lat: 37.5, Lng: 127, Title: "시청"}}, "[location: 시청, 37.500000, 127.000000]"},
		{"a sticker", message.Inbound{Kind: message.KindSticker, Sticker: &message.Sticker{Text: "OK", Keywords: []string{"thanks"}}}, "[sticker: OK, thanks]"},
		{"a command", message.Inbound{Kind: message.KindCommand, Command: &message.Command{Name: "/ask", Args: "회의실"}}, "/ask 회의실"},
		{"a form", message.Inbound{Kind: message.KindForm, Form: &message.Form{Values: map[string]string{"room": "a", "day": "월"}, Data: "step=2"}}, "day: 월\nroom: a\n[form: step=2]"},
		{"broken letters", message.Inbound{Kind: message.KindText, Text: "a\xffb"}, "a\ufffdb"},
		{"nothing", message.Inbound{Kind: message.KindText}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := Question(row.in, func(a message.Attachment) bool { return a == photo }); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestThePromptFollowsThePersonsLanguage(t *testing.T) {
	all := prompts{"": "common", "ko": "한국어로", "ja": "日本語で", "en": "English"}
	for _, row := range []struct {
		name        string
		prompts     prompts
		person, bot string
		want        string
	}{
		{"Korean", all, "ko-KR", "en", "한국어로"},
		{"Japanese, with an underscore", all, "ja_JP", "ko", "日本語で"},
		{"English", all, "EN", "ko", "English"},
		{"a language without a prompt", all, "fr-FR", "ko", "common"},
		{"an unknown person", all, "", "ja", "日本語で"},
		{"only the bot's own language", prompts{"ko": "한국어로"}, "en", "ko", "한국어로"},
		{"no prompt at all", prompts{}, "ko", "ko", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			turn := dialog.Turn{Bot: dialog.Bot{Locale: row.bot}, Inbound: message.Inbound{Locale: row.person}}
			if got := row.prompts.of(turn, time.Now(), nil); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestFillKnowsItsWordsAndNoOthers(t *testing.T) {
	turn := dialog.Turn{
		Bot: dialog.Bot{Name: "한빛 {{now}}", Locale: "ko"}, Channel: dialog.Channel{Type: "line"},
		Inbound: message.Inbound{Locale: "ja-JP", Timezone: "Asia/Seoul"},
	}
	now := time.Date(2026, 11, 21, 23, 30, 0, 0, time.UTC)
	got := Fill("{{bot}}|{{channel}}|{{locale}}|{{now}}|{{user}}", turn, now, nil)
	if want := "한빛 {{now}}|line|ja-JP|2026-11-22 08:30 Sunday KST|{{user}}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	turn.Inbound.Locale = ""
	if got := Fill("{{locale}}", turn, now, nil); got != "ko" {
		t.Errorf("without a locale of the event: %q", got)
	}
}

func TestNowIsToldInTheZoneOfTheSetting(t *testing.T) {
	now := time.Date(2026, 11, 21, 23, 30, 0, 0, time.UTC)
	for _, row := range []struct{ name, setting, event, want string }{
		{"the setting alone", "Asia/Tokyo", "", "2026-11-22 08:30 Sunday JST"},
		{"the setting before the event", "Asia/Seoul", "America/New_York", "2026-11-22 08:30 Sunday KST"},
		{"the event where nothing is set", "", "America/New_York", "2026-11-21 18:30 Saturday EST"},
		{"neither", "", "", "2026-11-21 23:30 Saturday UTC"},
		{"an event of a zone that is not on earth", "", "Mars/Olympus", "2026-11-21 23:30 Saturday UTC"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, err := Read(settings.Values{"prompt": "{{now}}", "time_zone": row.setting}, nil)
			if err != nil {
				t.Fatal(err)
			}
			turn := dialog.Turn{Inbound: message.Inbound{Timezone: row.event}}
			if got := s.prompts.of(turn, now, s.zone); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

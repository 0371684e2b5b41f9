package naverworks

import (
	"strings"
	"testing"

	"dari/bot/message"
	"dari/channels"
)

func TestWhatDoesNotFitIsRejectedByItsField(t *testing.T) {
	long := func(n int) string { return strings.Repeat("가", n) }
	address := func(n int) string { return "https://example.com/" + strings.Repeat("a", n-20) }
	act := func(a message.Action) message.Message {
		if a.Label == "" {
			a.Label = "예"
		}
		return message.Message{Type: message.TypeButtons, Text: "고르세요", Actions: []message.Action{{Kind: message.ActionMessage, Label: "첫째"}, a}}
	}
	quick := func(n int) message.Message {
		m := message.Text("hi")
		for range n {
			m.QuickReplies = append(m.QuickReplies, message.Action{Kind: message.ActionMessage, Label: "예"})
		}
		return m
	}
	buttons := func(n int, text string) message.Message {
		m := message.Message{Type: message.TypeButtons, Text: text}
		for range n {
			m.Actions = append(m.Actions, message.Action{Kind: message.ActionMessage, Label: "예"})
		}
		return m
	}
	media := func(t message.Type, url, name string) message.Message {
		return message.Message{Type: t, URL: url, Name: name}
	}
	oneCard := func(c message.Card) message.Message {
		return message.Message{Type: message.TypeCards, Cards: []message.Card{{Title: "a"}, c}}
	}
	for _, row := range []struct {
		name  string
		m     message.Message
		field string // "" if it fits
	}{
		{"a text of 2000", message.Text(long(2000)), ""},
		{"a text of 2001", message.Text(long(2001)), "text"},
		{"emoji count twice", message.Text(strings.Repeat("🏢", 1001)), "text"},
		{"no text", message.Text(""), "text"},
		{"13 suggestions", quick(13), ""},
		{"14 suggestions", quick(14), "quick_replies"},
		{"10 buttons", buttons(10, long(1000)), ""},
		{"11 buttons", buttons(11, "a"), "actions"},
		{"1001 characters above buttons", buttons(1, long(1001)), "text"},
		{"a label of 20", act(message.Action{Kind: message.ActionMessage, Label: long(20)}), ""},
		{"a label of 21", act(message.Action{Kind: message.ActionMessage, Label: long(21)}), "actions[1].label"},
		{"a label of 20 families", act(message.Action{Kind: message.ActionMessage, Label: strings.Repeat("👨‍👩‍👧", 20)}), ""},
		{"a text of 300 to say", act(message.Action{Kind: message.ActionMessage, Text: long(300)}), ""},
		{"a text of 301 to say", act(message.Action{Kind: message.ActionMessage, Text: long(301)}), "actions[1].text"},
		{"data of 1000", act(message.Action{Kind: message.ActionPostback, Data: long(1000)}), ""},
		{"data of 1001", act(message.Action{Kind: message.ActionPostback, Data: long(1001)}), "actions[1].data"},
		{"an address of 1000", act(message.Action{Kind: message.ActionURL, URL: address(1000)}), ""},
		{"an address of 1001", act(message.Action{Kind: message.ActionURL, URL: address(1001)}), "actions[1].url"},
		{"a plain http address for a browser", act(message.Action{Kind: message.ActionURL, URL: "http://intra.example.com/"}), ""},
		{"an address that is no web page", act(message.Action{Kind: message.ActionURL, URL: "mailto:kim@example.com"}), "actions[1].url"},
		{"1000 characters to copy", act(message.Action{Kind: message.ActionCopy, Text: long(1000)}), ""},
		{"1001 characters to copy", act(message.Action{Kind: message.ActionCopy, Text: long(1001)}), "actions[1].text"},
		{"an action without a label", message.Message{Type: message.TypeButtons, Text: "a", Actions: []message.Action{{Kind: message.ActionMessage}}}, "actions[0].label"},
		{"11 cards", message.Message{Type: message.TypeCards, Cards: many(11, card(1))}, "cards"},
		{"a card's label", oneCard(message.Card{Title: "b", Actions: []message.Action{{Kind: message.ActionMessage, Label: long(21)}}}), "cards[1].actions[0].label"},
		{"a card's picture over plain http", oneCard(message.Card{Title: "b", ImageURL: "http://static.example.com/a.png"}), "cards[1].image_url"},
		{"a card with nothing on it", oneCard(message.Card{}), "cards[1]"},
		{"a sticker without its set", message.Message{Type: message.TypeSticker, ID: "2"}, "set"},
		{"a picture at no address", media(message.TypeImage, "a.png", ""), "url"},
		{"a picture in the mail", media(message.TypeImage, "data:image/png;base64,AA==", ""), "url"},
		{"a document", media(message.TypeFile, "https://example.com/a.pdf", "휴가.pdf"), ""},
		{"a program", media(message.TypeFile, "https://example.com/SETUP.EXE?x=1", ""), "url"},
		{"a program under another address", media(message.TypeFile, "https://example.com/download", "a.Js"), "name"},
		{"a place beyond the pole", message.Message{Type: message.TypeLocation, Lat: 91}, "lat, lng"},
	} {
		t.Run(row.name, func(t *testing.T) {
			refused := misfit(row.m)
			if row.field == "" {
				if refused != nil {
					t.Errorf("got %v", refused)
				}
				return
			}
			if refused == nil || refused.Kind != channels.Rejected || refused.Code != row.field || !strings.Contains(refused.Err.Error(), row.field) {
				t.Errorf("got %v, want a rejected %s", refused, row.field)
			}
		})
	}
}

func TestEveryRefusedExtensionIsNamed(t *testing.T) {
	for _, ext := range []string{"bat", "cmd", "com", "cpl", "exe", "scr", "js", "vbs", "wsf", "hta"} {
		refused := misfit(message.Message{Type: message.TypeFile, URL: "https://example.com/a." + ext})
		if refused == nil || !strings.Contains(refused.Error(), "."+ext) {
			t.Errorf("%s: got %v", ext, refused)
		}
	}
}

func TestTheLimitsAreThePlatforms(t *testing.T) {
	l := Type{}.Limits()
	if l.TextMax != 2000 || l.Buttons != 10 || l.ButtonText != 1000 || l.ButtonLabel != 20 || l.QuickReplies != 13 ||
		l.MessageAction != 300 || l.PostbackData != 1000 || l.URL != 1000 || l.Cards != 10 || l.CardActions != 3 ||
		l.CardTitle != 40 || l.CardText != 60 || l.InFlight != 4 || l.Rate.Calls != 240 || l.Rate.Per.Minutes() != 1 || l.Rate.Burst < 1 || l.Rate.Burst > 60 {
		t.Errorf("got %+v", l)
	}
	for _, typ := range message.Types {
		if l.Level(typ) == channels.Unsupported {
			t.Errorf("%s is not supported", typ)
		}
	}
}

package naverworks

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/channels"
)

const png = "https://static.example.com/room/a.png"

// card has a title, a text, an image and n buttons.
func card(n int) message.Card {
	c := message.Card{Title: "회의실 A", Text: "10인실", ImageURL: png}
	for i := range n {
		c.Actions = append(c.Actions, message.Action{Kind: message.ActionPostback, Label: fmt.Sprint("예약 ", i), Data: "room=a"})
	}
	return c
}

// with changes a copy of the card.
func with(c message.Card, change func(*message.Card)) message.Card {
	c.Actions = append([]message.Action(nil), c.Actions...)
	change(&c)
	return c
}

func many(n int, c message.Card) []message.Card {
	var out []message.Card
	for range n {
		out = append(out, c)
	}
	return out
}

func TestCardsTakeTheTemplateThatShowsAllOfThem(t *testing.T) {
	two := card(2)
	noImage := with(two, func(c *message.Card) { c.ImageURL = "" })
	noTitle := with(two, func(c *message.Card) { c.Title = "" })
	bare := with(noImage, func(c *message.Card) { c.Title = "" })
	text := func(base message.Card, n int) message.Card {
		return with(base, func(c *message.Card) { c.Text = strings.Repeat("가", n) })
	}
	jpeg := with(two, func(c *message.Card) { c.ImageURL = "https://static.example.com/a.JPG?x=.png" })
	image := with(card(1), func(c *message.Card) { c.Title, c.Text = "", "" })
	label := func(base message.Card, s string) message.Card {
		return with(base, func(c *message.Card) { c.Actions[0].Label = s })
	}
	for _, row := range []struct {
		name   string
		layout string
		cards  []message.Card
		want   string // type, and for flex what it contains
	}{
		{"two alike", "", many(2, two), "carousel"},
		{"two alike by name", "carousel", many(2, two), "carousel"},
		{"ten", "", many(10, two), "carousel"},
		{"three buttons each", "", many(2, card(3)), "carousel"},
		{"four buttons each", "", many(2, card(4)), "flex carousel"},
		{"no buttons", "", many(2, card(0)), "flex carousel"},
		{"different numbers of buttons", "", []message.Card{card(1), card(2)}, "flex carousel"},
		{"an image in one of them", "", []message.Card{two, noImage}, "flex carousel"},
		{"a title in one of them", "", []message.Card{two, noTitle}, "flex carousel"},
		{"images nowhere", "", many(2, noImage), "carousel"},
		{"titles nowhere", "", many(2, noTitle), "carousel"},
		{"no text", "", many(2, text(two, 0)), "flex carousel"},
		{"a title of 40", "", many(2, with(two, func(c *message.Card) { c.Title = strings.Repeat("가", 40) })), "carousel"},
		{"a title of 41", "", many(2, with(two, func(c *message.Card) { c.Title = strings.Repeat("가", 41) })), "flex carousel"},
		{"a text of 60", "", many(2, text(two, 60)), "carousel"},
		{"a text of 61", "", many(2, text(two, 61)), "flex carousel"},
		{"a text of 61 under a title alone", "", many(2, text(noImage, 61)), "flex carousel"},
		{"a text of 61 under an image alone", "", many(2, text(noTitle, 61)), "flex carousel"},
		{"a bare text of 120", "", many(2, text(bare, 120)), "carousel"},
		{"a bare text of 121", "", many(2, text(bare, 121)), "flex carousel"},
		{"subtitle and text are two lines", "", many(2, with(two, func(c *message.Card) { c.Subtitle = "5층" })), "carousel"},
		{"a third line would not be shown", "", many(2, with(two, func(c *message.Card) { c.Subtitle, c.Text = "5층", "a\nb" })), "flex carousel"},
		{"a picture that is no PNG", "", many(2, jpeg), "flex carousel"},

		{"images with one action each", "", many(3, image), "image_carousel"},
		{"one image with one action", "", many(1, image), "image_carousel"},
		{"images whose label is longer than 12", "", many(2, label(image, "사내 식당 오늘의 메뉴판")), "flex carousel"},
		{"images with two actions", "", many(2, with(card(2), func(c *message.Card) { c.Title, c.Text = "", "" })), "flex carousel"},

		{"one with an image", "", many(1, two), "carousel"},
		{"one with an image and no buttons", "", many(1, card(0)), "flex bubble"},
		{"one without an image", "", many(1, noImage), "button_template"},
		{"one without an image, of many words", "", many(1, text(noImage, 900)), "button_template"},
		{"one without an image, of too many words", "", many(1, text(noImage, 1000)), "flex bubble"},
		{"one of words alone", "", many(1, with(card(0), func(c *message.Card) { c.ImageURL = "" })), "text"},

		{"a list", "list", many(4, card(1)), "list_template"},
		{"a list of one", "list", many(1, card(0)), "list_template"},
		{"a list with texts for titles", "list", many(2, with(card(1), func(c *message.Card) { c.Title = "" })), "list_template"},
		{"a list with an image in one of them", "list", []message.Card{card(1), with(card(0), func(c *message.Card) { c.ImageURL = "" })}, "list_template"},
		{"a list of five", "list", many(5, card(1)), "flex bubble"},
		{"a list with two buttons each", "list", many(2, two), "flex bubble"},
		{"a list of images", "list", many(2, image), "flex bubble"},
		{"a list with a picture that is no PNG", "list", many(2, with(card(1), func(c *message.Card) { c.ImageURL = "https://static.example.com/a.webp" })), "flex bubble"},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := message.Message{Type: message.TypeCards, Layout: row.layout, Cards: row.cards}
			if refused := misfit(m); refused != nil {
				t.Fatal(refused)
			}
			body, refused := render(m, "")
			if refused != nil {
				t.Fatal(refused)
			}
			if got := shape(t, body); got != row.want {
				t.Errorf("got %s: %s", got, body)
			}
			for _, fault := range breaches(t, body) {
				t.Error(fault)
			}
		})
	}
}

func shape(t *testing.T, body string) string {
	t.Helper()
	var sent struct {
		Content struct {
			Type     string
			Contents struct{ Type string }
		}
	}
	if err := json.Unmarshal([]byte(body), &sent); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(sent.Content.Type + " " + sent.Content.Contents.Type)
}

func TestNoPartOfACardIsLost(t *testing.T) {
	c := message.Card{Title: "제목", Subtitle: "부제목", Text: "본문", ImageURL: png, Actions: []message.Action{
		{Kind: message.ActionPostback, Label: "예약", Data: "do=book", Text: "예약할게요"},
		{Kind: message.ActionURL, Label: "지도", URL: "https://portal.example.com/map"},
		{Kind: message.ActionCopy, Label: "번호 복사", Text: "110-000"},
	}}
	plainCard := with(c, func(c *message.Card) { c.ImageURL, c.Actions = "", c.Actions[:1] })
	for name, m := range map[string]message.Message{
		"carousel":      {Cards: many(2, c)},
		"flex carousel": {Cards: []message.Card{c, plainCard}},
		"flex bubble":   {Cards: many(1, with(c, func(c *message.Card) { c.ImageURL = "https://static.example.com/a.jpg" }))},
		"flex list":     {Cards: many(2, c), Layout: "list"},
		"buttons":       {Cards: many(1, with(c, func(c *message.Card) { c.ImageURL = "" }))},
	} {
		t.Run(name, func(t *testing.T) {
			m.Type = message.TypeCards
			body, refused := render(m, "")
			if refused != nil {
				t.Fatal(refused)
			}
			want := []string{"제목", "부제목", "본문", "예약", "do=book", "지도", "https://portal.example.com/map", "번호 복사", "110-000"}
			if m.Cards[0].ImageURL != "" {
				want = append(want, m.Cards[0].ImageURL)
			}
			for _, part := range want {
				if !strings.Contains(body, part) {
					t.Errorf("%q is not in %s", part, body)
				}
			}
		})
	}
}

func TestAFlexMessageHasNoCopyButton(t *testing.T) {
	c := card(0)
	c.Actions = []message.Action{{Kind: message.ActionCopy, Label: "계좌", Text: "110-000"}, {Kind: message.ActionPhone, Label: "전화", Number: "+82-2-000-0000"}}
	body, _ := render(message.Message{Type: message.TypeCards, Cards: []message.Card{c, card(1)}}, "")
	if strings.Contains(body, `"copy"`) || !strings.Contains(body, `"계좌: 110-000"`) || !strings.Contains(body, `"전화: +82-2-000-0000"`) {
		t.Errorf("got %s", body)
	}
}

func TestCardsThatAreTooLargeWhenDrawnAreRejected(t *testing.T) {
	big := with(card(2), func(c *message.Card) { c.Actions[0].Data = strings.Repeat("가", 1000) })
	for name, m := range map[string]message.Message{
		"carousel": {Cards: append(many(9, big), card(1))},
		"list":     {Cards: many(10, big), Layout: "list"},
	} {
		t.Run(name, func(t *testing.T) {
			m.Type = message.TypeCards
			_, refused := render(m, "")
			if refused == nil || refused.Kind != channels.Rejected || refused.Code != "cards" || !strings.Contains(refused.Error(), "send fewer cards") {
				t.Errorf("got %v", refused)
			}
		})
	}
}

func TestTheAlternativeTextIsShort(t *testing.T) {
	long := with(card(0), func(c *message.Card) { c.Title = strings.Repeat("가", 300) })
	for _, row := range []struct {
		name  string
		cards []message.Card
		want  string
	}{
		{"titles", []message.Card{card(0), card(1)}, "회의실 A, 회의실 A"},
		{"a text without a title", []message.Card{{Text: "한\n줄"}}, "한 줄"},
		{"a label without either", []message.Card{{ImageURL: png, Actions: card(1).Actions}}, "예약 0"},
		{"a picture alone", []message.Card{{ImageURL: png}}, "…"},
		{"too long", many(2, long), strings.Repeat("가", 300) + ", " + strings.Repeat("가", 97) + "…"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := altText(row.cards); got != row.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

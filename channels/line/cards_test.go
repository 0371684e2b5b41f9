package line

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/channels/channeltest"
)

// taken is a message object as far as these tests look at it.
type taken struct {
	Type, AltText string
	Template      struct {
		Type, Title, Text string
		Columns           []struct{ Title, Text string }
	}
	Contents struct {
		Type     string
		Contents []json.RawMessage
	}
	QuickReply json.RawMessage
	Duration   int
	Title      string
	Address    string
	Text       string
}

// form is which of LINE's forms a message has.
func (s taken) form() string {
	return strings.TrimSpace(s.Type + " " + s.Template.Type + s.Contents.Type)
}

// show sends messages and returns what LINE got.
func show(t *testing.T, messages ...message.Message) []taken {
	t.Helper()
	b := kit.Open(t)
	out := answerTo("")
	out.Messages = messages
	if _, err := b.Adapter.Send(context.Background(), out); err != nil {
		t.Fatal(err)
	}
	return received(t, b.Platform)
}

func received(t *testing.T, p *channeltest.Platform) []taken {
	t.Helper()
	var body struct{ Messages []taken }
	if err := json.Unmarshal(p.Calls(pushPath)[0].Body, &body); err != nil {
		t.Fatal(err)
	}
	return body.Messages
}

func TestCardsTakeTheFormThatFits(t *testing.T) {
	say := message.Action{Kind: message.ActionMessage, Label: "네"}
	long := func(n int) string { return strings.Repeat("다", n) }
	base := message.Card{Text: "다리", Actions: []message.Action{say}}
	with := func(change func(*message.Card)) message.Card {
		c := base
		change(&c)
		return c
	}
	twice := func(c message.Card) []message.Card { return []message.Card{c, c} }
	link := func(c *message.Card) { c.ImageURL = "https://cdn.example.com/a.jpg" }
	many := func(c *message.Card) {
		c.Actions = slices.Repeat([]message.Action{{Kind: message.ActionURL, Label: "x", URL: "https://example.com/" + strings.Repeat("a", 970)}}, 3)
	}
	const single, carousel, bubble, bubbles = "template buttons", "template carousel", "flex bubble", "flex carousel"
	for _, row := range []struct {
		name   string
		layout string
		cards  []message.Card
		want   string
	}{
		{"cards alike are a carousel", "", twice(base), carousel},
		{"ten are one too", "carousel", slices.Repeat([]message.Card{base}, 10), carousel},
		{"eleven are not", "", slices.Repeat([]message.Card{base}, 11), bubbles},
		{"three buttons each fit", "", twice(with(func(c *message.Card) { c.Actions = []message.Action{say, say, say} })), carousel},
		{"four do not", "", twice(with(func(c *message.Card) { c.Actions = []message.Action{say, say, say, say} })), bubbles},
		{"none does not", "", twice(with(func(c *message.Card) { c.Actions = nil })), bubbles},
		{"another number of buttons does not", "", []message.Card{base, with(func(c *message.Card) { c.Actions = []message.Action{say, say} })}, bubbles},
		{"an image on all fits", "", twice(with(link)), carousel},
		{"an image on some does not", "", []message.Card{base, with(link)}, bubbles},
		{"a title on all fits", "", twice(with(func(c *message.Card) { c.Title = "다리" })), carousel},
		{"a title on some does not", "", []message.Card{base, with(func(c *message.Card) { c.Title = "다리" })}, bubbles},
		{"a title of 40 fits", "", twice(with(func(c *message.Card) { c.Title = long(40) })), carousel},
		{"a title of 41 does not", "", twice(with(func(c *message.Card) { c.Title = long(41) })), bubbles},
		{"a text of 120 fits", "", twice(with(func(c *message.Card) { c.Text = long(120) })), carousel},
		{"a text of 121 does not", "", twice(with(func(c *message.Card) { c.Text = long(121) })), bubbles},
		{"a text of 60 fits under an image", "", twice(with(func(c *message.Card) { link(c); c.Text = long(60) })), carousel},
		{"a text of 61 does not", "", twice(with(func(c *message.Card) { link(c); c.Text = long(61) })), bubbles},
		{"a text of 61 does not fit under a title", "", twice(with(func(c *message.Card) { c.Title, c.Text = "다리", long(61) })), bubbles},
		{"the subtitle counts as text", "", twice(with(func(c *message.Card) { c.Subtitle, c.Text = long(60), long(60) })), bubbles},
		{"emoji of many code units count once", "", twice(with(func(c *message.Card) { c.Text = strings.Repeat("👨‍👩‍👧", 120) })), carousel},
		{"an image alone has no template", "", twice(with(func(c *message.Card) { link(c); c.Text = "" })), bubbles},
		{"a label of 20 fits", "", twice(with(func(c *message.Card) {
			c.Actions = []message.Action{{Kind: message.ActionMessage, Label: long(20)}}
		})), carousel},
		{"a label of 21 does not", "", twice(with(func(c *message.Card) {
			c.Actions = []message.Action{{Kind: message.ActionMessage, Label: long(21)}}
		})), bubbles},

		{"one card is a template", "", []message.Card{base}, single},
		{"one card in a list is one too", "list", []message.Card{base}, single},
		{"four buttons on one card fit", "", []message.Card{with(func(c *message.Card) { c.Actions = []message.Action{say, say, say, say} })}, single},
		{"a text of 160 on one card fits", "", []message.Card{with(func(c *message.Card) { c.Text = long(160) })}, single},
		{"one card with a text of 161 is a bubble", "", []message.Card{with(func(c *message.Card) { c.Text = long(161) })}, bubble},
		{"one card without buttons is a bubble", "", []message.Card{with(func(c *message.Card) { c.Actions = nil })}, bubble},

		{"a list is one bubble", "list", twice(base), bubble},
		{"a list of unlike cards is one bubble", "list", []message.Card{base, with(link), {ImageURL: "https://cdn.example.com/a.jpg"}}, bubble},
		{"a list too large for a bubble is a carousel", "list", slices.Repeat([]message.Card{with(many)}, 10), carousel},
		{"or one of bubbles", "list", append(slices.Repeat([]message.Card{with(many)}, 9), base), bubbles},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := show(t, message.Message{Type: message.TypeCards, Layout: row.layout, Cards: row.cards})
			if len(got) != 1 || got[0].form() != row.want || got[0].AltText == "" {
				t.Errorf("got %+v, want %s", got, row.want)
			}
		})
	}
}

func TestNothingOfACardIsLeftOut(t *testing.T) {
	unlike := []message.Card{twoCards[0], {Title: "셋", Actions: twoCards[1].Actions}}
	for _, m := range []message.Message{
		{Type: message.TypeCards, Cards: twoCards},
		{Type: message.TypeCards, Cards: twoCards[:1]},
		{Type: message.TypeCards, Cards: unlike},
		{Type: message.TypeCards, Cards: unlike, Layout: "list"},
		{Type: message.TypeCards, Cards: []message.Card{{Title: "제목만", Actions: []message.Action{tapTrack}}}},
	} {
		b := kit.Open(t)
		out := answerTo("")
		out.Messages = []message.Message{m}
		if _, err := b.Adapter.Send(context.Background(), out); err != nil {
			t.Fatal(err)
		}
		body := canonical(t, string(b.Platform.Calls(pushPath)[0].Body))
		for _, c := range m.Cards {
			parts := []string{c.Title, c.Subtitle, c.Text, c.ImageURL}
			for _, a := range c.Actions {
				parts = append(parts, a.Label, a.Data, a.URL)
			}
			for _, p := range parts {
				if !strings.Contains(body, p) {
					t.Errorf("%q is missing in %s", p, body)
				}
			}
		}
	}
}

func TestAltTextSaysWhatTheMessageIsAbout(t *testing.T) {
	say := []message.Action{{Kind: message.ActionMessage, Label: "네"}}
	picture := message.Card{ImageURL: "https://cdn.example.com/a.jpg"}
	for _, row := range []struct {
		name string
		m    message.Message
		want string
	}{
		{"buttons have their text", message.Message{Type: message.TypeButtons, Text: "고르세요", Actions: say}, "고르세요"},
		{"the fallback text goes first", message.Message{Type: message.TypeButtons, Text: "고르세요", Actions: say, FallbackText: "선택"}, "선택"},
		{"cards have a line each", message.Message{Type: message.TypeCards, Cards: []message.Card{{Title: "하나", Text: "a"}, {Text: "둘"}}}, "하나\n둘"},
		{"a picture has its button's label", message.Message{Type: message.TypeCards, Cards: []message.Card{{ImageURL: picture.ImageURL, Actions: say}}}, "네"},
		{"a picture alone has something too", message.Message{Type: message.TypeCards, Cards: []message.Card{picture}}, "…"},
		{"a long one is cut between graphemes", message.Message{Type: message.TypeButtons, Text: "x", Actions: say, FallbackText: strings.Repeat("👨‍👩‍👧", 300)}, strings.Repeat("👨‍👩‍👧", 187) + "…"},
		{"one of 1500 is left whole", message.Message{Type: message.TypeButtons, Text: "x", Actions: say, FallbackText: strings.Repeat("다", 1500)}, strings.Repeat("다", 1500)},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := show(t, row.m)[0].AltText; got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

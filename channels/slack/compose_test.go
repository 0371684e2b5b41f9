package slack

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	slackapi "github.com/slack-go/slack"

	"dari/bot/message"
	"dari/channels"
)

func sectionText(b slackapi.Block) string {
	if s, ok := b.(*slackapi.SectionBlock); ok && s.Text != nil {
		return s.Text.Text
	}
	return ""
}

func TestWhatDoesNotFitIsRejectedWithItsField(t *testing.T) {
	long := func(n int) string { return strings.Repeat("가", n) }
	act := func(a message.Action) []message.Action { return []message.Action{a} }
	card := func(c message.Card) message.Message {
		return message.Message{Type: message.TypeCards, Cards: []message.Card{{Title: "x"}, c}}
	}
	native := func(payload string) message.Message {
		return message.Message{Type: message.TypeNative, Channel: "slack", Payload: message.Raw(payload)}
	}
	for _, row := range []struct {
		name, field string
		message     message.Message
	}{
		{"a text that Slack would cut", "text", message.Text(long(40001))},
		{"a text that Slack would cut in its escaped form", "text", message.Text(strings.Repeat("&", 8001))},
		{"Markdown that is too long", "text", message.Message{Type: message.TypeText, Format: "markdown", Text: long(12001)}},
		{"no text", "text", message.Text("")},
		{"data that are too long", "actions[0].data", message.Message{Type: message.TypeButtons, Text: "x", Actions: act(message.Action{Kind: message.ActionPostback, Label: "a", Data: long(2001)})}},
		{"words that are too long", "quick_replies[0].text", message.Message{Type: message.TypeText, Text: "x", QuickReplies: act(message.Action{Kind: message.ActionMessage, Label: "a", Text: long(2001)})}},
		{"an address that is too long", "actions[0].url", message.Message{Type: message.TypeButtons, Text: "x", Actions: act(message.Action{Kind: message.ActionURL, Label: "a", URL: "https://" + long(3000)})}},
		{"a card's button that is too long", "cards[1].actions[0].data", card(message.Card{Title: "x", Actions: act(message.Action{Kind: message.ActionPostback, Label: "a", Data: long(2001)})})},
		{"a card's title that is too long", "cards[1].title", card(message.Card{Title: long(2901)})},
		{"a card of blanks", "cards[1].title", card(message.Card{Title: " "})},
		{"a card's picture that is too long", "cards[1].image_url", card(message.Card{ImageURL: "https://" + long(3000)})},
		{"a picture that is too long", "url", message.Message{Type: message.TypeImage, URL: "https://" + long(3000)}},
		{"a place with a title that is too long", "title", message.Message{Type: message.TypeLocation, Title: long(2901)}},
		{"more cards than there is room for", "cards", message.Message{Type: message.TypeCards, Cards: slicesOf(26, message.Card{Title: "x"})}},
		{"a payload for another messenger", "channel", message.Message{Type: message.TypeNative, Channel: "line", Payload: message.Raw(`[]`)}},
		{"a payload that is a text", "payload", native(`"x"`)},
		{"a payload with more than blocks", "attachments", native(`{"blocks":[{"type":"divider"}],"attachments":[]}`)},
		{"a payload without blocks", "payload.blocks", native(`{"text":"x"}`)},
		{"a payload with too many blocks", "payload.blocks", native("[" + strings.TrimSuffix(strings.Repeat(`{"type":"divider"},`, 51), ",") + "]")},
		{"a block without a type", "payload.blocks[1]", native(`[{"type":"divider"},{}]`)},
		{"a block that is no object", "payload.blocks[0]", native(`[[{"type":"divider"}]]`)},
		{"a type of tomorrow", "type", message.Message{Type: "hologram"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := compose([]message.Message{row.message})
			if e := channels.AsSendError(err); err == nil || e.Kind != channels.Rejected || e.Code == "" || !strings.Contains(err.Error(), row.field) {
				t.Errorf("got %v, want a rejection of %s", err, row.field)
			}
		})
	}
}

func slicesOf[T any](n int, v T) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = v
	}
	return out
}

// The fullest message that the published limits allow must be one that Slack takes.
func TestTheFullestCardsFitSlack(t *testing.T) {
	l := Type{}.Limits()
	c := message.Card{
		Title: strings.Repeat("제", l.CardTitle), Subtitle: strings.Repeat("부", 200), Text: strings.Repeat("본 ", l.CardText/2),
		ImageURL: "https://" + strings.Repeat("a", l.URL-8),
		Actions:  slicesOf(l.CardActions, action(message.ActionPostback, strings.Repeat("단", l.ButtonLabel), strings.Repeat("값", l.PostbackData))),
	}
	m := message.Message{Type: message.TypeCards, Cards: slicesOf(l.Cards, c), QuickReplies: slicesOf(l.QuickReplies, c.Actions[0])}
	b := kit(t).Open(t)
	if _, err := send(t, b, channels.Outgoing{Conversation: direct, Messages: []message.Message{m}}); err != nil {
		t.Fatal(err)
	}
	args := requests(t, b.Platform)[0].Body.(map[string]any)
	withinLimits(t, args, true)
	if n := len(args["blocks"].([]any)); n != 10+10+9+1 {
		t.Errorf("%d blocks", n)
	}
}

func TestCardsOfOddShapes(t *testing.T) {
	post, err := compose([]message.Message{{Type: message.TypeCards, Cards: []message.Card{
		{ImageURL: "https://www.example.com/a.png"},
		{Title: "2*1 행사", Actions: []message.Action{action(message.ActionPhone, "전화", "+82-2-000-0000")}},
		{Title: "긴 글", Text: strings.Repeat("&", 2000), ImageURL: "https://www.example.com/b.png"},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	var shape []string
	for _, b := range post.blocks {
		shape = append(shape, string(b.BlockType()))
	}
	if got := strings.Join(shape, " "); got != "image divider section divider section section section section" {
		t.Errorf("blocks %s", got)
	}
	if got := sectionText(post.blocks[2]); got != "2*1 행사\n전화: +82-2-000-0000" {
		t.Errorf("a title with a star: %q", got)
	}
	first, second := post.blocks[4].(*slackapi.SectionBlock), post.blocks[5].(*slackapi.SectionBlock)
	if first.Accessory == nil || second.Accessory != nil || !strings.HasPrefix(first.Text.Text, "*긴 글*\n&amp;") {
		t.Errorf("a long card begins with %.20q, pictures %v %v", first.Text.Text, first.Accessory, second.Accessory)
	}
}

func TestNativeBlocksAreSentAsTheyAre(t *testing.T) {
	const blocks = `[{"type":"tomorrow","shape":{"a":[1,2.50]}},{"type":"section","text":{"type":"mrkdwn","text":"<!here>"}}]`
	for _, row := range []struct{ name, payload, fallback, text string }{
		{"a list", blocks, "", ""},
		{"an object", `{"blocks":` + blocks + `,"text":"<@U1>"}`, "", "<@U1>"},
		{"an object and a text for others", `{"blocks":` + blocks + `,"text":"a"}`, "A & B", "A &amp; B"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p, err := compose([]message.Message{{
				Type: message.TypeNative, Channel: "slack", Payload: message.Raw(row.payload), FallbackText: row.fallback,
				QuickReplies: []message.Action{action(message.ActionMessage, "처음", "처음")},
			}})
			if err != nil || p.text != row.text || len(p.blocks) != 3 {
				t.Fatalf("got %+v, %v", p, err)
			}
			raw, err := json.Marshal(p.blocks[:2])
			if err != nil {
				t.Fatal(err)
			}
			sameJSON(t, json.RawMessage(raw), []byte(blocks))
		})
	}
}

func TestALocationIsSpeltInDegrees(t *testing.T) {
	p, err := compose([]message.Message{{Type: message.TypeLocation, Lat: 0.00001, Lng: -0.5}})
	if err != nil || !strings.Contains(fmt.Sprint(p.text), "q=0.00001,-0.5") {
		t.Errorf("got %q, %v", p.text, err)
	}
}

func TestAPictureWithoutADescriptionHasOne(t *testing.T) {
	p, err := compose([]message.Message{{Type: message.TypeImage, URL: "https://www.example.com/a.png"}})
	if err != nil || p.text != "image" || p.blocks[0].(*slackapi.ImageBlock).AltText != "image" {
		t.Errorf("got %+v, %v", p, err)
	}
}

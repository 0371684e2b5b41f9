package teams

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

// shows sends a message and returns the activity that went out, without what all have in common.
func (r rig) shows(t *testing.T, out channels.Outgoing) map[string]any {
	t.Helper()
	if _, err := r.send(out); err != nil {
		t.Fatal(err)
	}
	calls := r.Platform.Calls("/")
	var act map[string]any
	if err := json.Unmarshal(calls[len(calls)-1].Body, &act); err != nil {
		t.Fatal(err)
	}
	for _, b := range breaches(act) {
		t.Error(b)
	}
	for _, name := range []string{"type", "from", "conversation"} {
		delete(act, name)
	}
	return act
}

func TestCardsThatWouldBeTooLargeAreSimpleCards(t *testing.T) {
	row := func(data int) message.Message {
		var cards []message.Card
		for i := range maxCards {
			card := message.Card{Title: fmt.Sprint("방 ", i), Text: "10 < 20", ImageURL: "https://cdn.example.com/방.png"}
			for range maxButtons {
				card.Actions = append(card.Actions, message.Action{Kind: message.ActionPostback, Label: "예약", Data: strings.Repeat("d", data)})
			}
			cards = append(cards, card)
		}
		return message.Message{Type: message.TypeCards, Cards: cards}
	}
	kinds := func(act map[string]any) (out []any) {
		for _, att := range list(act["attachments"]) {
			out = append(out, member(att, "contentType"))
		}
		return out
	}
	b, _, _ := abroad(t)
	if got := kinds(b.shows(t, to(chat, row(20)))); len(got) != maxCards || got[0] != adaptiveCard {
		t.Errorf("small cards are %v", got)
	}
	act := b.shows(t, to(chat, row(400)))
	if got := kinds(act); len(got) != maxCards || got[0] != heroCard {
		t.Errorf("large cards are %v", got)
	}
	first := member(list(act["attachments"])[0], "content")
	if member(first, "title") != "방 0" || member(first, "text") != "10 &lt; 20" || len(list(member(first, "buttons"))) != maxButtons {
		t.Errorf("got %s", text(first))
	}
	_, err := b.send(to(chat, row(1000)))
	if se := channels.AsSendError(err); se.Kind != channels.Rejected || se.Code != "MessageSizeTooBig" {
		t.Errorf("huge cards: got %v", err)
	}
}

func TestPartsOfCardsAreShownAsTheyAreMeant(t *testing.T) {
	schema := `"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.5"`
	adaptiveOf := func(members string) string {
		return `{"contentType":"` + adaptiveCard + `","content":{` + schema + `,` + members + `}}`
	}
	lines := `{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"1. _a_"}]},{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"# b"}],"spacing":"None"},{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"c"}]}`
	oneCard := func(c message.Card) message.Message {
		return message.Message{Type: message.TypeCards, Cards: []message.Card{c}}
	}
	markdown := oneCard(message.Card{Text: "**a**\nb"})
	markdown.Format = "markdown"
	image := func(url, alt string) message.Message {
		return message.Message{Type: message.TypeImage, URL: url, Alt: alt}
	}
	const dot = "data:image/png;base64,iVBORw0KGgo="
	for _, row := range []struct {
		name string
		msg  message.Message
		want string
	}{
		{
			"lines stay lines and marks stay literal", oneCard(message.Card{Text: "1. _a_\r\n# b\n\nc\n"}),
			`{"attachmentLayout":"carousel","attachments":[` + adaptiveOf(`"fallbackText":"1. _a_\r\n# b\n\nc\n","body":[`+lines+`]`) + `]}`,
		},
		{
			"a card may be written in markdown", markdown,
			`{"attachmentLayout":"carousel","attachments":[` + adaptiveOf(`"fallbackText":"**a**\nb","body":[{"type":"TextBlock","text":"**a**  \nb","wrap":true}]`) + `]}`,
		},
		{
			"what can be copied is spelled out on its card", oneCard(message.Card{Title: "쿠폰", Actions: []message.Action{tapCode, tapCall}}),
			`{"summary":"쿠폰","attachmentLayout":"carousel","attachments":[` + adaptiveOf(`"fallbackText":"쿠폰","body":[
				{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"쿠폰","weight":"Bolder","size":"Medium"}]},
				{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"쿠폰 복사: WINTER-2026"}]}],
				"actions":[{"type":"Action.OpenUrl","title":"전화","url":"tel:+8221234567"}]`) + `]}`,
		},
		{
			"a picture of known type is a picture", image("https://cdn.example.com/a.PNG?x=1", ""),
			`{"attachments":[{"contentType":"image/png","contentUrl":"https://cdn.example.com/a.PNG?x=1","name":"a.PNG"}]}`,
		},
		{"a picture may be inside the message", image(dot, ""), `{"attachments":[{"contentType":"image/png","contentUrl":"` + dot + `"}]}`},
		{
			"a picture of unknown type stands on a card", image("https://cdn.example.com/picture", ""),
			`{"attachments":[` + adaptiveOf(`"fallbackText":"picture","body":[{"type":"Image","url":"https://cdn.example.com/picture","altText":"picture"}]`) + `]}`,
		},
		{
			"a video may have a title and quick replies", asking(message.Message{Type: message.TypeVideo, URL: "https://cdn.example.com/", Title: "소개", DurationMS: 3_725_400}, tapTrack),
			`{"attachments":[{"contentType":"` + heroCard + `","content":{"title":"소개","subtitle":"1:02:05","buttons":[
				{"type":"openUrl","title":"▶ cdn.example.com","value":"https://cdn.example.com/"},
				{"type":"messageBack","title":"배송 조회","value":{"dari":{"postback":"a=track&id=A-1029"}},"text":"배송 조회해 줘","displayText":"배송 조회해 줘"}]}}]}`,
		},
		{
			"a place without a name is its coordinates",
			message.Message{Type: message.TypeLocation, Lat: -0.0000012, Lng: 10},
			`{"attachments":[{"contentType":"` + heroCard + `","content":{"buttons":[{"type":"openUrl","title":"📍 -0.0000012,10",
				"value":"https://www.google.com/maps/search/?api=1&query=-0.0000012%2C10"}]}}]}`,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, _, _ := abroad(t)
			same(t, text(b.shows(t, to(chat, row.msg))), row.want)
		})
	}
}

func TestAPictureInsideTheMessageDoesNotCount(t *testing.T) {
	b, _, _ := abroad(t)
	large := "data:image/png;base64," + strings.Repeat("A", 90_000)
	if _, err := b.send(to(chat, message.Message{Type: message.TypeImage, URL: large})); err != nil {
		t.Error(err)
	}
}

func TestNativeMessagesSayWhatTheyWant(t *testing.T) {
	const att = `{"contentType":"application/vnd.microsoft.card.hero","content":{"text":"a & b"}}`
	native := func(payload, fallback string) message.Message {
		return message.Message{Type: message.TypeNative, Channel: "teams", Payload: message.Raw(payload), FallbackText: fallback}
	}
	for _, row := range []struct {
		name string
		msg  message.Message
		want string
	}{
		{"one attachment", native(att, ""), `{"attachments":[` + att + `]}`},
		{"a list of attachments", native(`[`+att+`,`+att+`]`, "둘"), `{"attachments":[` + att + `,` + att + `],"summary":"둘"}`},
		{
			"a whole activity", native(`{"type":"message","text":"<at>Kim</at>","textFormat":"xml","entities":[{"type":"mention","text":"<at>Kim</at>","mentioned":{"id":"29:1"}}],"channelData":{"notification":{"alert":true}},"suggestedActions":{"actions":[{"type":"imBack","title":"a","value":"a"}]}}`, "b"),
			`{"text":"<at>Kim</at>","textFormat":"xml","entities":[{"type":"mention","text":"<at>Kim</at>","mentioned":{"id":"29:1"}}],"channelData":{"notification":{"alert":true}},"suggestedActions":{"actions":[{"type":"imBack","title":"a","value":"a"}]}}`,
		},
		{"a payload that makes no sense is its fallback text", native(`{"card":1}`, "대신 <at>"), `{"text":"대신 <\u200bat>","textFormat":"plain"}`},
		{"a list that is half right is its fallback text", native(`[`+att+`,{}]`, "대신"), `{"text":"대신","textFormat":"plain"}`},
		{"quick replies stand on a card of their own", asking(native(att, ""), tapYes), `{"attachments":[` + att + `,{"contentType":"` + heroCard + `","content":{"buttons":[{"type":"imBack","title":"네","value":"네"}]}}]}`},
		{"quick replies may be suggestions", asking(native(`{"text":"a"}`, ""), tapYes), `{"text":"a","suggestedActions":{"to":["` + jiwoo + `"],"actions":[{"type":"imBack","title":"네","value":"네"}]}}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, _, _ := abroad(t)
			same(t, text(b.shows(t, to(chat, row.msg))), row.want)
		})
	}
}

func TestWhatDoesNotFitIsRejectedWithItsName(t *testing.T) {
	native := func(payload string) message.Message {
		return message.Message{Type: message.TypeNative, Channel: "teams", Payload: message.Raw(payload)}
	}
	attachments := `{"contentType":"a/b","contentUrl":"https://a.example.com/"}`
	seven := []message.Action{tapYes, tapYes, tapYes, tapYes, tapYes, tapYes, tapYes}
	card := message.Card{Title: "t"}
	full := message.Card{Title: "t", Actions: seven}
	var seventy []message.Action
	for range 10 {
		seventy = append(seventy, seven...)
	}
	for _, row := range []struct {
		name string
		msg  message.Message
		code string
		hint string
	}{
		{"eleven cards", message.Message{Type: message.TypeCards, Cards: []message.Card{card, card, card, card, card, card, card, card, card, card, card}}, "cards", "cards: there are 11"},
		{"seven buttons on the second card", message.Message{Type: message.TypeCards, Cards: []message.Card{card, full}}, "buttons", "cards[1].actions: there are 7"},
		{"seven quick replies under cards", asking(message.Message{Type: message.TypeCards, Cards: []message.Card{card}}, seven...), "buttons", "quick_replies: there are 7"},
		{"seventy buttons", message.Message{Type: message.TypeButtons, Text: "t", Actions: seventy}, "attachments", "needs 12 cards"},
		{"a text that is too long", message.Text(strings.Repeat("가", 40_000)), "MessageSizeTooBig", "80000 are possible"},
		{"a text that is missing", message.Message{Type: message.TypeText}, "message", "text: missing"},
		{"a picture without address", message.Message{Type: message.TypeImage, URL: "a.png"}, "url", "https://"},
		{"a video from the disk", message.Message{Type: message.TypeVideo, URL: "file:///etc/passwd"}, "url", "https://"},
		{"a file without address", message.Message{Type: message.TypeFile, URL: "://"}, "url", "https://"},
		{"a payload for somebody else", message.Message{Type: message.TypeNative, Channel: "slack", Payload: message.Raw(`{}`), FallbackText: "f"}, "channel", "slack"},
		{"a payload that is a number", native(`7`), "payload", "must be an attachment"},
		{"a payload that says nothing", native(`{"textFormat":"plain"}`), "payload", "neither text nor attachments"},
		{"a payload that pretends to be somebody", native(`{"text":"a","from":{"id":"28:x"}}`), "payload", `member "from"`},
		{"a payload of another type", native(`{"type":"typing","text":"a"}`), "payload", `type "typing"`},
		{"a payload with a text that is none", native(`{"text":7}`), "payload", "text"},
		{"an attachment without content", native(`{"contentType":"a/b"}`), "payload", "attachments[0]"},
		{"a list of numbers", native(`[1]`), "payload", "attachments[0]"},
		{"eleven attachments", native(`[` + strings.Repeat(attachments+`,`, 10) + attachments + `]`), "payload", "11 attachments"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, w, _ := abroad(t)
			_, err := b.send(to(chat, row.msg))
			var se *channels.SendError
			if !errors.As(err, &se) || se.Kind != channels.Rejected || se.Code != row.code || !strings.Contains(err.Error(), row.hint) {
				t.Errorf("got %v", err)
			}
			if n := len(w.out()); n != 0 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

func TestAGovernmentTenantIsCalledOnItsOwnHost(t *testing.T) {
	wrong := channeltest.Fault{Status: 403, Body: `{"error":{"code":"InvalidBotApiHost","message":"Invalid bot api host."}}`}
	t.Run("once, within the same send", func(t *testing.T) {
		b, w, _ := abroad(t)
		b.Platform.FailNext("/apac/", wrong)
		receipt, err := b.send(to(chat, message.Text("hi")))
		if err != nil || len(receipt.MessageIDs) != 1 {
			t.Fatalf("got %+v, %v", receipt, err)
		}
		calls := w.out()
		if len(calls) != 2 || calls[1].Host != "smba.infra.gcc.teams.microsoft.com" || calls[1].Path != "/teams/v3/conversations/"+segment(personal)+"/activities" {
			t.Errorf("calls %+v", calls)
		}
	})
	t.Run("and not back and forth", func(t *testing.T) {
		b, w, _ := abroad(t)
		b.Platform.FailNext("/apac/", wrong)
		b.Platform.FailNext("/teams/", wrong)
		_, err := b.send(to(chat, message.Text("hi")))
		if se := channels.AsSendError(err); se.Kind != channels.Rejected || se.Code != "InvalidBotApiHost" || len(w.out()) != 2 {
			t.Errorf("got %v after %d calls", err, len(w.out()))
		}
	})
	t.Run("which a new chat then remembers", func(t *testing.T) {
		b, _, a := abroad(t)
		b.Platform.FailNext("/teams/", wrong)
		_, ref, err := a.Open(t.Context(), jiwoo)
		if err != nil || !strings.Contains(string(ref), "https://smba.infra.gcc.teams.microsoft.com/teams") {
			t.Errorf("got %s, %v", ref, err)
		}
	})
}

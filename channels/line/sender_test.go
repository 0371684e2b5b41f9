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

func TestASenderIsWhatLINETakesOfIt(t *testing.T) {
	const icon = "https://cdn.example.com/icon.png"
	family := "👨‍👩‍👧‍👦" // one grapheme of eleven UTF-16 units
	for _, row := range []struct {
		name   string
		sender *message.Sender
		want   string
	}{
		{"nobody", nil, "null"},
		{"an empty sender is nobody", &message.Sender{}, "null"},
		{"a name", &message.Sender{Name: " 배송팀 "}, `{"name":"배송팀"}`},
		{"a picture", &message.Sender{IconURL: icon}, `{"iconUrl":"` + icon + `"}`},
		{"both", &message.Sender{Name: "Mina", IconURL: icon}, `{"name":"Mina","iconUrl":"` + icon + `"}`},
		{"a name of twenty characters stays", &message.Sender{Name: strings.Repeat("가", 20)}, `{"name":"` + strings.Repeat("가", 20) + `"}`},
		{"a longer name is cut", &message.Sender{Name: strings.Repeat("가", 21)}, `{"name":"` + strings.Repeat("가", 19) + `…"}`},
		{"a name is cut between characters", &message.Sender{Name: family + family}, `{"name":"` + family + `…"}`},
		{"a name that LINE forbids is left out", &message.Sender{Name: "LINE Helper", IconURL: icon}, `{"iconUrl":"` + icon + `"}`},
		{"a name that only sounds like it stays", &message.Sender{Name: "Online shop"}, `{"name":"Online shop"}`},
		{"a picture by plain http is left out", &message.Sender{Name: "Mina", IconURL: "http://cdn.example.com/icon.png"}, `{"name":"Mina"}`},
		{"a picture with an endless address is left out", &message.Sender{IconURL: "https://" + strings.Repeat("a", 2000)}, "null"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit.Open(t)
			out := answerTo("token-1")
			out.Messages = inTheNameOf(row.sender, message.Text("네"))
			if _, err := b.Adapter.Send(context.Background(), out); err != nil {
				t.Fatal(err)
			}
			if got := senders(t, b); !slices.Equal(got, []string{row.want}) {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

func TestEveryMessageHasItsOwnSender(t *testing.T) {
	b := kit.Open(t)
	out := answerTo("token-1")
	out.Messages = []message.Message{message.Text("a"), message.Text("b"), {
		Type: message.TypeNative, Channel: Name,
		Payload: message.Raw(`[{"type":"text","text":"c","sender":{"name":"Jun"}},{"type":"text","text":"d"}]`),
	}}
	out.Messages[0].Sender, out.Messages[2].Sender = &message.Sender{Name: "Mina"}, &message.Sender{Name: "Ara"}
	if _, err := b.Adapter.Send(context.Background(), out); err != nil {
		t.Fatal(err)
	}
	if got := senders(t, b); !slices.Equal(got, []string{`{"name":"Mina"}`, "null", `{"name":"Jun"}`, `{"name":"Ara"}`}) {
		t.Errorf("got %s", got)
	}
}

// senders are those of the messages of the one call.
func senders(t *testing.T, b *channeltest.Bench) []string {
	t.Helper()
	var body struct {
		Messages []struct{ Sender json.RawMessage }
	}
	if err := json.Unmarshal(b.Platform.Calls(replyPath)[0].Body, &body); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range body.Messages {
		if m.Sender == nil {
			m.Sender = json.RawMessage("null")
		}
		out = append(out, string(m.Sender))
	}
	return out
}

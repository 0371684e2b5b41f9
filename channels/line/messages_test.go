package line

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/channels"
)

func TestMediaAndPlaces(t *testing.T) {
	const link = "https://cdn.example.com/a"
	for _, row := range []struct {
		name string
		m    message.Message
		want taken
	}{
		{"a sound of unknown length is said to take a minute", message.Message{Type: message.TypeAudio, URL: link}, taken{Type: "audio", Duration: 60_000}},
		{"a place without title has its address as one", message.Message{Type: message.TypeLocation, Address: "테헤란로 1", Lat: 1}, taken{Type: "location", Title: "테헤란로 1", Address: "테헤란로 1"}},
		{"a place without address has its coordinates", message.Message{Type: message.TypeLocation, Title: "강남점", Lat: 37.498095, Lng: 127.02761}, taken{Type: "location", Title: "강남점", Address: "37.498095, 127.027610"}},
		{"a place without words has its coordinates twice", message.Message{Type: message.TypeLocation, Lat: -1.5}, taken{Type: "location", Title: "-1.500000, 0.000000", Address: "-1.500000, 0.000000"}},
		{"a file without name is its address", message.Message{Type: message.TypeFile, URL: link}, taken{Type: "text", Text: link}},
		{"a file may be on plain http", message.Message{Type: message.TypeFile, Name: "가.pdf", URL: "http://example.com/a"}, taken{Type: "text", Text: "가.pdf\nhttp://example.com/a"}},
		{"a video without preview is a link with what it shows", message.Message{Type: message.TypeVideo, Alt: "다리", URL: link}, taken{Type: "text", Text: "다리\n" + link}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := show(t, row.m)[0]
			if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", row.want) {
				t.Errorf("got %+v, want %+v", got, row.want)
			}
		})
	}
}

func TestNativeMessages(t *testing.T) {
	say := []message.Action{{Kind: message.ActionMessage, Label: "네"}}
	const bubble = `"contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"x"}]}}`
	for _, row := range []struct {
		name, payload, fallback string
		quick                   []message.Action
		want                    string
	}{
		{"one object goes out as it is", `{"type":"textV2","text":"{a}","substitution":{"a":{"type":"mention","mentionee":{"type":"all"}}}}`, "", nil, "textV2"},
		{"a list goes out as messages", `[{"type":"text","text":"1"},{"type":"text","text":"2"}]`, "", nil, "text, text"},
		{"quick replies go on the last one", `[{"type":"text","text":"1"},{"type":"text","text":"2"}]`, "", say, "text, text quick"},
		{"its own quick replies win", `{"type":"text","text":"1","quickReply":{"items":[{"type":"action","action":{"type":"camera","label":"c"}}]}}`, "", say, "text own"},
		{"the fallback text is the altText of what has none", `{"type":"flex",` + bubble + `}`, "대신", nil, "flex 대신"},
		{"its own altText wins", `{"type":"flex","altText":"own",` + bubble + `}`, "대신", nil, "flex own"},
		{"a text gets no altText", `{"type":"text","text":"1"}`, "대신", nil, "text"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := show(t, message.Message{Type: message.TypeNative, Channel: Name, Payload: message.Raw(row.payload), FallbackText: row.fallback, QuickReplies: row.quick})
			var seen []string
			for _, s := range got {
				quick := ""
				switch {
				case strings.Contains(string(s.QuickReply), "camera"):
					quick = " own"
				case s.QuickReply != nil:
					quick = " quick"
				}
				seen = append(seen, strings.TrimSpace(s.Type+" "+s.AltText)+quick)
			}
			if s := strings.Join(seen, ", "); s != row.want {
				t.Errorf("got %s, want %s", s, row.want)
			}
		})
	}
}

// Whatever is made is taken by LINE, or is rejected before LINE is called.
func TestOddMessagesAreTakenOrRejected(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	words := func() string {
		return pick("", " ", "네", "<b>&", "👨‍👩‍👧", "\x00", "\xff", strings.Repeat("다", 20), strings.Repeat("다", 45), strings.Repeat("🌉", 130), strings.Repeat("a", 400), strings.Repeat("b", 6000))
	}
	address := func() string {
		return pick("", "https://example.com/", "http://example.com/가", "https://", "tel:1", "x", "https://example.com/"+strings.Repeat("a", 990), "https://example.com/"+strings.Repeat("a", 2500), "https://[::1", "%zz")
	}
	act := func() []message.Action {
		var out []message.Action
		for range random.IntN(5) {
			out = append(out, message.Action{
				Kind: message.ActionKind(pick("postback", "message", "url", "phone", "copy")), Label: pick("네", "예약하기", words()),
				Data: words(), Text: words(), URL: address(), Number: pick("", "+82 2", "abc", "*123#"),
			})
		}
		return out
	}
	b := kit.Open(t)
	accepted := 0
	for range 3000 {
		m := message.Message{
			Type: message.Types[random.IntN(len(message.Types))], Text: words(), Format: pick("", "markdown"), URL: address(), PreviewURL: address(),
			Name: words(), DurationMS: int64(random.IntN(3) - 1), Title: words(), Address: words(), Lat: float64(random.IntN(100)),
			Set: pick("", "446"), ID: pick("1988", "x"), Actions: act(), Layout: pick("", "carousel", "list"),
			Channel: Name, Payload: message.Raw(pick(`{"type":"text","text":"x"}`, `[]`, `{}`, `{`)), FallbackText: words(), QuickReplies: act(),
		}
		for range random.IntN(4) {
			m.Cards = append(m.Cards, message.Card{Title: words(), Subtitle: words(), Text: words(), ImageURL: pick("", "", address()), Actions: act()})
		}
		out := answerTo("")
		out.IdempotencyKey, out.Messages = "", []message.Message{m}
		before := len(b.Platform.Calls(pushPath))
		_, err := b.Adapter.Send(context.Background(), out)
		calls := len(b.Platform.Calls(pushPath)) - before
		switch {
		case err == nil:
			accepted++
		case channels.AsSendError(err).Kind != channels.Rejected || calls != 0:
			t.Fatalf("%d calls, %v: %+v", calls, err, m)
		}
	}
	if accepted < 200 {
		t.Errorf("only %d messages were taken; the rest proves little", accepted)
	}
}

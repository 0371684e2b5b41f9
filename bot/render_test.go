package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/rivo/uniseg"

	"dari/bot/message"
	"dari/channels"
)

// narrow is a messenger with tight limits.
func narrow() channels.Limits {
	return channels.Limits{
		Messages: map[message.Type]channels.Level{
			message.TypeText: channels.Full, message.TypeButtons: channels.Full, message.TypeCards: channels.Full,
			message.TypeImage: channels.Full, message.TypeAudio: channels.Full, message.TypeNative: channels.Full,
		},
		TextMax: 10, TextUnit: channels.UTF16, PerCall: 2, Buttons: 2, ButtonText: 10, ButtonLabel: 4,
		QuickReplies: 2, QuickLabel: 4, PostbackData: 8, MessageAction: 20, URL: 40, MediaURL: 40, Carries: []message.Type{message.TypeAudio},
		Cards: 2, CardActions: 1, CardTitle: 5, CardText: 30,
		Actions: []message.ActionKind{message.ActionPostback, message.ActionMessage, message.ActionURL},
	}
}

func post(label string) message.Action {
	return message.Action{Kind: message.ActionPostback, Label: label, Data: "d"}
}

// outline writes messages in short: type, text, labels of buttons, labels of quick replies.
func outline(calls [][]message.Message) string {
	var out []string
	for _, call := range calls {
		var parts []string
		for _, m := range call {
			s := fmt.Sprintf("%s %q", m.Type, m.Text)
			for _, a := range m.Actions {
				s += " [" + a.Label + "]"
			}
			for _, c := range m.Cards {
				s += fmt.Sprintf(" {%s|%s", c.Title, c.Text)
				for _, a := range c.Actions {
					s += "|" + a.Label
				}
				s += "}"
			}
			for _, a := range m.QuickReplies {
				s += " (" + a.Label + ")"
			}
			parts = append(parts, s)
		}
		out = append(out, strings.Join(parts, " + "))
	}
	return strings.Join(out, "; ")
}

func TestRepliesAreBroughtDownToWhatAMessengerShows(t *testing.T) {
	buttons := func(text string, labels ...string) message.Message {
		m := message.Message{Type: message.TypeButtons, Text: text}
		for _, l := range labels {
			m.Actions = append(m.Actions, post(l))
		}
		return m
	}
	cases := map[string]struct {
		reply message.Reply
		want  string
		notes string // a part of the notes; "" means that there are none
	}{
		"a short text stays": {
			message.Reply{Messages: []message.Message{message.Text("안녕")}}, `text "안녕"`, "",
		},
		"a long text is split at a space, two messages to a call": {
			message.Reply{Messages: []message.Message{message.Text("one two three four five six")}},
			`text "one two" + text "three four"; text "five six"`, "sent in 3 parts",
		},
		"too many buttons become several messages": {
			message.Reply{Messages: []message.Message{buttons("pick", "a", "b", "c")}},
			`buttons "pick" [a] [b] + buttons "…" [c]`, "3 buttons are over the limit of 2",
		},
		"a long text goes ahead of its buttons": {
			message.Reply{Messages: []message.Message{buttons("first part second", "a")}},
			`text "first part" + buttons "second" [a]`, "its beginning is sent before them",
		},
		"a long label is cut": {
			message.Reply{Messages: []message.Message{buttons("pick", "예약하기버튼")}},
			`buttons "pick" [예약하…]`, `label "예약하기버튼" is over the limit of 4`,
		},
		"a button that the messenger lacks is spelled out": {
			message.Reply{Messages: []message.Message{{Type: message.TypeButtons, Text: "call", Actions: []message.Action{{Kind: message.ActionPhone, Label: "us", Number: "1"}}}}},
			`text "call` + `\n` + `us: 1"`, "has no phone button",
		},
		"quick replies go to the last message, the surplus into its text": {
			message.Reply{Messages: []message.Message{message.Text("a"), message.Text("b")}, QuickReplies: []message.Action{post("x"), post("y"), post("z")}},
			`text "a" + text "b` + `\n` + `- z" (x) (y)`, "3 quick replies are over the limit of 2",
		},
		"cards are split, their surplus is spelled out and cut": {
			message.Reply{Messages: []message.Message{{Type: message.TypeCards, Cards: []message.Card{
				{Title: "제목입니다요", Actions: []message.Action{post("a"), post("b")}}, {Title: "2"}, {Title: "3"},
			}}}},
			`cards "" {제목입니…|- b|a} {2|} + cards "" {3|}`, "cards[0].title is over the limit of 5",
		},
		"what the messenger lacks is put in words": {
			message.Reply{Messages: []message.Message{{Type: message.TypeFile, URL: "https://x.example/a", Name: "a.pdf"}}},
			`text "a.pdf` + `\n` + `http" + text "s://x.exam"; text "ple/a"`, "file is not shown on test",
		},
		"native of another messenger becomes its fallback": {
			message.Reply{Messages: []message.Message{{Type: message.TypeNative, Channel: "line", Payload: message.Raw(`{}`), FallbackText: "plain"}}},
			`text "plain"`, "native is not shown on test",
		},
		"native of this messenger passes": {
			message.Reply{Messages: []message.Message{{Type: message.TypeNative, Channel: "test", Payload: message.Raw(`{}`)}}},
			`native ""`, "",
		},
		"an image without a usable address becomes text": {
			message.Reply{Messages: []message.Message{{Type: message.TypeImage, URL: "ftp://x", Alt: "a map"}}},
			`text "a map` + `\n` + `ftp:" + text "//x"`, "is not an https address",
		},
		"an image whose address is too long becomes text": {
			message.Reply{Messages: []message.Message{{Type: message.TypeImage, URL: "https://x.example/" + strings.Repeat("a", 30), Alt: "a"}}},
			`text "a` + `\n` + `https://" + text "x.example/"; text "aaaaaaaaaa" + text "aaaaaaaaaa"; text "aaaaaaaaaa"`, "is longer than the 40 characters",
		},
		"a sound that the adapter brings may have any address": {
			message.Reply{Messages: []message.Message{{Type: message.TypeAudio, URL: "http://x.example/" + strings.Repeat("a", 50)}}},
			`audio ""`, "",
		},
		"a message that cannot be shown falls back or is dropped with a note": {
			message.Reply{Messages: []message.Message{{Type: "hologram", FallbackText: "flat"}, {Type: message.TypeText}}},
			`text "flat"`, "messages[1]: text: missing",
		},
		"an empty reply is nothing": {message.Reply{}, "", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := render(c.reply, "test", narrow(), nil)
			if o := outline(got.calls); o != c.want {
				t.Errorf("got  %s\nwant %s", o, c.want)
			}
			notes := strings.Join(got.notes, "\n")
			if !strings.Contains(notes, c.notes) || c.notes == "" && notes != "" {
				t.Errorf("notes %q", notes)
			}
		})
	}
}

func TestSplitKeepsEverythingThatIsSeen(t *testing.T) {
	text := "안녕하세요 여러분,\n오늘은 👨‍👩‍👧‍👦 가족 이야기입니다. が゙ café\u0301 끝"
	for _, unit := range []channels.Unit{channels.UTF16, channels.Graphemes, channels.CodePoint, channels.Bytes} {
		for limit := 1; limit < 40; limit++ {
			parts := split(text, limit, unit)
			if strip(strings.Join(parts, "")) != strip(text) {
				t.Errorf("%s %d: lost something: %q", unit, limit, parts)
			}
		}
	}
}

// strip leaves out the blanks at which text may be split.
func strip(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }

func FuzzSplit(f *testing.F) {
	f.Add("안녕하세요 👨‍👩‍👧‍👦 반갑습니다", 5)
	f.Add("a\r\nb c\u3000d", 3)
	f.Add("\xff\xfe half a \xf0\x9f", 2)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = 1 + abs(limit)%50
		for _, unit := range []channels.Unit{channels.UTF16, channels.Graphemes, channels.Bytes} {
			parts := split(s, limit, unit)
			if strip(strings.Join(parts, "")) != strip(s) {
				t.Fatalf("lost something: %q", parts)
			}
			for _, p := range parts {
				if count(p, unit) > limit && uniseg.GraphemeClusterCount(p) > 1 {
					t.Errorf("part %q is over %d %s", p, limit, unit)
				}
			}
		}
		if got, want := count(s, channels.UTF16), len(utf16.Encode([]rune(s))); got != want {
			t.Errorf("%d UTF-16 units, want %d", got, want)
		}
	})
}

func abs(n int) int {
	if n < 0 {
		return -(n + 1)
	}
	return n
}

func BenchmarkRenderText(b *testing.B) {
	reply := message.Reply{Messages: []message.Message{message.Text(strings.Repeat("안녕하세요. ", 40))}}
	limits := narrow()
	limits.TextMax = 2000
	b.ReportAllocs()
	for range b.N {
		render(reply, "test", limits, nil)
	}
}

func TestRenderLeavesTheReplyAlone(t *testing.T) {
	reply := message.Reply{Messages: []message.Message{message.Text("a")}, QuickReplies: []message.Action{post("x")}}
	render(reply, "test", narrow(), nil)
	if len(reply.Messages[0].QuickReplies) != 0 || !slices.Equal(reply.QuickReplies, []message.Action{post("x")}) {
		t.Errorf("changed: %+v", reply)
	}
}

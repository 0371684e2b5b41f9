package teams

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"dari/bot/message"
	"dari/channels"
)

// member finds a value by its path in decoded JSON, nil if there is none.
func member(v any, path ...string) any {
	for _, name := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// breaches lists what in an activity is over a number of the documentation.
func breaches(act any) []string {
	var out []string
	fault := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	body, err := json.Marshal(act)
	if err != nil || 2*len(utf16.Encode([]rune(string(body)))) > 80_000 {
		fault("more than 80 KB, or %v", err)
	}
	attachments := list(member(act, "attachments"))
	stream := false
	for _, e := range list(member(act, "entities")) {
		stream = stream || member(e, "type") == "streaminfo"
	}
	if len(attachments) > 10 {
		fault("%d attachments", len(attachments))
	}
	if len(attachments) > 0 && member(act, "text") != nil && !stream {
		fault("text and card together")
	}
	if format := member(act, "textFormat"); format != nil && format != "plain" && format != "markdown" && format != "xml" {
		fault("textFormat %v", format)
	}
	if layout := member(act, "attachmentLayout"); layout != nil && layout != "list" && layout != "carousel" {
		fault("attachmentLayout %v", layout)
	}
	if s := list(member(act, "suggestedActions", "actions")); len(s) > 3 || len(s) > 0 && len(attachments) > 0 {
		fault("%d suggested actions beside %d attachments", len(s), len(attachments))
	}
	for _, s := range list(member(act, "suggestedActions", "actions")) {
		if member(s, "type") != "imBack" {
			fault("suggested action %v", s)
		}
	}
	for _, att := range attachments {
		content := member(att, "content")
		switch kind := member(att, "contentType"); kind {
		case "application/vnd.microsoft.card.hero":
			out = append(out, heroBreaches(content)...)
		case "application/vnd.microsoft.card.adaptive":
			out = append(out, adaptiveBreaches(content)...)
		case "application/vnd.microsoft.teams.card.file.consent":
			if n, _ := member(content, "sizeInBytes").(float64); n <= 0 {
				fault("sizeInBytes %v", n)
			}
		case "application/vnd.microsoft.teams.card.file.info", "image/png", "image/jpeg", "image/gif":
			if u, _ := member(att, "contentUrl").(string); !strings.HasPrefix(u, "https://") && !strings.HasPrefix(u, "data:image/") {
				fault("contentUrl %q", u)
			}
		default:
			fault("contentType %v", kind)
		}
	}
	return out
}

func heroBreaches(content any) []string {
	var out []string
	buttons := list(member(content, "buttons"))
	if len(buttons) > 6 {
		out = append(out, fmt.Sprintf("%d buttons", len(buttons)))
	}
	for _, b := range buttons {
		if kind, _ := member(b, "type").(string); !slices.Contains([]string{"openUrl", "imBack", "messageBack"}, kind) {
			out = append(out, "button of type "+kind)
		}
	}
	for _, i := range list(member(content, "images")) {
		if u, _ := member(i, "url").(string); !strings.HasPrefix(u, "https://") {
			out = append(out, "image at "+u)
		}
	}
	return out
}

func adaptiveBreaches(content any) []string {
	var out []string
	if member(content, "version") != "1.5" || member(content, "type") != "AdaptiveCard" || member(content, "fallbackText") == nil {
		out = append(out, "no Adaptive Card 1.5 with fallbackText")
	}
	groups := [][]any{list(member(content, "actions"))}
	for _, e := range list(member(content, "body")) {
		groups = append(groups, list(member(e, "actions")))
	}
	for _, g := range groups {
		if len(g) > 6 {
			out = append(out, fmt.Sprintf("%d actions", len(g)))
		}
		for _, action := range g {
			if kind := member(action, "type"); kind != "Action.Submit" && kind != "Action.OpenUrl" {
				out = append(out, fmt.Sprint("action ", kind))
			}
		}
	}
	return out
}

func TestEveryGoldenBodyKeepsThePlatformsLimits(t *testing.T) {
	files, err := filepath.Glob("testdata/golden/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	known := []string{"file_accepted", "stream", "typing", "open", "edit_text", "edit_buttons", "withdraw"}
	for name := range goldenMessages() {
		known = append(known, name)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		if !slices.Contains(known, name) {
			t.Errorf("%s belongs to no message", file)
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var calls []struct {
			Path string `json:"path"`
			Body any    `json:"body"`
		}
		if err := json.Unmarshal(raw, &calls); err != nil {
			t.Fatal(err)
		}
		for _, c := range calls {
			if !strings.Contains(c.Path, "/activities") || c.Body == nil {
				continue
			}
			for _, b := range breaches(c.Body) {
				t.Errorf("%s: %s", name, b)
			}
		}
	}
}

func TestTheLimitsPromiseWhatFits(t *testing.T) {
	l := Type{}.Limits()
	b, w, _ := abroad(t)
	full := strings.Repeat("가", l.CardText)
	var six, three []message.Action
	for range l.CardActions {
		six = append(six, message.Action{Kind: message.ActionPostback, Label: strings.Repeat("나", l.ButtonLabel), Data: strings.Repeat("d", 40)})
	}
	for range l.QuickReplies {
		three = append(three, tapHelp)
	}
	var cards []message.Card
	for range l.Cards {
		cards = append(cards, message.Card{Title: full[:3*l.CardTitle], Subtitle: full[:3*l.CardTitle], Text: full, ImageURL: "https://cdn.example.com/a.png", Actions: six})
	}
	for name, m := range map[string]message.Message{
		"a text":             message.Text(strings.Repeat("가", l.TextMax)),
		"a text of quotes":   message.Text(strings.Repeat(`"`, l.TextMax)),
		"a text of brackets": message.Text(strings.Repeat(`<`, l.TextMax)),
		"a text on a card":   {Type: message.TypeButtons, Text: strings.Repeat("&", l.ButtonText), Actions: six[:l.Buttons]},
		"ten cards":          {Type: message.TypeCards, Cards: cards},
		"ten cards and more": asking(message.Message{Type: message.TypeCards, Cards: cards[:9]}, three...),
	} {
		if _, err := b.send(to(chat, m)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, call := range w.out() {
		if n := weight(call.Body); n > 80_000 {
			t.Errorf("%d bytes", n)
		}
	}
}

func TestTheRatesKeepEveryWindowOfTheTable(t *testing.T) {
	// What a token bucket lets through in any window is what it holds and what flows in meanwhile.
	most := func(r channels.Rate, seconds float64) float64 {
		return float64(r.Burst) + float64(r.Calls)/r.Per.Seconds()*seconds
	}
	l := Type{}.Limits()
	if n := most(l.Rate, 1); n > 50 {
		t.Errorf("%v calls in a second", n)
	}
	for seconds, allowed := range map[float64]float64{1: 7, 2: 8, 30: 60} {
		if n := most(l.ConversationRate, seconds); n > allowed {
			t.Errorf("%v messages in %v s, %v are allowed", n, seconds, allowed)
		}
	}
}

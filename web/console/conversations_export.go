package console

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot/message"
)

// Bounds of an export; a longer conversation is exported from its newest end, and says so.
const (
	maxExported   = 5_000
	exportBatch   = 200
	maxExportTime = 10 * time.Second
)

// exportedLine is one thing said.
type exportedLine struct {
	At       time.Time         `json:"at"`
	From     string            `json:"from"` // "user" or "bot"
	Name     string            `json:"name,omitempty"`
	Text     string            `json:"text,omitempty"`
	Messages []message.Message `json:"messages,omitempty"`
	Status   string            `json:"status,omitempty"` // unless all went well
}

// exportConversation hands a conversation out as JSON or CSV, masked like the page.
func (c *Console) exportConversation(g *gin.Context) {
	ctx := g.Request.Context()
	conv, err := c.store.Conversation(ctx, g.Param("conversation"))
	if err != nil {
		c.failOr404(g, err)
		return
	}
	r, err := c.viewer(g, conv.BotID)
	if err != nil {
		c.fail(g, err)
		return
	}
	lines, cursor, began := []exportedLine{}, "", time.Now()
	for {
		h, err := r.history(ctx, conv, cursor, exportBatch, search)
		if err != nil {
			c.fail(g, err)
			return
		}
		lines = append(exportedLines(h.bubbles), lines...)
		if cursor = h.next; cursor == "" || len(lines) > maxExported || time.Since(began) > maxExportTime {
			break
		}
	}
	c.note(g, "conversation.export", conv.ID, map[bool]string{true: "masked", false: "with personal data"}[r.masked])
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, clip(conv.ID, 80))
	if g.Query("as") == "csv" {
		writeCSV(csvFile(g, name+".csv"), lines)
		return
	}
	g.Header("Content-Disposition", `attachment; filename="`+name+`.json"`)
	g.Header("Content-Type", "application/json; charset=utf-8")
	enc := json.NewEncoder(g.Writer)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(gin.H{"conversation": conv.ID, "masked": r.masked, "complete": cursor == "", "lines": lines}) // fails only for a reader who has gone
}

func exportedLines(bubbles []bubble) []exportedLine {
	var lines []exportedLine
	for _, b := range bubbles {
		l := exportedLine{At: b.At.UTC(), From: "user", Name: b.Who, Text: b.Text, Messages: b.Messages, Status: b.Status}
		if b.Ours {
			l.From = "bot"
		}
		lines = append(lines, l)
	}
	return lines
}

func writeCSV(w *csv.Writer, lines []exportedLine) {
	row(w, "at", "from", "name", "text", "status")
	for _, l := range lines {
		text := l.Text
		for _, m := range l.Messages {
			text = strings.TrimPrefix(text+"\n"+inShort(m), "\n")
		}
		row(w, l.At.Format(time.RFC3339), l.From, l.Name, text, l.Status)
	}
	w.Flush() // fails only for a reader who has gone
}

// inShort is a message in words.
func inShort(m message.Message) string {
	parts := []string{}
	for _, s := range []string{m.Text, m.Title, m.Alt, m.Name, m.URL, m.FallbackText} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	for _, card := range m.Cards {
		parts = append(parts, strings.TrimSpace(card.Title+" "+card.Text))
	}
	if len(parts) == 0 {
		return string(m.Type)
	}
	for _, a := range m.Actions {
		parts = append(parts, "["+a.Label+"]")
	}
	return strings.Join(parts, " ")
}

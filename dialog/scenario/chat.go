package scenario

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"dari/bot/message"
	"dari/dialog"
)

// chat is a conversation in the terminal.
type chat struct {
	e      dialog.Engine
	out    io.Writer
	trace  bool
	locale string

	state, user dialog.State
	turns       int
	buttons     []message.Action
}

func (c *chat) talk(ctx context.Context, stdin io.Reader) int {
	c.ask(ctx, message.Inbound{Kind: message.KindFollow})
	lines := bufio.NewScanner(stdin)
	lines.Buffer(nil, 1<<20)
	for c.prompt(); lines.Scan() && ctx.Err() == nil; c.prompt() {
		if !c.line(ctx, strings.TrimSpace(lines.Text())) {
			break
		}
	}
	fmt.Fprintln(c.out)
	return 0
}

func (c *chat) prompt() { fmt.Fprint(c.out, "> ") }

// line does what one line of input says; false ends the conversation.
func (c *chat) line(ctx context.Context, line string) bool {
	n, err := strconv.Atoi(strings.TrimPrefix(line, "/"))
	switch {
	case line == "":
	case line == "/quit" || line == "/exit":
		return false
	case line == "/trace":
		c.trace = !c.trace
	case line == "/reset":
		c.state, c.user, c.turns, c.buttons = dialog.State{}, dialog.State{}, 0, nil
	case strings.HasPrefix(line, "/") && err == nil && n >= 1 && n <= len(c.buttons):
		c.tap(ctx, c.buttons[n-1])
	case strings.HasPrefix(line, "/"):
		name, rest, _ := strings.Cut(line, " ")
		c.ask(ctx, message.Inbound{Kind: message.KindCommand, Command: &message.Command{Name: name, Args: rest}})
	default:
		c.ask(ctx, message.Inbound{Kind: message.KindText, Text: line})
	}
	return true
}

func (c *chat) tap(ctx context.Context, a message.Action) {
	switch a.Kind {
	case message.ActionPostback:
		c.ask(ctx, message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: a.Data, Label: a.Label}})
	case message.ActionMessage:
		c.ask(ctx, message.Inbound{Kind: message.KindText, Text: a.Says()})
	default:
		fmt.Fprintln(c.out, "  (that button opens", a.URL+a.Number+a.Text+")")
	}
}

func (c *chat) ask(ctx context.Context, in message.Inbound) {
	c.turns++
	in.Locale = c.locale
	in.Keys, in.Time = []string{strconv.Itoa(c.turns)}, time.Now()
	in.Conversation = message.Conversation{ID: "terminal", Kind: message.Direct}
	in.Sender = message.User{ID: "terminal"}
	c.buttons = nil
	t := dialog.Turn{
		ID: "chat-" + strconv.Itoa(c.turns), Inbound: in, New: c.turns == 1, State: c.state, User: c.user,
		Bot: dialog.Bot{ID: "chat", Name: "chat"}, Channel: dialog.Channel{ID: "terminal", Type: "web"}, ConversationID: "terminal",
	}
	began := time.Now()
	res, err := c.e.Turn(ctx, t, func(o dialog.Output) error {
		if o.Message != nil {
			c.show(*o.Message)
		}
		return nil
	})
	if err != nil {
		fmt.Fprintf(c.out, "  ! %v\n", err)
		return
	}
	for _, m := range res.Reply.Messages {
		c.show(m)
	}
	c.list(res.Reply.QuickReplies)
	if res.Handoff != nil {
		fmt.Fprintf(c.out, "  → handed over to people (queue %q)\n", res.Handoff.Queue)
	}
	if res.State != nil {
		c.state = *res.State
	}
	if res.User != nil {
		c.user = *res.User
	}
	if c.trace {
		c.explain(res.Trace, time.Since(began))
	}
}

func (c *chat) show(m message.Message) {
	switch m.Type {
	case message.TypeText, message.TypeButtons:
		fmt.Fprintln(c.out, m.Text)
	case message.TypeCards:
		for _, card := range m.Cards {
			line := slices.DeleteFunc([]string{card.Title, card.Subtitle, card.Text, card.ImageURL}, func(s string) bool { return s == "" })
			fmt.Fprintln(c.out, "  ▭", strings.Join(line, " · "))
			c.list(card.Actions)
		}
	default:
		fmt.Fprintf(c.out, "  [%s] %s\n", m.Type, m.URL)
	}
	c.list(m.Actions)
	c.list(m.QuickReplies)
}

func (c *chat) list(actions []message.Action) {
	for _, a := range actions {
		c.buttons = append(c.buttons, a)
		fmt.Fprintf(c.out, "  /%d %s\n", len(c.buttons), a.Label)
	}
}

// explain prints the trace of a turn in a few lines.
func (c *chat) explain(raw json.RawMessage, took time.Duration) {
	var t trace
	if json.Unmarshal(raw, &t) != nil {
		return
	}
	fmt.Fprintf(c.out, "  — %s, locale %s, taken by %s %s, %s\n", clip(t.Revision, 8), t.Locale, first(t.By, "nothing"), t.Intent, took.Round(time.Microsecond))
	for _, cand := range append(slices.Clone(t.Candidates), t.FAQ...) {
		fmt.Fprintf(c.out, "    %.2f %s (nearest: %s)\n", cand.Score, cand.Intent, cand.Nearest)
	}
	for _, s := range t.Steps {
		fmt.Fprintf(c.out, "    %s %s (%s:%d)\n", s.Flow, s.Step, s.File, s.Line)
	}
	if len(t.Before)+len(t.After) > 0 {
		fmt.Fprintf(c.out, "    slots %v → %v\n", t.Before, t.After)
	}
	for _, call := range t.Calls {
		fmt.Fprintf(c.out, "    call %s %s: status %d, %d ms %s\n", call.Name, call.URL, call.Status, call.MS, call.Error)
	}
	for _, w := range append(t.Warnings, t.Notes...) {
		fmt.Fprintf(c.out, "    %s\n", w)
	}
}

package console

import (
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/message"
	"dari/dialog"
)

// newNonce makes a form that is sent twice count once.
func newNonce() string { return rand.Text() }

// resetConversation clears what the engine remembers, so that a stuck conversation starts anew.
func (c *Console) resetConversation(g *gin.Context) {
	id := g.Param("conversation")
	if err := c.store.ResetConversation(g.Request.Context(), id); err != nil {
		c.failOr404(g, err)
		return
	}
	c.note(g, "conversation.reset", id, "")
	c.sayNext(g, conversationURL(id), "reset")
}

// takenFor are the spans for which people may take a conversation over, by the name in the form.
var takenFor = map[string]time.Duration{"0": 0, "30m": 30 * time.Minute, "2h": 2 * time.Hour, "24h": 24 * time.Hour}

// takeOver silences the bot in a conversation.
func (c *Console) takeOver(g *gin.Context) {
	limitForm(g)
	id := g.Param("conversation")
	span, ok := takenFor[g.PostForm("for")]
	if !ok {
		c.notice(g, http.StatusBadRequest, "bad_request")
		return
	}
	if _, err := c.runtime.TakeOver(g.Request.Context(), id, dialog.Handoff{Note: c.user(g).ID, For: span}); err != nil {
		c.failOr404(g, err)
		return
	}
	c.note(g, "conversation.handoff", id, "")
	c.sayNext(g, conversationURL(id), "taken_over")
}

// handBack gives the conversation back to the bot.
func (c *Console) handBack(g *gin.Context) {
	id := g.Param("conversation")
	if err := c.runtime.HandBack(g.Request.Context(), id); err != nil {
		c.failOr404(g, err)
		return
	}
	c.note(g, "conversation.resume", id, "")
	c.sayNext(g, conversationURL(id), "handed_back")
}

// sendInto says something as the bot.
func (c *Console) sendInto(g *gin.Context) {
	limitForm(g)
	ctx, id := g.Request.Context(), g.Param("conversation")
	text := strings.TrimSpace(strings.ReplaceAll(g.PostForm("text"), "\r\n", "\n"))
	if text == "" {
		c.conversationPage(g, http.StatusUnprocessableEntity, "conversations.fault.empty")
		return
	}
	channelID, _, _ := strings.Cut(id, ":")
	ch, err := c.runtime.Channel(ctx, channelID)
	if err != nil {
		c.failOr404(g, err)
		return
	}
	if !ch.Record.Enabled {
		c.conversationPage(g, http.StatusConflict, "conversations.fault.disabled")
		return
	}
	_, err = c.runtime.Send(ctx, ch, bot.SendRequest{Conversation: id, Messages: []message.Message{message.Text(text)}, Key: "console:" + clip(g.PostForm("nonce"), 40)})
	var input *bot.InputError
	if errors.As(err, &input) {
		c.conversationPage(g, http.StatusUnprocessableEntity, "conversations.fault.refused")
		return
	}
	if err != nil {
		c.fail(g, err)
		return
	}
	c.note(g, "message.send", id, "")
	c.sayNext(g, conversationURL(id), "said")
}

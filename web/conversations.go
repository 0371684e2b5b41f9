package web

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"dari/bot/message"
	"dari/store"
)

// conversationsAPI shows conversations and starts them over.
type conversationsAPI struct {
	store interface {
		Conversations(ctx context.Context, q store.Query) (store.Page[store.Conversation], error)
		Conversation(ctx context.Context, id string) (store.Conversation, error)
		ResetConversation(ctx context.Context, id string) error
	}
	audit auditor
}

type conversationItem struct {
	ID        string               `json:"id"`
	BotID     string               `json:"bot_id"`
	ChannelID string               `json:"channel_id"`
	Platform  message.Conversation `json:"platform"`
	User      message.User         `json:"user"`
	Locale    string               `json:"locale"`
	Answered  bool                 `json:"answered"`
	FirstAt   stamp                `json:"first_at"`
	LastAt    stamp                `json:"last_at"`
}

func viewConversation(v store.Conversation) conversationItem {
	return conversationItem{v.ID, v.BotID, v.ChannelID, v.Platform, v.User, v.Locale, v.Answered, stamp(v.FirstAt), stamp(v.LastAt)}
}

func (h conversationsAPI) list(c *gin.Context) error {
	q, err := readQuery(c, byBot, byChannel)
	if err != nil {
		return err
	}
	page, err := h.store.Conversations(c.Request.Context(), q)
	if err != nil {
		return listError(err)
	}
	writeJSON(c, http.StatusOK, listOf(page, viewConversation))
	return nil
}

// show adds the engine's state, which a list has no room for.
func (h conversationsAPI) show(c *gin.Context) error {
	return h.answer(c, c.Param("conversation"))
}

func (h conversationsAPI) answer(c *gin.Context, id string) error {
	v, err := h.store.Conversation(c.Request.Context(), id)
	if err != nil {
		return err
	}
	writeJSON(c, http.StatusOK, struct {
		conversationItem
		State string `json:"state"`
	}{viewConversation(v), v.State})
	return nil
}

// reset clears the engine's state, so that the next message starts anew.
func (h conversationsAPI) reset(c *gin.Context) error {
	id := c.Param("conversation")
	if err := h.store.ResetConversation(c.Request.Context(), id); err != nil {
		return err
	}
	h.audit.note(c, "conversation.reset", id, "")
	return h.answer(c, id)
}

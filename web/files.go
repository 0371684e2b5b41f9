package web

import (
	"context"
	"errors"
	"net/http"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/dialog"
	"dari/store"
)

// filesAPI edits and publishes the files that a bot's engine works from.
type filesAPI struct {
	runtime interface {
		Draft(ctx context.Context, botID string) (store.Revision, []dialog.Problem, error)
		SaveDraft(ctx context.Context, botID string, files map[string][]byte, who string) ([]dialog.Problem, error)
		Publish(ctx context.Context, botID, note, who string) (store.Revision, error)
		Rollback(ctx context.Context, botID, id string) (store.Revision, error)
		Revisions(ctx context.Context, botID string) ([]store.Revision, error)
		Revision(ctx context.Context, botID, id string) (store.Revision, error)
		Bot(ctx context.Context, id string) (bot.BotView, error)
	}
	audit auditor
}

type fileSet struct {
	Files    map[string]string `json:"files"`
	Problems []dialog.Problem  `json:"problems"`
}

type revisionItem struct {
	ID     string            `json:"id"`
	Author string            `json:"author"`
	Note   string            `json:"note"`
	At     stamp             `json:"at"`
	Files  map[string]string `json:"files,omitempty"`
}

func viewRevision(r store.Revision) revisionItem {
	item := revisionItem{ID: r.ID, Author: r.Author, Note: r.Note, At: stamp(r.At)}
	if r.Files != nil {
		item.Files = texts(r.Files)
	}
	return item
}

func texts(files map[string][]byte) map[string]string {
	out := make(map[string]string, len(files))
	for name, b := range files {
		out[name] = string(b)
	}
	return out
}

func (h filesAPI) draft(c *gin.Context) error {
	rev, problems, err := h.runtime.Draft(c.Request.Context(), c.Param("bot"))
	if err != nil {
		return filesError(err)
	}
	writeJSON(c, http.StatusOK, fileSet{texts(rev.Files), append([]dialog.Problem{}, problems...)})
	return nil
}

func (h filesAPI) save(c *gin.Context) error {
	var body struct {
		Files map[string]string `json:"files"`
	}
	if _, err := decode(c, &body); err != nil {
		return err
	}
	files := map[string][]byte{}
	for name, text := range body.Files {
		if !utf8.ValidString(text) {
			return badField("files", "encoding", name+" is not UTF-8 text")
		}
		files[name] = []byte(text)
	}
	problems, err := h.runtime.SaveDraft(c.Request.Context(), c.Param("bot"), files, callerOf(c).who)
	if err != nil {
		return filesError(err)
	}
	h.audit.note(c, "bot.save_files", c.Param("bot"), "")
	writeJSON(c, http.StatusOK, fileSet{body.Files, append([]dialog.Problem{}, problems...)})
	return nil
}

func (h filesAPI) publish(c *gin.Context) error {
	var body struct {
		Note string `json:"note"`
	}
	if _, err := decode(c, &body); err != nil {
		return err
	}
	rev, err := h.runtime.Publish(c.Request.Context(), c.Param("bot"), body.Note, callerOf(c).who)
	if err != nil {
		return filesError(err)
	}
	h.audit.note(c, "bot.publish", c.Param("bot"), rev.ID)
	rev.Files = nil
	writeJSON(c, http.StatusCreated, viewRevision(rev))
	return nil
}

func (h filesAPI) list(c *gin.Context) error {
	q, err := readQuery(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	if _, err := h.runtime.Bot(ctx, c.Param("bot")); err != nil {
		return err
	}
	all, err := h.runtime.Revisions(ctx, c.Param("bot"))
	if err != nil {
		return err
	}
	// Newest first, all on one page: a bot is published some hundred times in its life.
	page := store.Page[store.Revision]{Items: all[:min(len(all), q.Limit)]}
	writeJSON(c, http.StatusOK, listOf(page, viewRevision))
	return nil
}

func (h filesAPI) show(c *gin.Context) error {
	rev, err := h.runtime.Revision(c.Request.Context(), c.Param("bot"), c.Param("revision"))
	if err != nil {
		return err
	}
	writeJSON(c, http.StatusOK, viewRevision(rev))
	return nil
}

func (h filesAPI) restore(c *gin.Context) error {
	rev, err := h.runtime.Rollback(c.Request.Context(), c.Param("bot"), c.Param("revision"))
	if err != nil {
		return err
	}
	h.audit.note(c, "bot.rollback", c.Param("bot"), rev.ID)
	rev.Files = nil
	writeJSON(c, http.StatusOK, viewRevision(rev))
	return nil
}

func filesError(err error) error {
	var files *bot.FilesError
	switch {
	case errors.Is(err, bot.ErrUnsupported):
		return &problem{Status: http.StatusConflict, Code: "unsupported", Detail: "the bot's engine does not work from files"}
	case errors.As(err, &files):
		return &problem{Status: http.StatusBadRequest, Code: "files", Field: "files", Detail: files.Error() + "; GET /files lists all"}
	}
	return err
}

// handoffsAPI gives conversations to people and back to the bot.
type handoffsAPI struct {
	runtime interface {
		Handoffs(ctx context.Context) ([]store.Handoff, error)
		TakeOver(ctx context.Context, conversationID string, ask dialog.Handoff) (store.Handoff, error)
		HandBack(ctx context.Context, conversationID string) error
	}
	store interface {
		Conversation(ctx context.Context, id string) (store.Conversation, error)
	}
	audit auditor
}

type handoffItem struct {
	ConversationID string `json:"conversation_id"`
	BotID          string `json:"bot_id"`
	ChannelID      string `json:"channel_id"`
	Code           string `json:"code"`
	Queue          string `json:"queue"`
	Note           string `json:"note"`
	Since          stamp  `json:"since"`
	Until          stamp  `json:"until"`
}

func viewHandoff(h store.Handoff) handoffItem {
	return handoffItem{h.ConversationID, h.BotID, h.ChannelID, h.Code, h.Queue, h.Note, stamp(h.Since), stamp(h.Until)}
}

func (h handoffsAPI) list(c *gin.Context) error {
	q, err := readQuery(c, byBot, byChannel)
	if err != nil {
		return err
	}
	all, err := h.runtime.Handoffs(c.Request.Context())
	if err != nil {
		return err
	}
	var wanted []store.Handoff
	for _, one := range all {
		if (q.BotID == "" || q.BotID == one.BotID) && (q.ChannelID == "" || q.ChannelID == one.ChannelID) && len(wanted) < q.Limit {
			wanted = append(wanted, one)
		}
	}
	writeJSON(c, http.StatusOK, listOf(store.Page[store.Handoff]{Items: wanted}, viewHandoff))
	return nil
}

func (h handoffsAPI) take(c *gin.Context) error {
	var body struct {
		Queue string   `json:"queue"`
		Note  string   `json:"note"`
		For   duration `json:"for"`
	}
	if _, err := decode(c, &body); err != nil {
		return err
	}
	open, err := h.runtime.TakeOver(c.Request.Context(), c.Param("conversation"), dialog.Handoff{Queue: body.Queue, Note: body.Note, For: body.For.Duration})
	if err != nil {
		return err
	}
	h.audit.note(c, "conversation.handoff", open.ConversationID, open.Code)
	writeJSON(c, http.StatusOK, viewHandoff(open))
	return nil
}

func (h handoffsAPI) back(c *gin.Context) error {
	id := c.Param("conversation")
	if _, err := h.store.Conversation(c.Request.Context(), id); err != nil {
		return err
	}
	if err := h.runtime.HandBack(c.Request.Context(), id); err != nil {
		return err
	}
	h.audit.note(c, "conversation.resume", id, "")
	c.Status(http.StatusNoContent)
	return nil
}

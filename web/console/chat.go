package console

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/words"
	"dari/channels"
	webchat "dari/channels/web"
	"dari/store"
)

// chatBox is one chat on a page.
type chatBox struct {
	Title    string
	Greeting string
	Base     string // where it posts to and streams from
	Key      string // what the browser keeps the conversation under
	Words    words.Words
	Page     bool // it is the page rather than a part of one
}

func (c *Console) chatBox(ch store.Channel, base, key, lang string) chatBox {
	title := ch.Settings.Text(webchat.TitleKey)
	if title == "" {
		title = ch.Name
	}
	return chatBox{
		Title: title, Greeting: ch.Settings.Text(webchat.GreetingKey),
		Base: base, Key: key, Words: words.In(lang).Under("chat."),
	}
}

// webChannel is the channel of the path; store.ErrNotFound if it is no web chat or switched off.
func (c *Console) webChannel(g *gin.Context) (*bot.Channel, error) {
	ch, err := c.runtime.Channel(g.Request.Context(), g.Param("channel"))
	if err != nil {
		return nil, err
	}
	if ch.Record.Type != webchat.Name || !ch.Record.Enabled {
		return nil, store.ErrNotFound
	}
	return ch, nil
}

// chatPage is the chat for everybody.
func (c *Console) chatPage(g *gin.Context) {
	ch, err := c.webChannel(g)
	p := c.page(g, nil)
	p.Assets = publicAssets
	switch {
	case errors.Is(err, store.ErrNotFound):
		p.Data = notice{Key: "chat", Status: http.StatusNotFound, Public: true}
		c.render(g, http.StatusNotFound, "notice", p)
		return
	case err != nil:
		c.log.Error("chat not shown", "error", err)
		p.Data = notice{Key: "internal", Status: http.StatusInternalServerError, Public: true}
		c.render(g, http.StatusInternalServerError, "notice", p)
		return
	}
	id := ch.Record.ID
	box := c.chatBox(ch.Record, "/web/"+id, id, p.Lang)
	box.Page = true
	p.Data = box
	c.render(g, http.StatusOK, "chat", p)
}

const maxSaid = 1 << 20 // bytes; the bound of every callback

// say takes what the chat beside the console posts. It is the callback of the web channel once more,
// for those signed in, because the console may be served from another address than the callbacks.
func (c *Console) say(g *gin.Context) {
	ch, err := c.webChannel(g)
	if err != nil {
		c.streamRefused(g, err)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(g.Writer, g.Request.Body, maxSaid))
	if err != nil {
		g.Status(http.StatusRequestEntityTooLarge)
		return
	}
	req := &channels.Request{Header: g.Request.Header, ContentType: g.ContentType(), Body: body, ReceivedAt: c.now().UTC()}
	// Whoever hangs up while it is being kept has said it all the same.
	if err := c.accept(context.WithoutCancel(g.Request.Context()), ch, req); err != nil {
		c.sayRefused(g, ch, req, err)
		return
	}
	g.Status(http.StatusOK)
}

func (c *Console) accept(ctx context.Context, ch *bot.Channel, req *channels.Request) error {
	if err := ch.Adapter.Verify(ctx, req); err != nil {
		return err
	}
	cb, err := ch.Adapter.Parse(req)
	if err != nil {
		return err
	}
	return c.runtime.Accept(ctx, ch, req, cb.Events)
}

func (c *Console) sayRefused(g *gin.Context, ch *bot.Channel, req *channels.Request, err error) {
	var refusal *channels.Refusal
	if errors.As(err, &refusal) {
		c.runtime.Reject(ch, req, refusal.Code, refusal.Detail)
		g.String(refusal.Status, "%s\n", refusal.Code)
		return
	}
	c.log.Error("said in the chat, not kept", "channel", ch.Record.ID, "error", err)
	g.Status(http.StatusServiceUnavailable)
}

package console

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot/message"
	"dari/store"
)

// mountConversations adds the pages about who talks with the bot.
func (c *Console) mountConversations(in *gin.RouterGroup) {
	in.GET("/bots/:bot/conversations", c.conversations)
	in.GET("/conversations/:conversation", c.conversation)
	in.GET("/conversations/:conversation/stream", c.conversationStream)
	in.GET("/conversations/:conversation/export", c.exportConversation)
	build := in.Group("/conversations/:conversation", c.need("builder"))
	build.POST("/reset", c.resetConversation)
	build.POST("/takeover", c.takeOver)
	build.POST("/handback", c.handBack)
	build.POST("/send", c.sendInto)
}

// conversationsView is the list of conversations, those with the newest events first.
type conversationsView struct {
	Query  string
	Rows   []conversationRow
	Next   string
	Cut    bool
	Newest string
}

type conversationRow struct {
	ID, URL       string
	Name, Kind    string
	Channel, Type string
	Text          string // the newest thing said
	At            time.Time
	People        bool // people have it
}

// conversationKeys name the kinds of conversation.
var conversationKeys = map[message.ConversationKind]string{
	message.Direct: "conversations.direct", message.Group: "conversations.group", message.Thread: "conversations.thread",
}

func conversationURL(id string) string {
	if id == "" {
		return ""
	}
	return "/console/conversations/" + url.PathEscape(id)
}

func (c *Console) conversations(g *gin.Context) {
	b, ok := c.botOf(g)
	if !ok {
		return
	}
	r, err := c.viewer(g, b.ID)
	if err != nil {
		c.fail(g, err)
		return
	}
	ctx, base := g.Request.Context(), "/console/bots/"+b.ID+"/conversations"
	q := strings.ToLower(strings.TrimSpace(g.Query("q")))
	v := conversationsView{Query: g.Query("q")}
	if g.Query("cursor") != "" {
		v.Newest = listURL(base, v.Query, "")
	}
	l := conversationList{viewer: r, query: strings.Fields(q[:min(len(q), 200)]), people: c.taken(ctx)}
	if err := l.read(ctx, g.Query("cursor")); err != nil {
		c.failOr404(g, err)
		return
	}
	if v.Rows, v.Cut = l.rows, l.cut; l.next != "" {
		v.Next = listURL(base, v.Query, l.next)
	}
	c.show(g, http.StatusOK, "conversations", "conversations", b.ID, v)
}

// taken are the conversations that people have.
func (c *Console) taken(ctx context.Context) map[string]store.Handoff {
	all := map[string]store.Handoff{}
	list, err := c.runtime.Handoffs(ctx)
	if err != nil {
		c.log.Error("handoffs not read", "error", err)
	}
	for _, h := range list {
		all[h.ConversationID] = h
	}
	return all
}

// conversationList finds conversations by their newest events, and with a query by their people too.
type conversationList struct {
	*viewer
	query  []string
	people map[string]store.Handoff
	rows   []conversationRow
	next   string
	cut    bool
}

// read looks through the events, newest first: the store keeps conversations in no order of time.
func (l *conversationList) read(ctx context.Context, cursor string) error {
	seen := map[string]bool{}
	if len(l.query) > 0 && cursor == "" {
		if err := l.byPerson(ctx, seen); err != nil {
			return err
		}
	}
	events, err := scan(ctx, l.c.store.Events, store.Query{Cursor: cursor}, rowsPerPage, patience(len(l.query) > 0 || cursor != ""), func(e store.Event) bool {
		if e.BotID != l.botID || e.ConversationID == "" || e.State == store.Duplicate || seen[e.ConversationID] {
			return false
		}
		if len(l.query) > 0 && !l.fitsQuery(ctx, e) {
			return false
		}
		seen[e.ConversationID] = true
		return true
	})
	if err != nil {
		return err
	}
	l.next, l.cut = events.Next, l.cut || events.Cut
	for _, e := range events.Items {
		conv, err := l.c.store.Conversation(ctx, e.ConversationID)
		if err != nil {
			conv = store.Conversation{ID: e.ConversationID, ChannelID: e.ChannelID} // before its first turn
		}
		l.rows = append(l.rows, l.conversationRow(conv, e.ReceivedAt, l.said(l.inbound(ctx, e))))
	}
	return nil
}

func (l *conversationList) fitsQuery(ctx context.Context, e store.Event) bool {
	in := l.inbound(ctx, e)
	return allIn(l.query, strings.ToLower(l.said(in)), strings.ToLower(l.person(ctx, e.ConversationID, in.Sender)), strings.ToLower(e.ConversationID), strings.ToLower(in.Sender.ID))
}

// byPerson finds conversations by name and id.
func (l *conversationList) byPerson(ctx context.Context, seen map[string]bool) error {
	began, q := time.Now(), store.Query{BotID: l.botID, Limit: 500}
	for {
		page, err := l.c.store.Conversations(ctx, q)
		if err != nil {
			return err
		}
		for _, conv := range page.Items {
			name := l.title(conv)
			if allIn(l.query, strings.ToLower(name), strings.ToLower(conv.ID), strings.ToLower(conv.User.ID)) {
				seen[conv.ID] = true
				l.rows = append(l.rows, l.conversationRow(conv, conv.LastAt, ""))
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
		if len(l.rows) >= rowsPerPage || time.Since(began) > search {
			l.cut = true
			break
		}
	}
	slices.SortStableFunc(l.rows, func(a, b conversationRow) int { return b.At.Compare(a.At) })
	return nil
}

// title is what people call a conversation: the person's name, or the room's.
func (r *viewer) title(conv store.Conversation) string {
	if conv.Platform.Kind != message.Direct && conv.Platform.Title != "" {
		return r.text(conv.Platform.Title)
	}
	if conv.User.Name != "" && (conv.Platform.Kind == message.Direct || conv.Platform.Kind == "") {
		return r.name(conv.User.Name)
	}
	_, platform, _ := strings.Cut(conv.ID, ":")
	return clip(cmp.Or(conv.User.ID, platform), 32)
}

func (l *conversationList) conversationRow(conv store.Conversation, at time.Time, text string) conversationRow {
	_, people := l.people[conv.ID]
	return conversationRow{
		ID: conv.ID, URL: conversationURL(conv.ID), Name: l.title(conv), Kind: l.words[conversationKeys[conv.Platform.Kind]], At: at, Text: text,
		Channel: l.channelName(conv.ChannelID), Type: l.typeName(l.byID[conv.ChannelID].Type), People: people,
	}
}

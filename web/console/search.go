package console

import (
	"context"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"dari/bot"
)

// searchView is what the search on top of every page has found in all bots.
type searchView struct {
	Query  string
	Groups []hits
	Cut    bool // people were not looked through to the end
}

// hits are finds of one kind.
type hits struct {
	Title string // key
	List  []hit
}

type hit struct{ Name, Of, URL string }

// maxHits is how many finds of a kind are shown.
const maxHits = 12

// search finds bots, channels, people and pages by their words, and goes to what an id names.
func (c *Console) search(g *gin.Context) {
	q := strings.TrimSpace(g.Query("q"))
	v := searchView{Query: q}
	if q == "" {
		c.show(g, http.StatusOK, "search", "search", "", v)
		return
	}
	ctx := g.Request.Context()
	if to := c.named(ctx, q); to != "" {
		g.Redirect(http.StatusSeeOther, to)
		return
	}
	bots, err := c.runtime.Bots(ctx)
	if err == nil {
		err = c.find(g, &v, bots)
	}
	if err != nil {
		c.fail(g, err)
		return
	}
	c.show(g, http.StatusOK, "search", "search", "", v)
}

// named is the page of what has that id; "" if nothing has it.
func (c *Console) named(ctx context.Context, id string) string {
	if e, err := c.store.Event(ctx, id); err == nil {
		return "/console/events/" + e.ID
	}
	if d, err := c.store.Delivery(ctx, id); err == nil && d.EventID != "" {
		return "/console/events/" + d.EventID
	}
	if conv, err := c.store.Conversation(ctx, id); err == nil {
		return conversationURL(conv.ID)
	}
	if ch, err := c.runtime.ShowChannel(ctx, id); err == nil {
		return channelBase(ch.ID)
	}
	return ""
}

func (c *Console) find(g *gin.Context, v *searchView, bots []bot.BotView) error {
	r, err := c.viewer(g, "")
	if err != nil {
		return err
	}
	asked := strings.Fields(strings.ToLower(v.Query[:min(len(v.Query), 200)]))
	fits := func(texts ...string) bool { return allIn(asked, strings.ToLower(strings.Join(texts, "\n"))) }
	named, chans, people, pages, said := hits{Title: "home.title"}, hits{Title: "nav.channels"}, hits{Title: "search.people"}, hits{Title: "search.pages"}, hits{Title: "search.said"}
	names := map[string]string{}
	for _, b := range bots {
		base := "/console/bots/" + b.ID + "/"
		names[b.ID] = b.Name
		if fits(b.Name, b.ID) {
			named.add(hit{b.Name, b.ID, base + botAreas[0].Name})
		}
		for _, a := range botAreas {
			if name := r.words["nav."+a.Name]; c.may(g, a.Role) && fits(name, b.Name) && !fits(b.Name) {
				pages.add(hit{name, b.Name, base + a.Name})
			}
		}
		for _, a := range []string{"conversations", "inspector"} {
			said.add(hit{r.words["nav."+a], b.Name, listURL(base+a, v.Query, "")})
		}
	}
	for _, a := range orgAreas {
		if name := r.words["nav."+a.Name]; c.may(g, a.Role) && fits(name) {
			pages.add(hit{name, r.words["nav.organisation"], "/console/" + a.Name})
		}
	}
	for _, ch := range r.channels {
		if fits(ch.Name, ch.BotName, r.typeName(ch.Type)) {
			chans.add(hit{ch.Name, r.typeName(ch.Type) + " · " + names[ch.BotID], channelBase(ch.ID)})
		}
	}
	l := conversationList{viewer: r, query: asked}
	if err := l.byPerson(g.Request.Context(), map[string]bool{}); err != nil {
		return err
	}
	for _, row := range l.rows {
		people.add(hit{row.Name, row.Channel, row.URL})
	}
	v.Cut = l.cut
	for _, h := range []hits{named, chans, people, pages, said} {
		if len(h.List) > 0 {
			v.Groups = append(v.Groups, h)
		}
	}
	return nil
}

func (h *hits) add(one hit) {
	if len(h.List) < maxHits {
		h.List = append(h.List, one)
	}
}

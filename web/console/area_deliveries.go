package console

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/message"
	"dari/store"
)

// mountDeliveries adds the pages about what is on its way to people.
func (c *Console) mountDeliveries(in *gin.RouterGroup) {
	in.GET("/bots/:bot/deliveries", c.deliveries)
	build := in.Group("", c.need("builder"))
	build.POST("/bots/:bot/deliveries/resend", c.resendAll)
	build.POST("/deliveries/:delivery/resend", c.resend)
	build.POST("/broadcasts/:broadcast/cancel", c.cancelBroadcast)
}

// deliveriesView is the list of what has not arrived, and of the broadcasts.
type deliveriesView struct {
	Tabs       []chip
	Status     string
	Rows       []deliveryView
	Next       string
	Cut        bool
	Broadcasts []broadcastView
	Stuck      bool // the list holds what can be sent again
}

// deliveryView is one platform call.
type deliveryView struct {
	ID, Event           string
	ConversationURL     string // "" before the first turn
	Channel, ChannelURL string
	Person              string // or the room
	Status, StatusText  string
	At, NextAt          time.Time
	Attempts            int
	Messages            []message.Message
	Why                 why
	Error               string
	Resendable          bool
	Broadcast           string
}

// deliveryStates name the states, in the order of the tabs.
var deliveryStates = []struct {
	status store.DeliveryStatus
	key    string
}{
	{store.Undelivered, "deliveries.failed"},
	{store.Uncertain, "deliveries.uncertain"},
	{store.Pending, "deliveries.pending"},
	{store.Cancelled, "deliveries.cancelled"},
	{store.Delivered, "deliveries.delivered"},
}

// troubles are the states of the first tab.
var troubles = []store.DeliveryStatus{store.Undelivered, store.Uncertain, store.Pending}

func (c *Console) deliveries(g *gin.Context) {
	b, ok := c.botOf(g)
	if !ok {
		return
	}
	ctx, base := g.Request.Context(), "/console/bots/"+b.ID+"/deliveries"
	r, err := c.viewer(g, b.ID)
	if err != nil {
		c.fail(g, err)
		return
	}
	v := deliveriesView{Status: g.Query("status")}
	wanted := troubles
	for _, s := range deliveryStates {
		if v.Status == string(s.status) {
			wanted = []store.DeliveryStatus{s.status}
		}
		v.Tabs = append(v.Tabs, chip{r.words[s.key], base + "?status=" + string(s.status), v.Status == string(s.status)})
	}
	v.Tabs = slices.Insert(v.Tabs, 0, chip{r.words["deliveries.trouble"], base, len(wanted) > 1})
	for _, status := range wanted {
		list, err := c.deliveriesIn(ctx, b.ID, status, g.Query("cursor"), patience(len(wanted) == 1))
		if errors.Is(err, store.ErrNotFound) {
			g.Redirect(http.StatusSeeOther, base)
			return
		}
		if err != nil {
			c.fail(g, err)
			return
		}
		for _, d := range list.Items {
			row := r.addressed(ctx, d)
			v.Stuck = v.Stuck || row.Resendable
			v.Rows = append(v.Rows, row)
		}
		if v.Next == "" && list.Next != "" { // older ones are on the page of their status
			v.Cut, v.Next = list.Cut, base+"?status="+string(status)+"&cursor="+list.Next
		}
	}
	slices.SortStableFunc(v.Rows, func(a, b deliveryView) int { return b.At.Compare(a.At) })
	if v.Broadcasts, err = r.broadcasts(ctx); err != nil {
		c.fail(g, err)
		return
	}
	c.show(g, http.StatusOK, "deliveries", "deliveries", b.ID, v)
}

// deliveriesIn finds the newest deliveries of a bot in a status.
func (c *Console) deliveriesIn(ctx context.Context, botID string, status store.DeliveryStatus, cursor string, most time.Duration) (found[store.Delivery], error) {
	q := store.Query{Cursor: cursor}
	switch status {
	case store.Undelivered, store.Uncertain, store.Cancelled: // the store finds these by themselves
		q.State = string(status)
	}
	return scan(ctx, c.store.Deliveries, q, rowsPerPage, most, func(d store.Delivery) bool {
		return d.BotID == botID && d.Result.Status == status
	})
}

func (r *viewer) delivery(d store.Delivery) deliveryView {
	v := deliveryView{
		ID: d.ID, Event: d.EventID, Channel: r.channelName(d.ChannelID), ChannelURL: r.channelURL(d.ChannelID),
		Status: string(d.Result.Status), At: d.CreatedAt, NextAt: d.Result.NextAt, Attempts: d.Result.Attempts, Messages: r.messages(d.Messages),
		Why: deliveryReason(d).in(r.words, d.Result.ErrorCode), Error: r.text(d.Result.Error), Broadcast: d.Broadcast,
	}
	for _, s := range deliveryStates {
		if s.status == d.Result.Status {
			v.StatusText = r.words[s.key]
		}
	}
	switch d.Result.Status {
	case store.Undelivered, store.Uncertain, store.Cancelled:
		v.Resendable = true
	}
	if d.Result.Status != store.Pending {
		v.NextAt = time.Time{}
	}
	return v
}

// addressed is a delivery with whom it is for, as well as that is known, and where the conversation is read.
func (r *viewer) addressed(ctx context.Context, d store.Delivery) deliveryView {
	v := r.delivery(d)
	if conv, err := r.c.store.Conversation(ctx, d.ConversationID); err == nil {
		v.Person, v.ConversationURL = r.title(conv), conversationURL(conv.ID)
		return v
	}
	_, platform, _ := strings.Cut(d.ConversationID, ":")
	v.Person = clip(cmp.Or(d.User, platform), 32)
	return v
}

// resend sends one again.
func (c *Console) resend(g *gin.Context) {
	d, err := c.store.Resend(g.Request.Context(), g.Param("delivery"))
	switch {
	case errors.Is(err, store.ErrState): // somebody was faster, or it has arrived
		if d, err = c.store.Delivery(g.Request.Context(), g.Param("delivery")); err != nil {
			c.failOr404(g, err)
			return
		}
		c.sayNext(g, "/console/bots/"+d.BotID+"/deliveries", "not_resendable")
		return
	case err != nil:
		c.failOr404(g, err)
		return
	}
	c.note(g, "delivery.resend", d.ID, "")
	c.sayNext(g, "/console/bots/"+d.BotID+"/deliveries", "resent")
}

// resendAll sends what failed in a span of time again.
func (c *Console) resendAll(g *gin.Context) {
	limitForm(g)
	b, ok := c.botOf(g)
	if !ok {
		return
	}
	span, status := spans[g.PostForm("span")], store.DeliveryStatus(g.PostForm("status"))
	if span == 0 || status != store.Undelivered && status != store.Uncertain && status != store.Cancelled || g.PostForm("sure") == "" {
		c.notice(g, http.StatusBadRequest, "bad_request")
		return
	}
	j := c.runtime.ResendAll(store.Query{BotID: b.ID, State: string(status)}, c.now().Add(-span))
	c.note(g, "delivery.resend_all", b.ID, j.ID)
	g.Redirect(http.StatusSeeOther, jobURL(j.ID, b.ID, "deliveries"))
}

// cancelBroadcast stops what has not gone out.
func (c *Console) cancelBroadcast(g *gin.Context) {
	bc, err := c.runtime.CancelBroadcast(g.Request.Context(), g.Param("broadcast"))
	if err != nil {
		c.failOr404(g, err)
		return
	}
	c.note(g, "broadcast.cancel", bc.ID, "")
	c.sayNext(g, "/console/bots/"+bc.BotID+"/deliveries", "broadcast_cancelled")
}

// broadcastView is a broadcast with how far it has come.
type broadcastView struct {
	ID, Name, Channel string
	At                time.Time
	Recipients        int
	Counts            bot.BroadcastProgress
	Done              int
	Cancelled         bool
}

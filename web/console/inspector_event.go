package console

import (
	"cmp"
	"context"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/message"
	"dari/store"
	"dari/web/trace"
)

// eventView is everything that is known about one event.
type eventView struct {
	ID, Bot, Channel, Type string
	ChannelURL             string // "" of one that is gone
	Conversation           string // "" if it belongs to none
	ConversationURL        string
	Person, Kind, Name     string
	State, StateText       string
	At                     time.Time
	Took                   string
	Of                     string
	Replays                []replayView // newest first, as far as they were found in time
	Why                    []why
	Steps                  []wayStep
	Said                   saidView
	Inbound, Raw, Detail   template.HTML
	InboundError           string
	InboundCode            string
	StateBefore            string
	Deliveries             []deliveryView
	Soon                   bool // it is on its way: in a moment there is more to see
	Masked                 bool
	Replayable             bool
	Payload                string   // to edit; "" while masked
	Dry                    *dryView // what a dry run has brought
	Fault                  string   // why something asked for was not done
}

// soonOver is when an event that is still on its way is no longer waited for by its page.
const soonOver = 30 * time.Second

// wayStep is a station of the way, with its part of the whole time in percent for the bar.
type wayStep struct {
	Name, Status, StatusText string
	At                       time.Time
	Took, Detail             string
	Original                 string // what Detail says, in the words of whoever failed
	Share                    int
	Of                       string
}

// saidView stands what the engine said beside what was sent.
type saidView struct {
	Said, Sent []message.Message
	Same       bool   // one stands for both
	Title      string // key of what was sent, or was to be
	Mark, Text string // what became of it, if it has not arrived
	Notes      []string
	None       bool
}

func (c *Console) showEvent(g *gin.Context) { c.eventPage(g, http.StatusOK, false, nil, "") }

// revealEvent shows the personal data once, which is noted.
func (c *Console) revealEvent(g *gin.Context) {
	if _, err := c.store.Event(g.Request.Context(), g.Param("event")); err != nil {
		c.failOr404(g, err)
		return
	}
	c.note(g, "event.reveal", g.Param("event"), "")
	c.eventPage(g, http.StatusOK, true, nil, "")
}

func (c *Console) eventPage(g *gin.Context, status int, reveal bool, dry *bot.DryRun, fault string) {
	ctx := g.Request.Context()
	e, err := c.store.Event(ctx, g.Param("event"))
	if err != nil {
		c.failOr404(g, err)
		return
	}
	r, err := c.viewer(g, e.BotID)
	if err != nil {
		c.fail(g, err)
		return
	}
	r.masked = !reveal
	v, err := r.event(ctx, e)
	if err != nil {
		c.fail(g, err)
		return
	}
	v.Fault = fault
	if dry != nil {
		v.Dry = r.dry(*dry)
	}
	c.show(g, status, "event", "inspector", e.BotID, v)
}

func (r *viewer) event(ctx context.Context, e store.Event) (eventView, error) {
	deliveries, err := trace.Deliveries(ctx, r.c.store, e)
	if err != nil {
		return eventView{}, err
	}
	r.unsent = map[string]store.DeliveryStatus{e.ID: worst(deliveries)}
	row := r.row(ctx, e)
	v := eventView{
		ID: e.ID, Bot: e.BotID, Channel: row.Channel, Type: row.Type, Conversation: e.ConversationID, ConversationURL: conversationURL(e.ConversationID),
		Person: row.Person, Kind: row.Kind, Name: e.Name, State: row.State, StateText: row.StateText, At: e.ReceivedAt, Took: row.Took,
		Of: e.Of, Masked: r.masked,
	}
	v.ChannelURL = r.channelURL(e.ChannelID)
	turn := trace.TurnOf(e)
	v.Why = r.why(e, turn, deliveries)
	if v.Replays, err = r.replays(ctx, e); err != nil {
		return v, err
	}
	if again := r.replayed(e, v.Replays); again != nil {
		v.Why = append(v.Why, *again)
	}
	v.Soon = r.c.now().Sub(e.ReceivedAt) < soonOver && (e.State == store.Waiting ||
		slices.ContainsFunc(deliveries, func(d store.Delivery) bool { return d.Result.Status == store.Pending }))
	v.Steps = r.steps(e, deliveries)
	v.Said = r.saidOf(e, turn, deliveries)
	v.StateBefore = r.text(turn.State)
	for _, d := range deliveries {
		v.Deliveries = append(v.Deliveries, r.addressed(ctx, d))
	}
	v.Replayable = (e.State == store.Handled || e.State == store.Failed || e.State == store.Ignored) && e.Kind != message.KindLate
	raw, encoding := trace.Raw(e)
	if v.Raw = tree(r.json([]byte(raw))); encoding != "utf-8" {
		v.Raw = tree([]byte(raw))
	}
	if !r.masked && encoding == "utf-8" {
		v.Payload = raw
	}
	if len(turn.Detail) > 0 {
		v.Detail = tree(r.json(turn.Detail))
	}
	v.Inbound, v.InboundError, v.InboundCode = r.normalised(ctx, e)
	return v, nil
}

// json is a JSON value as this person may see it.
func (r *viewer) json(raw []byte) []byte {
	if r.masked {
		return trace.MaskJSON(raw)
	}
	return raw
}

// messages are messages as this person may see them.
func (r *viewer) messages(list []message.Message) []message.Message {
	if !r.masked || len(list) == 0 {
		return list
	}
	b, err := json.Marshal(list)
	if err != nil {
		return nil
	}
	var masked []message.Message
	if json.Unmarshal(trace.MaskJSON(b), &masked) != nil {
		return nil
	}
	return masked
}

func (r *viewer) normalised(ctx context.Context, e store.Event) (shown template.HTML, fault, code string) {
	if e.State == store.Rejected || e.State == store.Duplicate || len(e.Raw) == 0 {
		return "", "", ""
	}
	defer func() {
		if recover() != nil {
			shown, fault = "", r.words["inspector.adapter_fails"]
		}
	}()
	in, err := r.c.runtime.Normalise(ctx, e)
	if err != nil {
		return "", r.words["why.parse"], r.text(err.Error())
	}
	b, err := json.Marshal(trace.InboundOf(in))
	if err != nil {
		return "", r.words["why.parse"], r.text(err.Error())
	}
	return tree(r.json(b)), "", ""
}

// stepKeys name the stations, statusKeys what became of one.
var (
	stepKeys = map[string]string{
		"callback": "inspector.step.callback", "verified": "inspector.step.verified", "queued": "inspector.step.queued",
		"normalised": "inspector.step.normalised", "gate": "inspector.step.gate", "engine": "inspector.step.engine",
		"rendered": "inspector.step.rendered", "delivered": "inspector.step.delivered",
	}
	statusKeys = map[string]string{
		trace.Pass: "inspector.status.pass", trace.Fail: "inspector.status.fail", trace.Wait: "inspector.status.wait", trace.Stop: "inspector.status.stop",
	}
)

func (r *viewer) steps(e store.Event, deliveries []store.Delivery) []wayStep {
	way := trace.Timeline(e, deliveries)
	longest := 1.0
	for _, s := range way {
		longest = max(longest, s.MS)
	}
	views := make([]wayStep, len(way))
	for i, s := range way {
		views[i] = wayStep{
			Name: r.words[stepKeys[s.Step]], Status: s.Status, StatusText: r.words[statusKeys[s.Status]], At: time.Time(s.At), Of: s.Of,
			Share: int(s.MS / longest * 100),
		}
		views[i].Detail, views[i].Original = r.stepDetail(s, e, deliveries)
		if s.MS > 0 {
			views[i].Took = took(time.Duration(s.MS * float64(time.Millisecond)))
		}
	}
	return views
}

// stepDetail says what happened at a station, and how whoever failed there has put it.
func (r *viewer) stepDetail(s trace.Step, e store.Event, deliveries []store.Delivery) (detail, original string) {
	if s.Status == trace.Pass {
		return r.text(s.Detail), "" // a name
	}
	if i := slices.IndexFunc(deliveries, func(d store.Delivery) bool { return d.ID == s.Of }); s.Of != "" && i >= 0 {
		return deliveryReason(deliveries[i]).in(r.words, "").Text, r.text(s.Detail)
	}
	own, _ := eventReason(e, trace.Turn{}, nil)
	if s.Step == "engine" { // another one may have answered in its place
		own, _ = failedWhy(s.Detail)
	}
	if original = r.text(s.Detail); s.Status != trace.Fail {
		original = ""
	}
	return own.in(r.words, "", "engine", cmp.Or(trace.TurnOf(e).Engine, "–")).Text, original
}

// saidTitle is the key over what was sent, by what has become of it.
func saidTitle(e store.Event, same, arrived bool) string {
	switch {
	case e.State == store.Failed:
		return "inspector.said_instead"
	case !arrived && same:
		return "inspector.said"
	case !arrived:
		return "inspector.to_send"
	case same:
		return "inspector.said_as_sent"
	}
	return "inspector.sent"
}

// outcome is what became of deliveries that have not all arrived, as a mark with its word; "" if they have.
func (r *viewer) outcome(deliveries []store.Delivery) (mark, text string) {
	state := worst(deliveries)
	some := func(s store.DeliveryStatus) bool {
		return slices.ContainsFunc(deliveries, func(d store.Delivery) bool { return d.Result.Status == s })
	}
	switch unsent := unsentStates[state]; {
	case state == store.Undelivered && some(store.Delivered):
		return unsent.mark, r.words["inspector.partly"]
	case state != "":
		return unsent.mark, r.words[unsent.key]
	case some(store.Cancelled):
		return "cancelled", r.words["deliveries.cancelled"]
	}
	return "", ""
}

func (r *viewer) saidOf(e store.Event, t trace.Turn, deliveries []store.Delivery) saidView {
	var v saidView
	for _, d := range deliveries {
		v.Sent = append(v.Sent, r.messages(d.Messages)...)
	}
	v.Said, v.Same = v.Sent, true
	if len(t.Said) > 0 {
		v.Said, v.Same = r.messages(t.Said), false
	}
	for _, n := range t.Notes {
		v.Notes = append(v.Notes, r.text(noteIn(r.words, n)))
	}
	v.Mark, v.Text = r.outcome(deliveries)
	v.Title = saidTitle(e, v.Same, v.Mark == "")
	v.None = len(v.Said) == 0 && len(v.Sent) == 0
	return v
}

// dryView is what a dry run has brought.
type dryView struct {
	Gate, Engine, Took string
	Failed             *why
	Before, After      string
	Said, Sent         []message.Message
	Notes              []string
	Detail, Calls      template.HTML
}

func (r *viewer) dry(d bot.DryRun) *dryView {
	v := &dryView{
		Gate: d.Gate, Engine: d.Engine, Failed: engineFault(r.words, r.text(d.Error), d.Engine), Before: r.text(d.State), After: r.text(d.NextState), Said: r.messages(d.Said.Messages),
		Took: took(time.Duration(d.EngineMS) * time.Millisecond),
	}
	if d.Gate != "" {
		v.Gate = r.words[ignoredWhy(d.Gate).text]
	}
	if len(d.Detail) > 0 {
		v.Detail = tree(r.json(d.Detail))
	}
	if d.Rendering == nil {
		return v
	}
	v.Sent = r.messages(slices.Concat(d.Rendering.Messages...))
	for _, n := range slices.Concat(d.Rendering.Notes, d.Rendering.Errors) {
		v.Notes = append(v.Notes, noteIn(r.words, n))
	}
	if b, err := json.Marshal(d.Rendering.Calls); err == nil {
		v.Calls = tree(r.json(b))
	}
	return v
}

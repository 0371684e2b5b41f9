package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/message"
	"dari/channels"
	"dari/store"
)

// intake is what callbacks need of the runtime.
type intake interface {
	channelFinder
	Accept(ctx context.Context, ch *bot.Channel, req *channels.Request, inbound []message.Inbound) error
	Reject(ch *bot.Channel, req *channels.Request, code, detail string)
	TurnAway(ch *bot.Channel)
	Stray(channelType string)
}

// channelFinder finds channels that are ready for use.
type channelFinder interface {
	Channel(ctx context.Context, id string) (*bot.Channel, error)
}

// callback takes in the callbacks of one channel type. This is the hot path.
type callback struct {
	runtime intake
	typ     string
	limits  channels.Limits
	doors   *admission
	now     func() time.Time
	log     *slog.Logger
}

// serve answers 2xx only when the events of the callback are durable.
func (h callback) serve(c *gin.Context) error {
	ch, err := find(c, h.runtime, h.typ, h.log)
	if err != nil {
		return h.notTaken(c, ch, err)
	}
	req := &channels.Request{
		Header: c.Request.Header, ContentType: c.Request.Header.Get("Content-Type"),
		ReceivedAt: h.now().UTC().Round(0), // as it will be read back from the store
	}
	leave := h.doors.enter(c.Request.Context(), c.Request.ContentLength, !h.limits.Redelivers, h.patience())
	if leave == nil {
		h.runtime.TurnAway(ch)
		return comeBack(&problem{Status: http.StatusServiceUnavailable, Code: "busy"}, time.Second)
	}
	defer leave()
	_ = http.NewResponseController(c.Writer).SetReadDeadline(time.Now().Add(bodyTime))
	if req.Body, err = readBody(c); err != nil {
		return h.refused(ch, req, err)
	}
	if enc := c.Request.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return h.refused(ch, req, &channels.Refusal{
			Status: http.StatusUnsupportedMediaType, Code: "encoding",
			Detail: fmt.Sprintf("the body is encoded as %.40q; signatures are over the plain body, so that a proxy must not encode it", enc),
		})
	}
	cb, err := h.inspect(c.Request.Context(), ch, req)
	if err != nil {
		return h.refused(ch, req, err)
	}
	// A platform that hangs up while the commit runs need not take its events along: not every one of
	// them sends again.
	if err := h.runtime.Accept(context.WithoutCancel(c.Request.Context()), ch, req, cb.Events); err != nil {
		h.log.Error("callback not kept; the platform is told to send it again", "channel", ch.Record.ID, "error", err)
		return comeBack(&problem{Status: http.StatusServiceUnavailable}, time.Second)
	}
	answer(c, cb.Answer)
	return nil
}

// notTaken notes a callback for which there is no channel in use. That it came to one that is switched off is
// for its owner to see; what names none may come from anybody and is only counted.
func (h callback) notTaken(c *gin.Context, off *bot.Channel, err error) error {
	var p *problem
	switch {
	case !errors.As(err, &p) || p.Status != http.StatusNotFound: // our own fault, which the log tells
	case off != nil:
		h.runtime.Reject(off, &channels.Request{
			ContentType: c.Request.Header.Get("Content-Type"), ReceivedAt: h.now().UTC().Round(0),
		}, "disabled", "the channel is switched off")
	default:
		h.runtime.Stray(h.typ)
	}
	return err
}

// find returns the channel that the path names. Unknown, of another type, and disabled look the same
// from outside; one that is disabled comes with the error.
func find(c *gin.Context, runtime channelFinder, typ string, log *slog.Logger) (*bot.Channel, error) {
	id := c.Param("channel")
	ch, err := runtime.Channel(c.Request.Context(), id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, &problem{Status: http.StatusNotFound}
	case err != nil:
		log.Error("channel cannot be used", "channel", id, "error", err)
		return nil, comeBack(&problem{Status: http.StatusServiceUnavailable}, time.Second)
	case ch.Record.Type != typ:
		return nil, &problem{Status: http.StatusNotFound}
	case !ch.Record.Enabled:
		return ch, &problem{Status: http.StatusNotFound}
	}
	return ch, nil
}

// bodyTime bounds the arrival of a body, so that a slow sender does not keep a place.
const bodyTime = 5 * time.Second

// patience is how long a callback may wait to be let in: most of what its platform waits for an answer.
func (h callback) patience() time.Duration {
	if h.limits.Patience > 0 {
		return h.limits.Patience * 3 / 4
	}
	return 5 * time.Second
}

const (
	// maxBody is the largest callback body, and the largest body of an API request.
	maxBody = 1 << 20
	// maxTrusted is the largest announced length that is allocated before anything of it has arrived.
	maxTrusted = 64 << 10
)

// errTooLarge is the refusal of a body over maxBody.
var errTooLarge = &channels.Refusal{
	Status: http.StatusRequestEntityTooLarge, Code: "too_large", Detail: "the body is larger than 1 MiB",
}

// readBody reads the body once and whole. The store keeps parts of it, so that it is not taken from a
// pool.
func readBody(c *gin.Context) ([]byte, error) {
	r := c.Request
	if r.ContentLength > maxBody {
		discard(r.Body)
		return nil, errTooLarge
	}
	var body []byte
	var err error
	if n := r.ContentLength; n >= 0 && n <= maxTrusted {
		body = make([]byte, n)
		have, readErr := io.ReadFull(r.Body, body) // net/http gives no more than was announced
		body, err = body[:have], readErr
	} else {
		body, err = io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	}
	switch {
	case len(body) > maxBody:
		discard(r.Body)
		return body, errTooLarge
	case err != nil:
		return body, &channels.Refusal{Status: http.StatusBadRequest, Code: "incomplete", Detail: "the body broke off before its announced end"}
	}
	return body, nil
}

// maxDiscarded is how much of a refused body is read all the same.
const maxDiscarded = 8 << 20

// discard reads the rest of a body that is too large: many clients read no answer before they have sent all, and
// would see a broken connection in place of the reason.
func discard(body io.Reader) { _, _ = io.CopyN(io.Discard, body, maxDiscarded) }

// adapterPanic is a panic of Verify or Parse.
type adapterPanic struct {
	value any
	stack []byte
}

func (*adapterPanic) Error() string { return "the adapter panicked" }

// inspect proves where the callback comes from and reads what is in it. A panic becomes an error.
func (h callback) inspect(ctx context.Context, ch *bot.Channel, req *channels.Request) (cb channels.Callback, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &adapterPanic{p, debug.Stack()}
		}
	}()
	if err := ch.Verify(ctx, req); err != nil {
		return cb, err
	}
	return ch.Adapter.Parse(req)
}

// refused notes the callback for the channel's owner. The caller learns the status and no reason.
func (h callback) refused(ch *bot.Channel, req *channels.Request, err error) error {
	var refusal *channels.Refusal
	var panicked *adapterPanic
	switch {
	case errors.As(err, &refusal):
	case errors.As(err, &panicked):
		h.log.Error("adapter panicked", "channel", ch.Record.ID, "panic", panicked.value, "stack", string(panicked.stack))
		refusal = &channels.Refusal{Code: "panic", Detail: "the adapter failed on this callback; the log says where"}
	default:
		h.log.Error("adapter failed without a refusal", "channel", ch.Record.ID, "error", err)
		refusal = &channels.Refusal{Code: "adapter", Detail: "the adapter failed on this callback; the log says why"}
	}
	h.runtime.Reject(ch, req, refusal.Code, refusal.Detail)
	p := &problem{Status: refusal.Status}
	if p.Status < 400 {
		p.Status = http.StatusInternalServerError // our fault: the platform may send it again
	}
	if p.Status == http.StatusServiceUnavailable {
		return comeBack(p, time.Second)
	}
	return p
}

// answer writes what the platform expects to hear.
func answer(c *gin.Context, a channels.Answer) {
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	if a.ContentType != "" {
		c.Writer.Header().Set("Content-Type", a.ContentType)
	}
	c.Status(a.Status)
	c.Writer.WriteHeaderNow()
	if len(a.Body) > 0 {
		c.Writer.Write(a.Body)
	}
}

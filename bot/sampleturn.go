package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/store"
)

// Sample is a turn that nobody has asked for: what the engine was asked, over which wire, and what it said.
type Sample struct {
	Run DryRun
	// Calls are the engine's own requests, in their order. Credentials are not part of them.
	Calls []Exchange
	Took  time.Duration
}

// Exchange is one request of an engine and its answer.
type Exchange struct {
	Method, URL string
	Header      []string // "Name: value"
	Body        string
	Status      int
	Answer      string
	Error       string // instead of an answer
	Took        time.Duration
}

// SampleTurn asks a bot's engine as if a person had written text on a channel of that type, and listens
// in. Nothing is kept or sent.
func (r *Runtime) SampleTurn(ctx context.Context, botID, channelType, text, locale string) (Sample, error) {
	b, err := r.bot(ctx, botID)
	if err != nil {
		return Sample{}, err
	}
	hide, err := r.hiders(b.record)
	if err != nil {
		return Sample{}, err
	}
	in := message.Inbound{
		Kind: message.KindText, Name: "sample", Keys: []string{"sample:" + randomID()}, Time: time.Now().UTC(), Text: text, Locale: locale,
		Conversation: message.Conversation{ID: "sample", Kind: message.Direct}, Sender: message.User{ID: "sample"},
	}
	heard := &eavesdropper{hide: hide}
	start := time.Now()
	run, _, err := r.Try(context.WithValue(ctx, listenerKey{}, heard), botID, channelType, in, store.Conversation{})
	run.Error = heard.clean(run.Error)
	heard.cleanReply(&run.Said)
	run.Detail = json.RawMessage(heard.clean(string(run.Detail)))
	return Sample{Run: run, Calls: heard.take(), Took: time.Since(start)}, err
}

// hiders take the secrets of all engines of a bot out of texts.
func (c *Catalog) hiders(rec store.Bot) ([]settings.Hider, error) {
	var all []settings.Hider
	for name, spec := range allEngines(rec) {
		t := c.engines.Type(spec.Type)
		if t == nil {
			continue
		}
		values, err := c.unseal(engineOwner(rec.ID, name), t.Fields(), spec.Settings, spec.Sealed)
		if err != nil {
			return nil, err
		}
		all = append(all, settings.NewHider(t.Fields(), values))
	}
	return all, nil
}

type listenerKey struct{}

// maxHeard is how much of a body is shown.
const maxHeard = 32 << 10

// eavesdropper notes the calls that are made under a context.
type eavesdropper struct {
	hide  []settings.Hider
	mu    sync.Mutex
	calls []*hearing
}

// overheard lets a eavesdropper of the request's context hear the request.
type overheard struct{ next http.RoundTripper }

// listenable is the client with the ability to be listened to.
func listenable(c *http.Client) *http.Client {
	if c == nil {
		return nil
	}
	own := *c
	if own.Transport == nil {
		own.Transport = http.DefaultTransport
	}
	own.Transport = overheard{own.Transport}
	return &own
}

// RoundTrip implements http.RoundTripper.
func (o overheard) RoundTrip(req *http.Request) (*http.Response, error) {
	l, _ := req.Context().Value(listenerKey{}).(*eavesdropper)
	if l == nil {
		return o.next.RoundTrip(req)
	}
	h := l.asked(req)
	start := time.Now()
	resp, err := o.next.RoundTrip(req)
	l.mu.Lock()
	defer l.mu.Unlock()
	if h.Took = time.Since(start); err != nil {
		h.Error = err.Error()
		return resp, err
	}
	h.Status = resp.StatusCode
	resp.Body = &heardBody{ReadCloser: resp.Body, l: l, into: &h.answer}
	return resp, nil
}

// hearing is an exchange whose bodies are still being read.
type hearing struct {
	Exchange
	body, answer bytes.Buffer
}

func (l *eavesdropper) asked(req *http.Request) *hearing {
	h := &hearing{Exchange: Exchange{Method: req.Method, URL: req.URL.Redacted()}}
	for name, values := range req.Header {
		value := strings.Join(values, ", ")
		if private.MatchString(name) {
			value = "•••"
		}
		h.Header = append(h.Header, name+": "+value)
	}
	slices.Sort(h.Header)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, h)
	if req.Body != nil && req.Body != http.NoBody {
		req.Body = &heardBody{ReadCloser: req.Body, l: l, into: &h.body}
	}
	return h
}

// heardBody notes what is read, up to a bound.
type heardBody struct {
	io.ReadCloser
	l    *eavesdropper
	into *bytes.Buffer
}

// Read implements io.Reader.
func (b *heardBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.l.mu.Lock()
	defer b.l.mu.Unlock()
	b.into.Write(p[:min(n, maxHeard-min(maxHeard, b.into.Len()))])
	return n, err
}

var (
	private = regexp.MustCompile(`(?i)authorization|cookie|key|token|secret|signature|credential`)
	// handed is what one side gives the other for later: in JSON, in JSON within a text of JSON, and in a form.
	handed = []*regexp.Regexp{
		regexp.MustCompile(`(?i)("` + handedName + `"\s*:\s*")(?:[^"\\]|\\.)*`),
		regexp.MustCompile(`(?i)(\\+"` + handedName + `\\+"\s*:\s*\\+")(?:[^"\\]|\\+[^"\\])*`),
		regexp.MustCompile(`(?i)((?:^|[&?])` + handedName + `=)[^&\s"]*`),
	}
)

const handedName = `[a-z_.-]*(?:token|secret|assertion|password|api_?key|jwt)[a-z_]*`

func (l *eavesdropper) clean(s string) string {
	for _, h := range l.hide {
		s = h.Text(s)
	}
	for _, form := range handed {
		s = form.ReplaceAllString(s, "${1}•••")
	}
	return s
}

// cleanReply cleans what the bot says: a server may repeat what it was sent.
func (l *eavesdropper) cleanReply(r *message.Reply) {
	b, err := json.Marshal(r)
	if err != nil {
		return
	}
	var clean message.Reply
	if text := l.clean(string(b)); text != string(b) && json.Unmarshal([]byte(text), &clean) == nil {
		*r = clean
	}
}

// take are the calls, without credentials.
func (l *eavesdropper) take() []Exchange {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := []Exchange{}
	for _, h := range l.calls {
		x := h.Exchange
		x.URL, x.Body, x.Answer, x.Error = l.clean(x.URL), l.clean(h.body.String()), l.clean(h.answer.String()), l.clean(x.Error)
		for i := range x.Header {
			x.Header[i] = l.clean(x.Header[i])
		}
		out = append(out, x)
	}
	return out
}

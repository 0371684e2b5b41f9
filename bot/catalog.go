package bot

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
	"dari/dialog"
	"dari/store"
)

// Catalog knows the bots and channels: it validates and seals their settings, and keeps the adapters
// and engines made from them.
type Catalog struct {
	store    store.Store
	channels *channels.Registry
	engines  *dialog.Registry
	sealer   *store.Sealer
	http     *http.Client

	engineHTTP *http.Client
	publicURL  string

	urls settings.URLPolicy
	log  *slog.Logger

	mu       sync.RWMutex
	live     map[string]*Channel
	liveBots map[string]*liveBot
	changed  chan struct{}            // holds a token when channels have changed
	inFlight sync.Map                 // places for calls, a chan struct{} by inFlightKey
	examples sync.Map                 // of channel types, by name: see standIns
	issued   func(channelType string) // a platform has issued a token; nil if nobody counts

	lately func(channelID string) (heard, sent time.Time) // the newest hours with traffic
	pulses pulses
	tested tested
}

// ChannelTypes lists what a channel can be.
func (c *Catalog) ChannelTypes() *channels.Registry { return c.channels }

// EngineTypes lists what can answer.
func (c *Catalog) EngineTypes() *dialog.Registry { return c.engines }

// Channel is a channel ready for use.
type Channel struct {
	Record  store.Channel
	Type    channels.Type
	Adapter channels.Adapter
	Limits  channels.Limits

	former       channels.Adapter // of the settings before; nil if they count no more
	groupMode    string
	capabilities json.RawMessage // the limits, as engines get them
	inFlight     chan struct{}   // nil: no bound
	pace         *pace
	secrets      settings.Hider
	rejects      *rate.Limiter
}

// Group modes: when the bot answers in a room.
const (
	groupMention = "mention" // when it is addressed by name
	groupAll     = "all"
	groupOff     = "off" // never
)

const groupModeKey = "group_mode"

// ChannelFields are the settings of a channel type with those common to all types.
func ChannelFields(t channels.Type) []settings.Field {
	mode := groupAll
	if t.Limits().MarksMentions {
		mode = groupMention
	}
	return append(slices.Clone(t.Setup().Fields), settings.Field{
		Key: groupModeKey, Kind: settings.Select, Default: mode, Help: "channel.group_mode",
		Options: []string{groupMention, groupAll, groupOff},
	})
}

// Channel returns a channel ready for use, or store.ErrNotFound. A channel whose settings do not open
// or no longer fit is an error that says so.
func (c *Catalog) Channel(ctx context.Context, id string) (*Channel, error) {
	c.mu.RLock()
	ch := c.live[id]
	c.mu.RUnlock()
	if ch != nil {
		return ch, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if ch := c.live[id]; ch != nil {
		return ch, nil
	}
	rec, err := c.store.Channels().Get(ctx, id)
	if err != nil {
		return nil, unread(err)
	}
	if ch, err = c.open(rec); err != nil {
		return nil, err
	}
	c.live[id] = ch
	return ch, nil
}

func (c *Catalog) open(rec store.Channel) (*Channel, error) {
	t := c.channels.Type(rec.Type)
	if t == nil {
		return nil, fmt.Errorf("channel %s: this version has no channel type %q", rec.ID, rec.Type)
	}
	if rec.Draft {
		return nil, fmt.Errorf("channel %s is a draft: %w", rec.ID, store.ErrNotFound)
	}
	values, err := c.unseal(channelOwner(rec.ID), ChannelFields(t), rec.Settings, rec.Sealed)
	if err != nil {
		return nil, fmt.Errorf("channel %s: %w", rec.ID, err)
	}
	ch, err := c.make(rec, t, values)
	if err != nil {
		return nil, err
	}
	ch.former = c.former(rec, t)
	return ch, nil
}

// callbackURL is "" also for a channel that is not saved.
func (c *Catalog) callbackURL(rec store.Channel) string {
	if c.publicURL == "" || rec.ID == "" {
		return ""
	}
	return c.publicURL + "/" + rec.Type + "/" + rec.ID + "/webhook"
}

// inFlightKey tells whose calls are counted together.
type inFlightKey struct {
	channelType, app string
	bound            int
}

// make builds the adapter; values must be clean.
func (c *Catalog) make(rec store.Channel, t channels.Type, values settings.Values) (*Channel, error) {
	mode := values.Text(groupModeKey)
	delete(values, groupModeKey)
	adapter, err := t.New(values, c.deps(rec))
	if err != nil {
		return nil, err
	}
	capabilities, err := json.Marshal(t.Limits())
	if err != nil {
		return nil, err
	}
	ch := &Channel{
		Record: rec, Type: t, Adapter: adapter, Limits: t.Limits(), groupMode: mode,
		rejects: rate.NewLimiter(rate.Every(time.Second), 60), pace: newPace(rec.ID, t.Limits(), c.store),
		secrets: settings.NewHider(t.Setup().Fields, values), capabilities: capabilities,
	}
	app := rec.ID
	if b, ok := adapter.(channels.Bounded); ok {
		ch.Limits.InFlight, app = b.InFlight()
	}
	if n := ch.Limits.InFlight; n > 0 {
		places, _ := c.inFlight.LoadOrStore(inFlightKey{rec.Type, app, n}, make(chan struct{}, n))
		ch.inFlight = places.(chan struct{})
	}
	return ch, nil
}

func (c *Catalog) deps(rec store.Channel) channels.Deps {
	return channels.Deps{
		ChannelID: rec.ID, CallbackURL: c.callbackURL(rec),
		HTTP:   c.http,
		Tokens: counted{tokens{c.store, c.sealer}, rec.Type, c.issued},
		Now:    time.Now,
		Log:    c.log.With("channel", rec.ID),
	}
}

// closeAfter is longer than any turn.
const closeAfter = 11 * time.Minute

// forget drops what was made from records that have changed.
func (c *Catalog) forget(botID, channelID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if b := c.liveBots[botID]; b != nil {
		time.AfterFunc(closeAfter, b.close) // turns that are under way end first
		delete(c.liveBots, botID)
	}
	delete(c.live, channelID)
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

func channelOwner(id string) string { return "channel:" + id }
func botOwner(id string) string     { return "bot:" + id }

// seal parts clean values into the open ones and the sealed secret ones.
func (c *Catalog) seal(owner string, fields []settings.Field, v settings.Values) (open settings.Values, sealed []byte, err error) {
	open = settings.Values{}
	secret := settings.Values{}
	for _, f := range fields {
		switch val, ok := v[f.Key]; {
		case !ok:
		case f.Kind.Secret():
			secret[f.Key] = val
		default:
			open[f.Key] = val
		}
	}
	if len(secret) == 0 {
		return open, nil, nil
	}
	b, err := json.Marshal(secret)
	if err != nil {
		return nil, nil, err
	}
	return open, c.sealer.Seal(owner, b), nil
}

// unseal joins open and sealed values and gives them their types back.
func (c *Catalog) unseal(owner string, fields []settings.Field, open settings.Values, sealed []byte) (settings.Values, error) {
	all := settings.Values{}
	if len(sealed) > 0 {
		b, err := c.sealer.Open(owner, sealed)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(b, &all); err != nil {
			return nil, err
		}
	}
	for k, v := range open {
		all[k] = v
	}
	return settings.Clean(fields, all, nil) // the addresses were checked when they were set
}

var idPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,62}$`)

func checkID(id string) error {
	if !idPattern.MatchString(id) {
		return &InputError{Field: "id", Code: "format", Detail: "must be 2 to 63 lower-case letters, digits or hyphens and start with a letter or digit"}
	}
	return nil
}

var lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// randomID has 100 random bits in 20 characters.
func randomID() string {
	b := make([]byte, 13)
	rand.Read(b)
	return lowerBase32.EncodeToString(b)[:20]
}

// InputError is a mistake in what a person or program sent.
type InputError struct {
	Field  string
	Code   string
	Detail string
}

func (e *InputError) Error() string { return e.Field + ": " + e.Detail }

// inputError turns an error about settings into one about the request's field.
func inputError(prefix string, err error) error {
	var se *settings.Error
	if errors.As(err, &se) {
		return &InputError{Field: prefix + se.Field, Code: se.Code, Detail: se.Detail}
	}
	return err
}

// conversationID is Dari's id of a platform's conversation.
func conversationID(channelID string, conv message.Conversation) string {
	return channelID + ":" + conv.ID
}

// slug makes an id from a name where its letters allow, else a random one.
func slug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	s := strings.Trim(b.String(), "-")
	if len(s) < 2 || len(s) > 40 {
		return "bot-" + randomID()[:10]
	}
	return s + "-" + randomID()[:6]
}

// unreadError is a record that the store did not give out, though it may be there. It says nothing about the
// record, so that what needs it is to be tried again.
type unreadError struct{ error }

func (e unreadError) Unwrap() error { return e.error }

func unread(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return err
	}
	return unreadError{err}
}

func isUnread(err error) bool {
	var u unreadError
	return errors.As(err, &u)
}

package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/store"
	"dari/web/apikeys"
	"dari/web/people"
)

// scope is a set of rights.
type scope uint8

// The rights of the API. A name that people write may stand for several of them.
const (
	scopeRead scope = 1 << iota
	scopeSend
	scopeBuilder
	scopeAdmin
)

// scopes says what the names include: send is for senders that need not read what others wrote.
var scopes = map[string]scope{
	"read":    scopeRead,
	"send":    scopeSend,
	"builder": scopeBuilder | scopeSend | scopeRead,
	"admin":   scopeAdmin | scopeBuilder | scopeSend | scopeRead,
}

var scopeNames = map[scope]string{scopeRead: "read", scopeSend: "send", scopeBuilder: "builder", scopeAdmin: "admin"}

// roles are those of people in the console.
var roles = map[string]scope{people.Admin: scopes["admin"], people.Builder: scopes["builder"], people.Viewer: scopes["read"]}

// caller is who makes a request.
type caller struct {
	who    string // for the audit log
	user   string // who is signed in to the console; "" for a key
	rights scope
}

const callerKey = "dari.caller"

func callerOf(c *gin.Context) caller {
	v, _ := c.Get(callerKey)
	who, _ := v.(caller)
	return who
}

// keyTable is where API keys are kept.
type keyTable interface {
	Get(ctx context.Context, id string) (store.APIKey, error)
	Update(ctx context.Context, id string, change func(*store.APIKey) error) (store.APIKey, error)
}

// authority finds out who makes a request.
type authority struct {
	keys     keyTable
	adminKey string
	session  func(*http.Request) (user, role string, ok bool)
	origins  *http.CrossOriginProtection
	tries    *throttle
	now      func() time.Time
	log      *slog.Logger
}

func newAuthority(o Options) *authority {
	return &authority{
		keys: o.Runtime.Store().APIKeys(), adminKey: o.AdminKey, session: o.Session,
		origins: http.NewCrossOriginProtection(), tries: newThrottle(keyTries, o.Now), now: o.Now, log: o.Log,
	}
}

// identify returns who makes the request, or a problem.
func (a *authority) identify(c *gin.Context) (caller, error) {
	header := c.Request.Header.Get("Authorization")
	if header == "" {
		return a.signedIn(c.Request)
	}
	scheme, key, _ := strings.Cut(header, " ")
	key = strings.TrimSpace(key)
	if !strings.EqualFold(scheme, "Bearer") || key == "" {
		return caller{}, unauthorized("the Authorization header must be of the form: Bearer <api key>", `Bearer realm="dari"`)
	}
	// A generated key cannot be guessed, so that it passes while its address is throttled: the
	// clients behind one proxy share an address.
	who, found, err := a.generated(c.Request.Context(), key)
	if err != nil || found {
		return who, err
	}
	right := a.adminKey != "" && sameSecret(key, a.adminKey)
	if wait := a.tries.try(attempt{c.ClientIP(), "api"}, right); wait > 0 {
		return caller{}, tooMany(wait)
	}
	if !right {
		a.log.Warn("wrong API key", "from", c.ClientIP())
		return caller{}, unauthorized("the API key is not known", `Bearer realm="dari", error="invalid_token"`)
	}
	return caller{who: "DARI_API_KEY", rights: scopes["admin"]}, nil
}

func unauthorized(detail, challenge string) *problem {
	return &problem{
		Status: http.StatusUnauthorized, Code: "unauthorized", Detail: detail,
		header: http.Header{"Www-Authenticate": {challenge}},
	}
}

// signedIn lets pages of the console call the API with the person's rights. Other sites may make a
// browser send the cookie too, so that their requests are refused.
func (a *authority) signedIn(r *http.Request) (caller, error) {
	if a.session != nil {
		if user, role, ok := a.session(r); ok {
			if err := a.origins.Check(r); err != nil {
				return caller{}, &problem{Status: http.StatusForbidden, Code: "cross_origin", Detail: "the request comes from a page of another site"}
			}
			return caller{who: user, user: user, rights: roles[role]}, nil
		}
	}
	return caller{}, unauthorized("the request needs the header Authorization: Bearer <api key>", `Bearer realm="dari"`)
}

// generated finds the caller of a key that Dari has made.
func (a *authority) generated(ctx context.Context, key string) (who caller, found bool, err error) {
	if !strings.HasPrefix(key, apikeys.Prefix) {
		return who, false, nil
	}
	hash := sha256.Sum256([]byte(key))
	rec, err := a.keys.Get(ctx, apikeys.ID(hash))
	if errors.Is(err, store.ErrNotFound) || err == nil && subtle.ConstantTimeCompare(rec.Hash, hash[:]) != 1 {
		return who, false, nil
	}
	if err != nil {
		return who, false, err
	}
	if apikeys.Expired(rec, a.now()) {
		return who, false, unauthorized("the API key has expired", `Bearer realm="dari", error="invalid_token"`)
	}
	a.used(ctx, rec)
	who.who = "key " + rec.Name + " (" + rec.ID + ")"
	for _, name := range rec.Scopes {
		who.rights |= scopes[name]
	}
	return who, true, nil
}

// lastUsedGrain is how exact the time of a key's last use is kept, as every note of it is a write.
const lastUsedGrain = time.Minute

var errNotedAlready = errors.New("the use is noted already")

// used notes the use of a key. That this fails is no reason to refuse the request.
func (a *authority) used(ctx context.Context, rec store.APIKey) {
	now := a.now().UTC()
	if now.Sub(rec.LastUsedAt) < lastUsedGrain {
		return
	}
	_, err := a.keys.Update(ctx, rec.ID, func(k *store.APIKey) error {
		if now.Sub(k.LastUsedAt) < lastUsedGrain {
			return errNotedAlready
		}
		k.LastUsedAt = now
		return nil
	})
	if err != nil && !errors.Is(err, errNotedAlready) {
		a.log.Warn("use of an API key not noted", "key", rec.ID, "error", err)
	}
}

// authenticate is the middleware in front of the API.
func (s *Server) authenticate(c *gin.Context) {
	who, err := s.authority.identify(c)
	if err != nil {
		s.fail(c, err)
		return
	}
	c.Set(callerKey, who)
}

// need is the middleware that asks for a right.
func (s *Server) need(want scope) gin.HandlerFunc {
	missing := &problem{
		Status: http.StatusForbidden, Code: "scope", Detail: "this needs an API key with the scope " + scopeNames[want],
		header: http.Header{"Www-Authenticate": {`Bearer realm="dari", error="insufficient_scope", scope="` + scopeNames[want] + `"`}},
	}
	return func(c *gin.Context) {
		if callerOf(c).rights&want == 0 {
			s.fail(c, missing)
		}
	}
}

// localOr lets programs on this machine pass without a key, and others with the right. What a proxy
// on this machine hands on comes from elsewhere.
func (s *Server) localOr(want scope) gin.HandlerFunc {
	need := s.need(want)
	return func(c *gin.Context) {
		if local(c.Request) {
			return
		}
		if s.authenticate(c); !c.IsAborted() {
			need(c)
		}
	}
}

func local(r *http.Request) bool {
	for _, name := range []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip"} {
		if len(r.Header.Values(name)) > 0 {
			return false
		}
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && peer.Addr().Unmap().IsLoopback()
}

package web

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"dari/channels"
	"dari/store"
	"dari/web/deskkeys"
)

// deskHeader is the header that the clients of the token desk present.
const deskHeader = "DANBEE-NAVERWORKS-AUTH"

// desk hands out the access token of a channel, which is the one that the runtime itself uses.
type desk struct {
	runtime channelFinder
	typ     string
	tries   *throttle
	audit   auditor
	now     func() time.Time
	log     *slog.Logger
	keys    deskkeys.Table
}

// tokenAnswer is the body of a successful answer.
type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int64  `json:"expires_in"` // seconds left
	ExpiresAt   stamp  `json:"expires_at"`
	IssuedAt    stamp  `json:"issued_at"`
	Scope       string `json:"scope"`
}

// current answers with the token of now, which is issued if there is none.
func (d desk) current(c *gin.Context) error {
	return d.serve(c, "desk.token", channels.TokenDesk.CurrentToken)
}

// renew answers with a newly issued token.
func (d desk) renew(c *gin.Context) error {
	return d.serve(c, "desk.renew", channels.TokenDesk.RenewToken)
}

func (d desk) serve(c *gin.Context, action string, get func(channels.TokenDesk, context.Context) (channels.Token, error)) error {
	ch, err := find(c, d.runtime, d.typ, d.log)
	if err != nil {
		return err
	}
	tokens, ok := ch.Adapter.(channels.TokenDesk)
	if !ok {
		return &problem{Status: http.StatusNotFound}
	}
	id := ch.Record.ID
	who, err := d.admit(c, action, id, tokens.DeskHeader())
	if err != nil {
		return err
	}
	t, err := get(tokens, c.Request.Context())
	if err != nil {
		return d.notIssued(c, who, action, id, ch.Hide(err))
	}
	d.audit.by(c, who, action, id, "", true)
	c.Header("Pragma", "no-cache")
	writeJSON(c, http.StatusOK, tokenAnswer{
		AccessToken: t.Access, TokenType: "Bearer", Scope: t.Scope,
		ExpiresIn: max(0, int64(math.Floor(t.ExpiresAt.Sub(d.now()).Seconds()))),
		ExpiresAt: stamp(t.ExpiresAt), IssuedAt: stamp(t.IssuedAt),
	})
	return nil
}

const deskClient = "token desk"

// admit lets a caller pass who presents the channel's header or one of its named ones, and says who it
// is. A missing header is no guess and has a count of its own. A desk that no header opens is not there.
func (d desk) admit(c *gin.Context, action, channel, want string) (who string, err error) {
	given := c.Request.Header.Get(deskHeader)
	who = deskClient
	right := want != "" && sameSecret(given, want)
	if !right && given != "" {
		key, named, err := deskkeys.Find(c.Request.Context(), d.keys, channel, given, c.ClientIP(), d.now())
		if err != nil {
			return "", err
		}
		if right = named; named {
			who += ": " + key.Name
		}
	}
	if !right && want == "" {
		if open, err := d.opens(c.Request.Context(), channel); err != nil || !open {
			return "", cmp.Or(err, error(&problem{Status: http.StatusNotFound}))
		}
	}
	from := attempt{c.ClientIP(), channel}
	if given == "" {
		from.at += " without"
	}
	if wait := d.tries.try(from, right); wait > 0 {
		return "", tooMany(wait)
	}
	if right {
		return who, nil
	}
	reason := "the header " + deskHeader + " is wrong"
	if given == "" {
		reason = "the header " + deskHeader + " is missing"
	}
	d.audit.by(c, deskClient, action, channel, reason, false)
	return "", &problem{
		Status: http.StatusUnauthorized, Code: "auth_header", Detail: reason + "; send the channel's auth_header in it",
		header: http.Header{"Www-Authenticate": {deskHeader}},
	}
}

// opens tells whether any named header opens the desk of a channel that has no other.
func (d desk) opens(ctx context.Context, channel string) (bool, error) {
	keys, err := deskkeys.Of(ctx, d.keys, channel)
	return slices.ContainsFunc(keys, func(k store.APIKey) bool { return !deskkeys.Over(k, d.now()) }), err
}

// sameSecret compares digests, so that the time tells neither content nor length.
func sameSecret(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

func tooMany(wait time.Duration) *problem {
	return comeBack(&problem{
		Status: http.StatusTooManyRequests, Code: "throttled", Detail: "too many wrong secrets from this address; wait until Retry-After",
	}, wait)
}

// deskRetry is how long a client should wait when the platform did not say.
const deskRetry = 5 * time.Second

// notIssued tells refused credentials, which somebody has to mend, from a platform out of reach.
func (d desk) notIssued(c *gin.Context, who, action, channel string, err error) error {
	se := channels.AsSendError(err)
	d.audit.by(c, who, action, channel, string(se.Kind)+" "+se.Code, false)
	d.log.Warn("token not issued", "channel", channel, "error", err)
	switch se.Kind {
	case channels.Config, channels.Auth, channels.Rejected, channels.Blocked:
		p := &problem{Status: http.StatusBadGateway, Code: se.Code, Detail: "the platform refuses to issue a token"}
		if se.Err != nil {
			p.Detail += ": " + se.Err.Error()
		}
		if se.Scope != "" {
			p.Detail += " (missing permission " + se.Scope + ")"
		}
		return p
	}
	wait := se.RetryAfter
	if wait <= 0 {
		wait = deskRetry
	}
	return comeBack(&problem{Status: http.StatusServiceUnavailable, Code: "unreachable", Detail: "the platform cannot be reached at the moment; try again later"}, wait)
}

package teams

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"dari/channels"
)

const (
	// channelID is how the Bot service names Teams, in activities and in endorsements of keys.
	channelID = "msteams"
	// clockSkew is granted to the times in a token.
	// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
	clockSkew = 5 * time.Minute
	// maxToken is far above what the Bot service sends, in bytes.
	maxToken = 16 << 10
)

// claims are the parts of an inbound token that we look at.
type claims struct {
	jwt.RegisteredClaims
	ServiceURL string `json:"serviceurl"`
}

// Verify implements channels.Adapter. The rules are those of
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#connector-to-bot
func (a *adapter) Verify(ctx context.Context, r *channels.Request) error {
	token, err := bearer(r.Header)
	if err != nil {
		return err
	}
	c, key, err := a.authenticate(ctx, token, r.ReceivedAt)
	if err != nil {
		return err
	}
	act, err := decode(r.Body)
	if err != nil {
		return err
	}
	if err := a.authorize(act, c, key); err != nil {
		return err
	}
	a.remember(act.ServiceURL)
	return nil
}

func bearer(h http.Header) (string, error) {
	values := h.Values("Authorization")
	if len(values) != 1 {
		return "", channels.Unauthorized("token", "the callback needs exactly one Authorization header, it has %d", len(values))
	}
	parts := strings.Split(values[0], " ")
	if len(parts) != 2 || !strings.EqualFold(parts[0], "Bearer") || parts[1] == "" || len(parts[1]) > maxToken {
		return "", channels.Unauthorized("token", "the Authorization header is not of the form Bearer <token>")
	}
	return parts[1], nil
}

// authenticate proves that the Bot service made this token for this bot.
func (a *adapter) authenticate(ctx context.Context, token string, at time.Time) (*claims, signingKey, error) {
	rules := []jwt.ParserOption{
		jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}),
		jwt.WithIssuer(a.issuer),
		jwt.WithAudience(a.appID, strings.ToLower(a.appID)),
		jwt.WithExpirationRequired(),
		jwt.WithLeeway(clockSkew),
		jwt.WithTimeFunc(func() time.Time { return at }),
	}
	sum := sha256.Sum256([]byte(token))
	if seen, ok := a.seen.get(sum); ok {
		key, err := a.keys.find(ctx, seen.keyID)
		if err == nil && key.public.Equal(seen.public) {
			if err := jwt.NewValidator(rules...).Validate(seen.claims); err != nil {
				return nil, signingKey{}, refusal(err, nil, seen.claims)
			}
			return seen.claims, key, nil
		}
	}
	var c claims
	var key signingKey
	parsed, err := jwt.NewParser(rules...).ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) {
		id, _ := t.Header["kid"].(string)
		var err error
		key, err = a.keys.find(ctx, id)
		return key.public, err
	})
	if err != nil {
		return nil, signingKey{}, refusal(err, parsed, &c)
	}
	id, _ := parsed.Header["kid"].(string)
	a.seen.put(sum, seenToken{&c, id, key.public}, at)
	return &c, key, nil
}

// refusal names the broken rule. The library reports a missing claim without telling which.
func refusal(err error, token *jwt.Token, c *claims) error {
	var known *channels.Refusal
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, jwt.ErrTokenMalformed):
		return channels.Unauthorized("token", "the bearer token is not a JSON Web Token")
	case token != nil && token.Method != jwt.SigningMethodRS256:
		return channels.Unauthorized("algorithm", "the token is signed with another algorithm than RS256")
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return channels.Unauthorized("signature", "the token's signature does not match its key")
	case errors.Is(err, jwt.ErrTokenInvalidIssuer) || c.Issuer == "":
		return channels.Unauthorized("issuer", "the token was not issued by the Bot service of this cloud")
	case errors.Is(err, jwt.ErrTokenInvalidAudience) || len(c.Audience) == 0 || c.Audience[0] == "":
		return channels.Unauthorized("audience", "the token is for another bot; compare app_id with the bot's Microsoft App ID")
	}
	return channels.Unauthorized("expired", "the token is not valid at this time; if all are refused, set this machine's clock")
}

// authorize checks what belongs to the single activity. It runs for every callback, because one
// token comes with many activities.
func (a *adapter) authorize(act activity, c *claims, key signingKey) error {
	switch {
	case act.ChannelID != channelID:
		return channels.Unauthorized("channel", "the activity is not from Teams but from the channel %.40q", act.ChannelID)
	case !key.forTeams():
		return channels.Unauthorized("endorsement", "the token's key is not endorsed for Teams")
	case c.ServiceURL == "" || act.ServiceURL == "" || !sameServiceURL(c.ServiceURL, act.ServiceURL):
		return channels.Unauthorized("service_url", "the activity's service URL is not the one in the token")
	}
	if err := a.hosts.check(act.ServiceURL); err != nil {
		return channels.Unauthorized("service_host", "%v", err)
	}
	return nil
}

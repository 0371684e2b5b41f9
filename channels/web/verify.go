package webchat

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"mime"
	"regexp"

	"dari/channels"
)

// A session is what a visitor's page makes up and keeps: at least 128 random bits in base64url. Who
// knows it reads and continues the conversation, so it appears in no id, log or list.
var sessionPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{22,64}$`)

// ValidSession tells whether s can be a visitor's session.
func ValidSession(s string) bool { return sessionPattern.MatchString(s) }

var lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// conversationLength gives the id 130 bits.
const conversationLength = 26

// ConversationID is the conversation of a visitor's session on a channel, as message.Conversation has
// it. The session cannot be worked out from it.
func ConversationID(channelID, session string) string {
	sum := sha256.Sum256([]byte("dari web " + channelID + session))
	return lowerBase32.EncodeToString(sum[:])[:conversationLength]
}

// Verify implements channels.Adapter. Asking for application/json keeps pages of other sites out: their
// browser would have to ask for leave first, which is never given. Whatever Parse would refuse is
// refused here already, and the session is taken out of the body of a refused request, because the
// channel's owner gets to see it.
func (a adapter) Verify(_ context.Context, r *channels.Request) error {
	err := a.verify(r)
	if err != nil {
		r.Body = withoutSession(r.Body)
	}
	return err
}

func (a adapter) verify(r *channels.Request) error {
	if t, _, err := mime.ParseMediaType(r.ContentType); err != nil || t != "application/json" {
		return channels.Unauthorized("content_type", "the Content-Type must be application/json")
	}
	p, err := decode(r.Body)
	if err != nil {
		return err
	}
	if !ValidSession(p.Session) {
		return channels.Unauthorized("session", "the session must be 22 to 64 characters of base64url")
	}
	if p.Conversation != nil {
		return channels.Unauthorized("session", "a page names its session, never a conversation")
	}
	_, err = a.Parse(r)
	return err
}

var sessionField = regexp.MustCompile(`(?i)"session"\s*:\s*"[^"]*("|$)`)

// withoutSession works on bodies that are no JSON too.
func withoutSession(body []byte) []byte {
	return sessionField.ReplaceAll(body, []byte(`"session":"•••"`))
}

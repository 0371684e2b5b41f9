package naverworks

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"

	"dari/channels"
)

// Verify implements channels.Adapter. The signature is Base64(HMAC-SHA256(Bot Secret, raw body)):
// https://developers.worksmobile.com/en/docs/bot-callback. The platform signs no time.
func (a *adapter) Verify(_ context.Context, r *channels.Request) error {
	given := header(r.Header, "X-WORKS-Signature")
	if given == "" {
		return channels.Unauthorized("signature", "the X-WORKS-Signature header is missing; the callback does not come from NAVER WORKS, or a proxy removed the header")
	}
	mac := hmac.New(sha256.New, []byte(a.botSecret))
	mac.Write(r.Body)
	// Compared in its encoded form, of which there is only one.
	if want := base64.StdEncoding.EncodeToString(mac.Sum(nil)); !hmac.Equal([]byte(given), []byte(want)) {
		return channels.Unauthorized("signature", "the signature does not fit bot_secret; compare it with the Bot Secret in the Developer Console (a re-issued one replaces the old one at once), and make sure that no proxy changes the body")
	}
	switch id := header(r.Header, "X-WORKS-BotId"); id {
	case a.botID:
		return nil
	case "":
		return channels.Unauthorized("bot_id", "the X-WORKS-BotId header is missing; perhaps a proxy removed it")
	default:
		return channels.Unauthorized("bot_id", "the callback is for bot %q, but this channel is bot %s; compare bot_id, and the Callback URL of both bots", id, a.botID)
	}
}

// header looks a header up whatever its letter case: the platform reserves the right to change it.
func header(h http.Header, name string) string {
	if v := h.Get(name); v != "" {
		return v
	}
	for key, values := range h {
		if strings.EqualFold(key, name) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

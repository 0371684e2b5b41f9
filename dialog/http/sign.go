package httpengine

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dari/dialog"
)

// tolerance is how far the time of a signed call may be off, in both directions.
const tolerance = 5 * time.Minute

// sign sets the three headers by which the engine knows that the question is ours and fresh. Every key
// signs, so that an engine knows the question by the old secret and by the new one while it is changed:
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
func sign(h http.Header, keys [][]byte, id string, at time.Time, body []byte) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	signatures := make([]string, len(keys))
	for i, key := range keys {
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(mac(key, id, stamp, body))
	}
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", stamp)
	h.Set("webhook-signature", strings.Join(signatures, " "))
}

func mac(key []byte, id, stamp string, body []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(id + "." + stamp + "."))
	m.Write(body)
	return m.Sum(nil)
}

// verify tells by the same headers whether a call comes from somebody who has one of the keys.
func verify(h http.Header, keys [][]byte, body []byte, now time.Time) *dialog.Error {
	id, stamp := h.Get("webhook-id"), h.Get("webhook-timestamp")
	if id == "" || len(id) > maxID {
		return fail("signature", "webhook-id is missing or longer than %d bytes", maxID).err
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return fail("signature", "webhook-timestamp is not a number of seconds").err
	}
	if off := now.Sub(time.Unix(seconds, 0)); off.Abs() > tolerance {
		return fail("signature", "webhook-timestamp is more than %v off; check the engine's clock", tolerance).err
	}
	for given := range strings.FieldsSeq(h.Get("webhook-signature")) {
		encoded, ok := strings.CutPrefix(given, "v1,")
		got, err := base64.StdEncoding.DecodeString(encoded)
		if !ok || err != nil {
			continue
		}
		for _, key := range keys {
			if hmac.Equal(got, mac(key, id, stamp, body)) {
				return nil
			}
		}
	}
	return fail("signature", "no webhook-signature of the call fits the bot's secret").err
}

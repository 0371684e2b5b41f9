package slack

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"dari/channels"
)

// window is how far the time of a signature may be from the time of arrival:
// https://docs.slack.dev/authentication/verifying-requests-from-slack
const window = 5 * time.Minute

// Verify implements channels.Adapter. Unlike the library's verifier it compares with the time of
// arrival, not with the wall clock, so that the same request always gets the same verdict.
func (a *adapter) Verify(_ context.Context, r *channels.Request) error {
	return verify(a.signingSecret, r)
}

func verify(secret string, r *channels.Request) error {
	stamp := r.Header.Get("X-Slack-Request-Timestamp")
	signature := r.Header.Get("X-Slack-Signature")
	if stamp == "" || signature == "" {
		return channels.Unauthorized("signature", "the headers X-Slack-Signature and X-Slack-Request-Timestamp are missing; this did not come from Slack")
	}
	digits, v0 := strings.CutPrefix(signature, "v0=")
	given, err := hex.DecodeString(digits)
	if !v0 || err != nil {
		return channels.Unauthorized("signature", "X-Slack-Signature is not of the form v0=<hex>")
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(r.Body)
	if !hmac.Equal(given, mac.Sum(nil)) {
		return channels.Unauthorized("signature", "the signature does not match signing_secret; compare it with Basic Information, App Credentials, Signing Secret")
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return channels.Unauthorized("signature", "X-Slack-Request-Timestamp is not a number")
	}
	if off := r.ReceivedAt.Sub(time.Unix(seconds, 0)); off.Abs() > window {
		return channels.Unauthorized("stale", "signed %s away from the time of arrival, more than %s; check this machine's clock", off.Abs().Round(time.Second), window)
	}
	return nil
}

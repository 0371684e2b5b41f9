package slack

import (
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"dari/channels"
)

const sampleSecret = "fedcba9876543210fedcba9876543210"

// published is the example of https://docs.slack.dev/authentication/verifying-requests-from-slack
const published = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar" +
	"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=" +
	"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN" +
	"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"

func signed(body []byte, stamp int64, signature string) *channels.Request {
	return &channels.Request{
		Header: http.Header{
			"X-Slack-Request-Timestamp": {strconv.FormatInt(stamp, 10)},
			"X-Slack-Signature":         {signature},
		},
		Body: body, ReceivedAt: time.Unix(stamp, 0),
	}
}

func TestKnownSignaturesPass(t *testing.T) {
	for name, row := range map[string]struct {
		secret, signature string
		stamp             int64
		body              []byte
	}{
		"the example of Slack's page": {
			"8f742231b10e8888abcd99yyyzzz85a5", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
			1531420618, []byte(published),
		},
		"a direct message": {
			sampleSecret, "v0=b820d46c22159d256b7d3bfeb28c2301fb89c4190abd81bd099cb340f13e2ea9",
			1793000000, load(t, "in_message_im.json"),
		},
		"a slash command": {
			sampleSecret, "v0=7b8fc7fa4173b8f188dc925fa08504d41114956601484b2c2940b2025110092a",
			1793000000, load(t, "in_slash_command.form"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := verify(row.secret, signed(row.body, row.stamp, row.signature)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRefusedSignaturesSayWhy(t *testing.T) {
	const stamp, signature = 1793000000, "v0=b820d46c22159d256b7d3bfeb28c2301fb89c4190abd81bd099cb340f13e2ea9"
	rows := []struct {
		name, code string
		change     func(r *channels.Request)
	}{
		{"a changed body", "signature", func(r *channels.Request) { r.Body[20] ^= 1 }},
		{"another version of the scheme", "signature", func(r *channels.Request) { r.Header.Set("X-Slack-Signature", "v1="+signature[3:]) }},
		{"a signature without its prefix", "signature", func(r *channels.Request) { r.Header.Set("X-Slack-Signature", signature[3:]) }},
		{"a signature that is cut short", "signature", func(r *channels.Request) { r.Header.Set("X-Slack-Signature", signature[:20]) }},
		{"a signature that is no hex", "signature", func(r *channels.Request) { r.Header.Set("X-Slack-Signature", "v0=zz") }},
		{"no time stamp", "signature", func(r *channels.Request) { r.Header.Del("X-Slack-Request-Timestamp") }},
		{"a time stamp that was changed to a fresh one", "signature", func(r *channels.Request) {
			r.Header.Set("X-Slack-Request-Timestamp", "1793000600")
			r.ReceivedAt = time.Unix(1793000600, 0)
		}},
		{"a request played back after five minutes", "stale", func(r *channels.Request) { r.ReceivedAt = time.Unix(stamp+301, 0) }},
		{"a request from the future", "stale", func(r *channels.Request) { r.ReceivedAt = time.Unix(stamp-301, 0) }},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			r := signed(load(t, "in_message_im.json"), stamp, signature)
			row.change(r)
			var refusal *channels.Refusal
			if err := verify(sampleSecret, r); !errors.As(err, &refusal) || refusal.Code != row.code || refusal.Status != http.StatusUnauthorized {
				t.Errorf("got %v, want 401 %s", err, row.code)
			}
		})
	}
}

func TestASignatureIsGoodForExactlyFiveMinutes(t *testing.T) {
	r := signed(load(t, "in_message_im.json"), 1793000000, "v0=b820d46c22159d256b7d3bfeb28c2301fb89c4190abd81bd099cb340f13e2ea9")
	r.ReceivedAt = r.ReceivedAt.Add(5 * time.Minute)
	if err := verify(sampleSecret, r); err != nil {
		t.Error(err)
	}
}

package slack

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

// FuzzParse checks what must hold of any body: it is refused with 400, or gives at most one event,
// which has all that the runtime relies on and comes back from its own raw payload.
func FuzzParse(f *testing.F) {
	for _, name := range []string{
		"in_message_im.json", "in_message_changed.json", "in_message_file_share.json", "in_reaction_added.json",
		"in_member_joined_channel.json", "in_block_actions_static_select.form", "in_view_submission.form", "in_slash_command.form",
	} {
		x := fixture(f, name)
		f.Add(x.ContentType, x.Body)
	}
	f.Add("application/x-www-form-urlencoded", []byte("command=%ff&text=%ff&user_id=U1"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		r := &channels.Request{ContentType: contentType, Body: body, ReceivedAt: now}
		cb, err := (&adapter{}).Parse(r)
		if err != nil {
			var refusal *channels.Refusal
			if !errors.As(err, &refusal) || refusal.Status != http.StatusBadRequest {
				t.Fatalf("got %v", err)
			}
			return
		}
		for _, in := range cb.Events {
			if len(in.Keys) == 0 || in.Keys[0] == "" || in.Name == "" || string(in.Raw) != string(body) {
				t.Fatalf("incomplete: %+v", in)
			}
			if in.Kind.FromUser() && (in.Conversation.ID == "" || in.Conversation.Kind == "") {
				t.Fatalf("no place to answer in: %+v", in)
			}
			once, err := json.Marshal(in)
			var back message.Inbound
			if err == nil {
				err = json.Unmarshal(once, &back)
			}
			if twice, _ := json.Marshal(back); err != nil || string(once) != string(twice) {
				t.Fatalf("does not survive JSON: %v\n%s\n%s", err, once, twice)
			}
		}
		if len(cb.Events) > 1 {
			t.Fatalf("%d events", len(cb.Events))
		}
	})
}

// FuzzVerify checks that nothing but the right signature passes.
func FuzzVerify(f *testing.F) {
	f.Add("1793000000", "v0=b820d46c22159d256b7d3bfeb28c2301fb89c4190abd81bd099cb340f13e2ea9", []byte("{}"))
	f.Add("1793000000", "v0=", []byte(""))
	f.Add("-9223372036854775808", "v0=00", []byte("x"))
	f.Fuzz(func(t *testing.T, stamp, signature string, body []byte) {
		r := &channels.Request{Header: http.Header{}, Body: body, ReceivedAt: time.Unix(1793000000, 0)}
		r.Header.Set("X-Slack-Request-Timestamp", stamp)
		r.Header.Set("X-Slack-Signature", signature)
		if err := verify(sampleSecret, r); err == nil {
			t.Fatalf("%q passes for %q", signature, body)
		}
		good := channeltest.SignSlack(sampleSecret, "application/json", body, r.ReceivedAt)
		if err := verify(sampleSecret, good); err != nil {
			t.Fatalf("a right signature is refused: %v", err)
		}
	})
}

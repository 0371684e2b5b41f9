package slack

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"dari/channels/channeltest"
)

// The fake is only worth something if it answers as Slack does.
func TestTheFakeAnswersAsSlackDoes(t *testing.T) {
	const form, asJSON = "application/x-www-form-urlencoded", "application/json; charset=utf-8"
	const token = channeltest.SlackBotToken
	for _, row := range []struct{ name, path, contentType, bearer, body, want string }{
		{"a token in the body", "auth.test", form, "", "token=" + token, `"bot_id"`},
		{"a token in the header", "auth.test", form, token, "", `"bot_id"`},
		{"a token in the header of a JSON call", "chat.postMessage", asJSON, token, `{"channel":"C1","text":"a"}`, `"ts":"1793100000.000001"`},
		{"a wrong token", "auth.test", form, "xoxb-other", "", `"invalid_auth"`},
		{"no token", "auth.test", form, "", "", `"not_authed"`},
		{"a person as the channel", "chat.postMessage", form, token, "channel=U1&text=a", `"channel":"D07DMCHN2V8"`},
		{"a channel that is none", "chat.postMessage", form, token, "channel=general&text=a", `"channel_not_found"`},
		{"no channel", "chat.postMessage", form, token, "text=a", `"channel_not_found"`},
		{"no text", "chat.postMessage", form, token, "channel=C1", `"no_text"`},
		{"a button without a label", "chat.postMessage", asJSON, token, `{"channel":"C1","text":"a","blocks":[{"type":"actions","elements":[{"type":"button","text":{"text":""}}]}]}`, `"invalid_blocks"`},
		{"two buttons of one id", "chat.postMessage", asJSON, token, `{"channel":"C1","text":"a","blocks":[{"elements":[{"action_id":"a","text":{"text":"x"}},{"action_id":"a","text":{"text":"x"}}]}]}`, `already exists`},
		{"a section that is too long", "chat.postMessage", form, token, "channel=C1&text=a&blocks=" + `[{"text":{"text":"` + strings.Repeat("x", 3001) + `"}}]`, `/blocks/0/text/text`},
		{"opening a direct chat", "conversations.open", form, token, "users=U1", `"id":"D07DMCHN2V8"`},
		{"a method that there is not", "chat.shout", form, token, "", `"unknown_method"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := channeltest.Slack()
			t.Cleanup(p.Close)
			req, err := http.NewRequest(http.MethodPost, p.URL+"/api/"+row.path, strings.NewReader(row.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", row.contentType)
			if row.bearer != "" {
				req.Header.Set("Authorization", "Bearer "+row.bearer)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(body), row.want) {
				t.Errorf("got %d %s, %v", resp.StatusCode, body, err)
			}
		})
	}
}

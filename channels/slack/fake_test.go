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
		{"a section without a text", "chat.postMessage", form, token, "channel=C1&text=a&blocks=" + `[{"type":"section","text":{"text":""}}]`, `/blocks/0/text/text`},
		{"a picture without a description", "chat.postMessage", form, token, "channel=C1&text=a&blocks=" + `[{"type":"image","image_url":"https://a.example/x.png"}]`, `alt_text`},
		{"Markdown that is too long", "chat.postMessage", form, token, "channel=C1&text=a&blocks=" + `[{"type":"markdown","text":"` + strings.Repeat("x", 12001) + `"}]`, `"invalid_blocks"`},
		{"Markdown", "chat.postMessage", form, token, "channel=C1&text=a&blocks=" + `[{"type":"markdown","text":"` + strings.Repeat("x", 12000) + `"}]`, `"ok":true`},
		{"a change of a message that is not there", "chat.update", form, token, "channel=C1&ts=1.1&text=a", `"message_not_found"`},
		{"a withdrawal of a message that is not there", "chat.delete", form, token, "channel=C1&ts=1.1", `"message_not_found"`},
		{"a withdrawal of a person's message", "chat.delete", form, token, "channel=U1&ts=1.1", `"channel_not_found"`},
		{"a sender with a picture by plain http", "chat.postMessage", form, token, "channel=C1&text=a&username=b&icon_url=http://a.example/x.png", `"invalid_arguments"`},
		{"a stream outside of threads", "chat.startStream", form, token, "channel=D1&markdown_text=a", `"invalid_arguments"`},
		{"a stream for nobody", "chat.startStream", form, token, "channel=C1&thread_ts=1.1&recipient_team_id=T1", `"missing_recipient_user_id"`},
		{"a stream for nobody's team", "chat.startStream", form, token, "channel=C1&thread_ts=1.1", `"missing_recipient_team_id"`},
		{"more of a stream that is not there", "chat.appendStream", form, token, "channel=C1&ts=1.1&markdown_text=a", `"message_not_in_streaming_state"`},
		{"the end of a stream that is not there", "chat.stopStream", form, token, "channel=C1&ts=1.1", `"message_not_in_streaming_state"`},
		{"a status outside of threads", "assistant.threads.setStatus", form, token, "channel_id=D1&status=a", `"invalid_arguments"`},
		{"an upload of nothing", "files.getUploadURLExternal", form, token, "filename=a&length=0", `"invalid_arguments"`},
		{"the end of an upload that did not begin", "files.completeUploadExternal", form, token, `files=[{"id":"F1"}]&channel_id=C1`, `"file_not_found"`},
		{"a file that is not there", "files.info", form, token, "file=F1", `"file_not_found"`},
		{"a socket for a bot token", "apps.connections.open", asJSON, token, "", `"invalid_auth"`},
		{"a socket for an app-level token", "apps.connections.open", asJSON, channeltest.SlackAppToken, "", `"url":"ws://`},
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

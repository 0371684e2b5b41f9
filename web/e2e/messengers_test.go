package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"dari/bot/settings"
	"dari/channels"
	"dari/channels/channeltest"
)

// messenger is one platform as seen from outside: it signs callbacks and shows what was sent to it.
type messenger struct {
	name     string
	platform *channeltest.Platform
	settings settings.Values
	// text is a signed callback in which the user says something; n makes its id.
	text func(user, n int, text string) *channels.Request
	// sign signs a body as the platform does.
	sign func(contentType string, body []byte) *channels.Request
	// sends are the path prefixes of calls that bring a message to a person.
	sends []string
	// once names what the platform shows only once however often it is asked, "" if it knows no such thing;
	// nil is always "".
	once func(channeltest.Call) string
	// redelivers is true when the platform sends a callback again that was not answered 200.
	redelivers bool
	// secrets must not appear in any output.
	secrets []string
}

func messengers(t *testing.T) []*messenger {
	t.Helper()
	nw, line, slack, teams := channeltest.NaverWorks(), channeltest.LINE(), channeltest.Slack(), channeltest.Teams()
	for _, p := range []*channeltest.Platform{nw, line, slack, teams.Platform} {
		t.Cleanup(p.Close)
	}
	return []*messenger{
		{
			name: "naverworks", platform: nw, settings: channeltest.NaverWorksSettings(nw.URL),
			sign: func(_ string, body []byte) *channels.Request {
				return channeltest.SignNaverWorks(channeltest.NaverWorksBotSecret, channeltest.NaverWorksBotID, body)
			},
			text: func(user, n int, text string) *channels.Request {
				at := time.UnixMilli(1795312800000 + int64(n))
				body := channeltest.NaverWorksText(fmt.Sprintf("user-%04d", user), "", text, at)
				return channeltest.SignNaverWorks(channeltest.NaverWorksBotSecret, channeltest.NaverWorksBotID, body)
			},
			sends:   []string{channeltest.NaverWorksUsersPath, channeltest.NaverWorksChannelsPath},
			secrets: []string{channeltest.NaverWorksBotSecret, channeltest.NaverWorksClientSecret, channeltest.NaverWorksAuthHeader, "BEGIN PRIVATE"},
		},
		{
			name: "line", platform: line, settings: channeltest.LINESettings(line.URL), text: lineText,
			once: onceLINE, redelivers: true,
			sign: func(_ string, body []byte) *channels.Request {
				return channeltest.SignLINE(channeltest.LINESecret, body)
			},
			sends:   []string{"/v2/bot/message/reply", "/v2/bot/message/push"},
			secrets: []string{channeltest.LINESecret, channeltest.LINEToken},
		},
		{
			name: "slack", platform: slack, settings: channeltest.SlackSettings(slack.URL), text: slackText, redelivers: true,
			sign: func(contentType string, body []byte) *channels.Request {
				return channeltest.SignSlack(channeltest.SlackSigningSecret, contentType, body, time.Now())
			},
			sends:   []string{channeltest.SlackPostPath},
			secrets: []string{channeltest.SlackSigningSecret, channeltest.SlackBotToken},
		},
		{
			name: "teams", platform: teams.Platform, settings: channeltest.TeamsSettings(teams.URL), redelivers: true,
			text: func(user, n int, text string) *channels.Request {
				return channeltest.SignTeams(channeltest.TeamsAppID, teams.URL+"/", teamsText(teams.URL, user, n, text), time.Now())
			},
			sign: func(_ string, body []byte) *channels.Request {
				body = serviceURLs.ReplaceAll(body, []byte(`"serviceUrl": "`+teams.URL+`/"`))
				return channeltest.SignTeams(channeltest.TeamsAppID, teams.URL+"/", body, time.Now())
			},
			sends: []string{"/v3/conversations/"}, secrets: []string{channeltest.TeamsSecret},
		},
	}
}

// onceLINE is the reply token, which works once, or the retry key, by which LINE knows a push again.
func onceLINE(c channeltest.Call) string {
	if key := c.Header.Get("X-Line-Retry-Key"); key != "" {
		return key
	}
	var reply struct{ ReplyToken string }
	_ = json.Unmarshal(c.Body, &reply) // a body that is none has no token
	return reply.ReplyToken
}

// serviceURLs finds the address that a Teams activity is to be answered at.
var serviceURLs = regexp.MustCompile(`"serviceUrl"\s*:\s*"[^"]*"`)

func lineText(user, n int, text string) *channels.Request {
	body := fmt.Sprintf(`{"destination":"U7be1d4f2a09c4e6f8d35b1c27a9e0f64","events":[{"type":"message",`+
		`"message":{"type":"text","id":"%d","quoteToken":"q","text":%q},"webhookEventId":"01M5VJ59MY9FXBFGM%09d",`+
		`"deliveryContext":{"isRedelivery":false},"timestamp":%d,"source":{"type":"user","userId":"U%032x"},`+
		`"replyToken":"%032x","mode":"active"}]}`, 618000000000000000+n, text, n, 1795312800000+n, user, n)
	return channeltest.SignLINE(channeltest.LINESecret, []byte(body))
}

func slackText(user, n int, text string) *channels.Request {
	body := fmt.Sprintf(`{"team_id":"T06H2K9QZ4A","api_app_id":"A07BOTX3M5R","event":{"type":"message","user":"U06MINA81PQ",`+
		`"ts":"1795312800.%06d","text":%q,"team":"T06H2K9QZ4A","channel":"D%010d","event_ts":"1795312800.%06d","channel_type":"im"},`+
		`"type":"event_callback","event_id":"Ev%010d","event_time":1795312800,"authorizations":[{"team_id":"T06H2K9QZ4A",`+
		`"user_id":"U07BOTU9K2L","is_bot":true}]}`, n, text, user, n, n)
	return channeltest.SignSlack(channeltest.SlackSigningSecret, "application/json", []byte(body), time.Now())
}

func teamsText(serviceURL string, user, n int, text string) []byte {
	return fmt.Appendf(nil, `{"type":"message","id":"%d","timestamp":"2026-11-22T01:22:33.456Z","serviceUrl":%q,"channelId":"msteams",`+
		`"from":{"id":"29:user-%04d","name":"Jiwoo","aadObjectId":"0f3e9a52-7c41-4d8e-b6a0-2d95c1e84b73"},`+
		`"conversation":{"conversationType":"personal","tenantId":%q,"id":"a:conversation-%04d"},`+
		`"recipient":{"id":"28:%s","name":"Helper"},"channelData":{"tenant":{"id":%q}},"locale":"ko-KR","text":%q,"textFormat":"plain"}`,
		1795312800000+n, serviceURL+"/", user, channeltest.TeamsTenant, user, channeltest.TeamsAppID, channeltest.TeamsTenant, text)
}

// connect registers the messenger as a channel of the bot.
func (m *messenger) connect(d *dari, bot string) {
	d.t.Helper()
	d.api(http.MethodPost, "/bots/"+bot+"/channels", map[string]any{
		"id": "ch-" + m.name, "type": m.name, "name": m.name, "settings": m.settings,
	}, http.StatusCreated, nil)
}

// call sends a callback and returns the status, 0 if there was no answer.
func (m *messenger) call(d *dari, r *channels.Request) int {
	req, err := http.NewRequest(http.MethodPost, d.url+"/"+m.name+"/ch-"+m.name+"/webhook", bytes.NewReader(r.Body))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header = r.Header.Clone()
	req.Header.Set("Content-Type", r.ContentType)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// say is call for a text that must be accepted.
func (m *messenger) say(d *dari, user, n int, text string) {
	d.t.Helper()
	if status := m.call(d, m.text(user, n, text)); status != http.StatusOK {
		d.t.Fatalf("%s: callback answered %d", m.name, status)
	}
}

// sent returns the bodies of the messages that the platform was asked to show, in order.
func (m *messenger) sent() []string {
	var out []string
	for _, c := range m.sendCalls() {
		out = append(out, body(c))
	}
	return out
}

// shown returns the bodies of the messages that a person sees, in order.
func (m *messenger) shown() []string {
	var out []string
	seen := map[string]bool{}
	for _, c := range m.sendCalls() {
		if m.once != nil {
			key := m.once(c)
			if seen[key] {
				continue
			}
			seen[key] = key != ""
		}
		out = append(out, body(c))
	}
	return out
}

// teamsTyping marks what goes the way of messages on Teams and is none.
var teamsTyping = []byte(`"type":"typing"`)

func (m *messenger) sendCalls() []channeltest.Call {
	var out []channeltest.Call
	for _, c := range m.platform.Calls("/") {
		for _, prefix := range m.sends {
			if c.Method == http.MethodPost && strings.HasPrefix(c.Path, prefix) && !bytes.Contains(c.Body, teamsTyping) {
				out = append(out, c)
			}
		}
	}
	return out
}

// saw waits until the platform was asked to show the text.
func (m *messenger) saw(text string) {
	for {
		n := len(m.platform.Calls("/"))
		for _, s := range m.sent() {
			if strings.Contains(s, text) {
				return
			}
		}
		m.platform.Wait("/", n+1)
	}
}

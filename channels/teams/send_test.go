package teams

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

// answering is a delivery that answers the activity of a fixture.
func (r rig) answering(t *testing.T, fixture string, m message.Message) channels.Outgoing {
	t.Helper()
	in := parsed(t, r.Bench, load(t, r.Platform.URL, fixture)).Events[0]
	return channels.Outgoing{
		ID: "dl_1", Conversation: in.Conversation, Messages: []message.Message{m},
		Address: in.Address, AddressAt: now, Reference: in.Reference, First: true, Attempt: 1,
	}
}

func (r rig) send(out channels.Outgoing) (channels.Receipt, error) {
	return r.Adapter.Send(context.Background(), out)
}

func TestMessagesGoOutAsTeamsShowsThem(t *testing.T) {
	postback := message.Action{Kind: message.ActionPostback, Label: "예약하기", Data: "room=a", Text: "예약"}
	link := message.Action{Kind: message.ActionURL, Label: "안내", URL: "https://www.example.com/guide"}
	call := message.Action{Kind: message.ActionPhone, Label: "전화", Number: "+82 2 1234 5678"}
	say := message.Action{Kind: message.ActionMessage, Label: "도움말", Text: "도움말 보여줘"}
	bare := message.Action{Kind: message.ActionMessage, Label: "네"}
	copied := message.Action{Kind: message.ActionCopy, Label: "쿠폰", Text: "ABC-1"}
	quick := func(actions ...message.Action) message.Message {
		m := message.Text("무엇을?")
		m.QuickReplies = actions
		return m
	}
	buttons := func(text, format string, actions ...message.Action) message.Message {
		return message.Message{Type: message.TypeButtons, Text: text, Format: format, Actions: actions}
	}
	imBack := `{"type":"imBack","title":"도움말","value":"도움말 보여줘"}`
	no := `{"type":"imBack","title":"네","value":"네"}`
	back := `{"type":"messageBack","title":"예약하기","value":{"dari":{"postback":"room=a"}},"text":"예약","displayText":"예약"}`
	card := func(members string) string {
		return `{"contentType":"application/vnd.microsoft.card.hero","content":{` + members + `}}`
	}
	const direct, group = "in_message_personal.json", "in_message_groupchat_mention.json"
	for _, row := range []struct {
		name    string
		fixture string
		msg     message.Message
		want    string // without what all activities share
	}{
		{"plain text stays literal", direct, message.Text("* 별표 & <b> 그대로 *"), `{"text":"* 별표 & <b> 그대로 *","textFormat":"plain"}`},
		{
			"a mention tag in a text is harmless", direct, message.Text("<at>Kim</at> <AT>x</AT> <attach>"),
			`{"text":"<\u200bat>Kim<\u200b/at> <\u200bAT>x<\u200b/AT> <attach>","textFormat":"plain"}`,
		},
		{
			"markdown is said to be markdown", direct,
			message.Message{Type: message.TypeText, Text: "**굵게**\n다음\n\n- a\n- b", Format: "markdown", Lang: "ko"},
			`{"text":"**굵게**  \n다음\n\n- a  \n- b","textFormat":"markdown","locale":"ko"}`,
		},
		{
			"buttons are a card", direct, buttons("고르세요 <&>\n둘째 줄", "", postback, link, call, say),
			`{"attachments":[` + card(`"text":"고르세요 &lt;&amp;&gt;<br>둘째 줄","buttons":[`+back+`,
				{"type":"openUrl","title":"안내","value":"https://www.example.com/guide"},
				{"type":"openUrl","title":"전화","value":"tel:+82212345678"},`+imBack+`]`) + `]}`,
		},
		{
			"markdown stands on an adaptive card, which can read it", direct, buttons("**고르세요**", "markdown", say),
			`{"attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{
				"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.5",
				"fallbackText":"**고르세요**","body":[{"type":"TextBlock","text":"**고르세요**","wrap":true}],
				"actions":[{"type":"Action.Submit","title":"도움말","data":{"msteams":{"type":"imBack","value":"도움말 보여줘"}}}]}}]}`,
		},
		{
			"quick replies in a personal chat are suggestions", direct, quick(say, bare),
			`{"text":"무엇을?","textFormat":"plain","suggestedActions":{"to":["` + jiwoo + `"],"actions":[` + imBack + `,` + no + `]}}`,
		},
		{"quick replies in a group are a card", group, quick(say), `{"attachments":[` + card(`"text":"무엇을?","buttons":[`+imBack+`]`) + `]}`},
		{"quick replies with data are a card", direct, quick(say, postback), `{"attachments":[` + card(`"text":"무엇을?","buttons":[`+imBack+`,`+back+`]`) + `]}`},
		{
			"more than three quick replies are a card", direct, quick(bare, bare, bare, bare),
			`{"attachments":[` + card(`"text":"무엇을?","buttons":[`+no+`,`+no+`,`+no+`,`+no+`]`) + `]}`,
		},
		{"what can be copied is spelled out", direct, buttons("받으세요", "", copied), `{"text":"받으세요\n쿠폰: ABC-1","textFormat":"plain"}`},
		{
			"buttons beyond six go to a second card", direct, func() message.Message {
				m := buttons("고르세요", "", bare, bare, bare, bare, bare, bare)
				m.QuickReplies = []message.Action{say}
				return m
			}(),
			`{"attachments":[` + card(`"text":"고르세요","buttons":[`+strings.Repeat(no+`,`, 5)+no+`]`) + `,` + card(`"buttons":[`+imBack+`]`) + `]}`,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, nil)
			out := b.answering(t, row.fixture, row.msg)
			receipt, err := b.send(out)
			if err != nil || len(receipt.MessageIDs) != 1 || receipt.MessageIDs[0] != "1741051354001" {
				t.Fatalf("got %+v, %v", receipt, err)
			}
			calls := b.Platform.Calls("/v3/")
			if len(calls) != 1 || calls[0].Path != "/v3/conversations/"+out.Conversation.ID+"/activities" {
				t.Fatalf("calls %v", calls)
			}
			var got map[string]any
			if err := json.Unmarshal(calls[0].Body, &got); err != nil {
				t.Fatal(err)
			}
			var addr address
			if err := json.Unmarshal(out.Address, &addr); err != nil {
				t.Fatal(err)
			}
			shared := text(map[string]any{"type": got["type"], "from": got["from"], "conversation": got["conversation"], "replyToId": got["replyToId"]})
			same(t, shared, `{"type":"message","from":{"id":"`+botID+`","name":"Haetae Helper"},"conversation":{"id":"`+out.Conversation.ID+`"},"replyToId":"`+addr.ActivityID+`"}`)
			for name := range map[string]bool{"type": true, "from": true, "conversation": true, "replyToId": true} {
				delete(got, name)
			}
			same(t, text(got), row.want)
		})
	}
}

func TestAConversationIDStaysOnePathSegment(t *testing.T) {
	got := sendURL("https://smba.trafficmanager.net/teams/", "19:a/b c@thread.tacv2;messageid=1")
	want := "https://smba.trafficmanager.net/teams/v3/conversations/19%3Aa%2Fb%20c%40thread.tacv2%3Bmessageid%3D1/activities"
	if got != want {
		t.Errorf("got %s", got)
	}
	if bare := sendURL("https://smba.trafficmanager.net/teams", "a"); bare != "https://smba.trafficmanager.net/teams/v3/conversations/a/activities" {
		t.Errorf("got %s", bare)
	}
}

func TestAThreadIsAnsweredInTheThread(t *testing.T) {
	b := open(t, nil)
	if _, err := b.send(b.answering(t, "in_message_channel_mention.json", message.Text("ok"))); err != nil {
		t.Fatal(err)
	}
	path := "/v3/conversations/" + room + ";messageid=1741051400222/activities"
	if n := len(b.Platform.Calls(path)); n != 1 {
		t.Errorf("%d calls of %s", n, path)
	}
}

func TestFailuresAreSorted(t *testing.T) {
	for _, row := range []struct {
		name   string
		status int
		body   string // a file of testdata, or the text itself
		kind   channels.Kind
		code   string
		doubt  bool
	}{
		{"a bad payload", 400, "error_400_bad_argument.json", channels.Rejected, "BadArgument", false},
		{"a bot that is not registered", 401, "error_401_bot_not_registered.json", channels.Auth, "BotNotRegistered", false},
		{"a bot the administrator disabled", 403, "error_403_bot_disabled_by_admin.json", channels.Blocked, "BotDisabledByAdmin", false},
		{"a bot that was removed", 403, "error_403_bot_not_in_conversation_roster.json", channels.Blocked, "BotNotInConversationRoster", false},
		{"a person who blocked the bot", 403, "error_403_conversation_blocked_by_user.json", channels.Blocked, "ConversationBlockedByUser", false},
		{"another cloud's host", 403, "error_403_invalid_bot_api_host.json", channels.Rejected, "InvalidBotApiHost", false},
		{"a message that is gone", 404, "error_404_activity_not_found.json", channels.Rejected, "ActivityNotFoundInConversation", false},
		{"a conversation that is gone", 404, "error_404_conversation_not_found.json", channels.Blocked, "ConversationNotFound", false},
		{"two at once", 412, "error_412_precondition_failed.json", channels.Temporary, "PreconditionFailed", false},
		{"too big", 413, "error_413_message_size_too_big.json", channels.Rejected, "MessageSizeTooBig", false},
		{"throttled", 429, "error_429_throttled.json", channels.RateLimited, "Throttled", false},
		{"an error that must not be retried", 500, `{"error":{"code":"ServiceError"}}`, channels.Uncertain, "ServiceError", false},
		{"a gateway error", 502, "error_502_service_error.json", channels.Temporary, "ServiceError", true},
		{"out of service", 503, "<html>", channels.Temporary, "503", false},
		{"a gateway's time-out", 504, "", channels.Temporary, "504", true},
		{"a status nobody listed", 418, "", channels.Rejected, "418", false},
		{"a redirect", 302, "", channels.Rejected, "302", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, nil)
			body := row.body
			if strings.HasSuffix(body, ".json") {
				raw, err := os.ReadFile("testdata/" + body)
				if err != nil {
					t.Fatal(err)
				}
				body = string(raw)
			}
			fault := channeltest.Fault{Status: row.status, Body: body, Header: http.Header{
				"X-Correlating-Operationid": {"op-77"}, "Location": {"https://evil.example.com/"},
			}}
			b.Platform.FailNext("/v3/", fault, fault)
			_, err := b.send(b.answering(t, "in_message_personal.json", message.Text("hi")))
			var se *channels.SendError
			if !errors.As(err, &se) || se.Kind != row.kind || se.Code != row.code || se.Doubt != row.doubt {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(err.Error(), "op-77") {
				t.Errorf("no operation id in %v", err)
			}
			b.NoSecret(t, kit, "the error", err.Error())
		})
	}
}

func TestWhatCannotBeSentIsRejectedBeforeAnyCall(t *testing.T) {
	b := open(t, nil)
	good := b.answering(t, "in_message_personal.json", message.Text("hi"))
	for _, row := range []struct {
		name   string
		change func(*channels.Outgoing)
		kind   channels.Kind
		code   string
	}{
		{"a person who never wrote", func(o *channels.Outgoing) { o.Conversation, o.User = message.Conversation{}, jiwoo }, channels.Rejected, "no_conversation"},
		{"a conversation without reference", func(o *channels.Outgoing) { o.Reference = nil }, channels.Rejected, "no_reference"},
		{"a reference that is broken", func(o *channels.Outgoing) { o.Reference = []byte(`{`) }, channels.Rejected, "no_reference"},
		{"a reference to a stranger's host", func(o *channels.Outgoing) {
			o.Reference = []byte(`{"service_url":"https://evil.example.com/"}`)
		}, channels.Config, "service_host"},
		{"two messages", func(o *channels.Outgoing) { o.Messages = append(o.Messages, message.Text("2")) }, channels.Rejected, "messages"},
		{"a sticker", func(o *channels.Outgoing) {
			o.Messages = []message.Message{{Type: message.TypeSticker, ID: "1"}}
		}, channels.Rejected, "type"},
	} {
		t.Run(row.name, func(t *testing.T) {
			out := good
			row.change(&out)
			_, err := b.send(out)
			var se *channels.SendError
			if !errors.As(err, &se) || se.Kind != row.kind || se.Code != row.code {
				t.Errorf("got %v", err)
			}
		})
	}
	if n := len(b.Platform.Calls("/")); n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestAReferenceWithoutBotIsSentAsTheAppItself(t *testing.T) {
	b := open(t, nil)
	out := b.answering(t, "in_message_personal.json", message.Text("hi"))
	out.Reference, out.Address = []byte(`{"service_url":"`+b.Platform.URL+`"}`), nil
	if _, err := b.send(out); err != nil {
		t.Fatal(err)
	}
	body := string(b.Platform.Calls("/v3/")[0].Body)
	if !strings.Contains(body, `"from":{"id":"`+botID+`"}`) || strings.Contains(body, "replyToId") {
		t.Errorf("sent %s", body)
	}
}

func TestARedirectIsNotFollowedWithTheToken(t *testing.T) {
	b := open(t, nil)
	client := channeltest.LocalClient(2 * time.Second)
	client.CheckRedirect = nil // as http.Client comes: it follows
	a, err := Type{}.New(b.Values, kit.Deps(b.Bench, client))
	if err != nil {
		t.Fatal(err)
	}
	b.Platform.FailNext("/v3/", channeltest.Fault{
		Status: http.StatusTemporaryRedirect, Header: http.Header{"Location": {b.Platform.URL + "/elsewhere"}},
	})
	_, err = a.Send(context.Background(), b.answering(t, "in_message_personal.json", message.Text("hi")))
	if se := channels.AsSendError(err); se.Kind != channels.Rejected || se.Code != "307" {
		t.Errorf("got %v", err)
	}
	if n := len(b.Platform.Calls("/elsewhere")); n != 0 {
		t.Error("the redirect was followed")
	}
}

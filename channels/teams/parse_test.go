package teams

import (
	"bytes"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

const (
	personal  = "a:1XvT8mQk2LrWn5YbHc0PdGj7FzSeUaIo4NtRqBwExKyVhMgZlDpCsJuOiTfA9r3"
	jiwoo     = "29:1kPq7-Zb2xVwT0cRmYd5NfLh8sAeJ3uGiOaXvBnQrStUwYzKcMdEfGhJkLpQ9xA"
	minseo    = "29:1tRw4_Hc9yNvK6bPqZe2MfSg7dXjU5oIlBaCvEnTrYuWiOpAsDfGhJkLzXcVbNm"
	botID     = "28:" + channeltest.TeamsAppID
	room      = "19:3f0a9d7be1c84c5f9a26d4b8e7501c93@thread.tacv2"
	groupChat = "19:7c1e5b0d94f24a3e8f6a2b9d0c417e58@thread.v2"
)

// parsed are the events of a body at the fake's address.
func parsed(t testing.TB, b *channeltest.Bench, body []byte) channels.Callback {
	t.Helper()
	cb, err := b.Adapter.Parse(&channels.Request{ContentType: "application/json", Body: body, ReceivedAt: now})
	if err != nil {
		t.Fatal(err)
	}
	return cb
}

// slim leaves the members of an event that a row speaks about: what the row does not mention must
// be empty. What all events share is left out.
func slim(in message.Inbound) string {
	in.Time, in.Raw, in.Keys, in.Reference, in.Address = now, nil, nil, nil, nil
	in.Conversation.Tenant, in.Locale, in.Timezone = "", "", ""
	in.Sender = message.User{}
	if in.Conversation.ID == personal && in.Conversation.Kind == message.Direct {
		in.Conversation = message.Conversation{}
	}
	var all map[string]any
	raw, err := json.Marshal(in)
	if err == nil {
		err = json.Unmarshal(raw, &all)
	}
	if err != nil {
		return err.Error()
	}
	for _, name := range []string{"time", "keys", "sender"} {
		delete(all, name)
	}
	if in.Conversation.ID == "" {
		delete(all, "conversation")
	}
	return text(all)
}

func text(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}

// same compares JSON without regard to the order of members.
func same(t *testing.T, got, want string) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatalf("the row is no JSON: %v", err)
	}
	if err := json.Unmarshal([]byte(got), &g); err != nil || text(g) != text(w) {
		t.Errorf("got  %s\nwant %s", got, text(w))
	}
}

func TestEveryActivityBecomesItsEvent(t *testing.T) {
	b := kit.Open(t)
	self := `"mentions":[{"user":{"id":"` + botID + `","name":"Haetae Helper","bot":true},"self":true}]`
	rows := map[string][]string{
		"in_message_personal.json": {`{"kind":"text","name":"message","message_id":"1741051353456","text":"휴가 며칠 남았어?"}`},
		"in_message_groupchat_mention.json": {`{"kind":"text","name":"message","message_id":"1741051360111","text":"오늘 점심 뭐야?",
			"conversation":{"id":"` + groupChat + `","kind":"group"},"mentioned":true,` + self + `}`},
		"in_message_groupchat_odd_mentions.json": {`{"kind":"text","name":"message","message_id":"1741051360112","text":"R&D <Kim> 확인해줘",
			"conversation":{"id":"` + groupChat + `","kind":"group"},"mentioned":true,
			"mentions":[{"user":{"id":"` + botID + `","name":"Haetae Helper","bot":true},"self":true},{"user":{"id":"29:1kim","name":"R&D <Kim>"}}]}`},
		"in_message_channel_mention.json": {`{"kind":"text","name":"message","message_id":"1741051400222","text":"status of build 4412?",
			"conversation":{"id":"` + room + `;messageid=1741051400222","kind":"thread","room":"` + room + `"},"mentioned":true,` + self + `}`},
		"in_message_channel_thread_reply_two_mentions.json": {`{"kind":"text","name":"message","message_id":"1741051455333","reply_to":"1741051400222",
			"text":"please ask Minseo Lee to review","mentioned":true,
			"conversation":{"id":"` + room + `;messageid=1741051400222","kind":"thread","room":"` + room + `"},
			"mentions":[{"user":{"id":"` + botID + `","name":"Haetae Helper","bot":true},"self":true},{"user":{"id":"` + minseo + `","name":"Minseo Lee"}}]}`},
		"in_message_typed_tag_without_entity.json": {`{"kind":"text","name":"message","message_id":"1741051353777","text":"<at>Haetae Helper</at> hi"}`},
		"in_message_own_echo.json":                 {`{"kind":"text","name":"message","message_id":"1741051353999","text":"휴가 며칠 남았어?","ignore":"the bot's own message"}`},
		"in_message_file_download.json": {`{"kind":"file","name":"message","message_id":"1741051500444","text":"영수증이야","attachments":[{"kind":"file","name":"receipt_0304.pdf",
			"url":"https://haetaetest-my.sharepoint.com/personal/jiwoo_haetaetest_onmicrosoft_com/Documents/Microsoft%20Teams%20Chat%20Files/receipt_0304.pdf",
			"ref":"https://haetaetest-my.sharepoint.com/personal/jiwoo_haetaetest_onmicrosoft_com/_layouts/15/download.aspx?UniqueId=5d1f0b7e-9c34-4a21-8e6d-70b2c9f4a118&tempauth=SAMPLE.NOT.A.TOKEN"}]}`},
		"in_message_inline_image.json": {`{"kind":"image","name":"message","message_id":"1741051511555","attachments":[{"kind":"image",
			"ref":"` + b.Platform.URL + `/v3/attachments/0-kr-d3-5e0b77c2a91f4d6488b0f3ce2d1957aa/views/original"}]}`},
		"in_message_card_submit.json": {`{"kind":"form","name":"message","message_id":"f:0c9a5f11-7be3-4d21-9a60-c57f1be0d245","reply_to":"1741051520666","form":{
			"values":{"flow":"leave","step":"2","verb":"leave.send","day":"2026-03-20","why":"가족 여행"},
			"data":"{\"flow\":\"leave\",\"step\":2,\"verb\":\"leave.send\",\"day\":\"2026-03-20\",\"why\":\"가족 여행\"}"}}`},
		"in_message_card_submit_own_postback.json": {`{"kind":"postback","name":"message","message_id":"f:0c9a5f11-7be3-4d21-9a60-c57f1be0d246","reply_to":"1741051520666",
			"postback":{"data":"order","params":{"size":"L","count":"2"}}}`},
		"in_message_messageback.json": {`{"kind":"postback","name":"message","message_id":"f:5261769396935243054","reply_to":"1741051520666","text":"leave list",
			"postback":{"data":"{\"flow\":\"leave\",\"page\":2}","label":"leave list"}}`},
		"in_message_messageback_string_value.json": {`{"kind":"postback","name":"message","message_id":"f:5261769396935243056","reply_to":"1741051520666","text":"leave list",
			"postback":{"data":"{\"flow\":\"leave\",\"page\":3}","label":"leave list"}}`},
		"in_message_own_postback.json": {`{"kind":"postback","name":"message","message_id":"f:5261769396935243055","reply_to":"1741051520666","text":"예약",
			"postback":{"data":"room=a&day=1","label":"예약"}}`},
		"in_message_update_edit.json":      {`{"kind":"edit","name":"editMessage","message_id":"1741051353456","text":"휴가 며칠 남았는지 알려줘"}`},
		"in_message_update_undelete.json":  {`{"kind":"edit","name":"undeleteMessage","message_id":"1741051353456","text":"휴가 며칠 남았는지 알려줘"}`},
		"in_message_delete_soft.json":      {`{"kind":"delete","name":"softDeleteMessage","message_id":"1741051353456"}`},
		"in_message_reaction_added.json":   {`{"kind":"reaction","name":"messageReaction","message_id":"1741051354001","reaction":{"name":"like"}}`},
		"in_message_reaction_removed.json": {`{"kind":"reaction","name":"messageReaction","message_id":"1741051354001","reaction":{"name":"like","removed":true}}`},
		"in_message_reaction_several.json": {
			`{"kind":"reaction","name":"messageReaction","message_id":"1741051354001","reaction":{"name":"heart"}}`,
			`{"kind":"reaction","name":"messageReaction","message_id":"1741051354001","reaction":{"name":"1f440_eyes"}}`,
			`{"kind":"reaction","name":"messageReaction","message_id":"1741051354001","reaction":{"name":"like","removed":true}}`,
		},
		"in_conversation_update_bot_added_personal.json": {`{"kind":"event","name":"conversationUpdate","message_id":"f:5f85c2ad-11b7-4e06-a9f4-2b0d7c61e8f3",
			"members":[{"id":"` + jiwoo + `","stable_id":"0f3e9a52-7c41-4d8e-b6a0-2d95c1e84b73"}],
			"ignore":"the bot itself came or went; installationUpdate says so too"}`},
		"in_conversation_update_bot_added_team.json": {`{"kind":"event","name":"teamMemberAdded","message_id":"f:0b9079f4-d4d3-4d8e-b883-798298053c7e",
			"conversation":{"id":"` + room + `","kind":"group"},"ignore":"the bot itself came or went; installationUpdate says so too"}`},
		"in_conversation_update_bot_removed_team.json": {`{"kind":"event","name":"teamMemberRemoved","message_id":"f:d8a6a4aa-6f10-4c93-8f29-51a7b3e04d69",
			"conversation":{"id":"` + room + `","kind":"group"},"ignore":"the bot itself came or went; installationUpdate says so too"}`},
		"in_conversation_update_member_added.json": {`{"kind":"members_joined","name":"teamMemberAdded","message_id":"f:d8a6a4aa-6f10-4c93-8f29-51a7b3e04d68",
			"conversation":{"id":"` + room + `","kind":"group"},"members":[{"id":"` + minseo + `","stable_id":"6d24b1c8-03fa-4f7e-9b55-8ce1720a93d4"}]}`},
		"in_conversation_update_member_removed.json": {`{"kind":"members_left","name":"teamMemberRemoved","message_id":"f:d8a6a4aa-6f10-4c93-8f29-51a7b3e04d66",
			"conversation":{"id":"` + room + `","kind":"group"},"members":[{"id":"` + minseo + `","stable_id":"6d24b1c8-03fa-4f7e-9b55-8ce1720a93d4"}]}`},
		"in_conversation_update_member_both.json": {
			`{"kind":"members_joined","name":"teamMemberAdded","message_id":"f:d8a6a4aa-6f10-4c93-8f29-51a7b3e04d67",
			"conversation":{"id":"` + room + `","kind":"group"},"members":[{"id":"29:1newMember","stable_id":"11111111-03fa-4f7e-9b55-8ce1720a93d4"}]}`,
			`{"kind":"members_left","name":"teamMemberAdded","message_id":"f:d8a6a4aa-6f10-4c93-8f29-51a7b3e04d67",
			"conversation":{"id":"` + room + `","kind":"group"},"members":[{"id":"` + minseo + `","stable_id":"6d24b1c8-03fa-4f7e-9b55-8ce1720a93d4"}]}`,
		},
		"in_conversation_update_channel_created.json": {`{"kind":"event","name":"channelCreated","message_id":"f:dd6ec311-40b1-4a0e-93fd-7f2a51c80be9",
			"conversation":{"id":"` + room + `","kind":"group","title":"incident-room"}}`},
		"in_conversation_update_team_renamed.json": {`{"kind":"event","name":"teamRenamed","message_id":"f:1406033e-9d25-4a7b-8c10-e6f3b8a2d571",
			"conversation":{"id":"` + room + `","kind":"group"}}`},
		"in_installation_update_add.json":     {`{"kind":"follow","name":"installationUpdate","message_id":"f:816eb23d-bfa1-4fa3-9feb-d2aa338e9541"}`},
		"in_installation_update_remove.json":  {`{"kind":"unfollow","name":"installationUpdate","message_id":"f:816eb23d-bfa1-4fa3-9feb-d2aa338e9541"}`},
		"in_installation_update_upgrade.json": {`{"kind":"event","name":"installationUpdate","message_id":"f:816eb23d-bfa1-4fa3-9feb-d2aa338e9542"}`},
		"in_installation_update_add_team.json": {`{"kind":"join","name":"installationUpdate","message_id":"f:816eb23d-bfa1-4fa3-9feb-d2aa338e9541",
			"conversation":{"id":"` + room + `","kind":"group","title":"General"}}`},
		"in_installation_update_remove_team.json": {`{"kind":"leave","name":"installationUpdate","message_id":"f:816eb23d-bfa1-4fa3-9feb-d2aa338e9543",
			"conversation":{"id":"` + room + `","kind":"group","title":"General"}}`},
		"in_event_read_receipt.json": {`{"kind":"event","name":"application/vnd.microsoft.readReceipt","message_id":"f:0d7f3b9e-8a41-4c65-b2f0-9e1c6d5a4b38"}`},
		"in_event_meeting_start.json": {`{"kind":"event","name":"application/vnd.microsoft.meetingStart","message_id":"f:4b2e91c7-3d58-4f06-a1b9-7c0e5d8f2a64",
			"conversation":{"id":"` + groupChat + `","kind":"group"}}`},
		"in_typing.json":            {`{"kind":"event","name":"typing","message_id":"1741051352900","ignore":"somebody is typing"}`},
		"in_typing_without_id.json": {`{"kind":"event","name":"typing","ignore":"somebody is typing"}`},
		"in_unknown_type.json":      {`{"kind":"unknown","name":"somethingNew","message_id":"f:7d0e2c11-1111-4c0d-9e57-3a7d5e0f4a21"}`},
		"in_invoke_adaptivecard_action.json": {`{"kind":"postback","name":"adaptiveCard/action","message_id":"f:9c1d5e7f-20ab-4368-b1f4-6e8d3a07c5b2","reply_to":"1741051520666",
			"postback":{"data":"leave.send","label":"Send","params":{"flow":"leave","step":"2","day":"2026-03-20","why":"가족 여행"}}}`},
		"in_invoke_adaptivecard_refresh.json": {`{"kind":"event","name":"adaptiveCard/action","message_id":"f:9c1d5e7f-20ab-4368-b1f4-6e8d3a07c5b2","reply_to":"1741051520666",
			"ignore":"a card refreshed itself"}`},
		"in_invoke_file_consent_accept.json": {`{"kind":"form","name":"fileConsent/invoke","message_id":"f:9c1d5e7f-20ab-4368-b1f4-6e8d3a07c5b2","reply_to":"1741051600777",
			"form":{"id":"fileConsent/invoke","values":{"action":"accept"},"data":"{\"ticket\":\"rep-202602\"}"}}`},
		"in_invoke_file_consent_decline.json": {`{"kind":"form","name":"fileConsent/invoke","message_id":"f:9c1d5e7f-20ab-4368-b1f4-6e8d3a07c5b2","reply_to":"1741051600777",
			"form":{"id":"fileConsent/invoke","values":{"action":"decline"},"data":"{\"ticket\":\"rep-202602\"}"}}`},
		"in_invoke_message_submit_action_feedback.json": {`{"kind":"event","name":"message/submitAction","message_id":"f:9c1d5e7f-20ab-4368-b1f4-6e8d3a07c5b2","reply_to":"1741051354001",
			"form":{"id":"feedback","values":{"reaction":"like","feedback":"{\"feedbackText\":\"도움이 됐어요\"}"},
			"data":"{\"reaction\":\"like\",\"feedback\":\"{\\\"feedbackText\\\":\\\"도움이 됐어요\\\"}\"}"}}`},
		"in_invoke_signin_verify_state.json":   {`{"kind":"event","name":"signin/verifyState","message_id":"f:9c1d5e7f-20ab-4368-b1f4-6e8d3a07c5b2"}`},
		"in_invoke_signin_token_exchange.json": {`{"kind":"event","name":"signin/tokenExchange","message_id":"f:9c1d5e7f-20ab-4368-b1f4-6e8d3a07c5b4","reply_to":"1741051520666"}`},
		"in_invoke_suggested_actions_submit.json": {`{"kind":"postback","name":"suggestedActions/submit","message_id":"f:9c1d5e7f-20ab-4368-b1f4-6e8d3a07c5b2",
			"postback":{"data":"{\"vote\":\"approve\"}","params":{"vote":"approve"}}}`},
		"in_invoke_task_fetch.json": {`{"kind":"postback","name":"task/fetch","message_id":"f:9c1d5e7f-20ab-4368-b1f4-6e8d3a07c5b2","reply_to":"1741051520666",
			"postback":{"data":"{\"type\":\"task/fetch\",\"form\":\"leave\"}"}}`},
		"in_invoke_task_submit.json": {`{"kind":"form","name":"task/submit","message_id":"f:9c1d5e7f-20ab-4368-b1f4-6e8d3a07c5b2",
			"form":{"id":"task/submit","values":{"day":"2026-03-20","why":"가족 여행"},"data":"{\"day\":\"2026-03-20\",\"why\":\"가족 여행\"}"}}`},
		"in_invoke_no_name.json": {`{"kind":"postback","name":"invoke","message_id":"f:9c1d5e7f-20ab-4368-b1f4-6e8d3a07c5b5","reply_to":"1741051520666",
			"postback":{"data":"pick=2"}}`},
		"in_invoke_undeclared.json": {`{"kind":"unknown","name":"composeExtension/query","message_id":"f:9c1d5e7f-20ab-4368-b1f4-6e8d3a07c5b3","reply_to":"1741051520666"}`},
	}
	for _, f := range fixtures(t, b.Platform.URL) {
		t.Run(f.Name, func(t *testing.T) {
			want, events := rows[f.Name], parsed(t, b, f.Body).Events
			if len(events) != len(want) {
				t.Fatalf("%d events, want %d", len(events), len(want))
			}
			for i, in := range events {
				same(t, slim(in), want[i])
			}
		})
	}
	for name := range rows {
		if files, err := filepath.Glob("testdata/" + name); err != nil || len(files) != 1 {
			t.Errorf("no fixture %s", name)
		}
	}
}

func TestAnEventKnowsItsPeopleAndPlace(t *testing.T) {
	b := kit.Open(t)
	in := parsed(t, b, load(t, b.Platform.URL, "in_message_personal.json")).Events[0]
	same(t, text(in.Sender), `{"id":"`+jiwoo+`","name":"Jiwoo Han","stable_id":"0f3e9a52-7c41-4d8e-b6a0-2d95c1e84b73"}`)
	same(t, text(in.Conversation), `{"id":"`+personal+`","kind":"direct","tenant":"`+channeltest.TeamsTenant+`"}`)
	same(t, text(in.Reference), `{"service_url":"`+b.Platform.URL+`/","bot":{"id":"`+botID+`","name":"Haetae Helper"},
		"channel_id":"msteams","tenant":"`+channeltest.TeamsTenant+`","user":"`+jiwoo+`"}`)
	same(t, text(in.Address), `{"activity_id":"1741051353456"}`)
	if in.Locale != "ko-KR" || in.Timezone != "Asia/Seoul" || in.Time.Format("15:04:05.000") != "01:22:33.456" {
		t.Errorf("got %s, %s, %v", in.Locale, in.Timezone, in.Time)
	}
}

func TestLocaleAndZoneOfTheClientFillIn(t *testing.T) {
	b := kit.Open(t)
	body := load(t, b.Platform.URL, "in_message_personal.json")
	in := parsed(t, b, edit(t, edit(t, body, "locale", nil), "localTimezone", nil)).Events[0]
	if in.Locale != "ko-KR" || in.Timezone != "Asia/Seoul" {
		t.Errorf("got %q, %q", in.Locale, in.Timezone)
	}
}

func TestEachInvokeGetsTheNeutralAnswerOfItsKind(t *testing.T) {
	b := kit.Open(t)
	card := `{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":""}`
	for _, row := range []struct {
		fixture string
		status  int
		body    string
	}{
		{"in_invoke_adaptivecard_action.json", 0, card},
		{"in_invoke_adaptivecard_refresh.json", 0, card},
		{"in_invoke_file_consent_accept.json", 0, ""},
		{"in_invoke_file_consent_decline.json", 0, ""},
		{"in_invoke_task_fetch.json", 0, ""},
		{"in_invoke_task_submit.json", 0, ""},
		{"in_invoke_message_submit_action_feedback.json", 0, ""},
		{"in_invoke_suggested_actions_submit.json", 0, ""},
		{"in_invoke_signin_verify_state.json", 0, ""},
		{"in_invoke_no_name.json", 0, ""},
		{"in_invoke_signin_token_exchange.json", http.StatusPreconditionFailed, ""},
		{"in_invoke_undeclared.json", http.StatusNotImplemented, ""},
		{"in_message_personal.json", 0, ""},
		{"in_unknown_type.json", 0, ""},
	} {
		t.Run(row.fixture, func(t *testing.T) {
			got := parsed(t, b, load(t, b.Platform.URL, row.fixture)).Answer
			if got.Status != row.status || string(got.Body) != row.body || (row.body != "") != (got.ContentType == "application/json") {
				t.Errorf("got %d %s %q", got.Status, got.ContentType, got.Body)
			}
		})
	}
}

func TestATappedCardSaysWhatItsButtonHolds(t *testing.T) {
	b := kit.Open(t)
	body := load(t, b.Platform.URL, "in_invoke_adaptivecard_action.json")
	tapped := func(action string) string {
		return `{"trigger":"manual","action":{"type":"Action.Execute",` + action + `}}`
	}
	for _, row := range []struct{ name, value, kind, postback string }{
		{"Dari's own data", tapped(`"title":"예약","verb":"x","data":{"dari":{"postback":"room=a"},"size":"L"}`), "postback", `{"data":"room=a","label":"예약","params":{"size":"L"}}`},
		{"a verb", tapped(`"title":"Go","verb":"go"`), "postback", `{"data":"go","label":"Go"}`},
		{"data without a verb", tapped(`"data":{"step":2}`), "postback", `{"data":"{\"step\":2}","params":{"step":"2"}}`},
		{"no trigger named", `{"action":{"type":"Action.Execute","verb":"go"}}`, "postback", `{"data":"go"}`},
		{"a card that refreshes itself", `{"trigger":"automatic","action":{"type":"Action.Execute","verb":"go"}}`, "event", "null"},
	} {
		t.Run(row.name, func(t *testing.T) {
			in := parsed(t, b, edit(t, body, "value", json.RawMessage(row.value))).Events[0]
			if string(in.Kind) != row.kind || (in.Ignore != "") != (row.kind == "event") {
				t.Errorf("got %s, ignored because %q", in.Kind, in.Ignore)
			}
			same(t, text(in.Postback), row.postback)
		})
	}
}

func TestTheEndOfAConversationIsAnEvent(t *testing.T) {
	b := kit.Open(t)
	body := edit(t, load(t, b.Platform.URL, "in_typing.json"), "type", "endOfConversation")
	if in := parsed(t, b, body).Events[0]; in.Kind != message.KindEvent || in.Name != "endOfConversation" || in.Ignore != "" {
		t.Errorf("got %+v", in)
	}
}

func TestASignInOfAnotherShapeIsNotKept(t *testing.T) {
	b := kit.Open(t)
	body := edit(t, load(t, b.Platform.URL, "in_invoke_signin_token_exchange.json"), "value", "SAMPLE.NOT.A.TOKEN")
	if in := parsed(t, b, body).Events[0]; bytes.Contains(in.Raw, []byte("SAMPLE.NOT.A.TOKEN")) {
		t.Error("the person's token is in the kept payload")
	}
}

func TestASignInTokenIsNotKept(t *testing.T) {
	b := kit.Open(t)
	in := parsed(t, b, load(t, b.Platform.URL, "in_invoke_signin_token_exchange.json")).Events[0]
	if bytes.Contains(in.Raw, []byte("SAMPLE.NOT.A.TOKEN")) {
		t.Error("the person's token is in the kept payload")
	}
}

func TestActivitiesThatCannotBeServedAreRefused(t *testing.T) {
	b := kit.Open(t)
	body := load(t, b.Platform.URL, "in_message_personal.json")
	for name, bad := range map[string][]byte{
		"no type":                 edit(t, body, "type", nil),
		"a type that is a number": edit(t, body, "type", 5),
		"answers wanted at once":  edit(t, body, "deliveryMode", "expectReplies"),
	} {
		_, err := b.Adapter.Parse(&channels.Request{Body: bad, ReceivedAt: now})
		if ref := refusalOf(t, err); ref.Status != http.StatusBadRequest {
			t.Errorf("%s: got %v", name, ref)
		}
	}
}

func TestOddMembersDoNotLoseTheActivity(t *testing.T) {
	b := kit.Open(t)
	body := load(t, b.Platform.URL, "in_message_personal.json")
	for _, row := range []struct {
		member string
		value  any
	}{
		{"entities", map[string]any{"type": "mention"}},
		{"locale", 5},
		{"channelData", "text"},
		{"timestamp", "9999-12-31T23:59:59-10:00"},
		{"id", 1741051353456},
		{"value", nil},
		{"something", map[string]any{"new": true}},
	} {
		t.Run(row.member, func(t *testing.T) {
			in := parsed(t, b, edit(t, body, row.member, row.value)).Events[0]
			if in.Kind != message.KindText || in.Text != "휴가 며칠 남았어?" || in.Keys[0] == "" {
				t.Errorf("got %s", text(in))
			}
		})
	}
}

func TestAMessageWithoutConversationCannotBeAnswered(t *testing.T) {
	b := kit.Open(t)
	in := parsed(t, b, edit(t, load(t, b.Platform.URL, "in_message_personal.json"), "conversation", nil)).Events[0]
	if in.Kind != message.KindUnknown || in.Address != nil || in.Reference != nil {
		t.Errorf("got %s", text(in))
	}
}

func TestAServiceURLOfAStrangerIsNotKept(t *testing.T) {
	b := kit.Open(t)
	in := parsed(t, b, edit(t, load(t, b.Platform.URL, "in_message_personal.json"), "serviceUrl", "https://evil.example.com/")).Events[0]
	if in.Reference != nil {
		t.Errorf("kept %s", in.Reference)
	}
}

func TestKeysTellEventsOfOneMessageApart(t *testing.T) {
	b := kit.Open(t)
	seen := map[string]string{}
	note := func(name string, body []byte) {
		for _, in := range parsed(t, b, body).Events {
			if before := seen[in.Keys[0]]; before != "" {
				t.Errorf("%s and %s share the key %s", before, name, in.Keys[0])
			}
			seen[in.Keys[0]] = name
		}
	}
	for _, name := range []string{
		"in_message_personal.json", "in_message_update_edit.json", "in_message_delete_soft.json",
		"in_installation_update_add.json", "in_installation_update_remove.json",
		"in_message_reaction_several.json", "in_conversation_update_member_both.json", "in_typing_without_id.json",
	} {
		note(name, load(t, b.Platform.URL, name))
	}
	note("a second edit", edit(t, load(t, b.Platform.URL, "in_message_update_edit.json"), "timestamp", "2026-03-04T01:23:00Z"))
	note("the same id elsewhere", edit(t, load(t, b.Platform.URL, "in_message_personal.json"), "conversation", map[string]any{"id": "a:other"}))
}

func TestTheBotSaysHelloInTheChannelThatWasChosen(t *testing.T) {
	b := kit.Open(t)
	body := load(t, b.Platform.URL, "in_installation_update_add_team.json")
	for chosen, want := range map[string]message.Conversation{
		"":                       {ID: room, Kind: message.Group, Title: "General"},
		"19:chosen@thread.tacv2": {ID: "19:chosen@thread.tacv2", Kind: message.Group},
	} {
		body := edit(t, body, "channelData", map[string]any{"settings": map[string]any{"selectedChannel": map[string]any{"id": chosen}}})
		in := parsed(t, b, body).Events[0]
		in.Conversation.Tenant = ""
		if in.Kind != message.KindJoin || in.Conversation != want {
			t.Errorf("%+v", in.Conversation)
		}
	}
}

func TestAFloodOfReactionsIsRecordedOnce(t *testing.T) {
	b := kit.Open(t)
	many := make([]reaction, maxSplit+1)
	body := edit(t, load(t, b.Platform.URL, "in_message_reaction_added.json"), "reactionsAdded", many)
	if cb := parsed(t, b, body); len(cb.Events) != 1 || cb.Events[0].Kind != message.KindUnknown {
		t.Errorf("got %d events", len(cb.Events))
	}
}

func TestANameThatLooksLikeTheBotsTagIsKept(t *testing.T) {
	b := kit.Open(t)
	body := load(t, b.Platform.URL, "in_message_groupchat_mention.json")
	body = edit(t, body, "text", "<at>X</at> a <at>Haetae Helper</at> b")
	body = edit(t, body, "entities", []entity{
		{Type: "mention", Mentioned: account{ID: "29:x", Name: "<at>Haetae Helper</at>"}, Text: "<at>X</at>"},
		{Type: "mention", Mentioned: account{ID: botID, Name: "Haetae Helper"}, Text: "<at>Haetae Helper</at>"},
	})
	if in := parsed(t, b, body).Events[0]; in.Text != "<at>Haetae Helper</at> a  b" || !in.Mentioned {
		t.Errorf("got %q", in.Text)
	}
}

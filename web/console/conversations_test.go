package console

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/store"
)

func TestConversationsAreFoundByPersonTextAndID(t *testing.T) {
	b := newBench(t)
	b.chat(nil)
	w := b.admin()
	want(t, w.get("/console/bots/demo/conversations"), http.StatusOK, "No conversations yet.")
	mineID := b.told(mine, "1", "refund please").ConversationID
	b.told(theirs, "2", "good morning")
	name(t, b, mineID, "Hana Kim")
	for q, sees := range map[string]bool{"": true, "refund": true, "hana": true, mineID: true, "good": false, "nobody": false, "hana nobody": false} {
		rec := w.get("/console/bots/demo/conversations?q=" + url.QueryEscape(q))
		want(t, rec, http.StatusOK, "")
		if got := strings.Contains(rec.Body.String(), conversationURL(mineID)); got != sees {
			t.Errorf("%q: shown %v", q, got)
		}
	}
	viewer := b.person("jun", "viewer")
	body := viewer.get("/console/bots/demo/conversations").Body.String()
	if lacks(t, body, "Hana"); !strings.Contains(body, "H•••") {
		t.Error("the viewer does not see the masked name")
	}
	lacks(t, viewer.get("/console/bots/demo/conversations?q=hana").Body.String(), conversationURL(mineID))
}

// name gives the person of a conversation a name.
func name(t *testing.T, b *bench, id, name string) {
	t.Helper()
	claimed, err := b.store.Conversation(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	claimed.User = message.User{ID: "U1", Name: name}
	b.runtime.Drain(context.Background()) // so that the turn is ours
	ctx := context.Background()
	if _, err := b.store.Accept(ctx, []store.Event{{BotID: claimed.BotID, ChannelID: claimed.ChannelID, ConversationID: id, Keys: []string{newNonce()}, Kind: message.KindUnknown, State: store.Waiting, ReceivedAt: b.now}}); err != nil {
		t.Fatal(err)
	}
	c, err := b.store.NextTurn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.store.CommitTurn(ctx, c, store.Turn{State: store.Ignored, Reason: "named", Conversation: &claimed}); err != nil {
		t.Fatal(err)
	}
}

func TestAConversationIsReadAsAChat(t *testing.T) {
	b := newBench(t)
	b.chat(nil)
	w := b.admin()
	first := b.told(mine, "1", "what do you sell")
	b.told(mine, "2", "and my number is 010-1234-5678")
	at := conversationURL(first.ConversationID)
	rec := w.get(at)
	body := rec.Body.String()
	want(t, rec, http.StatusOK, "/console/events/"+first.ID)
	if users, bots := strings.Count(body, `data-from="user"`), strings.Count(body, `data-from="bot"`); users != 2 || bots != 2 {
		t.Errorf("%d and %d bubbles", users, bots)
	}
	order := regexp.MustCompile(`data-from="(\w+)"`).FindAllString(body, -1)
	if got := strings.Join(order, " "); got != `data-from="user" data-from="bot" data-from="user" data-from="bot"` {
		t.Errorf("order %s", got)
	}
	want(t, rec, http.StatusOK, "010-1234-5678")
	viewer := b.person("jun", "viewer")
	rec = viewer.get(at)
	want(t, rec, http.StatusOK, "•••78")
	lacks(t, rec.Body.String(), "010-1234-5678")
	lacks(t, rec.Body.String(), at+"/send")
	want(t, w.get("/console/conversations/none"), http.StatusNotFound, "404 gone")
}

func TestAConversationIsTakenOverHandedBackResetAndWrittenTo(t *testing.T) {
	b := newBench(t)
	b.chat(nil)
	w := b.admin()
	e := b.told(mine, "1", "help")
	at := conversationURL(e.ConversationID)
	want(t, w.post(at+"/takeover", "for", "a year"), http.StatusBadRequest, "400 bad_request")
	want(t, w.post(at+"/takeover", "for", "2h"), http.StatusSeeOther, "")
	want(t, w.get(at+"?done=taken_over"), http.StatusOK, "People have this conversation.")
	want(t, w.get("/console/bots/demo/conversations"), http.StatusOK, "with people")
	nonce := newNonce()
	for range 2 { // a form that is sent twice
		want(t, w.post(at+"/send", "text", "I am a person", "nonce", nonce), http.StatusSeeOther, "")
	}
	if n := strings.Count(w.get(at).Body.String(), "I am a person"); n != 1 {
		t.Errorf("said %d times", n)
	}
	want(t, w.post(at+"/send", "text", " "), http.StatusUnprocessableEntity, "Write something to send.")
	want(t, w.post(at+"/handback"), http.StatusSeeOther, "")
	lacks(t, w.get(at).Body.String(), "People have this conversation.")
	want(t, w.post(at+"/reset"), http.StatusSeeOther, "")
	want(t, w.post("/console/conversations/none/reset"), http.StatusNotFound, "404 gone")
	for _, action := range []string{"conversation.handoff", "conversation.resume", "conversation.reset"} {
		if b.did(action) != 1 {
			t.Errorf("%s was not noted", action)
		}
	}
	viewer := b.person("jun", "viewer")
	for _, act := range []string{"/takeover", "/handback", "/reset", "/send"} {
		want(t, viewer.post(at+act), http.StatusForbidden, "403 role")
	}
	if _, err := b.runtime.EnableChannel(context.Background(), "demo-chat", false); err != nil {
		t.Fatal(err)
	}
	want(t, w.post(at+"/send", "text", "hello"), http.StatusConflict, "switched off")
}

func TestAConversationIsExported(t *testing.T) {
	b := newBench(t)
	b.chat(nil)
	w := b.admin()
	e := b.told(mine, "1", "=1+1 to mina@example.com")
	at := conversationURL(e.ConversationID) + "/export?as="
	var out struct {
		Complete, Masked bool
		Lines            []exportedLine
	}
	if err := json.Unmarshal(w.get(at+"json").Body.Bytes(), &out); err != nil || len(out.Lines) != 2 || !out.Complete || out.Masked || out.Lines[0].Text != "=1+1 to mina@example.com" {
		t.Errorf("%+v, %v", out, err)
	}
	rec := w.get(at + "csv")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(rec.Body.String(), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 3 || rows[1][3] != "'=1+1 to mina@example.com" || rows[2][1] != "bot" {
		t.Errorf("%q, %v", rows, err)
	}
	if got := rec.Header().Get("Content-Disposition"); !strings.HasPrefix(got, `attachment; filename="demo-chat-`) {
		t.Error(got)
	}
	lacks(t, b.person("jun", "viewer").get(at+"json").Body.String(), "mina@example.com")
	if b.did("conversation.export") != 3 {
		t.Error("not noted")
	}
}

package console

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"dari/bot/message"
)

func TestABotIsTriedWithoutAMessenger(t *testing.T) {
	b, _ := platforms(t)
	w := b.admin()
	const path = "/console/bots/helper/testchat"
	want(t, w.get(path), http.StatusOK, "Say something to the bot.")
	say := []string{"as", "line", "place", "alone", "locale", "ko-KR", "text", "hello <there>"}
	rec := w.post(path, say...)
	if want(t, rec, http.StatusSeeOther, ""); !strings.HasPrefix(rec.Header().Get("Location"), path) {
		t.Errorf("sent to %s", rec.Header().Get("Location"))
	}
	rec = w.get(path)
	for _, text := range []string{"hello &lt;there&gt;", "<code>echo</code>", `data-messenger="naverworks"`, `data-messenger="line"`, `data-messenger="slack"`, `data-messenger="teams"`, "nothing has to change", "textFormat"} {
		want(t, rec, http.StatusOK, text)
	}
	if n := count(t, b); n != 0 {
		t.Errorf("%d events are kept", n)
	}
	w.headers[panelHeader] = "panel"
	rec = w.post(path, say...)
	want(t, rec, http.StatusOK, `<div class="try">`)
	lacks(t, rec.Body.String(), "<html")
	delete(w.headers, panelHeader)
	want(t, w.post(path+"/reset"), http.StatusSeeOther, "")
	want(t, w.get(path), http.StatusOK, "Say something to the bot.")
	want(t, w.get(path), http.StatusOK, `<option value="line" selected>`)
	want(t, w.post(path, "as", "fax", "place", "alone", "locale", "ko-KR", "text", "x"), http.StatusBadRequest, "")
	want(t, w.post(path, "as", "line", "place", "alone", "locale", "ko-KR", "text", " "), http.StatusUnprocessableEntity, "Write a message first.")
	want(t, b.person("jun", "viewer").get(path), http.StatusForbidden, "403 role")
}

func TestInARoomTheBotIsSilentUnlessItIsMentioned(t *testing.T) {
	b, _ := platforms(t)
	w := b.admin()
	const path = "/console/bots/helper/testchat"
	w.post(path, "as", "slack", "place", "group", "locale", "en-US", "text", "psst")
	want(t, w.get(path), http.StatusOK, "answers only when it is mentioned, and it was not")
	w.post(path, "as", "slack", "place", "group", "locale", "en-US", "text", "psst", "mention", "1")
	rec := w.get(path)
	lacks(t, rec.Body.String(), "answers only when it is mentioned")
	want(t, rec, http.StatusOK, "<code>echo</code>")
}

func TestAButtonIsTapped(t *testing.T) {
	b, _ := platforms(t)
	w := b.admin()
	const path = "/console/bots/helper/testchat"
	tap, err := json.Marshal(message.Action{Kind: message.ActionPostback, Label: "Book <it>", Data: "book:1"})
	if err != nil {
		t.Fatal(err)
	}
	w.post(path, "tap", string(tap))
	rec := w.get(path)
	want(t, rec, http.StatusOK, "Book &lt;it&gt;")
	want(t, rec, http.StatusOK, "book:1")
	want(t, w.post(path, "tap", "no JSON"), http.StatusBadRequest, "")
}

func TestALongTrialIsKeptShort(t *testing.T) {
	b, _ := platforms(t)
	w := b.admin()
	const path = "/console/bots/helper/testchat"
	for range 2 * maxTrialTurns {
		want(t, w.post(path, "as", "line", "place", "alone", "locale", "ko-KR", "text", strings.Repeat("long ", 900)), http.StatusSeeOther, "")
	}
	body := w.get(path).Body.String()
	if n := strings.Count(body, `data-from="user"`); n == 0 || n > maxTrialTurns {
		t.Errorf("%d turns", n)
	}
}

func TestTheTestChatLetsThingsFail(t *testing.T) {
	b, _ := platforms(t)
	w := b.admin()
	const path = "/console/bots/helper/testchat"
	for _, row := range []struct{ fault, user, debug string }{
		{"engine_slow", "Sorry, I cannot answer right now.", "did not answer in time"},
		{"engine_down", "Sorry, I cannot answer right now.", "could not be reached"},
		{"rate", "The messenger does not show this (yet):", "rate limit"},
		{"lost", "The messenger does not show this (yet):", "It may or may not have arrived"},
		{"blocked", "The messenger does not show this (yet):", "has blocked the bot"},
		{"twice", "acknowledged and not answered", "answered only once"},
	} {
		t.Run(row.fault, func(t *testing.T) {
			want(t, w.post(path+"/reset"), http.StatusSeeOther, "")
			want(t, w.post(path, "as", "line", "place", "alone", "locale", "en-US", "text", "hello", "simulate", row.fault), http.StatusSeeOther, "")
			rec := w.get(path)
			want(t, rec, http.StatusOK, row.user)
			want(t, rec, http.StatusOK, row.debug)
			want(t, rec, http.StatusOK, `<option value="`+row.fault+`" selected>`)
		})
	}
	want(t, w.post(path, "as", "line", "place", "alone", "locale", "en-US", "text", "hello"), http.StatusSeeOther, "")
	without(t, w.get(path), "answered only once")
}

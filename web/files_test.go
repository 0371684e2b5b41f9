package web

import (
	"net/url"
	"testing"
)

func TestFilesAreDraftedPublishedAndRestored(t *testing.T) {
	b := newBench(t)
	put := func(text string) map[string]any {
		rec := b.api("PUT", "/bots/desk/files", `{"files":{"bot.yaml":"`+text+`"}}`)
		if rec.Code != 200 {
			t.Fatalf("%d %s", rec.Code, rec.Body)
		}
		return b.read("/bots/desk/files")
	}
	put("one")
	first := b.post("/bots/desk/publish", `{"note":"first"}`)["id"].(string)
	if got := put("wrong"); len(got["problems"].([]any)) != 1 {
		t.Errorf("%v", got)
	}
	if rec := b.api("POST", "/bots/desk/publish", `{}`); rec.Code != 400 || problemOf(t, rec).Code != "files" {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	if got := b.read("/bots/desk")["revision"]; got != first {
		t.Errorf("published is %v, want %s", got, first)
	}
	put("two")
	b.post("/bots/desk/publish", `{}`)
	b.post("/bots/desk/revisions/"+first+"/restore", "")
	if got := b.read("/bots/desk")["revision"]; got != first {
		t.Errorf("published is %v, want %s", got, first)
	}
	list := items(b.read("/bots/desk/revisions"))
	if len(list) != 2 || list[1]["note"] != "first" || list[1]["author"] != "DARI_API_KEY" {
		t.Errorf("%v", list)
	}
	if got := b.read("/bots/desk/revisions/" + first)["files"].(map[string]any)["bot.yaml"]; got != "one" {
		t.Errorf("%v", got)
	}
}

func TestPeopleTakeAConversationOverAndGiveItBack(t *testing.T) {
	b := newBench(t)
	b.say("U1", "hello")
	conv := "/conversations/" + url.PathEscape("works:U1")
	if got := b.post(conv+"/handoff", `{"note":"wants a person","for":"1h"}`); got["code"] == "" || got["until"] == nil {
		t.Errorf("%v", got)
	}
	if list := items(b.read("/handoffs?bot=desk")); len(list) != 1 || list[0]["note"] != "wants a person" {
		t.Errorf("%v", list)
	}
	if rec := b.api("POST", conv+"/handoff", `{"for":"-1h"}`); rec.Code != 400 {
		t.Errorf("%d", rec.Code)
	}
	b.post(conv+"/resume", "{}")
	if list := items(b.read("/handoffs")); len(list) != 0 {
		t.Errorf("%v", list)
	}
	if rec := b.api("POST", "/conversations/works:nobody/resume", ""); rec.Code != 404 {
		t.Errorf("%d", rec.Code)
	}
}

package console

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"dari/bot"
	"dari/bot/settings"
)

// newID is the id of the set-up that a page shows.
func newID(t *testing.T, body string) string {
	t.Helper()
	m := regexp.MustCompile(`name="id" value="([a-z0-9]+)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no set-up:\n%s", body)
	}
	return m[1]
}

// backOf is where the language switch of a page leads.
func backOf(t *testing.T, body string) string {
	t.Helper()
	m := regexp.MustCompile(`name="back" value="([^"]*)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no language switch:\n%s", body)
	}
	return m[1]
}

func TestASetUpKeepsItsCallbackURLUntilItIsSaved(t *testing.T) {
	b, values := platforms(t)
	w := b.admin()
	const target = "/console/bots/helper/channels/new/line"
	id := newID(t, w.get(target).Body.String())
	w.get("/console/bots/helper/channels")
	w.post("/language", "lang", "ko", "back", target)
	if again := newID(t, w.get(target).Body.String()); again != id {
		t.Errorf("the URL has changed from %s to %s", id, again)
	}
	if other := newID(t, w.get("/console/bots/helper/channels/new/slack").Body.String()); other == id {
		t.Error("two types share an id")
	}
	rec := w.post(target, filled(values["line"], "id", id, "do", "save")...)
	want(t, rec, http.StatusSeeOther, "")
	if b.only().ID != id {
		t.Errorf("saved as %s", b.only().ID)
	}
	if next := newID(t, w.get(target).Body.String()); next == id {
		t.Error("the next channel has the id of this one")
	}
}

func TestWhatIsTypedIsKeptWithoutBeingSent(t *testing.T) {
	b, values := platforms(t)
	w := b.admin()
	const target = "/console/bots/helper/channels/new/line"
	id := newID(t, w.get(target).Body.String())
	for range 2 {
		want(t, w.post(target, "id", id, "name", "Shop", "f.channel_secret", values["line"].Text("channel_secret"), "f.channel_id", "no number", "do", "keep"), http.StatusNoContent, "")
	}
	ch := b.only()
	if !ch.Draft || ch.Name != "Shop" || ch.Settings["channel_secret"] == nil || ch.Settings["channel_id"] != nil {
		t.Errorf("kept as %+v", ch)
	}
	want(t, w.post(target, filled(values["line"], "id", id, "do", "save")...), http.StatusSeeOther, "")
	if b.only().Draft {
		t.Error("what was kept stands in the way of saving")
	}
	want(t, w.post("/console/channels/"+id, "name", "Other", "do", "keep"), http.StatusNoContent, "")
	if b.only().Name == "Other" {
		t.Error("a live channel was changed while somebody typed")
	}
}

func TestAllWrongFieldsAreMarkedAndNoneIsKept(t *testing.T) {
	b, values := platforms(t)
	w := b.admin()
	for key, wrong := range map[string]string{"channel_secret": strings.Repeat("LineToken", 20) + "/w1cDnyilFU=", "channel_access_token": hex32, "channel_id": "my channel"} {
		values["line"][key] = wrong
	}
	rec := w.post("/console/bots/helper/channels/new/line", filled(values["line"], "do", "save")...)
	want(t, rec, http.StatusUnprocessableEntity, "What is right is kept in the draft")
	body := rec.Body.String()
	for _, field := range []string{"channel_secret", "channel_access_token", "channel_id"} {
		if !strings.Contains(body, `id="e-`+field+`"`) {
			t.Errorf("%s is not marked", field)
		}
	}
	if ch := b.only(); ch.Settings["channel_secret"] != nil || ch.Settings["channel_access_token"] != nil || ch.Settings["channel_id"] != nil {
		t.Errorf("kept: %v", ch.Settings)
	}
	id := b.only().ID
	want(t, w.post("/console/channels/"+id, filled(values["line"], "do", "test")...), http.StatusUnprocessableEntity, "Not tested.")
}

func TestTheLanguageSwitchLeadsBackToThePageOfTheForm(t *testing.T) {
	b, values := platforms(t)
	w := b.admin()
	rec := w.post("/console/bots/helper/channels/new/naverworks", filled(values["naverworks"], "do", "test")...)
	id := b.only().ID
	if back := backOf(t, rec.Body.String()); back != "/console/channels/"+id {
		t.Errorf("a new set-up leads back to %s", back)
	}
	for _, row := range []struct{ post, back string }{
		{"/console/channels/" + id, "/console/channels/" + id},
		{"/console/channels/" + id + "/state", "/console/channels/" + id + "/state"},
		{"/console/channels/" + id + "/desk/token", "/console/channels/" + id + "/desk"},
		{"/console/channels/" + id + "/delete", "/console/channels/" + id},
		{"/console/keys", "/console/keys"},
		{"/console/keys/rotate", "/console/keys"},
		{"/console/people/role", "/console/people"},
		{"/console/bots/helper/engine", "/console/bots/helper/engine"},
		{"/console/bots/helper/engine/sample", "/console/bots/helper/engine"},
		{"/console/bots/helper/settings/delete", "/console/bots/helper/settings"},
		{"/console/system/doctor", "/console/system"},
		{"/console/bots", "/console"},
	} {
		t.Run(row.post, func(t *testing.T) {
			rec := w.post(row.post, "do", "test", "name", "")
			if back := backOf(t, rec.Body.String()); back != row.back {
				t.Errorf("status %d, leads back to %s", rec.Code, back)
			}
		})
	}
	if back := backOf(t, w.get("/console/audit?who=mina").Body.String()); back != "/console/audit?who=mina" {
		t.Errorf("a list leads back to %s", back)
	}
}

func TestAFormWithNothingInItLeavesNothing(t *testing.T) {
	b, _ := platforms(t)
	w := b.admin()
	const target = "/console/bots/helper/channels/new/line"
	page := w.get(target).Body.String()
	for _, do := range []string{"save", "test"} {
		rec := w.post(target, "id", newID(t, page), "name", "Shop", "f.channel_secret", "", "f.group_mode", "mention", "do", do)
		want(t, rec, http.StatusUnprocessableEntity, "This is needed.")
		if newID(t, rec.Body.String()) != newID(t, page) {
			t.Error("the URL has changed")
		}
	}
	list, err := b.runtime.Channels(t.Context(), "")
	if err != nil || len(list) != 0 {
		t.Errorf("%d drafts, %v", len(list), err)
	}
}

func TestTheNextChannelOfATypeGetsANameOfItsOwn(t *testing.T) {
	b, values := platforms(t)
	w := b.admin()
	const target = "/console/bots/helper/channels/new/line"
	name := regexp.MustCompile(`id="f-name" name="name" value="([^"]+)"`)
	first := name.FindStringSubmatch(w.get(target).Body.String())[1]
	want(t, w.post(target, filled(values["line"], "name", first, "do", "save")...), http.StatusSeeOther, "")
	if next := name.FindStringSubmatch(w.get(target).Body.String())[1]; next != first+" 2" {
		t.Errorf("the next one is called %q", next)
	}
}

func TestASavedChangeIsToldWithBeforeAndAfter(t *testing.T) {
	b, values := platforms(t)
	w := b.admin()
	w.post("/console/bots/helper/channels/new/line", filled(values["line"], "do", "save")...)
	id := b.only().ID
	typed := filled(settings.Values{}, "name", "Store", "f.channel_secret", otherHex, "f.channel_id", "1234567891", "f.group_mode", "mention",
		"f.api_base_url", values["line"].Text("api_base_url"), "f.data_base_url", values["line"].Text("data_base_url"), "do", "save")
	want(t, w.post("/console/channels/"+id, typed...), http.StatusSeeOther, "")
	want(t, w.get("/console/audit?action=channel.update"), http.StatusOK, "name: My channel → Store; channel_secret: changed; channel_id: – → 1234567891</span>")
}

func TestAViewerIsToldWhyNothingCanBeChanged(t *testing.T) {
	b, values := platforms(t)
	b.admin()
	ch, err := b.runtime.CreateChannel(t.Context(), "helper", bot.ChannelSpec{ID: "teams-1", Type: "teams", Name: "Teams", Settings: values["teams"]})
	if err != nil {
		t.Fatal(err)
	}
	path, token := b.invite("vera", "viewer")
	w := b.browser()
	w.get(path)
	want(t, w.post("/setup", "token", token, "password", password, "repeat", password, "locale", "en"), http.StatusSeeOther, "")
	rec := w.get("/console/channels/" + ch.ID)
	want(t, rec, http.StatusOK, "Changing them takes the role Bot builder.")
	without(t, rec, "/app-file", `class="replace"`)
}

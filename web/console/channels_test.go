package console

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"dari/bot"
	"dari/bot/settings"
	"dari/bot/words"
	"dari/channels/all"
	"dari/channels/channeltest"
	"dari/store"
	"dari/web/deskkeys"
)

// lead follows the redirect of an answer.
func (w *browser) lead(rec *httptest.ResponseRecorder) *httptest.ResponseRecorder {
	w.t.Helper()
	want(w.t, rec, http.StatusSeeOther, "")
	return w.get(rec.Header().Get("Location"))
}

// only is the one channel there is.
func (b *bench) only() bot.ChannelView {
	b.t.Helper()
	list, err := b.runtime.Channels(context.Background(), "")
	if err != nil || len(list) != 1 {
		b.t.Fatalf("%d channels, %v", len(list), err)
	}
	return list[0]
}

func TestABotIsMadeInTheConsole(t *testing.T) {
	b := newBench(t)
	w := b.admin()
	want(t, w.get("/console"), http.StatusOK, "There are no bots yet")
	want(t, w.post("/console/bots", "name", "  ", "locale", "ko"), http.StatusUnprocessableEntity, "1 to 100 characters")
	want(t, w.post("/console/bots", "name", "상담 봇", "locale", "tlh"), http.StatusUnprocessableEntity, "Choose its language again")
	rec := w.lead(w.post("/console/bots", "name", "상담 봇", "locale", "ko"))
	want(t, rec, http.StatusOK, "No channel is connected yet")
	want(t, rec, http.StatusOK, "The bot is there.")
	bots, err := b.runtime.Bots(t.Context())
	if err != nil || len(bots) != 1 || bots[0].Locale != "ko" || bots[0].BotSpec.Engine.Type != "echo" {
		t.Errorf("bots %+v, %v", bots, err)
	}
}

func TestViewersSeeChannelsAndChangeNone(t *testing.T) {
	b, values := platforms(t)
	ch, err := b.runtime.CreateChannel(t.Context(), "helper", bot.ChannelSpec{ID: "line-1", Type: "line", Name: "Line", Settings: values["line"]})
	if err != nil {
		t.Fatal(err)
	}
	b.admin()
	path, token := b.invite("vera", "viewer")
	w := b.browser()
	w.get(path)
	want(t, w.post("/setup", "token", token, "password", password, "repeat", password, "locale", "en"), http.StatusSeeOther, "")
	for _, target := range []string{"/console", "/console/bots/helper/channels", "/console/channels/" + ch.ID, "/console/channels/" + ch.ID + "/state", "/console/channels/" + ch.ID + "/waiting"} {
		rec := w.get(target)
		want(t, rec, http.StatusOK, "")
		for _, bad := range []string{"/console/bots\"", "/disable", `value="save"`, "/delete", channeltest.LINEToken, channeltest.LINESecret} {
			if strings.Contains(rec.Body.String(), bad) {
				t.Errorf("%s shows %s to a viewer", target, bad)
			}
		}
	}
	for _, target := range []string{
		"/console/bots", "/console/bots/helper/channels/new/line", "/console/channels/" + ch.ID, "/console/channels/" + ch.ID + "/state",
		"/console/channels/" + ch.ID + "/disable", "/console/channels/" + ch.ID + "/delete", "/console/channels/" + ch.ID + "/clone", "/console/channels/" + ch.ID + "/desk/keys",
	} {
		want(t, w.post(target, "name", "x", "confirm", "Line"), http.StatusForbidden, "403 role")
	}
	want(t, w.get("/console/channels/"+ch.ID+"/desk"), http.StatusForbidden, "403 role")
}

func TestTheGuideIsThereInEveryLanguage(t *testing.T) {
	b, _ := platforms(t)
	w := b.admin()
	for _, l := range words.Languages {
		w.post("/language", "lang", l.Code)
		for _, typ := range all.Types {
			rec := w.get("/console/bots/helper/channels/new/" + typ.Name())
			want(t, rec, http.StatusOK, `<html lang="`+l.Code+`">`)
			body := rec.Body.String()
			for _, s := range typ.Setup().Steps {
				if title := words.In(l.Code)[s.ID+".title"]; !strings.Contains(body, title) {
					t.Errorf("%s in %s lacks the step %s", typ.Name(), l.Code, s.ID)
				}
			}
			if typ.Name() != "web" && strings.Index(body, "https://bot.example.com/"+typ.Name()+"/") > strings.Index(body, `class="panes"`) {
				t.Errorf("%s: the callback URL does not come first", typ.Name())
			}
			if !strings.Contains(body, `class="qr"`) || strings.Contains(body, "cannot reach this server") {
				t.Errorf("%s: no QR code, or a warning without cause", typ.Name())
			}
		}
	}
	want(t, w.get("/console/bots/helper/channels/new/fax"), http.StatusNotFound, "")
	want(t, w.get("/console/bots/nobody/channels/new/line"), http.StatusNotFound, "")
}

func TestEveryMessengerIsConnectedThroughTheForm(t *testing.T) {
	for _, typ := range []string{"naverworks", "line", "slack", "teams"} {
		t.Run(typ, func(t *testing.T) {
			b, values := platforms(t)
			w := b.admin()
			target := "/console/bots/helper/channels/new/" + typ

			rec := w.post(target, filled(values[typ], "do", "test")...)
			want(t, rec, http.StatusOK, `id="report"`)
			ch := b.only()
			if !ch.Draft || ch.Name != "My channel" {
				t.Errorf("a test made of it: %+v", ch)
			}
			for _, f := range bot.ChannelFields(b.runtime.ChannelTypes().Type(typ)) {
				if secret := values[typ].Text(f.Key); f.Kind.Secret() && secret != "" && strings.Contains(rec.Body.String(), secret) {
					t.Errorf("%s comes back", f.Key)
				}
			}
			rec = w.post("/console/channels/"+ch.ID, "name", "Renamed", "do", "save") // secrets are kept
			if want(t, rec, http.StatusSeeOther, ""); rec.Header().Get("Location") != "/console/channels/"+ch.ID+"/waiting" {
				// what is no secret was empty, and so removed
				t.Errorf("sent to %s", rec.Header().Get("Location"))
			}
			if now := b.only(); now.Draft || !now.Enabled || now.Name != "Renamed" {
				t.Errorf("channel %+v", now)
			}
		})
	}
}

func TestFaultsStandBesideTheirFields(t *testing.T) {
	for _, row := range []struct {
		name, typ string
		change    settings.Values
		do        string
		says      string
		field     string
	}{
		{"nothing in a required field", "line", settings.Values{"channel_secret": ""}, "save", "This is needed.", "channel_secret"},
		{"swapped values", "line", settings.Values{"channel_access_token": hex32}, "save", "looks like the channel secret", "channel_access_token"},
		{"letters in a number", "naverworks", settings.Values{"bot_id": "bot-1"}, "save", "The Bot ID is digits only", "bot_id"},
		{"a broken key", "naverworks", settings.Values{"private_key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"}, "save", "Upload the .key file", "private_key"},
		{"a member's address", "naverworks", settings.Values{"service_account": "jiwoo"}, "save", "not a member&#39;s e-mail address.", "service_account"},
		{"a user's token", "slack", settings.Values{"bot_token": "xoxp-1-2-3-abcdef"}, "save", "starts with xoxb-", "bot_token"},
		{"an ID for a secret", "teams", settings.Values{"app_secret": appGUID}, "save", "Copy the column Value", "app_secret"},
		{"a test that is refused", "teams", settings.Values{"tenant_id": "my tenant"}, "test", "Enter the Directory (tenant) ID", "tenant_id"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, values := platforms(t)
			w := b.admin()
			for k, v := range row.change {
				values[row.typ][k] = v
			}
			rec := w.post("/console/bots/helper/channels/new/"+row.typ, filled(values[row.typ], "do", row.do)...)
			body := rec.Body.String()
			if rec.Code != http.StatusOK && rec.Code != http.StatusUnprocessableEntity {
				t.Fatalf("status %d", rec.Code)
			}
			at := strings.Index(body, `data-field="`+row.field+`"`)
			if at < 0 {
				t.Fatalf("no field %s:\n%s", row.field, body)
			}
			field, _, _ := strings.Cut(body[at+1:], `data-field="`)
			if !strings.Contains(field, row.says) || !strings.Contains(field, `aria-invalid="true"`) {
				t.Errorf("beside the field stands\n%s", field)
			}
			if ch := b.only(); !ch.Draft {
				t.Error("it was connected all the same")
			}
		})
	}
}

func TestADraftKeepsWhatWasTyped(t *testing.T) {
	b, _ := platforms(t)
	w := b.admin()
	id := newChannelID()
	target := "/console/bots/helper/channels/new/naverworks"
	form := []string{"id", id, "name", "Works", "f.bot_id", "3001234", "f.client_secret", "exampleSecret1", "f.api_base_url", "no url\x7f", "do", "draft"}
	rec := w.post(target, form...)
	want(t, rec, http.StatusUnprocessableEntity, "The form of the value is wrong")
	want(t, w.post(target, form...), http.StatusUnprocessableEntity, "The form of the value is wrong") // sent twice
	b.only()
	rec = w.get("/console/channels/" + id)
	for _, text := range []string{`value="3001234"`, "••••ret1", "Draft"} {
		want(t, rec, http.StatusOK, text)
	}
	if strings.Contains(rec.Body.String(), "exampleSecret1") {
		t.Error("a secret comes back")
	}
	want(t, w.get("/console/bots/helper/channels"), http.StatusOK, "Go on")
	want(t, w.lead(w.post("/console/channels/"+id, "name", "Works", "f.bot_id", "3001234", "clear.client_secret", "1", "do", "draft")), http.StatusOK, "The draft is saved.")
	if v := b.only().Settings; v["client_secret"] != nil || v["bot_id"] != "3001234" {
		t.Errorf("settings %v", v)
	}
}

func TestAKeyFileAndATextFillTheForm(t *testing.T) {
	b, _ := platforms(t)
	w := b.admin()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for k, v := range map[string]string{"id": newChannelID(), "name": "Works", "do": "paste", "paste": "Bot ID: 3001234\nClient ID\nEXAMPLECLIENTID00001"} {
		if err := form.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	file, err := form.CreateFormFile("keyfile", "private.key")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(file, strings.ReplaceAll(channeltest.NaverWorksPrivateKey(), "\n", " "))
	form.Close()
	r := httptest.NewRequest(http.MethodPost, "/console/bots/helper/channels/new/naverworks", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Accept-Language", "en")
	for name, value := range w.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	rec := httptest.NewRecorder()
	b.handler.ServeHTTP(rec, r)
	want(t, rec, http.StatusOK, "Filled: Bot ID, Client ID, Private Key")
	want(t, rec, http.StatusOK, `value="EXAMPLECLIENTID00001"`)
	if strings.Contains(rec.Body.String(), "BEGIN PRIVATE KEY-----\n") {
		t.Error("the key comes back")
	}
	id := b.only().ID
	want(t, w.post("/console/channels/"+id, "name", "Works", "do", "paste", "paste", "good morning"), http.StatusOK, "Nothing was recognised")
	want(t, w.post("/console/channels/"+id, "paste", strings.Repeat("x", maxSetupForm)), http.StatusRequestEntityTooLarge, "413 too_large")
}

func TestTheSettingsOfALiveChannelChangeOnlyWhenTheyAreRight(t *testing.T) {
	b, values := platforms(t)
	w := b.admin()
	if _, err := b.runtime.CreateChannel(t.Context(), "helper", bot.ChannelSpec{ID: "line-1", Type: "line", Name: "Line", Settings: values["line"]}); err != nil {
		t.Fatal(err)
	}
	base := []string{"name", "Line", "f.api_base_url", values["line"].Text("api_base_url"), "f.data_base_url", values["line"].Text("data_base_url")}
	rec := w.post("/console/channels/line-1", append(base, "f.channel_access_token", "two words", "do", "save")...)
	want(t, rec, http.StatusUnprocessableEntity, "A token has no blanks")
	rec = w.post("/console/channels/line-1", append(base, "f.channel_access_token", "wrong-token-wrong-token", "do", "test")...)
	want(t, rec, http.StatusOK, "Something has to be mended")
	want(t, w.post("/console/channels/line-1/state"), http.StatusOK, "LINE") // the stored token still works
	if b.only().Settings.Text("channel_access_token") != "••••lFU=" {
		t.Errorf("settings %v", b.only().Settings)
	}
	want(t, w.lead(w.post("/console/channels/line-1", append(base, "do", "enter")...)), http.StatusOK, "Saved.")
	want(t, w.post("/console/channels/line-1", append(base, "do", "webhook")...), http.StatusOK, "The callback URL is entered")
}

func TestAChannelIsSwitchedCopiedAndDeleted(t *testing.T) {
	b, values := platforms(t)
	w := b.admin()
	if _, err := b.runtime.CreateChannel(t.Context(), "helper", bot.ChannelSpec{ID: "works", Type: "naverworks", Name: "Works", Settings: values["naverworks"]}); err != nil {
		t.Fatal(err)
	}
	want(t, w.lead(w.post("/console/channels/works/disable")), http.StatusOK, "The channel is disconnected.")
	if b.only().Enabled {
		t.Error("it is still on")
	}
	rec := w.lead(w.post("/console/channels/works/enable", "back", "/console/channels/works/state"))
	want(t, rec, http.StatusOK, "Test connection")
	want(t, w.post("/console/channels/works/delete", "confirm", "work"), http.StatusUnprocessableEntity, "The name differs")
	want(t, w.lead(w.post("/console/channels/works/clone")), http.StatusOK, "Secrets are not copied")
	if _, err := deskkeys.Add(t.Context(), b.store.APIKeys(), "works", "partner", "header-1", b.now, time.Time{}); err != nil {
		t.Fatal(err)
	}
	want(t, w.post("/console/channels/works/delete", "confirm", "Works", "password", "guess"), http.StatusUnprocessableEntity, `id="delete-fault" role="alert"`)
	want(t, w.lead(w.post("/console/channels/works/delete", "confirm", "Works", "password", password)), http.StatusOK, "The channel is deleted.")
	ch := b.only()
	if ch.Name != "Works (2)" || !ch.Draft || ch.Settings["bot_id"] != channeltest.NaverWorksBotID || ch.Settings["client_secret"] != nil {
		t.Errorf("the copy is %+v", ch)
	}
	if keys, err := b.store.APIKeys().List(t.Context()); err != nil || len(keys) != 0 {
		t.Errorf("%d headers are left, %v", len(keys), err)
	}
	want(t, w.get("/console/channels/works"), http.StatusNotFound, "")
}

func TestTheTokenDeskShowsRotatesAndNamesHeaders(t *testing.T) {
	b, values := platforms(t)
	w := b.admin()
	if _, err := b.runtime.CreateChannel(t.Context(), "helper", bot.ChannelSpec{ID: "works", Type: "naverworks", Name: "Works", Settings: values["naverworks"]}); err != nil {
		t.Fatal(err)
	}
	rec := w.get("/console/channels/works/desk")
	for _, text := range []string{"https://bot.example.com/naverworks/works/authrefresh", "curl -H", "HttpRequest", "requests.get", "http.NewRequest", "••••der1"} {
		want(t, rec, http.StatusOK, text)
	}
	rec = w.post("/console/channels/works/desk/token")
	want(t, rec, http.StatusOK, " min left")
	if strings.Contains(rec.Body.String(), channeltest.NaverWorksAuthHeader) {
		t.Error("the header is shown")
	}
	want(t, w.post("/console/channels/works/desk/header", "header", "가나다라", "overlap", "24h", "password", password), http.StatusUnprocessableEntity, "printable ASCII")
	want(t, w.post("/console/channels/works/desk/header", "header", "fresh-header", "overlap", "1y"), http.StatusBadRequest, "")
	want(t, w.post("/console/channels/works/desk/header", "overlap", "24h", "password", "guess"), http.StatusUnprocessableEntity, "password")
	rec = w.post("/console/channels/works/desk/header", "overlap", "24h", "password", password)
	want(t, rec, http.StatusOK, "It is shown this one time")
	live, err := b.runtime.Channel(t.Context(), "works")
	if err != nil {
		t.Fatal(err)
	}
	header := live.Adapter.(interface{ DeskHeader() string }).DeskHeader()
	want(t, rec, http.StatusOK, header)
	keys := b.store.APIKeys()
	find := func(header string, at time.Time) bool {
		t.Helper()
		_, ok, err := deskkeys.Find(t.Context(), keys, "works", header, "192.0.2.9", at)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if !find(channeltest.NaverWorksAuthHeader, b.now.Add(23*time.Hour)) || find(channeltest.NaverWorksAuthHeader, b.now.Add(25*time.Hour)) {
		t.Error("the header before does not work on for a day")
	}
	want(t, w.post("/console/channels/works/desk/keys", "name", " "), http.StatusUnprocessableEntity, "1 to 60 characters")
	want(t, w.post("/console/channels/works/desk/keys", "name", "Partner"), http.StatusUnprocessableEntity, `value="Partner"`)
	rec = w.post("/console/channels/works/desk/keys", "name", "Partner", "life", "30d", "password", password)
	_, after, _ := strings.Cut(rec.Body.String(), "<code>desk_")
	made, _, _ := strings.Cut(after, "<")
	if !find("desk_"+made, b.now) {
		t.Fatal("the header that was shown does not work")
	}
	want(t, rec, http.StatusOK, "DANBEE-NAVERWORKS-AUTH: desk_"+made+"&#34;") // the call can be copied as it stands
	rec = w.get("/console/channels/works/desk")
	if strings.Contains(rec.Body.String(), made) {
		t.Error("it is shown again")
	}
	want(t, rec, http.StatusOK, "<code>192.0.2.9</code>")
	list, err := deskkeys.Of(t.Context(), keys, "works")
	if err != nil || len(list) != 2 {
		t.Fatalf("%d keys, %v", len(list), err)
	}
	rotate := "/console/channels/works/desk/keys/" + list[slices.IndexFunc(list, func(k store.APIKey) bool { return k.Name == "Partner" })].ID + "/rotate"
	want(t, w.post(rotate, "overlap", "24h"), http.StatusUnprocessableEntity, "password")
	want(t, w.post(rotate, "overlap", "24h", "password", password), http.StatusOK, "It is shown this one time")
	want(t, w.post(rotate, "overlap", "24h", "password", password), http.StatusConflict, "replaced already")
	if !find("desk_"+made, b.now.Add(23*time.Hour)) || find("desk_"+made, b.now.Add(25*time.Hour)) {
		t.Error("a replaced header does not work on for a day")
	}
	if list, err = deskkeys.Of(t.Context(), keys, "works"); err != nil || len(list) != 3 {
		t.Fatalf("%d keys, %v", len(list), err)
	}
	for _, k := range list {
		if left := k.ExpiresAt.Sub(b.now); k.Name == "Partner" && k.ReplacedBy == "" && (left < 29*24*time.Hour || left > 30*24*time.Hour) {
			t.Errorf("the new one works for %v, not as long as the one before", left)
		}
	}
	for _, k := range list {
		want(t, w.lead(w.post("/console/channels/works/desk/keys/"+k.ID+"/delete")), http.StatusOK, "The header is revoked")
	}
	if find("desk_"+made, b.now) {
		t.Error("a revoked header works")
	}
	want(t, w.get("/console/channels/works/desk"), http.StatusOK, "desk.key_delete")
}

func TestTheWaitingPageTurnsGreenAndNamesRejections(t *testing.T) {
	b, values := platforms(t)
	w := b.admin()
	if _, err := b.runtime.CreateChannel(t.Context(), "helper", bot.ChannelSpec{ID: "line-1", Type: "line", Name: "Line", Settings: values["line"]}); err != nil {
		t.Fatal(err)
	}
	want(t, w.get("/console/channels/line-1/waiting"), http.StatusOK, `http-equiv="refresh"`)
	s := b.serve()
	r := b.read(s, "/console/channels/line-1/waiting/stream", map[string]string{"Cookie": hostCookie + "=" + w.cookies[hostCookie], "Accept-Language": "en"})
	r.until(": open")
	ch, err := b.runtime.Channel(t.Context(), "line-1")
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"destination":"U7be1d4f2a09c4e6f8d35b1c27a9e0f64","events":[{"type":"message","message":{"type":"text","id":"1","quoteToken":"q","text":"hello"},"webhookEventId":"01M5VJ59MY9FXBFGM000000001","deliveryContext":{"isRedelivery":false},"timestamp":1795312800000,"source":{"type":"user","userId":"U00000000000000000000000000000001"},"replyToken":"0123","mode":"active"}]}`)
	req := channeltest.SignLINE(channeltest.LINESecret, body)
	req.ReceivedAt = time.Now().UTC()
	b.runtime.Reject(ch, req, "signature", "it does not match")
	var news waitEvent
	if err := json.Unmarshal([]byte(r.until("data: ")), &news); err != nil || news.Arrive || !strings.Contains(news.Why, "Copy the signing secret") {
		t.Errorf("a rejected one: %+v, %v", news, err)
	}
	if err := b.console.accept(t.Context(), ch, req); err != nil {
		t.Fatal(err)
	}
	news = waitEvent{}
	if err := json.Unmarshal([]byte(r.until("data: ")), &news); err != nil || !news.Arrive || news.Kind != "Text" || news.URL != "/console/events/"+news.ID {
		t.Errorf("the first one: %+v, %v", news, err)
	}
	rec := w.get("/console/channels/line-1/waiting")
	want(t, rec, http.StatusOK, `data-waiting="green"`)
	want(t, rec, http.StatusOK, `href="https://line.me/R/ti/p/%40`)
	if strings.Contains(rec.Body.String(), `http-equiv="refresh"`) {
		t.Error("the page is still loaded again and again")
	}
	r = b.read(s, "/console/channels/line-1/waiting/stream", nil)
	if r.answer.StatusCode != http.StatusUnauthorized && r.answer.Request.URL.Path != "/login" {
		t.Errorf("a stranger gets %d", r.answer.StatusCode)
	}
}

func TestSlackAndTeamsGetTheirAppFiles(t *testing.T) {
	b, values := platforms(t)
	w := b.admin()
	rec := w.get("/console/bots/helper/channels/new/slack")
	want(t, rec, http.StatusOK, "https://api.slack.com/apps?new_app=1&amp;manifest_json=")
	want(t, w.get("/console/bots/helper/channels/new/teams"), http.StatusOK, "It can be downloaded once")
	want(t, w.post("/console/bots/helper/channels/new/teams", filled(values["teams"], "do", "draft")...), http.StatusSeeOther, "")
	rec = w.get("/console/channels/" + b.only().ID + "/app-file")
	if want(t, rec, http.StatusOK, "PK"); !strings.Contains(rec.Header().Get("Content-Disposition"), ".zip") {
		t.Errorf("headers %v", rec.Header())
	}
	b, values = platforms(t)
	w = b.admin()
	values["slack"]["client_id"], values["slack"]["client_secret"] = "1234567890.1234567890", otherHex
	rec = w.post("/console/bots/helper/channels/new/slack", filled(values["slack"], "do", "install")...)
	want(t, rec, http.StatusOK, "https://slack.com/oauth/v2/authorize?client_id=1234567890.1234567890")
	rec = w.post("/console/channels/"+b.only().ID, "name", "Slack", "f.client_id", "", "do", "install")
	want(t, rec, http.StatusUnprocessableEntity, "This is needed.") // the client ID was emptied
}

func TestTheDayIsDrawnFromTheNewestEvents(t *testing.T) {
	b := newBench(t)
	id := b.chat(nil)
	w := b.admin()
	want(t, w.get("/console/bots/demo/channels"), http.StatusOK, "Nothing in the last 24 hours.")
	for i, ago := range []time.Duration{0, time.Minute, 5 * time.Hour, 30 * time.Hour} {
		state := store.Handled
		if i == 1 {
			state = store.Rejected
		}
		b.store.Record(store.Event{BotID: "demo", ChannelID: id, State: state, ReceivedAt: b.now.Add(-ago)})
	}
	b.audited("flush", true) // notes go with the next commit
	b.now = b.now.Add(activityLife)
	rec := w.get("/console/bots/demo/channels")
	want(t, rec, http.StatusOK, "3 in 24 hours, 2 in the busiest one")
	want(t, rec, http.StatusOK, "1 failed or rejected")
	if n := strings.Count(rec.Body.String(), "<rect "); n < activityLast {
		t.Errorf("%d bars", n)
	}
}

func TestAFormWithASearchInItsAddressIsNoWayAround(t *testing.T) {
	b, _ := platforms(t)
	w := b.admin()
	w.headers["Sec-Fetch-Site"] = "cross-site"
	for _, target := range []string{"/console/bots", "/console/bots/helper/channels/new/line?x=1", "/console/channels/x/delete"} {
		want(t, w.do(http.MethodPost, target, url.Values{"name": {"x"}}), http.StatusForbidden, "403 cross_site")
	}
}

func TestAChannelIsMovedToAnotherBot(t *testing.T) {
	b := newBench(t)
	id := b.chat(nil)
	w := b.admin()
	e := b.told(mine, "1", "hello")
	if _, err := b.runtime.CreateBot(t.Context(), bot.BotSpec{ID: "second", Name: "Second", Locale: "ko", Engine: bot.EngineSpec{Type: "echo"}}); err != nil {
		t.Fatal(err)
	}
	want(t, w.get("/console/channels/"+id), http.StatusOK, `<option value="second">Second</option>`)
	want(t, w.post("/console/channels/"+id+"/move", "to", "nobody"), http.StatusNotFound, "")
	want(t, w.lead(w.post("/console/channels/"+id+"/move", "to", "second")), http.StatusOK, "The channel belongs to this bot now.")
	if ch := b.only(); ch.BotID != "second" {
		t.Errorf("it belongs to %s", ch.BotID)
	}
	conv, err := b.store.Conversation(t.Context(), e.ConversationID)
	if err != nil || conv.State != "" {
		t.Errorf("the conversation remembers %q, %v", conv.State, err)
	}
	if b.did("channel.move") != 1 {
		t.Error("the move is not in the audit log")
	}
	want(t, b.person("vera", "viewer").post("/console/channels/"+id+"/move", "to", "demo"), http.StatusForbidden, "403 role")
}

func TestAReplacedSecretIsPutBackOrForgotten(t *testing.T) {
	b, values := platforms(t)
	w := b.admin()
	if _, err := b.runtime.CreateChannel(t.Context(), "helper", bot.ChannelSpec{ID: "line-1", Type: "line", Name: "Line", Settings: values["line"]}); err != nil {
		t.Fatal(err)
	}
	const page, former = "/console/channels/line-1", "/console/channels/line-1/former"
	want(t, w.post(former, "do", "back"), http.StatusConflict, "There are no former settings any more")
	replace := func(secret string) {
		t.Helper()
		want(t, w.lead(w.post(page, "do", "save", "name", "Line", "f.channel_secret", secret)), http.StatusOK, "can be put back")
	}
	replace(strings.Repeat("1", 32))
	rec := b.person("vera", "viewer").get(page)
	if want(t, rec, http.StatusOK, ""); strings.Contains(rec.Body.String(), "can be put back") {
		t.Error("a viewer is offered what only builders may do")
	}
	want(t, b.person("walt", "viewer").post(former, "do", "back"), http.StatusForbidden, "403 role")
	want(t, w.lead(w.post(former, "do", "back")), http.StatusOK, "The former secrets are back")
	if v := b.only(); v.Settings.Text("channel_secret") != "••••"+channeltest.LINESecret[len(channeltest.LINESecret)-4:] {
		t.Errorf("the secret is %s", v.Settings.Text("channel_secret"))
	}
	rec = w.lead(w.post(former, "do", "forget"))
	if want(t, rec, http.StatusOK, "The former secrets are forgotten"); strings.Contains(rec.Body.String(), "can be put back") {
		t.Error("what is forgotten is offered")
	}
	if b.did("channel.former_back") != 1 || b.did("channel.former_forget") != 1 {
		t.Error("the audit log does not say what was done")
	}
}

// The rules are the channel type's own; here it counts that they are asked field by field.
func TestSettingsAreLookedAtWhileTheyAreTyped(t *testing.T) {
	b, values := platforms(t)
	w := b.admin()
	for _, row := range []struct{ name, typ, field, value, says string }{
		{"a word for a number", "naverworks", "f.bot_id", "bot-one", "digits only"},
		{"a token with a blank", "line", "f.channel_access_token", "two words", "no blanks"},
		{"a user's token", "slack", "f.bot_token", "xoxp-1-2-3-abcdef", "starts with xoxb-"},
		{"the id of a secret", "teams", "f.app_secret", channeltest.TeamsAppID, "Copy the column Value"},
		{"an address that is none", "line", "f.api_base_url", "http://10.0.0.1/", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			rec := w.post("/console/typed/"+row.typ, row.field, row.value)
			want(t, rec, http.StatusOK, row.says)
			var faults map[string]string
			if err := json.Unmarshal(rec.Body.Bytes(), &faults); err != nil || len(faults) > 1 || row.says != "" && faults[row.field[2:]] == "" {
				t.Errorf("%s, %v", rec.Body, err)
			}
		})
	}
	for _, typ := range []string{"naverworks", "line", "slack", "teams"} {
		if rec := w.post("/console/typed/"+typ, filled(values[typ])...); strings.TrimSpace(rec.Body.String()) != "{}" {
			t.Errorf("%s: what is right is blamed: %s", typ, rec.Body)
		}
		if rec := w.post("/console/typed/" + typ); strings.TrimSpace(rec.Body.String()) != "{}" {
			t.Errorf("%s: what is not typed is blamed: %s", typ, rec.Body)
		}
	}
}

package console

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"dari/bot"
	"dari/channels"
	webchat "dari/channels/web"
	"dari/dialog"
	"dari/dialog/echo"
	"dari/store"
	"dari/web/people"
)

// hook is a webhook that keeps what it hears.
type hook struct {
	mu     sync.Mutex
	heard  []string
	status int
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var body struct{ Text string }
	_ = json.NewDecoder(r.Body).Decode(&body) // what is no JSON has no text
	h.heard = append(h.heard, body.Text)
	w.WriteHeader(h.status)
}

// hooked is a bench whose runtime may call a webhook, and the webhook's address.
func hooked(t *testing.T) (*bench, *hook, string) {
	b := newBench(t)
	h := &hook{status: http.StatusOK}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	types, err := channels.NewRegistry(webchat.Type{}, other{})
	if err != nil {
		t.Fatal(err)
	}
	engines, err := dialog.NewRegistry(echo.Type{})
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := store.NewSealer(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	b.runtime.Drain(context.Background())
	b.runtime = bot.New(bot.Options{
		Store: b.store, Channels: types, Engines: engines, Sealer: sealer, Log: b.console.log, HTTP: http.DefaultClient, EngineHTTP: server.Client(),
	})
	b.runtime.Start()
	t.Cleanup(func() { b.runtime.Drain(context.Background()) })
	b.options.Runtime = b.runtime
	b.restart()
	return b, h, server.URL + "/services/T000/very-secret-part-wxyz"
}

var shownTarget = regexp.MustCompile(`name="target" value="([a-z0-9]+)"`)

func TestAnAdministratorChoosesWhereAlarmsAreTold(t *testing.T) {
	b, h, address := hooked(t)
	w := b.admin()
	want(t, w.get("/console/alarms"), http.StatusOK, "There is none yet")
	rec := w.post("/console/alarms", "name", "Operators <1>", "kind", "webhook", "url", address, "locale", "ja")
	want(t, rec, http.StatusSeeOther, "")
	rec = w.get("/console/alarms?done=alarm_target_created")
	for _, text := range []string{"Operators &lt;1&gt;", "/…wxyz", "Send a test to see", "never"} {
		want(t, rec, http.StatusOK, text)
	}
	without(t, rec, "very-secret-part", "There is none yet")
	id := shownTarget.FindStringSubmatch(rec.Body.String())[1]

	rec = w.post("/console/alarms/test", "target", id)
	want(t, rec, http.StatusOK, "The test went to Operators")
	without(t, rec, ">never<")
	if len(h.heard) != 1 || !strings.Contains(h.heard[0], "Dariのテストです") {
		t.Errorf("heard %q", h.heard)
	}
	h.status = http.StatusNotFound
	rec = w.post("/console/alarms/test", "target", id)
	want(t, rec, http.StatusOK, "answered 404")
	without(t, rec, "very-secret-part")
	if strings.Contains(b.log.String(), "very-secret-part") {
		t.Error("the log has the address")
	}
	want(t, w.post("/console/alarms/delete", "target", id), http.StatusSeeOther, "")
	want(t, w.post("/console/alarms/test", "target", id), http.StatusUnprocessableEntity, "no longer here")
	want(t, w.get("/console/alarms"), http.StatusOK, "There is none yet")
	done := strings.Join(b.actions(), " ")
	for _, action := range []string{"alarm_target.create", "alarm_target.test", "alarm_target.delete"} {
		if !strings.Contains(done, action) {
			t.Errorf("%s is not in the audit log: %s", action, done)
		}
	}
}

func TestAPlaceThatCannotBeToldNamesItsField(t *testing.T) {
	b, _, address := hooked(t)
	w := b.admin()
	for _, row := range []struct {
		name, fault, field string
		form               []string
	}{
		{"no name", "1 to 100 characters", "name", []string{"kind", "webhook", "url", address, "locale", "en"}},
		{"no address", "cannot be called", "url", []string{"name", "Ops", "kind", "webhook", "locale", "en"}},
		{"an address that is none", "cannot be called", "url", []string{"name", "Ops", "kind", "webhook", "url", "very-secret-part", "locale", "en"}},
		{"another scheme", "cannot be called", "url", []string{"name", "Ops", "kind", "webhook", "url", "ftp://very-secret-part.example", "locale", "en"}},
		{"a strange conversation", "no conversation with this id", "conversation", []string{"name", "Ops", "kind", "conversation", "conversation", "demo-chat:x", "locale", "en"}},
		{"no kind", "a webhook or a conversation", "", []string{"name", "Ops", "locale", "en"}},
		{"a strange language", "one of the languages", "", []string{"name", "Ops", "kind", "webhook", "url", address, "locale", "tlh"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			rec := w.post("/console/alarms", row.form...)
			want(t, rec, http.StatusUnprocessableEntity, row.fault)
			without(t, rec, "very-secret-part")
			if row.field != "" && !regexp.MustCompile(`id="`+row.field+`" [^>]*aria-invalid="true"`).MatchString(rec.Body.String()) {
				t.Errorf("%s is not marked", row.field)
			}
		})
	}
	if list, err := b.store.AlarmTargets().List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%d are kept, %v", len(list), err)
	}
}

func TestEverybodySeesWhatIsOnAndAdministratorsWhoIsTold(t *testing.T) {
	b, _, address := hooked(t)
	b.chat(nil)
	w := b.admin()
	want(t, w.post("/console/alarms", "name", "Operators", "kind", "webhook", "url", address, "locale", "en"), http.StatusSeeOther, "")
	vera := b.person("vera", people.Viewer)
	want(t, vera.get("/console/alarms"), http.StatusOK, "Nothing is wrong")
	for _, a := range []store.Alarm{
		{ID: "engine:demo", Kind: bot.AlarmEngine, BotID: "demo", Count: 7, Last: "engine: timeout <1>", EventID: "ev_1", Since: b.now, State: "raised"},
		{ID: "expiry:demo-chat:week", Kind: bot.AlarmExpiry, BotID: "demo", ChannelID: "demo-chat", Subject: "week", Last: "2027-05-31", Since: b.now, State: "raised"},
		{ID: "key_expiry:key_a", Kind: bot.AlarmKeyExpiry, Subject: "Partner", Last: "2027-05-30", Since: b.now, State: "raised"},
		{ID: "rejected:demo-chat", Kind: bot.AlarmRejected, BotID: "demo", ChannelID: "demo-chat", Count: 9, Since: b.now.Add(-time.Hour), State: "over"},
	} {
		if err := b.store.Alarms().Put(t.Context(), a.ID, a); err != nil {
			t.Fatal(err)
		}
	}
	rec := vera.get("/console/alarms")
	for _, text := range []string{"The engine has no answer", `href="/console/events/ev_1"`, "engine: timeout &lt;1&gt;", ">7<", "Demo &lt;bot&gt;", `href="/console/channels/demo-chat"`, "2027-05-31", "Partner"} {
		want(t, rec, http.StatusOK, text)
	}
	without(t, rec, "Operators", "Callbacks rejected", `href="/console/keys"`, "/console/alarms/test")
	rec = w.get("/console/alarms")
	want(t, rec, http.StatusOK, "Operators")
	want(t, rec, http.StatusOK, `href="/console/keys"`)
	jun := b.person("jun", people.Builder)
	for _, path := range []string{"/console/alarms", "/console/alarms/test", "/console/alarms/delete"} {
		for _, who := range []*browser{vera, jun} {
			want(t, who.post(path, "name", "Mine", "kind", "webhook", "url", address, "locale", "en"), http.StatusForbidden, "")
		}
	}
}

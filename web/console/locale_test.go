package console

import (
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dari/bot"
	"dari/bot/words"
	webchat "dari/channels/web"
	"dari/store"
	"dari/web/apikeys"
	"dari/web/people"
)

func TestEveryTextIsUsedAndEveryTextThatIsUsedIsThere(t *testing.T) {
	used := usedKeys(t)
	have := maps.Clone(words.In(words.Default))
	maps.DeleteFunc(have, func(key, _ string) bool { // those of connection tests, the command line and engines
		return strings.HasPrefix(key, "check.") || strings.HasPrefix(key, "doctor.") || strings.HasPrefix(key, "engine.") || strings.HasPrefix(key, "scenario.")
	})
	for _, key := range slices.Sorted(maps.Keys(used)) {
		if _, ok := have[key]; !ok {
			t.Errorf("%s is used in %s but has no text", key, used[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(have)) {
		if used[key] == "" {
			t.Errorf("%s is not used", key)
		}
	}
}

// usedKeys finds the keys that templates, scripts and code name, and adds those that are put together.
func usedKeys(t *testing.T) map[string]string {
	t.Helper()
	used := map[string]string{}
	find := func(files fs.FS, suffix, pattern, prefix string) {
		names, err := fs.Glob(files, "*"+suffix)
		if err != nil || len(names) == 0 {
			t.Fatalf("no files %s: %v", suffix, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			b, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(b), -1) {
				used[prefix+m[1]] = name
			}
		}
	}
	find(os.DirFS("templates"), ".html", `\.T "([a-z_.]+)"`, "")
	find(os.DirFS("templates/shell"), ".html", `\.T "([a-z_.0-9]+)"`, "")
	find(os.DirFS("."), ".go", `"(done\.[a-z_]+)"`, "")
	find(os.DirFS("."), ".go", `sayNext\(.*"([a-z_]+)"\)`, "done.")
	find(os.DirFS("."), ".go", `"((?:inspector|why|do|note|conversations|deliveries|testchat)\.[a-z_0-9.]+)"`, "")
	find(os.DirFS("."), ".go", `"((?:alarms|plots|engines|batch|missed|history|settings\.fault|keys|people|expiries|system|org|search|files\.fault)\.[a-z_0-9.]*[a-z_0-9])"`, "")
	find(os.DirFS("."), ".go", `done := "([a-z_]+)"`, "done.")
	find(os.DirFS("."), ".go", `done = "([a-z_]+)"`, "done.")
	find(os.DirFS("."), ".go", `"(audit\.(?:note|who)\.[a-z_]+)"`, "")
	for _, action := range auditActions {
		used["did."+action] = "audit_words.go"
	}
	for _, change := range []string{"set", "changed", "removed"} {
		used["audit.note."+change] = "bot.Settled"
	}
	usedByNames(used)
	for _, a := range slices.Concat(botAreas, orgAreas) {
		used["nav."+a.Name] = "shell.go"
	}
	find(os.DirFS("templates"), ".html", `\.Words\.([a-z_]+)`, "chat.")
	find(os.DirFS("static"), ".js", `words\.([a-z_]+)`, "chat.")
	find(os.DirFS("."), ".go", `"((?:channels|desk\.fault|waiting)\.[a-z_0-9.]*[a-z_0-9])"`, "")
	find(os.DirFS("."), ".go", `"((?:error|warning)\.[a-z_]+)"`, "")
	for _, state := range []string{"connecting", "open", "reconnecting", "closed", "signed_out"} { // of chat-stream.js
		used["chat."+state] = "chat-stream.js"
	}
	for _, key := range []string{
		"link", "cross_site", "bad_request", "internal", "chat", "role", "gone", "installed", "install_declined", "install_state", "install_unreachable", "install_refused",
		string(faultState), string(faultDeclined), string(faultUnreachable), string(faultRefused), string(faultEmail), string(faultDenied), string(faultOther),
	} {
		used[notice{Key: key}.Title()], used[notice{Key: key}.Text()] = "notice", "notice"
	}
	for _, status := range []string{"draft", "new", "connected", "attention", "disabled"} { // of bot.ChannelView
		used["status."+status] = "bot.ChannelView"
	}
	for _, state := range []store.EventState{store.Waiting, store.Handled, store.Failed, store.Ignored, store.Duplicate, store.Rejected} {
		used["event."+string(state)] = "store.EventState"
	}
	for _, typ := range []string{"naverworks", "line", "slack", "teams", "web"} {
		used["type."+typ] = "channel types"
	}
	channelWords(used)
	for _, f := range (webchat.Type{}).Setup().Fields {
		used[f.Help], used[f.Help+".label"] = "channels/web", "channels/web"
	}
	for _, s := range (webchat.Type{}).Setup().Steps {
		used[s.ID] = "channels/web"
	}
	return used
}

func TestTheLanguageThatWasChosenStays(t *testing.T) {
	b := newBench(t)
	w := b.browser()
	w.headers["Accept-Language"] = "ko"
	want(t, w.get("/login"), http.StatusOK, `<html lang="ko">`)
	rec := w.post("/language", "lang", "ja", "back", "/login")
	if want(t, rec, http.StatusSeeOther, ""); rec.Header().Get("Location") != "/login" {
		t.Errorf("sent to %s", rec.Header().Get("Location"))
	}
	want(t, w.get("/login"), http.StatusOK, `<html lang="ja">`)
	want(t, w.get("/login?lang=en"), http.StatusOK, `<html lang="en">`)

	admin := b.admin()
	admin.post("/language", "lang", "ko", "back", "/console")
	elsewhere := b.browser()
	elsewhere.login("mina", password)
	want(t, elsewhere.get("/console"), http.StatusOK, `<html lang="ko">`)
	want(t, admin.post("/language", "lang", "tlh"), http.StatusBadRequest, "400 bad_request")
}

func TestTheLanguageSwitchLeadsNowhereElse(t *testing.T) {
	for back, want := range map[string]string{
		"/console": "/console", "/setup?token=a": "/setup?token=a", "": "/console", "//evil.example": "/console",
		"https://evil.example/": "/console", `/\evil.example`: "/console", "console": "/console", "/a\r\nb": "/console",
	} {
		if got := localPath(back); got != want {
			t.Errorf("%q leads to %q", back, got)
		}
	}
}

func TestNumbersAreGrouped(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := grouped(n); got != want {
			t.Errorf("%d is %s", n, got)
		}
	}
}

func TestATextThatDoesNotExistStopsThePage(t *testing.T) {
	if _, err := (page{words: words.Words{}}).T("no.such"); err == nil {
		t.Error(fmt.Errorf("no error"))
	}
}

// usedByNames adds the keys that pages put together from names.
func usedByNames(used map[string]string) {
	add := func(prefix string, names ...string) {
		for _, name := range names {
			used[prefix+name] = "names"
		}
	}
	add("due.", expiriesView{}.Levels()...)
	add("alarms.kind.", bot.AlarmKinds...)
	add("alarms.say.", bot.AlarmKinds...)
	for _, kind := range []string{bot.AlarmCredentials, bot.AlarmDeliveries, bot.AlarmEngine, bot.AlarmRejected} {
		add("alarms.say.", kind+"_over")
	}
	add("alarms.say.", "expiry_ended", "still", "payload", "test") // of package bot
	add("alarms.way.", alarmWays...)
	add("alarms.fault.", "name", "kind", "url", "conversation", "locale", "targets") // the fields of bot.CreateAlarmTarget
	add("keys.life.", lives...)
	add("done.", "key_deleted")
	for _, name := range apikeys.Scopes {
		add("scope."+name, "", ".help")
	}
	for _, name := range people.Roles {
		add("role."+name, "", ".help")
	}
	for _, s := range plotSpans {
		add("plots.span.", s.Name)
	}
	for day := range 7 {
		add("plots.day.", strconv.Itoa(day))
	}
	for _, f := range trialFaults {
		add("testchat.simulate.", f.Name)
	}
	add("option.", "yes", "no", "on", "off", "auto")
	add("engines.tab.", "engine", "files", "history", "missed", "batch")
	add("history.", "added", "removed", "changed")
	for key := range words.In(words.Default).Under("engines.type.") {
		add("engines.type.", key)
	}
}

package e2e

import (
	"net/http"
	"strings"
	"testing"

	"dari/channels/channeltest"
)

func TestTheDoctorTestsEveryChannel(t *testing.T) {
	dir := t.TempDir()
	d := start(t, dir)
	newBot(d)
	for _, m := range messengers(t) {
		m.connect(d, "bot")
	}
	out, code := command(t, dir, []string{"LC_ALL=C"}, "doctor")
	for _, want := range []string{
		"ch-naverworks (naverworks, bot bot)\n", "5 channels, ", "The bot is found: ", "  pass  clock: This server's clock is right.\n",
		"  warn  public_url: Messengers cannot reach " + d.url, "  warn  callbacks: No callback has arrived yet",
	} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("exit %d, no %q:\n%s", code, want, out)
		}
	}
	if out, code := command(t, dir, []string{"LC_ALL=", "LC_MESSAGES=", "LANG=ko_KR.UTF-8"}, "doctor"); code != 0 || !strings.Contains(out, "봇을 찾았습니다: ") {
		t.Errorf("in Korean: exit %d:\n%s", code, out)
	}
	for _, m := range messengers(t) {
		for _, secret := range m.secrets {
			if strings.Contains(out, secret) {
				t.Errorf("%s: a secret is shown", m.name)
			}
		}
	}
	d.stop()
	if out, code := command(t, dir, nil, "doctor"); code == 0 || !strings.Contains(out, "no Dari is running") {
		t.Errorf("stopped: exit %d: %s", code, out)
	}
}

// report is what the API says about a connection.
type report struct {
	Checks []struct{ ID, Status, Code, Message string }
}

func (r report) status(id string) string {
	for _, c := range r.Checks {
		if c.ID == id {
			return c.Status
		}
	}
	return ""
}

func TestNoTestIssuesASecondNaverWorksToken(t *testing.T) {
	d := start(t, t.TempDir())
	newBot(d)
	nw := messengers(t)[0]
	form := map[string]any{"settings": nw.settings}

	var before report
	d.api(http.MethodPost, "/channel-types/naverworks/check", form, http.StatusOK, &before)
	if before.status("token") != "pass" || before.status("bot") != "pass" || before.status("callbacks") != "" {
		t.Errorf("before saving: %+v", before)
	}
	nw.connect(d, "bot")
	nw.say(d, 1, 1, "hello")
	nw.saw("hello")
	d.settled()
	var after report
	d.api(http.MethodPost, "/channels/ch-naverworks/check", nil, http.StatusOK, &after)
	d.api(http.MethodPost, "/channel-types/naverworks/check", form, http.StatusOK, nil)
	if after.status("token") != "pass" || after.status("callbacks") != "pass" || after.status("deliveries") != "pass" {
		t.Errorf("after the first message: %+v", after)
	}
	if n := len(nw.platform.Calls(channeltest.NaverWorksTokenPath)); n != 1 {
		t.Errorf("%d tokens were issued", n)
	}
}

func TestAPublicKeyInPlaceOfThePrivateOneIsToldBeforeSaving(t *testing.T) {
	d := start(t, t.TempDir())
	newBot(d)
	values := channeltest.NaverWorksSettings("http://127.0.0.1:1")
	values["private_key"] = "-----BEGIN PUBLIC KEY-----\neA==\n-----END PUBLIC KEY-----"
	var got report
	d.api(http.MethodPost, "/channel-types/naverworks/check", map[string]any{"settings": values}, http.StatusOK, &got)
	if len(got.Checks) != 1 || got.Checks[0].Code != "naverworks.key_public" || !strings.Contains(got.Checks[0].Message, "Developer Console → API → ClientApp") {
		t.Errorf("got %+v", got)
	}
	d.api(http.MethodPost, "/bots/bot/channels", map[string]any{"type": "naverworks", "name": "NW", "settings": values}, http.StatusBadRequest, nil)
}

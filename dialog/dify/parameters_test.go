package dify

import (
	"strings"
	"testing"

	"dari/bot/check"
	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

func TestTheOpeningAndTheSuggestionsAreTheApps(t *testing.T) {
	follow := dialogtest.Inbounds()["a full follow"]
	b, fake := open(t, settings.Values{"suggestions": "on"})
	r, err := b.Ask(t, t.Context(), dialogtest.TurnOf("c", follow))
	if err != nil || r.Text() != "안녕하세요. **사규 봇**입니다." || r.Messages[0].Format != "markdown" ||
		len(r.Reply.QuickReplies) != 1 || r.Reply.QuickReplies[0].Says() != "연차는 며칠인가요?" {
		t.Errorf("%+v, %v", r, err)
	}
	r, err = b.Ask(t, t.Context(), dialogtest.TextTurn("c", "연차는?"))
	if err != nil || len(r.Reply.QuickReplies) != 1 || r.Reply.QuickReplies[0].Kind != message.ActionMessage {
		t.Errorf("%+v, %v", r, err)
	}
	if last := fake.Last(t); last.Path != "/v1/messages/m-1/suggested" || last.Query != "user=nw-main%3Ac" {
		t.Errorf("asked %s?%s", last.Path, last.Query)
	}
	t.Run("as far as the app has any", func(t *testing.T) {
		fake.Script(dialogtest.JSON(map[string]any{"opening_statement": ""}))
		if r, err := b.Ask(t, t.Context(), dialogtest.TurnOf("c", follow)); err != nil || len(r.Messages) != 0 {
			t.Errorf("%+v, %v", r, err)
		}
		fake.Script(dialogtest.DifyStream("c-1", "네"), dialogtest.DifyRefusal(400, "bad_request", "disabled"))
		r, err := b.Ask(t, t.Context(), dialogtest.TextTurn("c", "연차는?"))
		if err != nil || r.Text() != "네" || r.Reply.QuickReplies != nil || !strings.Contains(string(r.Trace), "disabled") {
			t.Errorf("%+v, %v, %s", r, err, r.Trace)
		}
	})
	t.Run("and only where they are wanted", func(t *testing.T) {
		b, fake := open(t, settings.Values{"opening": "off"})
		if r, err := b.Ask(t, t.Context(), dialogtest.TurnOf("c", follow)); err != nil || len(r.Messages) != 0 || len(fake.Calls()) != 0 {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestTheCheckFindsWhatIsWrong(t *testing.T) {
	for _, row := range []struct {
		name   string
		more   settings.Values
		script []dialogtest.HTTPAnswer
		status check.Status
		code   string
	}{
		{"all is well", nil, nil, check.Pass, "engine.dify.ok"},
		{"a wrong key", settings.Values{"api_key": "app-wrong-0123456789"}, nil, check.Fail, "engine.dify.key"},
		{"no Dify at all", nil, []dialogtest.HTTPAnswer{{Status: 404}}, check.Fail, "engine.dify.not_found"},
		{"a page", nil, []dialogtest.HTTPAnswer{{Body: "<html>"}}, check.Fail, "engine.dify.not_found"},
		{"an app that is not published", nil, []dialogtest.HTTPAnswer{dialogtest.DifyRefusal(400, "app_unavailable", "no")}, check.Fail, "engine.dify.app"},
		{"a failing server", nil, []dialogtest.HTTPAnswer{dialogtest.DifyRefusal(500, "x", dialogtest.DifyKey)}, check.Fail, "engine.dify.refused"},
		{"nobody there", settings.Values{"base_url": "http://127.0.0.1:1/v1"}, nil, check.Fail, "engine.dify.unreachable"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, fake := open(t, row.more)
			fake.Script(row.script...)
			got := b.Engine.(dialog.Checker).Check(t.Context())
			if len(got) != 1 || got[0].Status != row.status || got[0].Code != row.code {
				t.Fatalf("got %+v", got)
			}
			for _, value := range got[0].Params {
				b.NoSecret(t, "the check", value)
			}
			if len(fake.Questions(t)) != 0 {
				t.Error("the check asks for a paid answer")
			}
		})
	}
}

package line

import (
	"context"
	"strings"
	"testing"

	"dari/channels"
	"dari/channels/channeltest"
)

const (
	infoPath  = "/v2/bot/info"
	hookPath  = "/v2/bot/channel/webhook/endpoint"
	quotaPath = "/v2/bot/message/quota"
)

func TestCheckOfAHealthyChannelPasses(t *testing.T) {
	b := kit.Open(t)
	report := b.Adapter.Check(context.Background())
	if report.BotName != "예제상점" {
		t.Errorf("bot name %q", report.BotName)
	}
	var ids []string
	for _, c := range report.Checks {
		ids = append(ids, c.ID)
		if c.Status != channels.Pass || c.Message == "" {
			t.Errorf("%+v", c)
		}
		b.NoSecret(t, kit, "the check", c.Message)
	}
	if got := strings.Join(ids, " "); got != "bot answers webhook quota" {
		t.Errorf("checks %s", got)
	}
}

func TestCheckFindsTheFault(t *testing.T) {
	const screen = "LINE Developers Console"
	for _, row := range []struct {
		name, path string
		fault      channeltest.Fault
		check      string
		status     channels.Status
		says       string
	}{
		{"a bad token", infoPath, faultFile(t, 401, "error_401.json"), "bot", channels.Fail, screen},
		{"an answer that is not LINE's", infoPath, fault(200, "<html>"), "bot", channels.Fail, "api_base_url"},
		{"an answer of another shape", infoPath, fault(200, "[]"), "bot", channels.Fail, "api_base_url"},
		{"an empty answer", infoPath, fault(200, "null"), "bot", channels.Fail, "api_base_url"},
		{"a wrong base address", infoPath, fault(404, ""), "bot", channels.Fail, "api_base_url"},
		{"LINE out of order", infoPath, fault(500, ""), "bot", channels.Fail, "did not answer"},
		{"people who may answer too", infoPath, fault(200, `{"userId":"U1","displayName":"x","chatMode":"chat"}`), "answers", channels.Warn, "Official Account Manager"},
		{"no webhook URL", hookPath, faultFile(t, 404, "error_404_webhook_not_set.json"), "webhook", channels.Fail, "Webhook URL"},
		{"Use webhook off", hookPath, fault(200, `{"endpoint":"https://bot.example.com/line/test-channel/webhook","active":false}`), "webhook", channels.Fail, "Use webhook"},
		{"another channel's URL", hookPath, fault(200, `{"endpoint":"https://bot.example.com/other?key=hidden","active":true}`), "webhook", channels.Warn, "https://bot.example.com/other,"},
		{"webhook settings that cannot be read", hookPath, fault(500, ""), "webhook", channels.Fail, "did not answer"},
		{"no monthly limit", quotaPath, fault(200, `{"type":"none"}`), "quota", channels.Pass, "no monthly limit"},
		{"little quota left", quotaPath, fault(200, `{"type":"limited","value":130}`), "quota", channels.Warn, "2 of 130"},
		{"no quota left", quotaPath, fault(200, `{"type":"limited","value":128}`), "quota", channels.Warn, "used up"},
		{"a used quota that cannot be read", quotaPath + "/consumption", fault(500, ""), "quota", channels.Fail, "did not answer"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit.Open(t)
			b.Platform.FailNext(row.path, row.fault)
			for _, c := range b.Adapter.Check(context.Background()).Checks {
				if c.ID != row.check {
					continue
				}
				if c.Status != row.status || !strings.Contains(c.Message, row.says) || strings.Contains(c.Message, "hidden") {
					t.Errorf("%+v", c)
				}
				return
			}
			t.Errorf("no check %s", row.check)
		})
	}
	t.Run("a platform that is not there", func(t *testing.T) {
		b := kit.Open(t)
		b.Platform.FailNext(infoPath, channeltest.Fault{Hang: true})
		ctx, cancel := context.WithCancel(context.Background())
		go func() {
			b.Platform.Wait(infoPath, 1)
			cancel()
		}()
		report := b.Adapter.Check(ctx)
		if len(report.Checks) != 1 || report.Checks[0].Status != channels.Fail {
			t.Errorf("%+v", report)
		}
	})
}

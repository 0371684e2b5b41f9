package line

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"dari/bot/check"
	"dari/bot/words"
	"dari/channels"
	"dari/channels/channeltest"
)

const (
	infoPath  = "/v2/bot/info"
	hookPath  = "/v2/bot/channel/webhook/endpoint"
	testPath  = "/v2/bot/channel/webhook/test"
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
		if c.Status != check.Pass || words.Check("en", c) == "" {
			t.Errorf("%+v", c)
		}
		b.NoSecret(t, kit, "the check", words.Check("en", c))
	}
	if got := strings.Join(ids, " "); got != "bot answers webhook webhook_test quota" {
		t.Errorf("checks %s", got)
	}
}

// tested is LINE's answer about a test call that went wrong.
func tested(reason string, status int) channeltest.Fault {
	return fault(200, fmt.Sprintf(`{"success":false,"timestamp":"2026-11-21T09:13:02.871Z","statusCode":%d,"reason":%q,"detail":"x"}`, status, reason))
}

func TestCheckFindsTheFault(t *testing.T) {
	const screen = "LINE Developers Console"
	for _, row := range []struct {
		name, path string
		fault      channeltest.Fault
		check      string
		status     check.Status
		says       string
	}{
		{"a bad token", infoPath, faultFile(t, 401, "error_401.json"), "bot", check.Fail, screen},
		{"an answer that is not LINE's", infoPath, fault(200, "<html>"), "bot", check.Fail, "Address of the API"},
		{"an answer of another shape", infoPath, fault(200, "[]"), "bot", check.Fail, "Address of the API"},
		{"an empty answer", infoPath, fault(200, "null"), "bot", check.Fail, "Address of the API"},
		{"a wrong base address", infoPath, fault(404, ""), "bot", check.Fail, "Address of the API"},
		{"LINE out of order", infoPath, fault(500, ""), "bot", check.Fail, "did not answer"},
		{"people who may answer too", infoPath, fault(200, `{"userId":"U1","displayName":"x","chatMode":"chat"}`), "answers", check.Warn, "Official Account Manager"},
		{"people whom messages wait for", infoPath, fault(200, `{"userId":"U1","displayName":"x","chatMode":"chat","markAsReadMode":"manual"}`), "answers", check.Warn, "stay unread"},
		{"no webhook URL", hookPath, faultFile(t, 404, "error_404_webhook_not_set.json"), "webhook", check.Fail, "Webhook URL"},
		{"Use webhook off", hookPath, fault(200, `{"endpoint":"https://bot.example.com/line/test-channel/webhook","active":false}`), "webhook", check.Fail, "Use webhook"},
		{"another channel's URL", hookPath, fault(200, `{"endpoint":"https://bot.example.com/other?key=hidden","active":true}`), "webhook", check.Warn, "https://bot.example.com/other,"},
		{"webhook settings that cannot be read", hookPath, fault(500, ""), "webhook", check.Fail, "did not answer"},
		{"a webhook URL that is empty", hookPath, fault(200, `{"endpoint":"","active":true}`), "webhook", check.Fail, "Webhook URL"},
		{"a host that LINE cannot reach", testPath, faultFile(t, 200, "res_webhook_endpoint_test_failed.json"), "webhook_test", check.Fail, "public authority"},
		{"a server that is too slow", testPath, tested("REQUEST_TIMEOUT", 0), "webhook_test", check.Fail, "two seconds"},
		{"another channel secret", testPath, tested("ERROR_STATUS_CODE", 401), "webhook_test", check.Fail, "Basic settings → Channel secret"},
		{"a channel that is off", testPath, tested("ERROR_STATUS_CODE", 404), "webhook_test", check.Fail, "enable this channel"},
		{"a webhook URL that redirects", testPath, tested("ERROR_STATUS_CODE", 301), "webhook_test", check.Fail, "final address"},
		{"a server out of order", testPath, tested("ERROR_STATUS_CODE", 503), "webhook_test", check.Fail, "answers 503"},
		{"an answer LINE cannot read", testPath, tested("UNCLASSIFIED", 0), "webhook_test", check.Fail, "understands (UNCLASSIFIED: x)"},
		{"too many tests", testPath, faultFile(t, 429, "error_429_rate_limit.json"), "webhook_test", check.Warn, "60 times an hour"},
		{"a test that LINE does not answer", testPath, fault(500, ""), "webhook_test", check.Fail, "did not answer"},
		{"no monthly limit", quotaPath, fault(200, `{"type":"none"}`), "quota", check.Pass, "no monthly limit"},
		{"little quota left", quotaPath, fault(200, `{"type":"limited","value":130}`), "quota", check.Warn, "2 of 130"},
		{"just under a tenth of the quota left", quotaPath, fault(200, `{"type":"limited","value":142}`), "quota", check.Warn, "14 of 142"},
		{"a tenth of the quota left", quotaPath, fault(200, `{"type":"limited","value":143}`), "quota", check.Pass, "15 of 143"},
		{"no quota left", quotaPath, fault(200, `{"type":"limited","value":128}`), "quota", check.Warn, "used up"},
		{"a used quota that cannot be read", quotaPath + "/consumption", fault(500, ""), "quota", check.Fail, "did not answer"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit.Open(t)
			b.Platform.FailNext(row.path, row.fault)
			for _, c := range b.Adapter.Check(context.Background()).Checks {
				if c.ID != row.check {
					continue
				}
				if c.Status != row.status || !strings.Contains(words.Check("en", c), row.says) || strings.Contains(words.Check("en", c), "hidden") {
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
		if len(report.Checks) != 1 || report.Checks[0].Status != check.Fail {
			t.Errorf("%+v", report)
		}
	})
}

func TestWebhookIsTestedOnlyWhenItIsSet(t *testing.T) {
	b := kit.Open(t)
	b.Platform.FailNext(hookPath, faultFile(t, 404, "error_404_webhook_not_set.json"))
	for _, c := range b.Adapter.Check(context.Background()).Checks {
		if c.ID == "webhook_test" {
			t.Errorf("%+v", c)
		}
	}
	if n := len(b.Platform.Calls(testPath)); n != 0 {
		t.Errorf("%d tests", n)
	}
}

func TestWebhookTestHidesTheQueryOfTheURL(t *testing.T) {
	b := kit.Open(t)
	const endpoint = "https://bot.example.com/line/test-channel/webhook?key=hidden"
	b.Platform.FailNext(hookPath, fault(200, `{"endpoint":"`+endpoint+`","active":true}`))
	b.Platform.FailNext(testPath, fault(200, `{"success":false,"timestamp":"2026-11-21T09:13:02.871Z","statusCode":0,"reason":"COULD_NOT_CONNECT","detail":"TLS handshake failure: `+endpoint+`"}`))
	for _, c := range b.Adapter.Check(context.Background()).Checks {
		if strings.Contains(words.Check("en", c), "hidden") {
			t.Errorf("%+v", c)
		}
	}
	if body := string(b.Platform.Calls(testPath)[0].Body); !strings.Contains(body, "hidden") {
		t.Errorf("LINE was asked to test %s", body)
	}
}

func TestSetWebhook(t *testing.T) {
	for _, row := range []struct {
		name, url string
		fault     channeltest.Fault
		kind      channels.Kind // "" when it is set
		says      string
	}{
		{"a callback URL is set", "https://bot.example.com/line/ch/webhook", channeltest.Fault{}, "", ""},
		{"a URL by plain http is not asked for", "http://bot.example.com/line/ch/webhook", channeltest.Fault{}, channels.Rejected, "url: it must be an address that begins with https:"},
		{"a URL that is too long is not asked for", "https://bot.example.com/" + strings.Repeat("a", 500), channeltest.Fault{}, channels.Rejected, "LINE takes 500"},
		{"a URL that LINE refuses is rejected", "https://127.0.0.1/line", faultFile(t, 400, "error_400_invalid_webhook_url.json"), channels.Rejected, "Invalid webhook endpoint URL"},
		{"a bad token is auth", "https://bot.example.com/x", faultFile(t, 401, "error_401.json"), channels.Auth, "Authentication failed"},
		{"LINE out of order is temporary, without doubt", "https://bot.example.com/x", fault(500, ""), channels.Temporary, "http_500"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit.Open(t)
			if row.fault.Status != 0 {
				b.Platform.FailNext(hookPath, row.fault)
			}
			err := b.Adapter.(interface {
				SetWebhook(context.Context, string) error
			}).SetWebhook(context.Background(), row.url)
			if row.kind == "" {
				calls := b.Platform.Calls(hookPath)
				if err != nil || len(calls) != 1 || calls[0].Method != "PUT" || canonical(t, string(calls[0].Body)) != canonical(t, `{"endpoint":"`+row.url+`"}`) {
					t.Errorf("got %v, %v", calls, err)
				}
				return
			}
			if se := channels.AsSendError(err); err == nil || se.Kind != row.kind || se.Doubt || !strings.Contains(err.Error(), row.says) {
				t.Errorf("got %v, want %s, %s", err, row.kind, row.says)
			}
			if row.fault.Status == 0 && len(b.Platform.Calls("/")) != 0 {
				t.Error("LINE was called")
			}
		})
	}
}

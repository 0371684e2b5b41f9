package line

import (
	"context"
	"fmt"
	"net/http"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"dari/channels"
)

// doctor runs the checks of one connection test.
type doctor struct {
	*adapter
	line     *messaging_api.MessagingApiAPI
	report   channels.Report
	chatMode messaging_api.BotInfoResponseCHAT_MODE
	endpoint string // the set webhook URL
}

// Check implements channels.Adapter. The bot comes first: when the token does not even show that,
// nothing else can be asked.
func (a *adapter) Check(ctx context.Context) channels.Report {
	c, err := a.client(ctx)
	d := &doctor{adapter: a, line: c}
	d.run("bot", func() (channels.Status, string) {
		if err != nil {
			return d.unanswered("the bot's profile", nil, err)
		}
		return d.checkBot()
	})
	if d.report.BotName == "" {
		return d.report
	}
	d.run("answers", d.checkAnswers)
	d.run("webhook", d.checkWebhook)
	if d.endpoint != "" { // it may be tested 60 times an hour
		d.run("webhook_test", d.checkArrival)
	}
	d.run("quota", d.checkQuota)
	return d.report
}

// run adds one check to the report.
func (d *doctor) run(id string, check func() (channels.Status, string)) {
	start := d.deps.Now()
	status, text := check()
	ms := d.deps.Now().Sub(start).Milliseconds()
	d.report.Checks = append(d.report.Checks, channels.Check{ID: id, Status: status, Message: text, MS: ms})
}

// checkBot is the cheapest call that needs the token.
// https://developers.line.biz/en/reference/messaging-api/#get-bot-info
func (d *doctor) checkBot() (channels.Status, string) {
	res, bot, err := d.line.GetBotInfoWithHttpInfo()
	if bot == nil || bot.DisplayName == "" {
		return d.unanswered("the bot's profile", res, err)
	}
	d.report.BotName, d.chatMode = bot.DisplayName, bot.ChatMode
	return channels.Pass, fmt.Sprintf("The token works; the bot is %q (%s, user id %s)", bot.DisplayName, bot.BasicId, bot.UserId)
}

// checkAnswers reports what else may answer users. LINE tells whether people may, but not whether
// auto-reply and greeting messages are on.
func (d *doctor) checkAnswers() (channels.Status, string) {
	if d.chatMode == messaging_api.BotInfoResponseCHAT_MODE_CHAT {
		return channels.Warn, "Chat is on, so people may answer besides the bot: LINE Official Account Manager → Settings → Response settings → Chat"
	}
	return channels.Pass, "Chat is off; if users see canned text, auto-reply or greeting is still on: LINE Official Account Manager → Settings → Response settings"
}

// checkQuota tells how many pushes are left this month. Replies are free.
// https://developers.line.biz/en/reference/messaging-api/#get-quota
func (d *doctor) checkQuota() (channels.Status, string) {
	const screen = "LINE Official Account Manager → Settings → Monthly plan"
	res, quota, err := d.line.GetMessageQuotaWithHttpInfo()
	if quota == nil {
		return d.unanswered("the message quota", res, err)
	}
	if quota.Type != messaging_api.QuotaType_LIMITED {
		return channels.Pass, "Pushes have no monthly limit"
	}
	res, used, err := d.line.GetMessageQuotaConsumptionWithHttpInfo()
	if used == nil {
		return d.unanswered("the used message quota", res, err)
	}
	left := max(quota.Value-used.TotalUsage, 0)
	text := fmt.Sprintf("%d of %d pushes are left this month", left, quota.Value)
	switch {
	case left == 0:
		return channels.Warn, "The push quota is used up, free replies still work: " + screen
	case left*10 < quota.Value:
		return channels.Warn, text + ": " + screen
	}
	return channels.Pass, text
}

// unanswered words a call that brought nothing.
func (d *doctor) unanswered(what string, res *http.Response, err error) (channels.Status, string) {
	if accepted(res) {
		return channels.Fail, fmt.Sprintf("The answer about %s is not LINE's; check the setting api_base_url", what)
	}
	se := d.failure("check", res, err)
	switch se.Kind {
	case channels.Auth:
		return channels.Fail, fmt.Sprintf("LINE refuses the channel access token (%s): LINE Developers Console → your channel → Messaging API → Channel access token → Issue", se.Code)
	case channels.Config, channels.Rejected:
		return channels.Fail, fmt.Sprintf("LINE cannot be asked for %s (%s); check the setting api_base_url", what, se.Code)
	}
	return channels.Fail, fmt.Sprintf("LINE did not answer about %s (%s); try again, or check that this server may reach LINE", what, se.Code)
}

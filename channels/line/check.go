package line

import (
	"context"
	"net/http"
	"strconv"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"dari/bot/check"
	"dari/channels"
)

// doctor runs the checks of one connection test.
type doctor struct {
	*adapter
	line     *messaging_api.MessagingApiAPI
	report   channels.Report
	info     messaging_api.BotInfoResponse
	endpoint string // the set webhook URL
}

// Check implements channels.Adapter. The bot comes first: when the token does not even show that,
// nothing else can be asked.
func (a *adapter) Check(ctx context.Context) channels.Report {
	c, err := a.client(ctx)
	d := &doctor{adapter: a, line: c}
	d.run("bot", func() check.Check {
		if err != nil {
			return d.unanswered(nil, err)
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

// run adds one check to the report; what it looks at is its id.
func (d *doctor) run(id string, look func() check.Check) {
	start := d.deps.Now()
	c := look()
	c.ID, c.Took = id, d.deps.Now().Sub(start)
	d.report.Checks = append(d.report.Checks, c)
}

func pass(code string, pairs ...string) check.Check { return check.New("", check.Pass, code, pairs...) }

func warn(code string, pairs ...string) check.Check { return check.New("", check.Warn, code, pairs...) }

func fail(code string, pairs ...string) check.Check { return check.New("", check.Fail, code, pairs...) }

// checkBot is the cheapest call that needs the token.
// https://developers.line.biz/en/reference/messaging-api/#get-bot-info
func (d *doctor) checkBot() check.Check {
	res, bot, err := d.line.GetBotInfoWithHttpInfo()
	if bot == nil || bot.DisplayName == "" {
		return d.unanswered(res, err)
	}
	d.report.BotName, d.info = bot.DisplayName, *bot
	return pass("line.bot_found", "name", bot.DisplayName, "id", bot.BasicId)
}

// checkAnswers reports what else may answer users. LINE tells whether people may, and whether what they
// have not read stays marked so, but not whether auto-reply and greeting messages are on.
func (d *doctor) checkAnswers() check.Check {
	switch {
	case d.info.ChatMode != messaging_api.BotInfoResponseCHAT_MODE_CHAT:
		return pass("line.chat_off")
	case d.info.MarkAsReadMode == messaging_api.BotInfoResponseMARK_AS_READ_MODE_MANUAL:
		return warn("line.chat_on_unread")
	}
	return warn("line.chat_on")
}

// checkQuota tells how many pushes are left this month. Replies are free.
// https://developers.line.biz/en/reference/messaging-api/#get-quota
func (d *doctor) checkQuota() check.Check {
	res, quota, err := d.line.GetMessageQuotaWithHttpInfo()
	if quota == nil {
		return d.unanswered(res, err)
	}
	if quota.Type != messaging_api.QuotaType_LIMITED {
		return pass("line.quota_none")
	}
	res, used, err := d.line.GetMessageQuotaConsumptionWithHttpInfo()
	if used == nil {
		return d.unanswered(res, err)
	}
	left := max(quota.Value-used.TotalUsage, 0)
	of := strconv.FormatInt(quota.Value, 10)
	switch {
	case left == 0:
		return warn("line.quota_used_up", "of", of)
	case left*10 < quota.Value:
		return warn("line.quota_low", "left", strconv.FormatInt(left, 10), "of", of)
	}
	return pass("line.quota_left", "left", strconv.FormatInt(left, 10), "of", of)
}

// unanswered words a call that brought nothing.
func (d *doctor) unanswered(res *http.Response, err error) check.Check {
	if accepted(res) {
		return fail("line.odd_answer")
	}
	se := d.failure("check", res, err)
	switch se.Kind {
	case channels.Auth:
		return fail("line.token_refused", "code", se.Code)
	case channels.Config, channels.Rejected:
		return fail("line.call_refused", "code", se.Code)
	}
	return fail("line.no_answer", "code", se.Code)
}

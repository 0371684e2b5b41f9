package line

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"dari/bot/check"
)

// checkWebhook reads the callback settings.
// https://developers.line.biz/en/reference/messaging-api/#get-webhook-endpoint-information
func (d *doctor) checkWebhook() check.Check {
	res, hook, err := d.line.GetWebhookEndpointWithHttpInfo()
	switch {
	case hook == nil && res != nil && res.StatusCode == http.StatusNotFound,
		hook != nil && hook.Endpoint == "":
		return fail("line.webhook_none")
	case hook == nil:
		return d.unanswered(res, err)
	}
	d.endpoint = hook.Endpoint
	url := withoutQuery(hook.Endpoint)
	switch {
	case !hook.Active:
		return fail("line.webhook_off", "url", url)
	case d.deps.ChannelID != "" && !strings.HasSuffix(url, "/"+Name+"/"+d.deps.ChannelID+"/webhook"):
		return warn("line.webhook_other", "url", url)
	case d.deps.CallbackURL != "" && url != d.deps.CallbackURL:
		return warn("line.webhook_host", "url", url, "ours", d.deps.CallbackURL)
	}
	return pass("line.webhook_set", "url", url)
}

// withoutQuery leaves out the parts of an address that may hold a secret; "?" is an address that cannot
// be read.
func withoutQuery(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "?"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// checkArrival lets LINE send a signed callback without events to the set URL.
// https://developers.line.biz/en/reference/messaging-api/#test-webhook-endpoint
func (d *doctor) checkArrival() check.Check {
	res, test, err := d.line.TestWebhookEndpointWithHttpInfo(&messaging_api.TestWebhookEndpointRequest{Endpoint: d.endpoint})
	switch {
	case res != nil && res.StatusCode == http.StatusTooManyRequests:
		return warn("line.test_limit")
	case test == nil:
		return d.unanswered(res, err)
	case test.Success:
		return pass("line.test_arrived")
	}
	return d.notArrived(test)
}

// notArrived explains why a test call was not answered well. What LINE says about it is for experts.
func (d *doctor) notArrived(test *messaging_api.TestWebhookEndpointResponse) check.Check {
	said := d.tidy(strings.TrimRight(test.Reason+": "+strings.ReplaceAll(test.Detail, d.endpoint, withoutQuery(d.endpoint)), ": "))
	switch test.Reason {
	case "COULD_NOT_CONNECT":
		return fail("line.test_no_connection", "said", said)
	case "REQUEST_TIMEOUT":
		return fail("line.test_timeout", "said", said)
	case "ERROR_STATUS_CODE":
		return refusedTest(int(test.StatusCode))
	}
	return fail("line.test_odd", "said", said)
}

func refusedTest(status int) check.Check {
	switch {
	case status == http.StatusUnauthorized:
		return fail("line.test_signature")
	case status == http.StatusNotFound:
		return fail("line.test_no_channel")
	case status/100 == 3:
		return fail("line.test_redirect", "status", strconv.Itoa(status))
	}
	return fail("line.test_status", "status", strconv.Itoa(status))
}

package line

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"dari/channels"
)

// webhookMax is how long a webhook URL may be.
// https://developers.line.biz/en/reference/messaging-api/#set-webhook-endpoint-url
const webhookMax = 500

// webhookScreen leads to what is wrong with a webhook URL.
const webhookScreen = "LINE Developers Console → your channel → Messaging API → "

// SetWebhook tells LINE the callback URL of this channel; it takes LINE up to a minute to use it. The
// switch "Use webhook" remains for a person to turn. Errors are *channels.SendError values.
func (a *adapter) SetWebhook(ctx context.Context, url string) error {
	url, err := uri("url", url, webhookMax, "https")
	if err != nil {
		return err
	}
	c, err := a.client(ctx)
	if err != nil {
		return err
	}
	res, _, err := c.SetWebhookEndpointWithHttpInfo(&messaging_api.SetWebhookEndpointRequest{Endpoint: url})
	a.note(ctx, "set webhook", res)
	if !accepted(res) {
		return certain(a.failure("set webhook", res, err))
	}
	return nil
}

// checkWebhook reads the callback settings.
// https://developers.line.biz/en/reference/messaging-api/#get-webhook-endpoint-information
func (d *doctor) checkWebhook() (channels.Status, string) {
	res, hook, err := d.line.GetWebhookEndpointWithHttpInfo()
	switch {
	case hook == nil && res != nil && res.StatusCode == http.StatusNotFound,
		hook != nil && hook.Endpoint == "":
		return channels.Fail, "No webhook URL is set: " + webhookScreen + "Webhook URL"
	case hook == nil:
		return d.unanswered("the webhook settings", res, err)
	}
	d.endpoint = hook.Endpoint
	endpoint := withoutQuery(hook.Endpoint)
	switch {
	case !hook.Active:
		return channels.Fail, fmt.Sprintf("\"Use webhook\" is off, so nothing arrives at %s: %sUse webhook", endpoint, webhookScreen)
	case d.deps.ChannelID != "" && !strings.HasSuffix(endpoint, "/"+Name+"/"+d.deps.ChannelID+"/webhook"):
		return channels.Warn, fmt.Sprintf("LINE calls %s, which does not look like this channel's callback URL: %sWebhook URL", endpoint, webhookScreen)
	}
	return channels.Pass, "LINE calls " + endpoint
}

// withoutQuery leaves out the parts of an address that may hold a secret.
func withoutQuery(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "an address that cannot be read"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// checkArrival lets LINE send a signed callback without events to the set URL.
// https://developers.line.biz/en/reference/messaging-api/#test-webhook-endpoint
func (d *doctor) checkArrival() (channels.Status, string) {
	res, test, err := d.line.TestWebhookEndpointWithHttpInfo(&messaging_api.TestWebhookEndpointRequest{Endpoint: d.endpoint})
	switch {
	case res != nil && res.StatusCode == http.StatusTooManyRequests:
		return channels.Warn, "LINE tests a webhook 60 times an hour at most; try again later, or press Verify: " + webhookScreen + "Webhook URL"
	case test == nil:
		return d.unanswered("its test of the webhook", res, err)
	case test.Success:
		return channels.Pass, "A test call of LINE has arrived and was answered"
	}
	said := strings.ReplaceAll(test.Detail, d.endpoint, withoutQuery(d.endpoint))
	return channels.Fail, fmt.Sprintf("%s. LINE says %s: %s", notArrived(test), test.Reason, d.tidy(said))
}

// notArrived explains why a test call was not answered well, and what to do.
func notArrived(test *messaging_api.TestWebhookEndpointResponse) string {
	const again = webhookScreen + "Webhook URL → Verify"
	switch test.Reason {
	case "COULD_NOT_CONNECT":
		return "LINE cannot connect to the webhook URL; its host must be reachable from the internet by https, with a certificate of a public authority, then " + again
	case "REQUEST_TIMEOUT":
		return "No answer came within two seconds; look for a slow proxy or an overloaded server in front of the webhook URL, then " + again
	case "ERROR_STATUS_CODE":
		return refusedTest(int(test.StatusCode))
	}
	return "The answer of the webhook URL is not one that LINE understands; look for a proxy that changes answers, then " + again
}

func refusedTest(status int) string {
	switch {
	case status == http.StatusUnauthorized:
		return "The signature of LINE's test call was refused; copy LINE Developers Console → your channel → Basic settings → Channel secret into the setting channel_secret"
	case status == http.StatusNotFound:
		return "There is no enabled channel at the webhook URL; enable this channel and copy its callback URL into " + webhookScreen + "Webhook URL"
	case status/100 == 3:
		return "The webhook URL redirects, which LINE does not follow; enter the final address: " + webhookScreen + "Webhook URL"
	}
	return fmt.Sprintf("The webhook URL answers %d; look into the log of the server behind it, then %sWebhook URL → Verify", status, webhookScreen)
}

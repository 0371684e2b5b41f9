package teams

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"dari/channels"
)

// failure sorts the Connector's refusals. Statuses that the page does not list must not be retried.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages#status-codes-from-bot-conversational-apis
func (a *adapter) failure(resp *http.Response, body []byte) *channels.SendError {
	var answer struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	// Some gateways answer in HTML; then the status alone speaks.
	_ = json.Unmarshal(body, &answer)
	code := answer.Error.Code
	se := &channels.SendError{Kind: kindOf(resp.StatusCode, code), Code: code}
	if code == "" {
		se.Code = strconv.Itoa(resp.StatusCode)
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		se.RetryAfter = channels.RetryAfter(resp.Header, a.now(), "Retry-After")
	case http.StatusBadGateway, http.StatusGatewayTimeout: // something behind the gateway may have taken it
		se.Doubt = true
	}
	se.Err = &connectorError{
		status: resp.StatusCode, code: code, message: shorten(answer.Error.Message),
		operation: shorten(resp.Header.Get("X-Correlating-OperationId")),
	}
	return se
}

// connectorError is a refusal in the Connector's own words.
type connectorError struct {
	status    int
	code      string
	message   string
	operation string // Microsoft's support asks for it
}

func (e *connectorError) Error() string {
	text := fmt.Sprintf("teams: the Connector answered %d", e.status)
	if e.message != "" {
		text += ": " + e.message
	}
	if hint := hints[e.code]; hint != "" {
		text += "; " + hint
	}
	if e.operation != "" {
		text += " (operation " + e.operation + ")"
	}
	return text
}

func kindOf(status int, code string) channels.Kind {
	switch status {
	case http.StatusUnauthorized:
		return channels.Auth
	case http.StatusForbidden, http.StatusNotFound:
		switch code {
		case "BotNotInConversationRoster", "ConversationBlockedByUser", "BotDisabledByAdmin", "ConversationNotFound":
			return channels.Blocked
		}
	case http.StatusTooManyRequests:
		return channels.RateLimited
	case http.StatusPreconditionFailed, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return channels.Temporary
	}
	if status >= 500 {
		return channels.Uncertain
	}
	return channels.Rejected
}

// hints say what to do, by the Connector's code.
var hints = map[string]string{
	"BotNotRegistered":           "register the bot in the Azure portal and add the Teams channel under Azure Bot → Channels",
	"BotDisabledByAdmin":         "a Teams administrator has to allow the app in the admin center under Teams apps → Manage apps",
	"BotNotInConversationRoster": "the app has to be added to this chat or team again",
	"ConversationBlockedByUser":  "the person blocked the bot",
	"NotEnoughPermissions":       "the app's manifest lacks a permission",
	"InvalidBotApiHost":          "the tenant is in another cloud than this conversation's service URL; somebody has to write to the bot there again",
}

// shorten keeps foreign texts from filling a log.
func shorten(s string) string {
	if r := []rune(s); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return s
}

// cause takes the addresses, which may be private, out of a failed call.
func cause(err error) error {
	var ue *url.Error
	for errors.As(err, &ue) {
		err = ue.Err
	}
	var se *channels.SendError
	if errors.As(err, &se) && se.Err != nil {
		return se.Err
	}
	return err
}

package webchat

import (
	"context"

	"dari/bot/check"
	"dari/channels"
)

// Check implements channels.Adapter. There is nothing to connect to.
func (adapter) Check(context.Context) channels.Report {
	return channels.Report{Checks: []check.Check{check.New("page", check.Pass, "web.page")}}
}

package slack

import (
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"dari/channels"
)

// lullTime is how long Slack is not asked again for something that it has said the app may not do. The
// owner may pay for the workspace or add a scope meanwhile.
const lullTime = time.Hour

// lull remembers that the workspace or the app lacks something.
type lull struct{ until atomic.Int64 }

func (l *lull) on(now time.Time) bool { return now.UnixNano() < l.until.Load() }

func (l *lull) begin(now time.Time) { l.until.Store(now.Add(lullTime).UnixNano()) }

// here are codes that say something about one conversation or one message and nothing about the app.
var here = []string{
	"channel_not_found", "not_in_channel", "is_archived", "channel_type_not_supported", "invalid_thread_ts",
	"thread_not_found", "message_not_found", "missing_recipient_team_id", "missing_recipient_user_id",
	"message_not_in_streaming_state", "msg_too_long",
}

// lacking tells a refusal that any other conversation would get too: the workspace's plan, the app's
// settings or a missing scope. Slack's codes for it are not published, so that what is not known to be
// about the conversation counts.
func lacking(e *channels.SendError) bool {
	switch e.Code {
	case "missing_scope", "no_permission", "access_denied", "not_allowed_token_type":
		return true
	}
	return e.Kind == channels.Rejected && !slices.Contains(here, e.Code) && !strings.HasPrefix(e.Code, "restricted_action")
}

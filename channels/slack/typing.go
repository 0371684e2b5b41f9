package slack

import (
	"context"
	"slices"

	slackapi "github.com/slack-go/slack"

	"dari/channels"
)

// typingStatus stands behind the bot's name while an answer is being prepared. It is in no language,
// since nobody knows here which one the person reads.
const typingStatus = "…"

// Typing implements channels.Typist with the status line of a thread, which Slack takes away when the bot
// writes or after two minutes: https://docs.slack.dev/reference/methods/assistant.threads.setStatus
// There is none outside of threads. Free workspaces do not have it, and are not asked again for a while.
func (a *adapter) Typing(ctx context.Context, out channels.Outgoing) error {
	channel, thread := target(out.Conversation, out.User)
	if thread == "" || a.noTyping.on(a.deps.Now()) {
		return nil
	}
	err := a.api.SetAssistantThreadsStatusContext(ctx, slackapi.AssistantThreadsSetStatusParameters{
		ChannelID: channel, ThreadTS: thread, Status: typingStatus,
	})
	if err == nil {
		return nil
	}
	e := a.sendError("assistant.threads.setStatus", err)
	switch {
	case slices.Contains(here, e.Code):
		return nil
	case lacking(e):
		a.noTyping.begin(a.deps.Now())
		return nil
	}
	return e
}

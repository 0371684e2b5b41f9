package channeltest

import "strings"

// update changes a message: https://docs.slack.dev/reference/methods/chat.update
func (f *slackFake) update(args slackArgs) slackAnswer {
	f.mu.Lock()
	streaming, known := f.messages[args["ts"]]
	f.mu.Unlock()
	switch {
	case !strings.ContainsAny(args["channel"][:min(1, len(args["channel"]))], "CDG"):
		return slackError("channel_not_found")
	case !known:
		return slackError("message_not_found")
	case streaming:
		return slackError("streaming_state_conflict")
	case slackCharacters(args["text"]) > 4000:
		return slackError("msg_too_long")
	case slackBlockFault(args["blocks"]) != "":
		return slackError("invalid_blocks")
	case args["text"] == "" && args["blocks"] == "":
		return slackError("no_text")
	}
	return slackAnswer{"ok": true, "channel": args["channel"], "ts": args["ts"], "text": args["text"]}
}

// deleteMessage withdraws a message: https://docs.slack.dev/reference/methods/chat.delete
func (f *slackFake) deleteMessage(args slackArgs) slackAnswer {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, known := f.messages[args["ts"]]
	switch {
	case !strings.ContainsAny(args["channel"][:min(1, len(args["channel"]))], "CDG"):
		return slackError("channel_not_found")
	case !known:
		return slackError("message_not_found")
	}
	delete(f.messages, args["ts"])
	return slackAnswer{"ok": true, "channel": args["channel"], "ts": args["ts"]}
}

// startStream begins a message that grows: https://docs.slack.dev/reference/methods/chat.startStream
func (f *slackFake) startStream(args slackArgs) slackAnswer {
	direct := strings.HasPrefix(args["channel"], "D")
	switch {
	case args["channel"] == "" || strings.HasPrefix(args["channel"], "U"):
		return slackError("channel_not_found")
	case args["thread_ts"] == "":
		return slackError("invalid_arguments")
	case !direct && args["recipient_team_id"] == "":
		return slackError("missing_recipient_team_id")
	case !direct && args["recipient_user_id"] == "":
		return slackError("missing_recipient_user_id")
	case slackCharacters(args["markdown_text"]) > 12000:
		return slackError("msg_too_long")
	}
	return slackAnswer{"ok": true, "channel": args["channel"], "ts": f.newMessage(true)}
}

func (f *slackFake) appendStream(args slackArgs) slackAnswer {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case !f.messages[args["ts"]]:
		return slackError("message_not_in_streaming_state")
	case args["markdown_text"] == "":
		return slackError("no_text")
	case slackCharacters(args["markdown_text"]) > 12000:
		return slackError("msg_too_long")
	}
	return slackAnswer{"ok": true, "channel": args["channel"], "ts": args["ts"]}
}

func (f *slackFake) stopStream(args slackArgs) slackAnswer {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case !f.messages[args["ts"]]:
		return slackError("message_not_in_streaming_state")
	case slackBlockFault(args["blocks"]) != "":
		return slackError("invalid_blocks")
	}
	f.messages[args["ts"]] = false
	return slackAnswer{"ok": true, "channel": args["channel"], "ts": args["ts"]}
}

func (f *slackFake) setStatus(args slackArgs) slackAnswer {
	if args["channel_id"] == "" || args["thread_ts"] == "" {
		return slackError("invalid_arguments")
	}
	return slackAnswer{"ok": true}
}

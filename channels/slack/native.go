package slack

import (
	"bytes"
	"encoding/json"
	"fmt"

	slackapi "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"dari/bot/message"
)

// composeNative takes blocks as they are written in Slack's Block Kit Builder: a list of blocks, or an
// object with "blocks" and "text". Whoever writes them may mention people; only FallbackText is escaped.
func composeNative(m message.Message) (post, error) {
	if m.Channel != (Type{}).Name() {
		return post{}, rejected("channel", "the payload is for %q", m.Channel)
	}
	var payload struct {
		Text   string            `json:"text"`
		Blocks []json.RawMessage `json:"blocks"`
	}
	raw := bytes.TrimSpace(m.Payload)
	read := json.NewDecoder(bytes.NewReader(raw))
	read.DisallowUnknownFields() // what is not sent must not get lost in silence
	var err error
	if bytes.HasPrefix(raw, []byte("[")) {
		err = read.Decode(&payload.Blocks)
	} else {
		err = read.Decode(&payload)
	}
	if err != nil {
		return post{}, rejected("payload", `must be a list of blocks or {"blocks": [...], "text": "..."}: %v`, err)
	}
	if n := len(payload.Blocks); n == 0 || n > maxBlocks {
		return post{}, rejected("payload.blocks", "%d blocks, Slack takes 1 to %d", n, maxBlocks)
	}
	p := post{text: payload.Text}
	if m.FallbackText != "" {
		p.text = slackutilsx.EscapeMessage(m.FallbackText)
	}
	if n := characters(p.text); n > maxTextCut {
		return post{}, rejected("payload.text", "%d characters, Slack cuts after %d", n, maxTextCut)
	}
	for i, b := range payload.Blocks {
		block, err := slackapi.BlockFromJSON(string(b))
		if err != nil || b[0] != '{' {
			return post{}, rejected(fmt.Sprintf("payload.blocks[%d]", i), "must be an object with a type")
		}
		p.blocks = append(p.blocks, block)
	}
	p.blocks = append(p.blocks, spelledSections(m.QuickReplies)...)
	return p, nil
}

package naverworks

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/markdown"
)

// render makes the body of the send call from a message that is no misfit. fileID is what its file was
// uploaded under, "" if the platform fetches the file itself.
func render(m message.Message, fileID string) (string, *channels.SendError) {
	var c outContent
	var refused *channels.SendError
	switch m.Type {
	case message.TypeText:
		c = outContent{Type: "text", Text: words(m)}
	case message.TypeButtons:
		c = outContent{Type: "button_template", ContentText: words(m), Actions: each(m.Actions, labelled)}
	case message.TypeCards:
		c, refused = cards(m)
	case message.TypeImage, message.TypeVideo, message.TypeAudio, message.TypeFile:
		c = fileContent(m, fileID)
	case message.TypeLocation:
		c = location(m)
	case message.TypeSticker: // ids are texts: https://developers.worksmobile.com/en/docs/bot-send-sticker
		c = outContent{Type: "sticker", PackageID: m.Set, StickerID: m.ID}
	case message.TypeNative:
		content, refused := native(m)
		if refused != nil {
			return "", refused
		}
		return encode(map[string]any{"content": content})
	default:
		refused = refuse("type", "%q is not known", m.Type)
	}
	if refused != nil {
		return "", refused
	}
	c.QuickReply = suggestions(m)
	return encode(map[string]outContent{"content": c})
}

// suggestions go with any type of message: https://developers.worksmobile.com/en/docs/bot-quickreply
func suggestions(m message.Message) *quickReply {
	if len(m.QuickReplies) == 0 {
		return nil
	}
	q := &quickReply{}
	for _, act := range m.QuickReplies {
		q.Items = append(q.Items, quickItem{spoken(act)})
	}
	return q
}

// location has title and address always, since the platform requires both.
func location(m message.Message) outContent {
	place := fmt.Sprintf("%g, %g", m.Lat, m.Lng)
	return outContent{
		Type: "location", Latitude: &m.Lat, Longitude: &m.Lng,
		Title:   clip(unmention(cmp.Or(m.Title, place)), maxPlace),
		Address: clip(unmention(cmp.Or(m.Address, place)), maxPlace),
	}
}

// native is the content object as its author wrote it; mentions in it are meant. Suggestions are added
// unless it has its own.
func native(m message.Message) (map[string]json.RawMessage, *channels.SendError) {
	if m.Channel != (Type{}).Name() {
		return nil, refuse("channel", "is %q; only a payload for %q can be sent here", m.Channel, Type{}.Name())
	}
	var content map[string]json.RawMessage
	if err := json.Unmarshal(m.Payload, &content); err != nil || content == nil {
		return nil, refuse("payload", "must be a JSON object: the content of a NAVER WORKS message")
	}
	var kind string
	if err := json.Unmarshal(content["type"], &kind); err != nil || kind == "" {
		return nil, refuse("payload", "must have a \"type\", since it is the content object itself, not one that holds it")
	}
	if _, has := content["quickReply"]; !has && len(m.QuickReplies) > 0 {
		raw, refused := encode(suggestions(m))
		if refused != nil {
			return nil, refused
		}
		content["quickReply"] = json.RawMessage(raw)
	}
	return content, nil
}

// words is the message's text as the platform shows it, which knows no markdown. Mentions are taken out
// last, because taking out markdown can lay one bare.
func words(m message.Message) string {
	text := m.Text
	if m.Format == "markdown" {
		text = markdown.Plain(text)
	}
	return unmention(text)
}

var mention = regexp.MustCompile(`(?i)<([\pZ\pC]*m[\pZ\pC/])`)

// unmention makes mention tags harmless, so that a text from a user or from data cannot ping a whole
// room: https://developers.worksmobile.com/en/docs/bot-mention. The replacement is as long as the
// original, so that a text at the limit stays inside it.
func unmention(text string) string { return mention.ReplaceAllString(text, "‹$1") }

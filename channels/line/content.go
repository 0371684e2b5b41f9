package line

import (
	"encoding/json"

	"github.com/line/line-bot-sdk-go/v8/linebot/webhook"

	"dari/bot/message"
	"dari/channels"
)

// plainText is a text message that names nobody: nearly every message there is, so it is not worth the
// two passes that the library makes to find out which content it is.
type plainText struct {
	Type            string          `json:"type"`
	ID              string          `json:"id"`
	Text            string          `json:"text"`
	QuotedMessageID string          `json:"quotedMessageId"`
	Mention         json.RawMessage `json:"mention"`
}

func (t plainText) plain() bool { return t.Type == "text" && t.ID != "" && t.Mention == nil }

// describeMessage fills in the message of an event.
// https://developers.line.biz/en/reference/messaging-api/#message-event
func (e event) describeMessage(in *message.Inbound) bool {
	var text plainText
	if len(e.Message) > 0 && channels.Decode(e.Message, &text) == nil && text.plain() {
		in.Kind, in.Name, in.MessageID, in.Text = message.KindText, e.Type+"."+text.Type, text.ID, text.Text
		in.Quoted = quoted(text.QuotedMessageID)
		return true
	}
	content, err := webhook.UnmarshalMessageContent(e.Message)
	if err != nil {
		return false
	}
	in.Name = e.Type + "." + content.GetType()
	switch m := content.(type) {
	case webhook.TextMessageContent:
		in.Kind, in.MessageID = message.KindText, m.Id
		in.Text, in.Mentions, in.Mentioned = mentions(m.Text, m.Mention)
		in.Quoted = quoted(m.QuotedMessageId)
	case webhook.StickerMessageContent:
		in.Kind, in.MessageID = message.KindSticker, m.Id
		in.Sticker = &message.Sticker{Set: m.PackageId, ID: m.StickerId, Text: m.Text, Keywords: m.Keywords}
		in.Quoted = quoted(m.QuotedMessageId)
	case webhook.LocationMessageContent:
		in.Kind, in.MessageID = message.KindLocation, m.Id
		in.Location = &message.Location{Lat: m.Latitude, Lng: m.Longitude, Title: m.Title, Address: m.Address}
	default:
		return describeFile(in, content)
	}
	return true
}

// describeFile handles the messages that carry a file. LINE keeps the bytes under the message id.
func describeFile(in *message.Inbound, content webhook.MessageContentInterface) bool {
	var file message.Attachment
	var provider *webhook.ContentProvider
	switch m := content.(type) {
	case webhook.ImageMessageContent:
		file, provider = message.Attachment{Kind: message.KindImage, Ref: m.Id}, m.ContentProvider
	case webhook.VideoMessageContent:
		file, provider = message.Attachment{Kind: message.KindVideo, Ref: m.Id, Duration: m.Duration}, m.ContentProvider
	case webhook.AudioMessageContent:
		file, provider = message.Attachment{Kind: message.KindAudio, Ref: m.Id, Duration: m.Duration}, m.ContentProvider
	case webhook.FileMessageContent:
		file = message.Attachment{Kind: message.KindFile, Ref: m.Id, Name: m.FileName, Size: int64(m.FileSize)}
	default:
		return false
	}
	in.Kind, in.MessageID = file.Kind, file.Ref
	if provider != nil && provider.Type == webhook.ContentProviderTYPE_EXTERNAL { // LINE has no copy
		file.Ref, file.URL = "", provider.OriginalContentUrl
	}
	in.Attachments = []message.Attachment{file}
	return true
}

func quoted(id string) *message.Quoted {
	if id == "" {
		return nil
	}
	return &message.Quoted{ID: id}
}

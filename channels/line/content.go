package line

import (
	"github.com/line/line-bot-sdk-go/v8/linebot/webhook"

	"dari/bot/message"
)

// describeMessage fills in the message of an event.
// https://developers.line.biz/en/reference/messaging-api/#message-event
func (e event) describeMessage(in *message.Inbound) bool {
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

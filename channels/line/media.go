package line

import (
	"cmp"
	"fmt"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"dari/bot/message"
)

// unknownDuration is given for a sound of unknown length, because LINE requires one. Nothing tells
// whether a player stops there, and a minute is more than most spoken answers take; what is shown as
// 1:00 is at worst too much.
const unknownDuration = 60_000

// media is the address of a file that LINE fetches itself, which it does through TLS alone.
func (e encoder) media(name, raw string) (string, error) {
	return uri(e.field(name), raw, mediaURLMax, "https")
}

// image has no place for Alt. A picture without a preview is its own.
// https://developers.line.biz/en/reference/messaging-api/#image-message
func (e encoder) image(m message.Message) (messaging_api.MessageInterface, error) {
	original, err := e.media("url", m.URL)
	if err != nil {
		return nil, err
	}
	preview := original
	if m.PreviewURL != "" {
		if preview, err = e.media("preview_url", m.PreviewURL); err != nil {
			return nil, err
		}
	}
	return &messaging_api.ImageMessage{OriginalContentUrl: original, PreviewImageUrl: preview, QuickReply: e.quick, Sender: e.sender}, nil
}

// video needs a picture to show before it is played. Without one it is a link.
// https://developers.line.biz/en/reference/messaging-api/#video-message
func (e encoder) video(m message.Message) (messaging_api.MessageInterface, error) {
	if m.PreviewURL == "" {
		return e.link(m.Alt, m.URL)
	}
	original, err := e.media("url", m.URL)
	if err != nil {
		return nil, err
	}
	preview, err := e.media("preview_url", m.PreviewURL)
	return &messaging_api.VideoMessage{OriginalContentUrl: original, PreviewImageUrl: preview, QuickReply: e.quick, Sender: e.sender}, err
}

// https://developers.line.biz/en/reference/messaging-api/#audio-message
func (e encoder) audio(m message.Message) (messaging_api.MessageInterface, error) {
	if m.DurationMS < 0 {
		return nil, rejected(e.field("duration_ms"), "it must not be negative")
	}
	original, err := e.media("url", m.URL)
	return &messaging_api.AudioMessage{
		OriginalContentUrl: original, Duration: cmp.Or(m.DurationMS, unknownDuration), QuickReply: e.quick, Sender: e.sender,
	}, err
}

// link is a text of a file's name and address, for what LINE cannot send.
func (e encoder) link(name, raw string) (messaging_api.MessageInterface, error) {
	s, err := uri(e.field("url"), raw, mediaURLMax, "https", "http")
	if err != nil {
		return nil, err
	}
	text := lines(name, s)
	if n := units(text); n > textMax {
		return nil, rejected(e.field("name"), "with the address it has %d characters; LINE takes %d", n, textMax)
	}
	return &messaging_api.TextMessage{Text: text, QuickReply: e.quick, Sender: e.sender}, nil
}

// location needs a title and an address; what is missing is said in coordinates.
// https://developers.line.biz/en/reference/messaging-api/#location-message
func (e encoder) location(m message.Message) (messaging_api.MessageInterface, error) {
	for _, f := range []struct{ name, text string }{{"title", m.Title}, {"address", m.Address}} {
		if n := units(f.text); n > placeMax {
			return nil, rejected(e.field(f.name), "it has %d characters; LINE takes %d", n, placeMax)
		}
	}
	place := fmt.Sprintf("%.6f, %.6f", m.Lat, m.Lng)
	return &messaging_api.LocationMessage{
		Title: cmp.Or(m.Title, m.Address, place), Address: cmp.Or(m.Address, place),
		Latitude: m.Lat, Longitude: m.Lng, QuickReply: e.quick, Sender: e.sender,
	}, nil
}

// sticker is one of those in LINE's list: https://developers.line.biz/en/docs/messaging-api/sticker-list/
func (e encoder) sticker(m message.Message) (messaging_api.MessageInterface, error) {
	for _, f := range []struct{ name, id string }{{"set", m.Set}, {"id", m.ID}} {
		if !digits.MatchString(f.id) {
			return nil, rejected(e.field(f.name), "it must be a number of LINE's sticker list")
		}
	}
	return &messaging_api.StickerMessage{PackageId: m.Set, StickerId: m.ID, QuickReply: e.quick, Sender: e.sender}, nil
}

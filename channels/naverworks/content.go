package naverworks

import (
	"math"
	"strconv"
	"strings"

	"dari/bot/message"
)

// content is what a member sent: https://developers.worksmobile.com/en/docs/bot-callback-message.
type content struct {
	Type      loose `json:"type"`
	Text      loose `json:"text"`
	Postback  loose `json:"postback"` // of the message action that was tapped
	FileID    loose `json:"fileId"`
	PackageID loose `json:"packageId"`
	StickerID loose `json:"stickerId"`
	Address   loose `json:"address"`
	Latitude  loose `json:"latitude"`
	Longitude loose `json:"longitude"`
}

// fill sets the kind and its fields; false means a content that this version does not know.
func (c content) fill(in *message.Inbound) bool {
	switch c.Type {
	case "text":
		c.fillText(in)
	case "image":
		c.fillFile(in, message.KindImage)
	case "video":
		c.fillFile(in, message.KindVideo)
	case "audio":
		c.fillFile(in, message.KindAudio)
	case "file":
		c.fillFile(in, message.KindFile)
	case "sticker":
		in.Kind = message.KindSticker
		in.Sticker = &message.Sticker{Set: string(c.PackageID), ID: string(c.StickerID)}
	case "location":
		return c.fillLocation(in)
	default:
		return false
	}
	return true
}

func (c content) fillText(in *message.Inbound) {
	data := string(c.Postback)
	if said, ok := strings.CutPrefix(data, sayPrefix); ok {
		in.Kind, in.Text = message.KindText, said
		return
	}
	in.Kind, in.Text = message.KindText, string(c.Text)
	if data != "" {
		in.Kind, in.Postback = message.KindPostback, &message.Postback{Data: data, Label: in.Text}
	}
}

// fillFile: the event has neither name nor size; the bytes are fetched with the file id.
func (c content) fillFile(in *message.Inbound, kind message.Kind) {
	in.Kind = kind
	in.Attachments = []message.Attachment{{Kind: kind, Ref: string(c.FileID)}}
}

func (c content) fillLocation(in *message.Inbound) bool {
	lat, latOK := degrees(c.Latitude, 90)
	lng, lngOK := degrees(c.Longitude, 180)
	if !latOK || !lngOK {
		return false
	}
	in.Kind = message.KindLocation
	in.Location = &message.Location{Lat: lat, Lng: lng, Address: string(c.Address)}
	return true
}

func degrees(s loose, limit float64) (float64, bool) {
	f, err := strconv.ParseFloat(string(s), 64)
	return f, err == nil && math.Abs(f) <= limit // also false for NaN
}

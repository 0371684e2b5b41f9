package naverworks

import (
	"bytes"
	"encoding/json"

	"dari/channels"
)

// outContent is the content of the send call; its type decides which properties it has:
// https://developers.worksmobile.com/en/docs/bot-send-content
type outContent struct {
	Type               string      `json:"type"`
	Text               string      `json:"text,omitempty"`
	ContentText        string      `json:"contentText,omitempty"`
	PreviewImageURL    string      `json:"previewImageUrl,omitempty"`
	OriginalContentURL string      `json:"originalContentUrl,omitempty"`
	FileID             string      `json:"fileId,omitempty"`
	PackageID          string      `json:"packageId,omitempty"`
	StickerID          string      `json:"stickerId,omitempty"`
	Title              string      `json:"title,omitempty"`
	Address            string      `json:"address,omitempty"`
	Latitude           *float64    `json:"latitude,omitempty"`
	Longitude          *float64    `json:"longitude,omitempty"`
	Columns            []column    `json:"columns,omitempty"`
	Elements           []element   `json:"elements,omitempty"`
	AltText            string      `json:"altText,omitempty"`
	Contents           *flexNode   `json:"contents,omitempty"`
	Actions            []outAction `json:"actions,omitempty"`
	QuickReply         *quickReply `json:"quickReply,omitempty"`
}

// column is one of a carousel, which has Title, Text and Actions, or of an image carousel, which has
// Action.
type column struct {
	OriginalContentURL string      `json:"originalContentUrl,omitempty"`
	Title              string      `json:"title,omitempty"`
	Text               string      `json:"text,omitempty"`
	Actions            []outAction `json:"actions,omitempty"`
	Action             *outAction  `json:"action,omitempty"`
}

// element is one of a list template.
type element struct {
	Title              string     `json:"title"`
	Subtitle           string     `json:"subtitle,omitempty"`
	OriginalContentURL string     `json:"originalContentUrl,omitempty"`
	Action             *outAction `json:"action,omitempty"`
}

type quickReply struct {
	Items []quickItem `json:"items"`
}

type quickItem struct {
	Action outAction `json:"action"`
}

type outAction struct {
	Type     string `json:"type"`
	Label    string `json:"label"`
	Text     string `json:"text,omitempty"`
	Postback string `json:"postback,omitempty"`
	URI      string `json:"uri,omitempty"`
	CopyText string `json:"copyText,omitempty"`
}

func encode(v any) (string, *channels.SendError) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", channels.Failf(channels.Rejected, "encode", "the message cannot be written as JSON: %w", err)
	}
	return b.String(), nil
}

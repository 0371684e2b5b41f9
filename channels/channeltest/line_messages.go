package channeltest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/rivo/uniseg"
)

// The rules by which LINE takes messages:
// https://developers.line.biz/en/reference/messaging-api/#message-objects

type objectLINE struct {
	Type, Text, AltText, Title, Address string
	OriginalContentURL                  string `json:"originalContentUrl"`
	PreviewImageURL                     string `json:"previewImageUrl"`
	Duration                            int64
	PackageID                           string `json:"packageId"`
	StickerID                           string `json:"stickerId"`
	Template                            templateLINE
	Contents                            json.RawMessage
	Sender                              *struct{ Name, IconURL string }
	QuickReply                          *struct {
		Items []struct {
			Type   string
			Action actionLINE
		}
	}
}

type templateLINE struct {
	Type              string
	ThumbnailImageURL string `json:"thumbnailImageUrl"`
	Title, Text       string
	Actions           []actionLINE
	Columns           []templateLINE
}

type actionLINE struct {
	Type, Label, Data, DisplayText, Text, URI, ClipboardText string
}

// checkLINE collects what is wrong with a message.
type checkLINE struct{ message, property string }

func (c *checkLINE) fail(property, format string, args ...any) {
	if c.property == "" {
		c.message, c.property = fmt.Sprintf(format, args...), property
	}
}

func (c *checkLINE) length(property string, n, least, most int) {
	switch {
	case n < least:
		c.fail(property, "May not be empty")
	case n > most:
		c.fail(property, "Length must be between %d and %d", 0, most)
	}
}

func (c *checkLINE) number(property string, n, least, most int) {
	if n < least || n > most {
		c.fail(property, "Size must be between %d and %d", least, most)
	}
}

func (c *checkLINE) https(property, address string) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || len(address) > 2000 || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' }) {
		c.fail(property, "invalid uri")
	}
}

func unitsLINE(s string) int { return len(utf16.Encode([]rune(s))) }

// faultLINE is LINE's answer to messages that it does not take, "" if it takes them.
func faultLINE(messages []json.RawMessage) string {
	var c checkLINE
	c.number("messages", len(messages), 1, 5)
	for i, raw := range messages {
		c.object(fmt.Sprintf("messages[%d]", i), raw)
	}
	if c.property == "" {
		return ""
	}
	return fmt.Sprintf(`{"message":"The request body has 1 error(s)","details":[{"message":%q,"property":%q}]}`, c.message, c.property)
}

func (c *checkLINE) object(at string, raw json.RawMessage) {
	var m objectLINE
	if json.Unmarshal(raw, &m) != nil {
		c.fail(at, "The property is invalid")
	}
	switch m.Type {
	case "text", "textV2":
		c.length(at+".text", unitsLINE(m.Text), 1, 5000)
	case "image", "video":
		c.https(at+".originalContentUrl", m.OriginalContentURL)
		c.https(at+".previewImageUrl", m.PreviewImageURL)
	case "audio":
		c.https(at+".originalContentUrl", m.OriginalContentURL)
		if m.Duration < 1 {
			c.fail(at+".duration", "Must be greater than or equal to 1")
		}
	case "location":
		c.length(at+".title", unitsLINE(m.Title), 1, 100)
		c.length(at+".address", unitsLINE(m.Address), 1, 100)
	case "sticker":
		c.length(at+".packageId", len(m.PackageID), 1, 20)
		c.length(at+".stickerId", len(m.StickerID), 1, 20)
	case "template":
		c.length(at+".altText", unitsLINE(m.AltText), 1, 1500)
		c.template(at+".template", m.Template)
	case "flex":
		c.length(at+".altText", unitsLINE(m.AltText), 1, 1500)
		c.flex(at+".contents", m.Contents)
	case "imagemap", "coupon":
	case "":
		c.fail(at+".type", "May not be empty")
	default:
		c.fail(at+".type", "Must be one of the following values: [text, image, video, audio, location, sticker, template, imagemap]")
	}
	if m.Sender != nil {
		c.sender(at+".sender", m.Sender.Name, m.Sender.IconURL)
	}
	if m.QuickReply == nil {
		return
	}
	c.number(at+".quickReply.items", len(m.QuickReply.Items), 1, 13)
	for i, item := range m.QuickReply.Items {
		if item.Type != "action" {
			c.fail(fmt.Sprintf("%s.quickReply.items[%d].type", at, i), "Must be action")
		}
		c.action(fmt.Sprintf("%s.quickReply.items[%d].action", at, i), item.Action, 20)
	}
}

func (c *checkLINE) sender(at, name, icon string) {
	c.length(at+".name", unitsLINE(name), 0, 20)
	if strings.Contains(name, "LINE") {
		c.fail(at+".name", "may not contain LINE")
	}
	if icon != "" {
		c.https(at+".iconUrl", icon)
	}
}

func (c *checkLINE) template(at string, t templateLINE) {
	switch t.Type {
	case "buttons":
		c.number(at+".actions", len(t.Actions), 1, 4)
		c.column(at, t, 160)
	case "confirm":
		c.number(at+".actions", len(t.Actions), 2, 2)
		c.column(at, t, 240)
	case "carousel":
		c.number(at+".columns", len(t.Columns), 1, 10)
		for i, col := range t.Columns {
			at, first := fmt.Sprintf("%s.columns[%d]", at, i), t.Columns[0]
			c.number(at+".actions", len(col.Actions), 1, 3)
			c.column(at, col, 120)
			if len(col.Actions) != len(first.Actions) {
				c.fail(at+".actions", "The number of actions must be the same")
			}
			if (col.Title == "") != (first.Title == "") || (col.ThumbnailImageURL == "") != (first.ThumbnailImageURL == "") {
				c.fail(at, "A title or an image must be on all columns or on none")
			}
		}
	case "image_carousel":
	default:
		c.fail(at+".type", "Must be one of the following values: [buttons, confirm, carousel, image_carousel]")
	}
}

// column checks the words, image and buttons of a template or a column of it.
func (c *checkLINE) column(at string, t templateLINE, text int) {
	if t.Title != "" || t.ThumbnailImageURL != "" {
		text = 60
	}
	c.length(at+".text", uniseg.GraphemeClusterCount(t.Text), 1, text)
	c.length(at+".title", uniseg.GraphemeClusterCount(t.Title), 0, 40)
	if t.ThumbnailImageURL != "" {
		c.https(at+".thumbnailImageUrl", t.ThumbnailImageURL)
	}
	for i, a := range t.Actions {
		c.action(fmt.Sprintf("%s.actions[%d]", at, i), a, 20)
	}
}

func (c *checkLINE) action(at string, a actionLINE, label int) {
	c.length(at+".label", uniseg.GraphemeClusterCount(a.Label), 1, label)
	switch a.Type {
	case "postback":
		c.length(at+".data", unitsLINE(a.Data), 1, 300)
		c.length(at+".displayText", uniseg.GraphemeClusterCount(a.DisplayText), 0, 300)
	case "message":
		c.length(at+".text", uniseg.GraphemeClusterCount(a.Text), 1, 300)
	case "uri":
		u, err := url.Parse(a.URI)
		if err != nil || !slices.Contains([]string{"http", "https", "line", "tel"}, u.Scheme) {
			c.fail(at+".uri", "invalid uri scheme")
		}
		c.length(at+".uri", unitsLINE(a.URI), 1, 1000)
	case "clipboard":
		c.length(at+".clipboardText", unitsLINE(a.ClipboardText), 1, 1000)
	case "datetimepicker", "camera", "cameraRoll", "location":
	default:
		c.fail(at+".type", "invalid action type")
	}
}

// boxLINE is a container or a component of a Flex message.
type boxLINE struct {
	Type, Layout, Text, URL string
	Action                  *actionLINE
	Contents                []json.RawMessage
	Header, Hero            json.RawMessage
	Body, Footer            json.RawMessage
}

func (c *checkLINE) flex(at string, raw json.RawMessage) {
	var box boxLINE
	if json.Unmarshal(raw, &box) != nil {
		c.fail(at, "The property is invalid")
		return
	}
	switch box.Type {
	case "carousel":
		c.number(at+".contents", len(box.Contents), 1, 12)
		c.number(at, len(raw), 1, 50_000)
		for i, b := range box.Contents {
			c.bubble(fmt.Sprintf("%s.contents[%d]", at, i), b)
		}
	default:
		c.bubble(at, raw)
	}
}

func (c *checkLINE) bubble(at string, raw json.RawMessage) {
	var box boxLINE
	if json.Unmarshal(raw, &box) != nil || box.Type != "bubble" {
		c.fail(at+".type", "invalid property")
	}
	c.number(at, len(raw), 1, 30_000)
	blocks := 0
	for name, part := range map[string]json.RawMessage{"header": box.Header, "hero": box.Hero, "body": box.Body, "footer": box.Footer} {
		if part != nil {
			blocks++
			c.component(at+"."+name, part)
		}
	}
	if blocks == 0 {
		c.fail(at, "at least one block must be specified")
	}
}

func (c *checkLINE) component(at string, raw json.RawMessage) {
	var box boxLINE
	if json.Unmarshal(raw, &box) != nil {
		c.fail(at, "The property is invalid")
	}
	switch box.Type {
	case "box":
		if !slices.Contains([]string{"horizontal", "vertical", "baseline"}, box.Layout) {
			c.fail(at+".layout", "invalid property")
		}
		for i, part := range box.Contents {
			c.component(fmt.Sprintf("%s.contents[%d]", at, i), part)
		}
	case "text":
		c.length(at+".text", len(box.Text), 1, 30_000)
	case "image":
		c.https(at+".url", box.URL)
	case "button":
		if box.Action == nil {
			c.fail(at+".action", "must be specified")
			return
		}
		c.action(at+".action", *box.Action, 40)
	case "separator", "filler", "icon", "video", "span":
	default:
		c.fail(at+".type", "unknown component")
	}
}

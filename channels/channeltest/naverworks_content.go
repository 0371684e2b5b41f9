package channeltest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"
)

type worksAction struct{ Type, Label, Text, Postback, Data, DisplayText, URI, CopyText string }

type worksColumn struct {
	OriginalContentURL, FileID, Title, Text string
	Actions                                 []worksAction
	Action                                  *worksAction
}

type worksElement struct {
	Title, Subtitle, OriginalContentURL, FileID string
	Action                                      *worksAction
}

type worksContent struct {
	Type, Text, ContentText, AltText            string
	PreviewImageURL, OriginalContentURL, FileID string
	PackageID, StickerID, Title, Address        string
	Link, LinkText                              string
	Latitude, Longitude                         *float64
	Columns                                     []worksColumn
	Elements                                    []worksElement
	Contents                                    json.RawMessage
	Actions                                     []worksAction
	QuickReply                                  struct {
		Items []struct{ Action worksAction }
	}
}

func (w *naverWorks) send(rw http.ResponseWriter, r *http.Request) {
	var body struct{ Content worksContent }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		worksError(rw, http.StatusBadRequest, "INVALID_PARAMETER", "Request body cannot be parsed.")
		return
	}
	fault := body.Content.fault()
	if id := body.Content.FileID; fault == "" && id != "" && !w.uploaded(id) {
		fault = "content.fileId is not known"
	}
	if fault != "" {
		worksError(rw, http.StatusBadRequest, "INVALID_PARAMETER", fault)
		return
	}
	rw.Header().Set("RateLimit-Limit", "240")
	rw.Header().Set("RateLimit-Remaining", "239")
	rw.WriteHeader(http.StatusCreated)
}

// fault names what the platform would refuse, by the numbers of its documentation:
// https://developers.worksmobile.com/en/docs/bot-send-content
func (c worksContent) fault() string {
	if n := len(c.QuickReply.Items); n > 13 {
		return "quickReply.items must have at most 13 elements"
	}
	for _, item := range c.QuickReply.Items {
		if fault := worksActionFault("quickReply.items", "quick", []worksAction{item.Action}); fault != "" {
			return fault
		}
	}
	switch c.Type {
	case "text":
		return worksUnless(worksWithin(c.Text, 2000), "content.text must have 1 to 2000 characters")
	case "sticker":
		return worksUnless(c.PackageID != "" && c.StickerID != "", "content.packageId or stickerId is missing")
	case "location":
		return worksUnless(worksWithin(c.Title, 100) && worksWithin(c.Address, 100) && c.Latitude != nil && c.Longitude != nil,
			"content.title and address must have 1 to 100 characters, latitude and longitude are required")
	case "image", "video", "audio", "file":
		return c.mediaFault()
	case "link":
		return worksUnless(worksWithin(c.ContentText, 1000) && worksWithin(c.LinkText, 1000) && worksWithin(c.Link, 1000),
			"content.contentText, linkText and link must have 1 to 1000 characters")
	case "button_template":
		return c.buttonFault()
	case "list_template":
		return c.listFault()
	case "carousel":
		return c.carouselFault()
	case "image_carousel":
		return c.imageCarouselFault()
	case "flex":
		return c.flexFault()
	}
	return "content.type is missing or not known"
}

func (c worksContent) mediaFault() string {
	if c.FileID != "" {
		return worksUnless(c.OriginalContentURL == "" && c.PreviewImageURL == "", "content has fileId and an address")
	}
	if c.Type == "image" || c.Type == "video" {
		if !worksAddress(c.PreviewImageURL) || !worksPNG(c.PreviewImageURL) {
			return "content.previewImageUrl must be an https address of a PNG"
		}
	}
	return worksUnless(worksAddress(c.OriginalContentURL), "content.originalContentUrl must be an https address of at most 1000 characters")
}

func (c worksContent) buttonFault() string {
	switch {
	case !worksWithin(c.ContentText, 1000):
		return "content.contentText must have 1 to 1000 characters"
	case len(c.Actions) == 0 || len(c.Actions) > 10:
		return "content.actions must have 1 to 10 elements"
	}
	return worksActionFault("content.actions", "button", c.Actions)
}

func (c worksContent) listFault() string {
	if len(c.Elements) < 1 || len(c.Elements) > 4 {
		return "content.elements must have 1 to 4 elements"
	}
	for _, e := range c.Elements {
		if !worksWithin(e.Title, 1000) || len(utf16.Encode([]rune(e.Subtitle))) > 1000 {
			return "content.elements.title or subtitle is missing or too long"
		}
		if e.OriginalContentURL != "" && (!worksAddress(e.OriginalContentURL) || !worksPNG(e.OriginalContentURL)) {
			return "content.elements.originalContentUrl must be an https address of a PNG"
		}
		if e.Action != nil {
			if fault := worksActionFault("content.elements.action", "list", []worksAction{*e.Action}); fault != "" {
				return fault
			}
		}
	}
	return ""
}

func (c worksContent) carouselFault() string {
	if len(c.Columns) < 1 || len(c.Columns) > 10 {
		return "content.columns must have 1 to 10 elements"
	}
	first := c.Columns[0]
	for _, col := range c.Columns {
		limit := 120
		if col.Title != "" || col.OriginalContentURL != "" {
			limit = 60
		}
		switch {
		case !worksWithin(col.Text, limit):
			return fmt.Sprintf("content.columns.text must have 1 to %d characters", limit)
		case len(utf16.Encode([]rune(col.Title))) > 40:
			return "content.columns.title must have at most 40 characters"
		case len(col.Actions) < 1 || len(col.Actions) > 3 || len(col.Actions) != len(first.Actions):
			return "content.columns.actions must have 1 to 3 elements, the same number everywhere"
		case (col.Title == "") != (first.Title == "") || (col.OriginalContentURL == "") != (first.OriginalContentURL == ""):
			return "content.columns must have titles and images everywhere or nowhere"
		case col.OriginalContentURL != "" && (!worksAddress(col.OriginalContentURL) || !worksPNG(col.OriginalContentURL)):
			return "content.columns.originalContentUrl must be an https address of a PNG"
		}
		if fault := worksActionFault("content.columns.actions", "carousel", col.Actions); fault != "" {
			return fault
		}
	}
	return ""
}

func (c worksContent) imageCarouselFault() string {
	if len(c.Columns) < 1 || len(c.Columns) > 10 {
		return "content.columns must have 1 to 10 elements"
	}
	for _, col := range c.Columns {
		if !worksAddress(col.OriginalContentURL) || !worksPNG(col.OriginalContentURL) || col.Action == nil {
			return "content.columns must have the https address of a PNG and an action"
		}
		if fault := worksActionFault("content.columns.action", "image_carousel", []worksAction{*col.Action}); fault != "" {
			return fault
		}
	}
	return ""
}

func (c worksContent) flexFault() string {
	var box struct {
		Type     string
		Contents []json.RawMessage
	}
	if err := json.Unmarshal(c.Contents, &box); err != nil {
		return "content.contents is no container"
	}
	switch {
	case !worksWithin(c.AltText, 400):
		return "content.altText must have 1 to 400 characters"
	case box.Type == "bubble" && len(c.Contents) > 30_000, box.Type == "carousel" && len(c.Contents) > 15_000:
		return "content.contents is too large"
	case box.Type == "carousel" && (len(box.Contents) < 1 || len(box.Contents) > 10):
		return "content.contents.contents must have 1 to 10 elements"
	}
	return worksUnless(box.Type == "bubble" || box.Type == "carousel", "content.contents must be a bubble or a carousel")
}

// worksSpoken are the places where a message action has to have a text.
var worksSpoken = []string{"carousel", "image_carousel", "quick", "rich"}

// worksActionFault checks actions: https://developers.worksmobile.com/en/docs/bot-actionobject
func worksActionFault(path, place string, list []worksAction) string {
	label := map[string]int{"image_carousel": 12, "menu": 1000}[place]
	if label == 0 {
		label = 20
	}
	postback := []string{"carousel", "image_carousel", "quick", "rich"}
	for _, a := range list {
		ok := worksWithin(a.Label, label)
		switch a.Type {
		case "message":
			ok = ok && (worksWithin(a.Text, 300) || a.Text == "" && !slices.Contains(worksSpoken, place)) && len(utf16.Encode([]rune(a.Postback))) <= 1000
		case "postback":
			ok = ok && slices.Contains(postback, place) && worksWithin(a.Data, 300) && (place != "quick" || worksWithin(a.DisplayText, 300))
		case "uri":
			ok = ok && strings.HasPrefix(a.URI, "http") && worksWithin(a.URI, 1000)
		case "copy":
			ok = ok && worksWithin(a.CopyText, 1000)
		default:
			ok = false
		}
		if !ok {
			return path + ": " + a.Type + " is not allowed here, or a property is missing or too long"
		}
	}
	return ""
}

func worksUnless(ok bool, fault string) string {
	if ok {
		return ""
	}
	return fault
}

func worksAddress(s string) bool { return strings.HasPrefix(s, "https://") && worksWithin(s, 1000) }

// worksPNG goes by the extension, if there is one.
func worksPNG(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (strings.HasSuffix(u.Path, ".png") || !strings.Contains(u.Path[strings.LastIndex(u.Path, "/")+1:], "."))
}

package teams

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"

	"dari/bot/message"
	"dari/channels"
)

// imageTypes are the pictures that Teams shows, by the end of their address. They should have at most
// 1024 x 1024 pixels and 1 MB; animations stand still.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
var imageTypes = map[string]string{
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
}

// picture shows an image as such when its type is known and nothing else has to be said; otherwise on
// a card, which needs no type, and has room for words and buttons.
func (act *outActivity) picture(m message.Message) error {
	kind, name, address := "", "", m.URL
	if rest, ok := strings.CutPrefix(m.URL, "data:"); ok {
		kind, _, _ = strings.Cut(rest, ";")
	} else {
		u, err := webAddress(m.URL)
		if err != nil {
			return err
		}
		name, address = fileName(u), u.String()
		kind = imageTypes[strings.ToLower(path.Ext(name))]
	}
	if kind != "" && m.Alt == "" && len(m.QuickReplies) == 0 {
		act.Attachments = []any{outAttachment{ContentType: kind, ContentURL: address, Name: name}}
		return nil
	}
	alt := cmp.Or(m.Alt, name)
	card := newAdaptive(cmp.Or(alt, "🖼"), element{Type: "Image", URL: address, AltText: alt})
	text, quick := spellOut("", m.QuickReplies)
	card.Body = append(card.Body, literal(text, textRun{})...)
	act.Attachments = []any{card.with(quick)}
	return nil
}

// icons stand before the name of what a link opens. They need no translation.
var icons = map[message.Type]string{
	message.TypeVideo: "▶", message.TypeAudio: "🔊", message.TypeFile: "📎", message.TypeLocation: "📍",
}

// link shows what Teams cannot play or hold as a card that opens it in the browser.
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference#cards-not-supported-in-teams
func (act *outActivity) link(m message.Message) error {
	u, err := webAddress(m.URL)
	if err != nil {
		return err
	}
	card := hero{Title: cmp.Or(m.Title, m.Alt), Subtitle: duration(m.DurationMS)}
	if m.PreviewURL != "" {
		card.Images = []heroImage{{URL: escaped(m.PreviewURL), Alt: m.Alt}}
	}
	name := cmp.Or(m.Name, fileName(u), u.Host)
	act.open(card, m, icons[m.Type]+" "+name, m.URL, m.Text)
	return nil
}

// place shows a location as a card that opens a map, which Teams has none of.
// https://developers.google.com/maps/documentation/urls/get-started#search-action
func (act *outActivity) place(m message.Message) {
	point := strconv.FormatFloat(m.Lat, 'f', -1, 64) + "," + strconv.FormatFloat(m.Lng, 'f', -1, 64)
	address := "https://www.google.com/maps/search/?api=1&query=" + url.QueryEscape(point)
	act.open(hero{Title: m.Title}, m, icons[m.Type]+" "+cmp.Or(m.Title, point), address, m.Address)
}

// open puts a button that leads to an address on a card, with the quick replies below it.
func (act *outActivity) open(card hero, m message.Message, label, address, text string) {
	actions := append([]message.Action{{Kind: message.ActionURL, Label: label, URL: address}}, m.QuickReplies...)
	act.Attachments = heroes(card, text, actions)
}

// webAddress reads the URL of a message.
func webAddress(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, channels.Failf(channels.Rejected, "url", "teams: url: must be a full address that starts with https://")
	}
	return u, nil
}

// escaped is an address as Teams takes it, without blanks and letters beyond ASCII.
func escaped(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return raw
	}
	return u.String()
}

// fileName is the last part of an address, "" if it has none.
func fileName(u *url.URL) string {
	name := path.Base(u.Path)
	if name == "." || name == "/" {
		return ""
	}
	return name
}

func duration(ms int64) string {
	if ms <= 0 {
		return ""
	}
	s := (ms + 500) / 1000
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

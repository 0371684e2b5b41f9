package naverworks

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode/utf16"

	"github.com/rivo/uniseg"

	"dari/bot/message"
	"dari/channels"
)

// refuse makes the error of a message that the platform would not take, because of one field.
func refuse(field, format string, args ...any) *channels.SendError {
	return channels.Failf(channels.Rejected, field, "%s %s", field, fmt.Sprintf(format, args...))
}

// invalid is the error of what no platform would show. It begins with the field.
func invalid(err error) *channels.SendError {
	field, _, _ := strings.Cut(err.Error(), ":")
	return channels.Failf(channels.Rejected, field, "%w", err)
}

// misfit names the first field that no form of the message has room for; nil means that it fits.
// Labels and said texts are counted as the runtime shortens them.
func misfit(m message.Message) *channels.SendError {
	if err := m.Validate(); err != nil {
		return invalid(err)
	}
	if n := len(m.QuickReplies); n > maxQuick {
		return refuse("quick_replies", "has %d entries; at most %d are shown", n, maxQuick)
	}
	if refused := misfitAction("quick_replies", m.QuickReplies, maxLabel); refused != nil {
		return refused
	}
	switch m.Type {
	case message.TypeText:
		if units(m.Text) > maxText {
			return refuse("text", "has more than %d characters; split it", maxText)
		}
	case message.TypeButtons:
		return misfitButtons(m)
	case message.TypeCards:
		return misfitCards(m.Cards)
	case message.TypeImage, message.TypeVideo, message.TypeAudio, message.TypeFile:
		return misfitFile(m)
	case message.TypeSticker:
		if m.Set == "" {
			return refuse("set", "is missing; a sticker needs its package id besides its own id")
		}
	case message.TypeNative:
		_, refused := native(m)
		return refused
	}
	return nil
}

func misfitButtons(m message.Message) *channels.SendError {
	if uniseg.GraphemeClusterCount(m.Text) > maxButtonText {
		return refuse("text", "has more than %d characters, which is the most above buttons", maxButtonText)
	}
	if n := len(m.Actions); n > maxButtons {
		return refuse("actions", "has %d buttons; at most %d are shown", n, maxButtons)
	}
	return misfitAction("actions", m.Actions, maxLabel)
}

func misfitCards(cards []message.Card) *channels.SendError {
	if n := len(cards); n > maxColumns {
		return refuse("cards", "has %d cards; at most %d are shown", n, maxColumns)
	}
	for i, c := range cards {
		at := fmt.Sprintf("cards[%d]", i)
		if c.ImageURL != "" && !linkable(c.ImageURL) {
			return refuse(at+".image_url", "must be an https address of at most %d characters", maxURL)
		}
		if refused := misfitAction(at+".actions", c.Actions, maxLabel); refused != nil {
			return refused
		}
	}
	return nil
}

func misfitAction(list string, actions []message.Action, label int) *channels.SendError {
	for i, act := range actions {
		if refused := misfitOne(fmt.Sprintf("%s[%d]", list, i), act, label); refused != nil {
			return refused
		}
	}
	return nil
}

func misfitOne(at string, act message.Action, label int) *channels.SendError {
	says := act.Kind == message.ActionPostback || act.Kind == message.ActionMessage
	switch {
	case uniseg.GraphemeClusterCount(act.Label) > label:
		return refuse(at+".label", "has more than %d characters; shorten it", label)
	case act.Kind == message.ActionPostback && units(act.Data) > maxPostback:
		return refuse(at+".data", "has more than %d characters", maxPostback)
	case says && act.Text != "" && uniseg.GraphemeClusterCount(act.Text) > maxSaid:
		return refuse(at+".text", "has more than %d characters; shorten it", maxSaid)
	case act.Kind == message.ActionURL && !web(act.URL):
		return refuse(at+".url", "must be an http or https address of at most %d characters", maxURL)
	case copies(act) && units(copied(act)) > maxCopy:
		return refuse(at+".text", "has more than %d characters, which is the most that can be copied", maxCopy)
	}
	return nil
}

// units counts UTF-16 code units.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// clip cuts a text for which there is no other place to at most limit UTF-16 units, between graphemes.
func clip(s string, limit int) string {
	if units(s) <= limit {
		return s
	}
	used, end, rest, state := 1, 0, s, -1 // one unit for the ellipsis
	for {
		var g string
		g, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if used += units(g); used > limit {
			return s[:end] + "…"
		}
		end += len(g)
	}
}

// web tells whether a member's browser can open the address.
func web(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && units(raw) <= maxURL
}

// linkable tells whether the platform takes the address of a file: https, at most 1000 characters.
func linkable(raw string) bool {
	return web(raw) && strings.HasPrefix(strings.ToLower(raw), "https:")
}

// pngLink is a linkable that may be a PNG, which is all that templates and previews show.
func pngLink(raw string) bool {
	ext := extension(raw)
	return linkable(raw) && (ext == ".png" || ext == "")
}

// extension is that of the file an address leads to: ".pdf" in lower case, "" if the address shows none.
func extension(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.ToLower(path.Ext(u.Path))
}

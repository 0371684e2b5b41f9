package llm

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"dari/bot/message"
)

// Question is what a person did, in words for a model; "" when there is nothing to ask. Files are named
// with their links; a file that aside takes is shown to the model by other means and only named.
func Question(in message.Inbound, aside func(message.Attachment) bool) string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if in.Quoted != nil && in.Quoted.Text != "" {
		add("[in reply to: %s]", in.Quoted.Text)
	}
	if in.Text != "" {
		lines = append(lines, in.Text)
	}
	if p := in.Postback; p != nil && in.Kind == message.KindPostback {
		lines = append(lines, tapped(*p)...)
	}
	if c := in.Command; c != nil {
		lines = append(lines, strings.TrimSpace(c.Name+" "+c.Args))
	}
	if f := in.Form; f != nil {
		for _, name := range slices.Sorted(maps.Keys(f.Values)) {
			add("%s: %s", name, f.Values[name])
		}
		if f.Data != "" {
			add("[form: %s]", f.Data)
		}
	}
	if l := in.Location; l != nil {
		add("[location: %s]", strings.Join(filled(l.Title, l.Address, fmt.Sprintf("%.6f, %.6f", l.Lat, l.Lng)), ", "))
	}
	if s := in.Sticker; s != nil && in.Kind == message.KindSticker {
		add("[sticker: %s]", strings.Join(filled(append([]string{s.Text}, s.Keywords...)...), ", "))
	}
	for _, a := range in.Attachments {
		link := a.URL
		if aside(a) {
			link = ""
		}
		add("[%s]", strings.Join(filled(string(a.Kind)+":", a.Name, link), " "))
	}
	return strings.TrimSpace(strings.ToValidUTF8(strings.Join(lines, "\n"), "\ufffd"))
}

// tapped is a button as the person saw it, and what its author had hidden in it.
func tapped(p message.Postback) []string {
	lines := filled(p.Label)
	switch {
	case p.Label == "":
		lines = filled(p.Data)
	case p.Data != "" && p.Data != p.Label:
		lines = append(lines, "[button: "+p.Data+"]")
	}
	for _, name := range slices.Sorted(maps.Keys(p.Params)) {
		lines = append(lines, name+": "+p.Params[name])
	}
	return lines
}

// filled leaves out what is empty.
func filled(in ...string) []string {
	return slices.DeleteFunc(slices.Clone(in), func(s string) bool { return strings.TrimSpace(s) == "" })
}

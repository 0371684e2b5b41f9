package teams

import (
	"cmp"
	"encoding/json"
	"strings"
	"unicode"

	"dari/bot/message"
)

// ownMember is the member of a button's value that holds Dari's postback data.
const ownMember = "dari"

// message reads what a person wrote, tapped or sent.
func (a *adapter) message(act activity, in *message.Inbound) {
	in.Kind = message.KindText
	a.text(act, in)
	v := readValue(act.Value)
	switch data, own := v.postback(); {
	case own:
		tap(in, data, in.Text, v.inputs())
		return
	case v.text != "" && in.Text != "": // a messageBack button of somebody's own card
		tap(in, v.text, in.Text, nil)
		return
	case v.text != "":
		in.Kind, in.Form = message.KindForm, &message.Form{Values: v.inputs(), Data: v.text}
		return
	}
	for _, att := range act.Attachments {
		if file, ok := file(att); ok {
			in.Attachments = append(in.Attachments, file)
		}
	}
	if len(in.Attachments) > 0 {
		in.Kind = in.Attachments[0].Kind
	}
}

func tap(in *message.Inbound, data, label string, params map[string]string) {
	in.Kind = message.KindPostback
	in.Postback = &message.Postback{Data: data, Label: label, Params: params}
}

// text takes the bot's own mention out and leaves the names of other people. Who is mentioned is
// told by the entities alone, since the sender can write any tag into the text.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations
func (a *adapter) text(act activity, in *message.Inbound) {
	s := act.Text
	for _, self := range []bool{true, false} { // names put in must not be taken for tags
		for _, e := range act.Entities {
			if !strings.EqualFold(e.Type, "mention") || (e.Mentioned.ID == a.self(act)) != self {
				continue
			}
			name := e.Mentioned.Name
			if self {
				name = ""
			}
			s = strings.Replace(s, cmp.Or(e.Text, "<at>"+e.Mentioned.Name+"</at>"), name, 1)
		}
	}
	in.Text = trim(s)
	for _, e := range act.Entities {
		if strings.EqualFold(e.Type, "mention") {
			self := e.Mentioned.ID == a.self(act)
			in.Mentioned = in.Mentioned || self
			in.Mentions = append(in.Mentions, message.Mention{User: person(e.Mentioned), Self: self})
		}
	}
}

// trim removes what is left around a mention.
func trim(s string) string {
	for {
		cut := strings.TrimFunc(s, unicode.IsSpace)
		cut = strings.TrimSuffix(strings.TrimPrefix(cut, "&nbsp;"), "&nbsp;")
		if cut == s {
			return s
		}
		s = cut
	}
}

// fileInfo marks a file sent in a personal chat.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4
const fileInfo = "application/vnd.microsoft.teams.file.download.info"

// file reads an attachment that is a file. Others, such as the text once more as HTML, are not.
func file(att attachment) (message.Attachment, bool) {
	if att.ContentType == fileInfo {
		var content struct {
			DownloadURL string `json:"downloadUrl"`
			FileType    string `json:"fileType"`
		}
		// Without content there is nothing to fetch, but a person sent a file all the same.
		_ = json.Unmarshal(att.Content, &content)
		return message.Attachment{
			Kind: fileKind(content.FileType), Name: att.Name,
			// The download address opens the file to anybody, so only the adapter uses it.
			Ref: content.DownloadURL, URL: att.ContentURL,
		}, true
	}
	major, minor, _ := strings.Cut(strings.ToLower(att.ContentType), "/")
	kind := message.Kind(major)
	switch kind {
	case message.KindImage, message.KindVideo, message.KindAudio:
		out := message.Attachment{Kind: kind, Name: att.Name, MIME: major + "/" + minor, Ref: att.ContentURL}
		if minor == "*" { // pasted pictures do not say which
			out.MIME = ""
		}
		return out, att.ContentURL != ""
	}
	return message.Attachment{}, false
}

func fileKind(extension string) message.Kind {
	switch strings.ToLower(extension) {
	case "png", "jpg", "jpeg", "gif", "webp", "bmp", "heic":
		return message.KindImage
	case "mp4", "mov", "webm", "avi", "mkv":
		return message.KindVideo
	case "mp3", "m4a", "wav", "ogg", "aac", "flac":
		return message.KindAudio
	}
	return message.KindFile
}

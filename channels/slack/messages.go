package slack

import (
	"strings"

	"github.com/slack-go/slack/slackevents"

	"dari/bot/message"
)

// Reasons why an event is not answered.
const (
	botMessage = "bot message"
	notAnEdit  = "not an edit by a person"
)

// slackbot is the member id of Slack's own bot, which posts without a bot id.
const slackbot = "USLACKBOT"

// message sorts the many things that Slack calls a message:
// https://docs.slack.dev/reference/events/message
// Only the listed subtypes are something a person said; new ones will come up, and are not.
func (e event) message(in *message.Inbound, self string) {
	switch e.Subtype {
	case "", "file_share", "thread_broadcast", "me_message", "bot_message":
		e.spoken(in, self)
		in.Name = spokenName(e.ChannelType)
	case "message_changed":
		e.changed(in, self)
	case "message_deleted":
		e.deleted(in)
	default:
		in.Name, in.MessageID, in.Text = e.Subtype, e.TS, read(e.Text, "").text
		in.Ignore = "message of subtype " + e.Subtype
	}
}

// spokenName is the name under which an app subscribes to the messages of a type of channel.
func spokenName(channelType string) string {
	switch channelType {
	case "channel", "group":
		return "message." + channelType + "s"
	case "":
		return "message"
	}
	return "message." + channelType
}

// spoken fills in what somebody said. The same words in a channel come as app_mention and as message,
// under two event ids, so that the channel and the time stamp are a key as well. They are not one of a message
// that mentions the bot or somebody else, nobody knows whom: its app_mention must not pass for a repetition.
func (e event) spoken(in *message.Inbound, self string) {
	if e.Channel == "" || e.TS == "" {
		in.Kind = message.KindUnknown
		return
	}
	in.Kind = message.KindText
	if self != "" || e.Type != string(slackevents.Message) || !mentions(e.Text) {
		in.Keys = append(in.Keys, "msg:"+e.Channel+":"+e.TS)
	}
	in.MessageID = e.TS
	in.Conversation = place(in.Conversation.Tenant, e.Channel, e.ChannelType, e.root(isDirect(e.Channel, e.ChannelType)))
	if e.ThreadTS != e.TS {
		in.ReplyTo = e.ThreadTS
	}
	e.words(in, self)
	if e.byBot(self) {
		in.Sender, in.Ignore = e.bot(), botMessage
		return
	}
	in.Address = replyTo(in.Conversation, "", e.User, first(e.UserTeam, e.Team)).raw()
}

// words fills in the text and the files.
func (e event) words(in *message.Inbound, self string) {
	w := read(e.Text, self)
	if e.Text == "" && len(e.Attachments) > 0 { // a forwarded message without a word of one's own
		w = read(first(e.Attachments[0].Text, e.Attachments[0].Fallback), self)
	}
	in.Text, in.Mentions, in.Mentioned = w.text, w.mentions, w.self
	for _, f := range e.Files {
		if f.gone() {
			continue
		}
		in.Attachments = append(in.Attachments, f.attachment())
	}
	if len(in.Attachments) > 0 && in.Kind == message.KindText {
		in.Kind = in.Attachments[0].Kind
	}
}

// root is the time stamp of the message whose thread an answer goes to, "" for an answer outside of
// threads. In a channel an answer starts a thread; in a direct chat only an agent app's does, which
// app_context gives away: https://docs.slack.dev/ai/developing-agents
func (e event) root(direct bool) string {
	if e.ThreadTS != "" || direct && !present(e.AppContext) {
		return e.ThreadTS
	}
	return e.TS
}

// byBot tells bots' messages, the bot's own among them, from people's.
func (e event) byBot(self string) bool {
	return e.BotID != "" || e.Subtype == "bot_message" || e.User == slackbot || self != "" && e.User == self
}

func (e event) bot() message.User {
	return message.User{ID: first(e.User, e.BotID), Name: e.Username, Bot: true}
}

// changed handles edits. Link previews and language detection arrive as changes too: only a new text
// with an edit mark is an edit.
func (e event) changed(in *message.Inbound, self string) {
	var now, before event
	if e.Message != nil {
		now = *e.Message
	}
	if e.Previous != nil {
		before = *e.Previous
	}
	in.Name = e.Subtype
	e.about(in, now)
	now.words(in, self)
	in.Kind = message.KindEdit
	if now.byBot(self) {
		in.Sender, in.Ignore = now.bot(), botMessage
	}
	if now.Text == before.Text || !present(now.Edited) {
		in.Kind, in.Ignore = message.KindEvent, notAnEdit
	}
}

func (e event) deleted(in *message.Inbound) {
	var before event
	if e.Previous != nil {
		before = *e.Previous
	}
	before.TS = first(e.DeletedTS, before.TS)
	in.Kind, in.Name = message.KindDelete, e.Subtype
	e.about(in, before)
}

// about points the event at the message that it is about, and at the thread of that message.
func (e event) about(in *message.Inbound, m event) {
	in.MessageID = m.TS
	in.Sender = message.User{ID: m.User}
	in.Conversation = place(in.Conversation.Tenant, e.Channel, e.ChannelType, m.root(isDirect(e.Channel, e.ChannelType)))
}

// file is a file in a message. https://docs.slack.dev/reference/objects/file-object
type file struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	MIME     string `json:"mimetype"`
	Size     int64  `json:"size"`
	Mode     string `json:"mode"`
	Private  string `json:"url_private"`
	Download string `json:"url_private_download"`
	Duration int64  `json:"duration_ms"`
}

// gone tells of a file that was deleted or lies beyond the free plan's limit.
func (f file) gone() bool {
	return f.ID == "" || f.Mode == "tombstone" || f.Mode == "hidden_by_limit"
}

// attachment has no address when the file is one of another workspace, of which Slack tells the id
// alone.
func (f file) attachment() message.Attachment {
	return message.Attachment{
		Kind: f.kind(), Ref: f.ID, URL: first(f.Download, f.Private),
		Name: f.Name, MIME: f.MIME, Size: f.Size, Duration: f.Duration,
	}
}

func (f file) kind() message.Kind {
	switch family, _, _ := strings.Cut(f.MIME, "/"); family {
	case "image":
		return message.KindImage
	case "video":
		return message.KindVideo
	case "audio":
		return message.KindAudio
	}
	return message.KindFile
}

// attachment is a forwarded message or a link preview.
type attachment struct {
	Text     string `json:"text"`
	Fallback string `json:"fallback"`
}

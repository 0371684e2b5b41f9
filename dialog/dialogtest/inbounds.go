package dialogtest

import (
	"dari/bot/message"
)

// Inbounds returns events of every kind by a name: one as a messenger sends it, and one with nothing
// in it but its kind.
func Inbounds() map[string]message.Inbound {
	out := map[string]message.Inbound{}
	for _, kind := range message.Kinds {
		out["an empty "+string(kind)] = message.Inbound{Kind: kind}
		in := full[kind]
		in.Kind, in.Name, in.MessageID = kind, "test."+string(kind), "m-"+string(kind)
		in.Locale, in.Timezone = "ko-KR", "Asia/Seoul"
		out["a full "+string(kind)] = in
	}
	out["a kind of the future"] = message.Inbound{Kind: "hologram"}
	return out
}

var full = map[message.Kind]message.Inbound{
	message.KindText:          {Text: "회의실 <예약> & 취소 \u2028 👩‍👩‍👧"},
	message.KindPostback:      {Postback: &message.Postback{Data: "room=a&day=1", Label: "예약", Params: map[string]string{"date": "2026-11-21"}}},
	message.KindImage:         {Text: "보세요", Attachments: attached(message.KindImage, "cat.jpg", "image/jpeg")},
	message.KindVideo:         {Attachments: attached(message.KindVideo, "cat.mp4", "video/mp4")},
	message.KindAudio:         {Attachments: attached(message.KindAudio, "cat.m4a", "audio/mp4")},
	message.KindFile:          {Attachments: attached(message.KindFile, "회의록.pdf", "application/pdf")},
	message.KindLocation:      {Location: &message.Location{Lat: 37.5665, Lng: 126.978, Title: "서울시청", Address: "서울 중구"}},
	message.KindSticker:       {Sticker: &message.Sticker{Set: "1", ID: "2", Text: "OK", Keywords: []string{"ok"}}},
	message.KindReaction:      {Reaction: &message.Reaction{Name: "+1"}},
	message.KindEdit:          {Text: "회의실 두 개"},
	message.KindMembersJoined: {Members: []message.User{{ID: "U2", Name: "이두리"}}},
	message.KindMembersLeft:   {Members: []message.User{{ID: "U2"}}},
	message.KindCommand:       {Command: &message.Command{Name: "/ask", Args: "회의실"}},
	message.KindForm:          {Form: &message.Form{ID: "f1", Values: map[string]string{"room": "a"}, Data: "step=2"}},
}

func attached(kind message.Kind, name, mime string) []message.Attachment {
	return []message.Attachment{{
		Kind: kind, Ref: "ref-1", URL: "https://files.example.com/" + name, Name: name, MIME: mime, Size: 1234,
	}}
}

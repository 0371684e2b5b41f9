package line

import "dari/bot/message"

// The people and rooms of the fixtures.
const (
	mina  = "U2f6a8c014bd97e53a1c0e8f7d4b39265"
	jun   = "U91d3b7e5c20f48a6b7d41e9053fc8a2d"
	bot   = "U7be1d4f2a09c4e6f8d35b1c27a9e0f64"
	group = "C5a7e0f31d2c94b68a0e7f1d35b82c946"
	room  = "R08c4e9b7a1f253d6e8b09c7f4a1d2e35"
)

func direct(id string) message.Conversation {
	return message.Conversation{ID: id, Kind: message.Direct}
}

func inRoom(id string) message.Conversation {
	return message.Conversation{ID: id, Kind: message.Group}
}

func textFrom(user, id, text string) message.Inbound {
	return message.Inbound{
		Kind: message.KindText, Name: "message.text", MessageID: id, Text: text,
		Conversation: direct(user), Sender: message.User{ID: user},
	}
}

// fromMina is an event of Mina's 1:1 chat.
func fromMina(kind message.Kind, name string) message.Inbound {
	return message.Inbound{Kind: kind, Name: name, Conversation: direct(mina), Sender: message.User{ID: mina}}
}

func file(a message.Attachment, id string) message.Inbound {
	in := fromMina(a.Kind, "message."+string(a.Kind))
	in.MessageID, in.Attachments = id, []message.Attachment{a}
	return in
}

func with(in message.Inbound, change func(*message.Inbound)) message.Inbound {
	change(&in)
	return in
}

func postback(in message.Inbound, data string, params map[string]string) message.Inbound {
	in.Postback = &message.Postback{Data: data, Params: params}
	return in
}

// messageRows says what each in_message_* fixture means; keys, time and address are checked apart.
var messageRows = map[string]message.Inbound{
	"text":       textFrom(mina, "618000000000007919", "배송 언제 와요?"),
	"text_emoji": textFrom(mina, "618000000000023757", "안녕 (love) 고마워요"),
	"text_quote": with(textFrom(mina, "618000000000071271", "이건 취소할게요"), func(in *message.Inbound) {
		in.Quoted = &message.Quoted{ID: "617999999999990013"}
	}),
	"text_group_mention": with(textFrom(mina, "618000000000039595", "@Mina @All 회의 시작합니다"), func(in *message.Inbound) {
		in.Conversation, in.Mentioned = inRoom(group), true
		in.Mentions = []message.Mention{{User: message.User{ID: bot}, Self: true}, {User: message.User{ID: jun}}, {All: true}}
	}),
	"text_mention_no_userid": with(textFrom(jun, "618000000000055433", "@Ken 확인 부탁해요"), func(in *message.Inbound) {
		in.Conversation, in.Mentions = inRoom(group), []message.Mention{{}}
	}),
	"room_text": with(textFrom(mina, "618000000000245489", "다들 어디야?"), func(in *message.Inbound) {
		in.Conversation = inRoom(room)
	}),
	"group_no_userid": with(textFrom("", "618000000000261327", "PC 사용자 메시지"), func(in *message.Inbound) {
		in.Conversation = inRoom(group)
	}),
	"redelivery_original": textFrom(mina, "618000000000277165", "이 메시지는 재전송됩니다"),
	"redelivered":         textFrom(mina, "618000000000277165", "이 메시지는 재전송됩니다"),
	"standby": with(textFrom(mina, "618000000000293003", "상담원 연결해 주세요"), func(in *message.Inbound) {
		in.Ignore = "standby"
	}),
	"edited": {
		Kind: message.KindEdit, Name: "messageEdited", MessageID: "618000000000308841", Text: "수정한 메시지입니다 (오후 3시로 변경)",
		Conversation: inRoom(group), Sender: message.User{ID: mina},
	},

	"image":          file(message.Attachment{Kind: message.KindImage, Ref: "618000000000087109"}, "618000000000087109"),
	"image_set_1":    file(message.Attachment{Kind: message.KindImage, Ref: "618000000000102947"}, "618000000000102947"),
	"image_set_2":    file(message.Attachment{Kind: message.KindImage, Ref: "618000000000118785"}, "618000000000118785"),
	"image_external": file(message.Attachment{Kind: message.KindImage, URL: "https://cdn.example.com/photos/4711.jpg"}, "618000000000134623"),
	"video":          file(message.Attachment{Kind: message.KindVideo, Ref: "618000000000150461", Duration: 42000}, "618000000000150461"),
	"audio":          file(message.Attachment{Kind: message.KindAudio, Ref: "618000000000166299", Duration: 5300}, "618000000000166299"),
	"file":           file(message.Attachment{Kind: message.KindFile, Ref: "618000000000182137", Name: "견적서_2026-11.pdf", Size: 284113}, "618000000000182137"),
	"location": with(fromMina(message.KindLocation, "message.location"), func(in *message.Inbound) {
		in.MessageID = "618000000000197975"
		in.Location = &message.Location{Lat: 37.565715, Lng: 126.977088, Title: "시청역 2번 출구", Address: "서울특별시 중구 세종대로 지하 101"}
	}),
	"sticker": with(fromMina(message.KindSticker, "message.sticker"), func(in *message.Inbound) {
		in.MessageID = "618000000000213813"
		in.Sticker = &message.Sticker{Set: "11537", ID: "52002734", Keywords: []string{"happy", "cheer", "yay"}}
	}),
	"sticker_text": with(fromMina(message.KindSticker, "message.sticker"), func(in *message.Inbound) {
		in.MessageID, in.Quoted = "618000000000229651", &message.Quoted{ID: "617999999999990013"}
		in.Sticker = &message.Sticker{Set: "12287", ID: "738839", Text: "오늘도 힘내요!", Keywords: []string{"Anticipation", "Sparkle"}}
	}),
}

// module channels see user ids of their own form.
const moduleMina = "L" + mina + "-" + bot

// eventRows says what each other fixture means.
var eventRows = map[string]message.Inbound{
	"unsend": {
		Kind: message.KindDelete, Name: "unsend", MessageID: "617999999999991234", Forget: true,
		Conversation: inRoom(group), Sender: message.User{ID: mina},
	},
	"follow":           postback(fromMina(message.KindFollow, "follow"), "", map[string]string{"isUnblocked": "false"}),
	"follow_unblocked": postback(fromMina(message.KindFollow, "follow"), "", map[string]string{"isUnblocked": "true"}),
	"unfollow":         fromMina(message.KindUnfollow, "unfollow"),
	"join_group":       {Kind: message.KindJoin, Name: "join", Conversation: inRoom(group)},
	"join_room":        {Kind: message.KindJoin, Name: "join", Conversation: inRoom(room)},
	"leave":            {Kind: message.KindLeave, Name: "leave", Conversation: inRoom(group)},
	"member_joined": {
		Kind: message.KindMembersJoined, Name: "memberJoined", Conversation: inRoom(group),
		Members: []message.User{{ID: jun}, {ID: "Uc04e7a9f1b3d5268c7e0a4f9d2b81637"}},
	},
	"member_left": {
		Kind: message.KindMembersLeft, Name: "memberLeft", Conversation: inRoom(group),
		Members: []message.User{{ID: jun}},
	},

	"postback":          postback(fromMina(message.KindPostback, "postback"), "a=order.cancel&id=A-1029", nil),
	"postback_date":     postback(fromMina(message.KindPostback, "postback"), "a=visit.day", map[string]string{"date": "2026-11-25"}),
	"postback_time":     postback(fromMina(message.KindPostback, "postback"), "a=visit.hour", map[string]string{"time": "14:30"}),
	"postback_datetime": postback(fromMina(message.KindPostback, "postback"), "a=visit.book", map[string]string{"datetime": "2026-11-25T14:30"}),
	"postback_richmenu_switch": postback(fromMina(message.KindPostback, "postback"), "richmenu=tab2",
		map[string]string{"newRichMenuAliasId": "menu-tab2", "status": "SUCCESS"}),

	"video_play_complete": postback(fromMina(message.KindEvent, "videoPlayComplete"), "onboarding-clip-7", nil),
	"beacon":              postback(fromMina(message.KindEvent, "beacon"), "d41d8cd98f", map[string]string{"type": "enter"}),
	"account_link_ok":     postback(fromMina(message.KindEvent, "accountLink"), "Daz6aftuYUhfEP8MwTr4ElMAuUpcEOVSo_mFROyS48A", map[string]string{"result": "ok"}),
	"account_link_failed": postback(message.Inbound{Kind: message.KindEvent, Name: "accountLink"}, "OBCuye04LnY9tOI3TQH3J5QWmlFyChlj8odBVrQH7AC", map[string]string{"result": "failed"}),
	"membership_joined":   postback(fromMina(message.KindEvent, "membership"), "3189", map[string]string{"type": "joined"}),
	"membership_left":     postback(fromMina(message.KindEvent, "membership"), "3189", map[string]string{"type": "left"}),
	"membership_renewed":  postback(fromMina(message.KindEvent, "membership"), "3189", map[string]string{"type": "renewed"}),
	"module_attached":     postback(message.Inbound{Kind: message.KindEvent, Name: "module"}, bot, map[string]string{"type": "attached", "scopes": "message:send message:receive"}),
	"module_detached":     postback(message.Inbound{Kind: message.KindEvent, Name: "module"}, bot, map[string]string{"type": "detached", "reason": "bot_deleted"}),
	"activated": postback(message.Inbound{Kind: message.KindEvent, Name: "activated", Conversation: direct(moduleMina), Sender: message.User{ID: moduleMina}},
		"", map[string]string{"expireAt": "1793009999999"}),
	"deactivated":          {Kind: message.KindEvent, Name: "deactivated", Conversation: direct(moduleMina), Sender: message.User{ID: moduleMina}},
	"bot_suspended":        {Kind: message.KindEvent, Name: "botSuspended"},
	"bot_resumed":          {Kind: message.KindEvent, Name: "botResumed"},
	"delivery_pnp":         postback(message.Inbound{Kind: message.KindEvent, Name: "delivery"}, "a612d36314ef4cf5305fb8a0d6c673c9cf4c04e45a929554c055e509b76a4982", nil),
	"unknown_event_type":   fromMina(message.KindUnknown, "somethingNew"),
	"unknown_message_type": fromMina(message.KindUnknown, "message.hologram"),
}

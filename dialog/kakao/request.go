package kakaoskill

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/foreign"
	"dari/dialog/remote"
)

// payload is a SkillPayload:
// https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format#skillpayload
type payload struct {
	Intent      intent      `json:"intent"`
	UserRequest userRequest `json:"userRequest"`
	Contexts    contexts    `json:"contexts"`
	Bot         named       `json:"bot"`
	Action      action      `json:"action"`
}

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type intent struct {
	named
	Extra extra `json:"extra"`
}

type extra struct {
	Reason reason `json:"reason"`
}

type reason struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

type userRequest struct {
	Timezone  string         `json:"timezone"`
	Params    map[string]any `json:"params"`
	Block     named          `json:"block"`
	Utterance string         `json:"utterance"`
	Lang      string         `json:"lang"`
	User      user           `json:"user"`
	// CallbackURL may be called once.
	CallbackURL string `json:"callbackUrl,omitempty"`
}

type user struct {
	ID         string         `json:"id"`
	Type       string         `json:"type"`
	Properties map[string]any `json:"properties"`
}

type action struct {
	named
	ClientExtra  json.RawMessage        `json:"clientExtra"`
	Params       map[string]string      `json:"params"`
	DetailParams map[string]detailParam `json:"detailParams"`
}

type detailParam struct {
	GroupName string `json:"groupName"`
	Origin    string `json:"origin"`
	Value     string `json:"value"`
}

// payload puts the event into a skill request. What Kakao's bot system would know and Dari does not (which
// block was matched) comes from the settings.
func (e *engine) payload(t dialog.Turn, what foreign.Wish, tapped tap, live contexts) (payload, error) {
	block := e.block
	said := tapped.Text
	switch {
	case tapped.Kind != "":
		if tapped.Block != "" {
			block = named{tapped.Block, cmp.Or(tapped.Label, tapped.Block)}
		}
	case what == foreign.Open && e.welcome != "":
		said, block.ID = e.welcome, e.welcomeBlock
	default:
		var err error
		if said, err = foreign.Words(t.Inbound); err != nil {
			return payload{}, err
		}
	}
	p := payload{
		Intent:   intent{block, extra{reason{1, "OK"}}},
		Contexts: live,
		Bot:      named{cmp.Or(e.botID, t.Bot.ID), t.Bot.Name},
		Action:   action{named: named{e.action, e.action}, ClientExtra: tapped.Extra, Params: map[string]string{}, DetailParams: map[string]detailParam{}},
		UserRequest: userRequest{
			Timezone: cmp.Or(t.Inbound.Timezone, "Asia/Seoul"), Params: media(t.Inbound), Block: block, Utterance: said,
			Lang: language(t), User: person(t),
		},
	}
	for name, value := range e.params {
		p.Action.Params[name] = value
		p.Action.DetailParams[name] = detailParam{Origin: value, Value: value}
	}
	if len(p.Action.ClientExtra) == 0 {
		p.Action.ClientExtra = json.RawMessage("{}")
	}
	if e.callback {
		p.UserRequest.CallbackURL = t.ReplyTo
	}
	return p, nil
}

// media tells about a file beside the utterance, which is then its address.
func media(in message.Inbound) map[string]any {
	params := map[string]any{}
	if len(in.Attachments) > 0 && in.Attachments[0].URL != "" {
		a := in.Attachments[0]
		params["media"] = map[string]string{"type": string(a.Kind), "url": a.URL}
	}
	return params
}

func language(t dialog.Turn) string {
	lang, _, _ := strings.Cut(strings.ReplaceAll(foreign.Locale(t), "_", "-"), "-")
	return cmp.Or(strings.ToLower(lang), "ko")
}

// person is the user as Kakao shows one to a skill: by keys that tell nothing about them, the same in
// every turn, and different for every bot. Kakao's keys have at most 70 characters.
func person(t dialog.Turn) user {
	bot, channel := key("bot", t.Bot.ID, foreign.Person(t)), key("channel", t.Channel.ID, foreign.Person(t))
	return user{ID: bot, Type: "botUserKey", Properties: map[string]any{
		"botUserKey": bot, "bot_user_key": bot, "plusfriendUserKey": channel, "plusfriend_user_key": channel, "isFriend": true,
	}}
}

func key(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// tap is what a button of ours brings back.
type tap struct {
	Kind  string          `json:"kakao"`
	Text  string          `json:"text"` // what the skill hears
	Label string          `json:"label,omitempty"`
	Block string          `json:"block,omitempty"`
	Extra json.RawMessage `json:"extra,omitempty"`
}

const (
	tapSay      = "say"
	tapOperator = "operator"
)

func readTap(p *message.Postback) (tap, bool) {
	var got tap
	if p == nil || json.Unmarshal([]byte(p.Data), &got) != nil || got.Kind == "" {
		return tap{}, false
	}
	return got, true
}

func (t tap) action(label string) message.Action {
	data, _ := remote.JSON(t)
	return message.Action{Kind: message.ActionPostback, Label: label, Text: t.Text, Data: string(data)}
}

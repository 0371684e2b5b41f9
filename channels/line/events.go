package line

import (
	"strconv"
	"strings"

	"dari/bot/message"
)

// describe fills in what is special to the event's type. It returns false for an event that this
// version does not know, or that lacks what its type is about.
//
// Events that the vocabulary has no kind for become message.KindEvent. What such an event brings back
// (a tracking id, a nonce) stands in Postback.Data, the rest in Postback.Params under LINE's names.
func (e event) describe(in *message.Inbound) bool {
	switch e.Type {
	case "message":
		return e.describeMessage(in)
	case "messageEdited":
		if !e.describeMessage(in) {
			return false
		}
		in.Kind, in.Name = message.KindEdit, e.Type
	case "unsend":
		if e.Unsend == nil {
			return false
		}
		// https://developers.line.biz/en/docs/messaging-api/receiving-messages/#unsend-event
		in.Kind, in.MessageID, in.Forget = message.KindDelete, e.Unsend.MessageId, true
	case "follow":
		in.Kind = message.KindFollow
		if e.Follow != nil {
			in.Postback = params("", "isUnblocked", strconv.FormatBool(e.Follow.IsUnblocked))
		}
	case "unfollow":
		in.Kind = message.KindUnfollow
	case "join":
		in.Kind = message.KindJoin
	case "leave":
		in.Kind = message.KindLeave
	case "memberJoined":
		in.Kind, in.Members = message.KindMembersJoined, e.Joined.users()
	case "memberLeft":
		in.Kind, in.Members = message.KindMembersLeft, e.Left.users()
	case "postback":
		if e.Postback == nil {
			return false
		}
		in.Kind, in.Postback = message.KindPostback, &message.Postback{Data: e.Postback.Data, Params: e.Postback.Params}
	default:
		return e.describeOther(in)
	}
	return true
}

// describeOther handles the events that only inform.
func (e event) describeOther(in *message.Inbound) bool {
	switch {
	case e.Type == "videoPlayComplete" && e.VideoPlayComplete != nil:
		in.Postback = params(e.VideoPlayComplete.TrackingId)
	case e.Type == "beacon" && e.Beacon != nil:
		in.Postback = params(e.Beacon.Hwid, "type", string(e.Beacon.Type), "dm", e.Beacon.Dm)
	case e.Type == "accountLink" && e.Link != nil:
		in.Postback = params(e.Link.Nonce, "result", string(e.Link.Result))
	case e.Type == "membership" && e.Membership != nil:
		in.Postback = params(e.Membership.ID.String(), "type", e.Membership.Type)
	case e.Type == "module" && e.Module != nil:
		in.Postback = params(e.Module.BotID, "type", e.Module.Type, "reason", e.Module.Reason, "scopes", strings.Join(e.Module.Scopes, " "))
	case e.Type == "activated" && e.ChatControl != nil:
		in.Postback = params("", "expireAt", strconv.FormatInt(e.ChatControl.ExpireAt, 10))
	case e.Type == "delivery" && e.Delivery != nil:
		in.Postback = params(e.Delivery.Data)
	case e.Type == "deactivated", e.Type == "botSuspended", e.Type == "botResumed":
	default:
		return false
	}
	in.Kind = message.KindEvent
	return true
}

// params makes a Postback of data and of those name-value pairs that have a value.
func params(data string, pairs ...string) *message.Postback {
	p := &message.Postback{Data: data}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		if p.Params == nil {
			p.Params = map[string]string{}
		}
		p.Params[pairs[i]] = pairs[i+1]
	}
	return p
}

func (m *members) users() []message.User {
	if m == nil {
		return nil
	}
	var users []message.User
	for _, s := range m.Members {
		users = append(users, message.User{ID: s.UserID})
	}
	return users
}

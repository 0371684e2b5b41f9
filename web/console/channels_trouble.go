package console

import (
	"dari/bot"
	"dari/bot/words"
)

// troubleView is why a channel needs attention, with the way to what helps.
type troubleView struct {
	Text, URL, Link string // Link is a key
}

// Trouble says why a channel needs attention; nil if it does not.
func (p shellPage) Trouble(ch bot.ChannelView) *troubleView {
	t := ch.Trouble
	if t == nil {
		return nil
	}
	v := troubleView{words.Check(p.Lang, t.Check), channelBase(ch.ID), "channels.tab.setup"}
	switch t.Where {
	case bot.WhereState:
		v.URL, v.Link = channelBase(ch.ID)+"/state", "channels.tab.state"
	case bot.WhereEvent:
		v.URL, v.Link = "/console/events/"+t.EventID, "deliveries.trace"
	case bot.WhereDeliveries:
		v.URL, v.Link = "/console/bots/"+ch.BotID+"/deliveries", "nav.deliveries"
	}
	return &v
}

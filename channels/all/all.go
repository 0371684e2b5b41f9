// Package all lists the channel types; the order here is the order in the console.
package all

import (
	"dari/channels"
	"dari/channels/line"
	"dari/channels/naverworks"
	"dari/channels/slack"
	"dari/channels/teams"
	web "dari/channels/web"
)

// Types lists the channel types.
var Types = []channels.Type{naverworks.Type{}, line.Type{}, slack.Type{}, teams.Type{}, web.Type{}}

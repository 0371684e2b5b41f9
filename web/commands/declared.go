package commands

import (
	"dari/bot"
	"dari/bot/config"
	"dari/bot/settings"
	"dari/channels"
	allchannels "dari/channels/all"
	"dari/dialog"
	allengines "dari/dialog/all"
	"dari/store"
)

// Types are all that a channel and an engine can be.
func Types() (*channels.Registry, *dialog.Registry, error) {
	chans, err := channels.NewRegistry(allchannels.Types...)
	if err != nil {
		return nil, nil, err
	}
	engines, err := dialog.NewRegistry(allengines.Types...)
	return chans, engines, err
}

// Declared are the bots of the configuration as the runtime takes them.
func Declared(cfg config.Config) []bot.Provisioned {
	var list []bot.Provisioned
	for _, b := range cfg.Bots {
		p := bot.Provisioned{Bot: bot.BotSpec{
			ID: b.ID, Name: b.Name, Locale: b.Locale, Engine: engine(b.Engine), Failover: b.Failover,
			Handoff: store.HandoffRoom{Channel: b.Handoff.Channel, Conversation: b.Handoff.Conversation},
		}}
		for name, e := range b.Engines {
			if p.Bot.Engines == nil {
				p.Bot.Engines = map[string]bot.EngineSpec{}
			}
			p.Bot.Engines[name] = engine(e)
		}
		for _, r := range b.Routes {
			p.Bot.Routes = append(p.Bot.Routes, store.Route(r))
		}
		for _, c := range b.Channels {
			spec := bot.ChannelSpec{ID: c.ID, Type: c.Type, Name: c.Name, Settings: settings.Values(c.Settings)}
			p.Channels = append(p.Channels, bot.ProvisionedChannel{ChannelSpec: spec, Enabled: c.Enabled})
		}
		list = append(list, p)
	}
	return list
}

func engine(e config.Engine) bot.EngineSpec {
	return bot.EngineSpec{Type: e.Type, Settings: settings.Values(e.Settings)}
}

package bot

import (
	"errors"
	"maps"

	"dari/bot/check"
	"dari/channels"
)

// Hide takes the channel's secrets out of a failed call: platforms, and proxies before them, may repeat
// what they were sent. Nothing else of the error changes; the chain below is given up only if it holds
// something to hide.
func (ch *Channel) Hide(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	clean := ch.secrets.Text(text)
	if clean == text {
		return err
	}
	hidden := *channels.AsSendError(err)
	hidden.Code, hidden.Scope = ch.secrets.Text(hidden.Code), ch.secrets.Text(hidden.Scope)
	if hidden.Err != nil {
		hidden.Err = errors.New(ch.secrets.Text(hidden.Err.Error()))
	}
	if c, ok := check.Explained(err); ok {
		return check.Explain(&hidden, ch.hideCheck(c))
	}
	return &hidden
}

// hideCheck takes the channel's secrets out of a line of its connection test.
func (ch *Channel) hideCheck(c check.Check) check.Check {
	c.Params = maps.Clone(c.Params)
	for name, value := range c.Params {
		c.Params[name] = ch.secrets.Text(value)
	}
	return c
}

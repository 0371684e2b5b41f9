package commands

import (
	"context"
	"fmt"
	"os"

	"dari/bot"
	"dari/bot/config"
	"dari/bot/outbound"
	"dari/dialog/scenario"
)

// check goes by its arguments: none is the configuration that Dari would run with, a file is that
// configuration, and anything else a bot's scenario. The exit code is 1 when there are mistakes.
func check(_ context.Context, c Call) int {
	if len(c.Args) > 0 {
		if info, err := os.Stat(c.Args[0]); err != nil || !info.Mode().IsRegular() || len(c.Args) > 1 {
			return scenario.CheckCommand(c.Args, c.Stdout, c.Stderr)
		}
		c.Load = func() (config.Config, error) { return config.Load(c.Args[0], true, c.Env) }
	}
	cfg, err := c.Load()
	if err != nil {
		fmt.Fprintln(c.Stdout, err) // one mistake a line
		return 1
	}
	mistakes, err := mistakes(cfg)
	if err != nil {
		return c.fail(err)
	}
	for _, m := range mistakes {
		fmt.Fprintln(c.Stdout, m)
	}
	for _, warning := range cfg.UnknownEnv(c.Environ) {
		fmt.Fprintln(c.Stdout, "warning:", warning)
	}
	if len(mistakes) > 0 {
		return 1
	}
	where, chans := cfg.File, 0
	if where == "" {
		where = "no configuration file"
	}
	for _, b := range cfg.Bots {
		chans += len(b.Channels)
	}
	fmt.Fprintf(c.Stdout, "%s: no mistakes; %d bots with %d channels\n", where, len(cfg.Bots), chans)
	return 0
}

// mistakes are those that reading the configuration has not shown, with their places.
func mistakes(cfg config.Config) ([]string, error) {
	var out []string
	guard, err := outbound.New(cfg.Outbound.AllowHosts)
	if err != nil {
		return []string{fmt.Sprintf("%s: %v", cfg.Where("outbound.allow_hosts"), err)}, nil
	}
	chans, engines, err := Types()
	if err != nil {
		return nil, err
	}
	for _, m := range bot.CheckDeclared(chans, engines, guard, Declared(cfg)) {
		out = append(out, fmt.Sprintf("%s: %v", cfg.Where(m.Path), m))
	}
	return out, nil
}

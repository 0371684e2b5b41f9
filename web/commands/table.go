package commands

import (
	"context"
	"fmt"

	"dari/bot/config"
	"dari/bot/words"
	"dari/dialog/scenario"
	"dari/dialog/scenario/entity"
	"dari/dialog/scenario/intent"
	"dari/web/control"
)

// Table lists the commands for operators, then those for bot builders.
var Table = []Command{
	{"backup", "FILE", "write a consistent copy of the store, while Dari runs or not", true, Configured(backup)},
	{"check", "", "look for mistakes in the configuration, without starting anything", true, check},
	{"doctor", "", "test the connections of all channels (Dari runs)", true, Configured(doctor)},
	{"rotate-key", "", "seal all secrets with a new key (Dari runs)", true, Configured(rotateKey)},
	{"migrate", "--from STORE --to STORE", "copy everything to another store: bolt:DIRECTORY or postgres:ADDRESS (no Dari runs)", true, Configured(moveStore)},
	{"admin-link", "", "make a one-time link for a new console administrator (Dari runs)", true, Configured(adminLink)},

	{"new", "bot DIR", "write a commented scenario to begin with", false, func(_ context.Context, c Call) int {
		return scenario.NewCommand(c.Args, c.Stdout, c.Stderr)
	}},
	{"import", "SOURCE... BOT_DIR", "take a bot over from Danbee, Rasa, Dialogflow or a FAQ table", false, func(_ context.Context, c Call) int {
		return scenario.ImportCommand(c.Args, c.Stdout, c.Stderr)
	}},
	{"check", "BOT_DIR", "look for mistakes in a bot's scenario and run its tests", false, check},
	{"chat", "[BOT_DIR]", "talk to a bot in the terminal", false, func(ctx context.Context, c Call) int {
		return scenario.ChatCommand(ctx, c.Args, c.Stdin, c.Stdout, c.Stderr)
	}},
	{"intents", "test BOT_DIR FILE.csv", "try sentences on a bot", false, intents},
	{"intents", "eval --train FILE --test FILE", "measure how well intents are told apart", false, intents},
	{"entities", "TEXT", "show the dates, numbers and other values in a text", false, func(_ context.Context, c Call) int {
		return entity.Command(c.Args, c.Stdout, c.Stderr)
	}},
}

// intents has two commands of its own.
func intents(ctx context.Context, c Call) int {
	if len(c.Args) > 0 && c.Args[0] == "eval" {
		return intent.EvalCommand(ctx, c.Args[1:], c.Stdout, c.Stderr)
	}
	return scenario.IntentsTestCommand(c.Args, c.Stdout, c.Stderr)
}

func doctor(ctx context.Context, cfg config.Config, c Call) error {
	return control.Doctor(ctx, cfg.Store.Path, words.OfTerminal(c.Env), c.Stdout)
}

func rotateKey(ctx context.Context, cfg config.Config, c Call) error {
	return control.RotateKey(ctx, cfg.Store.Path, c.Stdout)
}

func adminLink(ctx context.Context, cfg config.Config, c Call) error {
	link, err := control.AdminLink(ctx, cfg.Store.Path)
	if err == nil {
		fmt.Fprintln(c.Stdout, link)
	}
	return err
}

package commands

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dari/bot/config"
)

// run calls a command as the program does, in a directory with these files.
func run(t *testing.T, files, env map[string]string, args ...string) (out string, code int) {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command, ok := Find(Table, args[0])
	if !ok {
		t.Fatalf("there is no command %s", args[0])
	}
	lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	var environ []string
	for name, v := range env {
		environ = append(environ, name+"="+v)
	}
	var b bytes.Buffer
	code = command.Run(t.Context(), Call{
		Args: args[1:], Env: lookup, Environ: environ, Stdin: strings.NewReader("hello\n/quit\n"), Stdout: &b, Stderr: &b,
		Load: func() (config.Config, error) {
			path, asked := config.Find("", lookup)
			return config.Load(path, asked, lookup)
		},
	})
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range left {
		if entry.Name() == "data" {
			t.Error("a store was made")
		}
	}
	return b.String(), code
}

const goodBot = `bots:
  - id: helpdesk
    name: Helpdesk
    locale: ko
    engine: {type: http, settings: {url: "https://engine.example.com/turn", secret: "${ENGINE_SECRET}"}}
    engines: {spare: {type: echo}}
    failover: spare
    routes: [{engine: spare, channels: [slack], share: 0.5}]
    channels:
      - {id: page, type: web, name: Page}
`

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

const badBots = `bots:
  - id: one
    name: One
    locale: de
    engine: {type: echoo}
    engines:
      faq:
        type: http
        settings:
          url: http://10.0.0.1/turn
          timeout: soon
          urll: x
    handoff: {conversation: room}
    channels:
      - id: nw
        type: naverworks
        name: NW
        settings:
          bot_id: 12
          group_mode: loud
      - id: xx
        type: telex
        name: X
`

func TestCheckFindsAllMistakesOfTheConfiguration(t *testing.T) {
	for _, row := range []struct {
		name       string
		files, env map[string]string
		args       []string
		code       int
		want       []string
	}{
		{"nothing at all is right", nil, nil, nil, 0, []string{"no configuration file: no mistakes; 0 bots with 0 channels"}},
		{"a good file", map[string]string{"config.yaml": goodBot}, map[string]string{"ENGINE_SECRET": secret}, nil, 0, []string{"config.yaml: no mistakes; 1 bots with 1 channels"}},
		{"a file by its name", map[string]string{"other.yaml": goodBot}, map[string]string{"ENGINE_SECRET": secret}, []string{"other.yaml"}, 0, []string{"other.yaml: no mistakes"}},
		{"a variable that is not known is a warning", nil, map[string]string{"DARI_SERVER_LISEN": ":1"}, nil, 0, []string{"warning: ", "DARI_SERVER_LISEN"}},
		{
			"mistakes of keys, all at once",
			map[string]string{"config.yaml": "server:\n  lisen: x\nlog:\n  level: loud\n"},
			map[string]string{"DARI_RUNTIME_MAX_TURNS": "none"},
			nil, 1,
			[]string{`config.yaml:2:3: server.lisen: unknown key`, `config.yaml:4:10: log.level: "loud" is not known`, "DARI_RUNTIME_MAX_TURNS: "},
		},
		{
			"mistakes of bots, as their types tell them",
			map[string]string{"config.yaml": badBots},
			nil, nil, 1,
			[]string{
				"config.yaml:4:13: bots[0].locale: must be one of ko, ja, en",
				"config.yaml:5:20: bots[0].engine.type: must be one of",
				"config.yaml:10:16: bots[0].engines.faq.settings.url: ",
				"config.yaml:11:20: bots[0].engines.faq.settings.timeout: must be a duration",
				"config.yaml:12:17: bots[0].engines.faq.settings.urll: there is no such setting",
				"config.yaml:13:29: bots[0].handoff.conversation: must be the id of a conversation",
				"bots[0].channels[0].settings.bot_secret: is missing",
				"bots[0].channels[0].settings.private_key: is missing",
				"config.yaml:20:23: bots[0].channels[0].settings.group_mode: must be one of mention, all, off",
				"config.yaml:22:15: bots[0].channels[1].type: must be one of",
			},
		},
		{"an address list that is wrong", nil, map[string]string{"DARI_OUTBOUND_ALLOW_HOSTS": "10.0.0.0/99"}, nil, 1, []string{"DARI_OUTBOUND_ALLOW_HOSTS: ", "10.0.0.0/99"}},
		{"a file that is not there", nil, map[string]string{"DARI_CONFIG": "gone.yaml"}, nil, 1, []string{"gone.yaml does not exist"}},
		{"a directory is a bot", map[string]string{"bot/bot.yaml": "bott: {}\n"}, nil, []string{"bot"}, 1, []string{"bot.yaml:1:1: unknown_key"}},
		{"a directory that is not there", nil, nil, []string{"bot"}, 1, []string{"read the bot's files"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			out, code := run(t, row.files, row.env, append([]string{"check"}, row.args...)...)
			if code != row.code {
				t.Errorf("exit code %d", code)
			}
			for _, w := range row.want {
				if !strings.Contains(out, w) {
					t.Errorf("want %q in\n%s", w, out)
				}
			}
			if strings.Contains(out, secret) {
				t.Error("a secret is printed")
			}
		})
	}
}

func TestTheCommandsOfBotBuildersAreThere(t *testing.T) {
	if out, code := run(t, nil, nil, "new", "bot", "mine"); code != 0 || !strings.Contains(out, "dari chat mine") {
		t.Errorf("new: %d: %s", code, out)
	}
	for _, row := range []struct {
		args []string
		want string
	}{
		{[]string{"chat"}, "> "},
		{[]string{"entities", "tomorrow at 3pm", "--now", "2026-11-22T10:00:00+09:00"}, "2026-11-23"},
		{[]string{"intents", "test"}, "usage: dari intents test"},
		{[]string{"intents", "eval", "-h"}, "-train"},
	} {
		if out, _ := run(t, nil, nil, row.args...); !strings.Contains(out, row.want) {
			t.Errorf("%v: %s", row.args, out)
		}
	}
}

func TestTheUsageNamesEveryCommand(t *testing.T) {
	usage := Usage(Table)
	for _, want := range []string{
		"dari [-config FILE] backup FILE ", "dari [-config FILE] check ", "dari check BOT_DIR ", "dari chat [BOT_DIR] ", "dari new bot DIR ",
	} {
		if !strings.Contains(usage, want) {
			t.Errorf("%q is missing in\n%s", want, usage)
		}
	}
	if _, ok := Find(Table, "bakcup"); ok {
		t.Error("a command that is not there is found")
	}
}

func TestABackupNeedsANewFile(t *testing.T) {
	for _, row := range []struct {
		name string
		args []string
		want string
	}{
		{"no name", []string{"backup"}, "name the file to write"},
		{"a file that is there", []string{"backup", "old"}, "exists"},
	} {
		out, code := run(t, map[string]string{"old": "kept"}, nil, row.args...)
		if b, err := os.ReadFile("old"); code != 1 || !strings.Contains(out, row.want) || err != nil || string(b) != "kept" {
			t.Errorf("%s: %d: %s (%v)", row.name, code, out, err)
		}
	}
}

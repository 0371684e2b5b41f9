package config

import (
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite config.example.yaml from the table of keys")

const exampleFile = "../../config.example.yaml"

const exampleHead = `# Configuration of Dari. Everything works without it: what stands here are the defaults. Copy it to
# config.yaml, keep what you want to change and drop the rest.
#
# Every key has a twin in the environment, which wins over this file: DARI_SERVER_LISTEN for
# server.listen; lists are separated by commas there. DARI_API_KEY, which stands in no file, is
# accepted as an API key with all rights. An unknown key or a bad value stops the start and is shown
# with file:line:column.
`

// exampleBots shows every setting of every channel type (lines with a default may be left out).
const exampleBots = `
# Bots and their channels, for those who keep them in version control. They can be looked at but not
# changed in the console and the API. In a value of settings, ${NAME} is taken from the environment
# and $${ stands for the characters ${ themselves. To try it, remove the # of every line below.
#bots:
#  - id: support  # 2 to 63 of a-z, 0-9 and hyphen; no two bots share one
#    name: Support
#    locale: ko
#    engine:
#      type: http
#      settings:
#        url: https://engine.example.com/turn
#        secret: ${ENGINE_SECRET}
#        timeout: 15s
#        headers:
#          Authorization: Bearer ${ENGINE_TOKEN}
#    engines:  # further ones by name, for routes and failover
#      spare:
#        type: echo
#    failover: spare  # asked when the other one fails
#    routes:  # the first that fits; every rule that is set has to fit
#      - engine: spare
#        channels: [support-web, slack]  # ids or types
#        locales: [en]
#        keywords: [trial]
#        share: 0.1  # a tenth of the conversations
#        stay: true  # until the engine ends it or another route fits
#    handoff:  # the room in which people answer for the bot
#      conversation: support-slack:C0123456789
#    channels:
#      - id: support-works  # no two channels share one; it is part of the webhook's URL
#        type: naverworks
#        name: NAVER WORKS
#        settings:
#          bot_id: 3001234
#          bot_secret: ${WORKS_BOT_SECRET}
#          client_id: ${WORKS_CLIENT_ID}
#          client_secret: ${WORKS_CLIENT_SECRET}
#          service_account: ${WORKS_SERVICE_ACCOUNT}
#          private_key: ${WORKS_PRIVATE_KEY}  # PEM
#          auth_header: ${WORKS_AUTH_HEADER}  # opens the auth URLs; without it they are closed
#          scopes: bot bot.message bot.read user.profile.read
#          auth_base_url: https://auth.worksmobile.com/oauth2/v2.0
#          api_base_url: https://www.worksapis.com/v1.0
#          max_in_flight: 4  # calls at once; the platform refuses too many
#          group_mode: all  # on every type: mention, all or off
#      - id: support-line
#        type: line
#        name: LINE
#        settings:
#          channel_secret: ${LINE_CHANNEL_SECRET}
#          channel_access_token: ${LINE_CHANNEL_ACCESS_TOKEN}
#          channel_id: 1234567890
#          api_base_url: https://api.line.me
#          data_base_url: https://api-data.line.me
#      - id: support-slack
#        type: slack
#        name: Slack
#        settings:
#          signing_secret: ${SLACK_SIGNING_SECRET}
#          bot_token: ${SLACK_BOT_TOKEN}
#          client_id: ${SLACK_CLIENT_ID}          # to install the app by OAuth
#          client_secret: ${SLACK_CLIENT_SECRET}
#          app_token: ${SLACK_APP_TOKEN}          # for Socket Mode
#          api_base_url: https://slack.com/api/
#      - id: support-teams
#        type: teams
#        name: Microsoft Teams
#        enabled: false  # true if left out
#        settings:
#          app_id: ${TEAMS_APP_ID}
#          app_secret: ${TEAMS_APP_SECRET}
#          tenant_id: ${TEAMS_TENANT_ID}
#          openid_metadata_url: https://login.botframework.com/v1/.well-known/openidconfiguration
#          token_url: https://login.microsoftonline.com/${TEAMS_TENANT_ID}/oauth2/v2.0/token
#          allowed_service_hosts: []  # host or host:port, besides those of Microsoft
#      - id: support-web
#        type: web
#        name: Our website
`

// example writes the file from the table.
func example() string {
	var b strings.Builder
	b.WriteString(exampleHead)
	for _, section := range sections() {
		b.WriteString("\n" + section + ":\n")
		part := ""
		for _, k := range keys {
			if k.section() != section {
				continue
			}
			name, indent := k.short(), "  "
			if p, short, nested := strings.Cut(name, "."); nested {
				if p != part {
					b.WriteString("  " + p + ":\n")
				}
				part, name, indent = p, short, "    "
			}
			b.WriteString(indent + "# " + k.doc + "\n" + indent + name + ": " + k.yamlDefault() + "\n")
		}
	}
	b.WriteString(exampleBots)
	return b.String()
}

func (k key) yamlDefault() string {
	switch {
	case k.kind == list:
		return "[" + strings.Join(k.split(k.def), ", ") + "]"
	case k.def == "":
		return `""`
	}
	return k.def
}

func TestExampleFileIsMadeFromTheTable(t *testing.T) {
	if *update {
		if err := os.WriteFile(exampleFile, []byte(example()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != example() {
		t.Error("config.example.yaml differs from the table of keys; run go test ./bot/config -update")
	}
}

func TestExampleFileGivesTheDefaults(t *testing.T) {
	fromFile, err := Load(exampleFile, true, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	defaults, err := parse("", nil, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if fromFile.places[k.name].line == 0 {
			t.Errorf("%s is not shown", k.name)
		}
	}
	fromFile.File, fromFile.places = "", defaults.places
	if !reflect.DeepEqual(fromFile, defaults) {
		t.Errorf("got %+v\nwant %+v", fromFile, defaults)
	}
}

func TestEveryKeyIsExplained(t *testing.T) {
	for _, k := range keys {
		if k.doc == "" || strings.Contains(k.doc, "\n") || !strings.HasSuffix(k.doc, ".") {
			t.Errorf("%s is explained by %q, want one sentence on one line", k.name, k.doc)
		}
	}
}

func TestBotsOfTheExampleLoadWhenUncommented(t *testing.T) {
	_, bots, _ := strings.Cut(exampleBots, "#bots:")
	file := strings.ReplaceAll("#bots:"+bots, "\n#", "\n")[1:]
	cfg, err := parse("config.yaml", []byte(file), func(name string) (string, bool) {
		return "value of " + name, !strings.HasPrefix(name, "DARI_")
	})
	if err != nil {
		t.Fatal(err)
	}
	bot := cfg.Bots[0]
	if got := bot.Engine.Settings["headers"].(map[string]string)["Authorization"]; got != "Bearer value of ENGINE_TOKEN" {
		t.Errorf("header is %q", got)
	}
	if r := bot.Routes[0]; r.Engine != "spare" || bot.Engines["spare"].Type != "echo" || r.Share != 0.1 || bot.Handoff.Conversation == "" {
		t.Errorf("routes and handoff are %+v, %+v", bot.Routes, bot.Handoff)
	}
	want := map[string]int{"naverworks": 12, "line": 5, "slack": 6, "teams": 6, "web": 0}
	for _, ch := range bot.Channels {
		if n, ok := want[ch.Type]; !ok || len(ch.Settings) != n {
			t.Errorf("%s has %d settings, want %d", ch.Type, len(ch.Settings), n)
		}
		delete(want, ch.Type)
		if ch.Enabled != (ch.Type != "teams") {
			t.Errorf("%s enabled = %v", ch.Type, ch.Enabled)
		}
	}
	if len(want) > 0 {
		t.Errorf("not shown: %v", want)
	}
	if got := bot.Channels[0].Settings["bot_id"]; got != "3001234" {
		t.Errorf("bot_id is %v", got)
	}
}

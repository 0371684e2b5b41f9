package config

import (
	"reflect"
	"strings"
	"testing"
)

const twoBots = `bots:
  - id: support
    name: 상담
    locale: ko-KR
    engine:
      type: http
      settings:
        url: https://engine.example.com
        secret: ${ENGINE_SECRET}
        headers:
          Authorization: Bearer ${TOKEN}
    channels:
      - id: works
        type: naverworks
        name: 네이버웍스
        enabled: false
        settings:
          bot_id: 0012
          private_key: |
            -----BEGIN PRIVATE KEY-----
            AAAA
          hosts: [a, "${HOST}", 10]
          nothing:
          dollars: a$${b}$c
      - {id: page, type: web, name: Page}
  - id: works
    name: Trial
    engine: {type: echo}
`

var twoBotsEnv = vars(map[string]string{"ENGINE_SECRET": "s3", "TOKEN": "t ${X}", "HOST": ""})

func TestBotsAreProvisioned(t *testing.T) {
	cfg, err := parse("config.yaml", []byte(twoBots), twoBotsEnv)
	if err != nil {
		t.Fatal(err)
	}
	want := []Bot{
		{
			ID: "support", Name: "상담", Locale: "ko-KR",
			Engine: Engine{"http", Settings{
				"url": "https://engine.example.com", "secret": "s3",
				"headers": map[string]string{"Authorization": "Bearer t ${X}"}, // a value is not expanded again
			}},
			Channels: []Channel{
				{"works", "naverworks", "네이버웍스", false, Settings{
					"bot_id": "0012", "private_key": "-----BEGIN PRIVATE KEY-----\nAAAA\n",
					"hosts": []string{"a", "", "10"}, "dollars": "a${b}$c",
				}},
				{"page", "web", "Page", true, nil},
			},
		},
		{ID: "works", Name: "Trial", Engine: Engine{Type: "echo"}}, // bots and channels do not share ids
	}
	if !reflect.DeepEqual(cfg.Bots, want) {
		for i := range cfg.Bots {
			t.Errorf("got %#v with %v", cfg.Bots[i], map[string]any(cfg.Bots[i].Engine.Settings))
		}
	}
}

func TestABotHasFurtherEnginesRoutesAndARoomForPeople(t *testing.T) {
	const file = `bots:
  - id: ab
    name: A
    engine: {type: echo}
    failover: spare
    routes:
      - {engine: faq, channels: [line], locales: [ko], keywords: [휴가], intents: [leave], share: 0.25, stay: true}
      - {engine: "", share: 1}
    engines:
      faq: {type: http, settings: {url: "https://faq.example.com"}}
      spare: {type: echo}
    handoff: {channel: desk, conversation: "desk:C1"}
`
	cfg, err := parse("config.yaml", []byte(file), noEnv)
	if err != nil {
		t.Fatal(err)
	}
	want := Bot{
		ID: "ab", Name: "A", Engine: Engine{Type: "echo"}, Failover: "spare",
		Engines: map[string]Engine{"faq": {"http", Settings{"url": "https://faq.example.com"}}, "spare": {Type: "echo"}},
		Routes: []Route{
			{Engine: "faq", Channels: []string{"line"}, Locales: []string{"ko"}, Keywords: []string{"휴가"}, Intents: []string{"leave"}, Share: 0.25, Stay: true},
			{Share: 1},
		},
		Handoff: HandoffRoom{"desk", "desk:C1"},
	}
	if !reflect.DeepEqual(cfg.Bots[0], want) {
		t.Errorf("got %+v", cfg.Bots[0])
	}
	if got := cfg.Where("bots[0].routes[1].share"); got != "config.yaml:8:29" {
		t.Errorf("the share stands at %s", got)
	}
}

func TestWhereLeadsToThePlaceOfASetting(t *testing.T) {
	cfg, err := parse("config.yaml", []byte(twoBots), twoBotsEnv)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, key, want string }{
		{"a setting", "bots[0].channels[0].settings.bot_id", "config.yaml:18:19"},
		{"a missing setting is shown where the settings begin", "bots[0].channels[0].settings.client_id", "config.yaml:18:11"},
		{"missing settings are shown at their channel", "bots[0].channels[1].settings.x", "config.yaml:25:9"},
		{"a bot", "bots[1]", "config.yaml:26:5"},
		{"a key that was not given", "log.level", "config.yaml"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := cfg.Where(tt.key); got != tt.want {
				t.Errorf("Where(%s) = %s, want %s", tt.key, got, tt.want)
			}
		})
	}
	if got := (Config{}).Where("log.level"); got != "configuration" {
		t.Errorf("without a file it is %s", got)
	}
}

func TestAnchorsAreFollowed(t *testing.T) {
	const file = `bots:
  - {id: aa, name: A, engine: &e {type: http, settings: {secret: &s x}}}
  - {id: bb, name: B, engine: *e, channels: [{id: cc, type: line, name: C, settings: {channel_secret: *s}}]}
`
	cfg, err := parse("config.yaml", []byte(file), noEnv)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Bots[1].Engine.Settings["secret"] != "x" || cfg.Bots[1].Channels[0].Settings["channel_secret"] != "x" {
		t.Errorf("got %v", map[string]any(cfg.Bots[1].Engine.Settings))
	}
}

func TestMistakesInBotsAreShownWithTheirPlace(t *testing.T) {
	const ok = "id: ab, name: A, engine: {type: echo}"
	for _, tt := range []struct{ name, file, want string }{
		{"bots that are no list", "bots: {a: b}", `config.yaml:1:7: bots: must be a list; begin each element with a hyphen`},
		{"a bot that is a text", "bots: [x]", `config.yaml:1:8: bots[0]: must be a section of keys: id, name, locale, engine, engines, routes, failover, handoff, channels`},
		{"an empty bot", "bots: [{}]", "config.yaml:1:8: bots[0].id: is missing\nconfig.yaml:1:8: bots[0].name: is missing\nconfig.yaml:1:8: bots[0].engine: is missing"},
		{"an unknown key", "bots: [{" + ok + ", langauge: ko}]", `config.yaml:1:48: bots[0].langauge: unknown key (known are id, name, locale, engine, engines, routes, failover, handoff, channels)`},
		{"a misspelt key", "bots: [{" + ok + ", chanels: []}]", `config.yaml:1:48: bots[0].chanels: unknown key (did you mean "channels"?)`},
		{"an id with capitals", "bots: [{id: Ab, name: A, engine: {type: echo}}]", `config.yaml:1:13: bots[0].id: must be 2 to 63 of a-z, 0-9 and hyphen, and not begin with a hyphen`},
		{"an id of one letter", "bots: [{id: a, name: A, engine: {type: echo}}]", `config.yaml:1:13: bots[0].id: must be 2 to 63 of a-z, 0-9 and hyphen, and not begin with a hyphen`},
		{"an id of 64 letters", "bots: [{id: " + strings.Repeat("a", 64) + ", name: A, engine: {type: echo}}]", `config.yaml:1:13: bots[0].id: must be 2 to 63 of a-z, 0-9 and hyphen, and not begin with a hyphen`},
		{"a bot's id taken", "bots:\n- {" + ok + "}\n- {" + ok + "}", `config.yaml:3:8: bots[1].id: "ab" is taken by the bot at config.yaml:2:8; choose another`},
		{
			"a channel's id taken in another bot",
			"bots:\n- {id: aa, name: A, engine: {type: echo}, channels: [{id: cc, type: web, name: C}]}\n- {id: bb, name: B, engine: {type: echo}, channels: [{id: cc, type: web, name: C}]}",
			`config.yaml:3:59: bots[1].channels[0].id: "cc" is taken by the channel at config.yaml:2:59; choose another`,
		},
		{"an empty name", "bots: [{id: ab, name: '', engine: {type: echo}}]", `config.yaml:1:23: bots[0].name: must be a text that is not empty; put it in quotes`},
		{"a locale that is none", "bots: [{" + ok + ", locale: 한국어}]", `config.yaml:1:56: bots[0].locale: "한국어" is not a language; write it like ko, ja or en-US`},
		{"an engine that is a text", "bots: [{id: ab, name: A, engine: echo}]", `config.yaml:1:34: bots[0].engine: must be a section of keys: type, settings`},
		{"an engine without type", "bots: [{id: ab, name: A, engine: {}}]", `config.yaml:1:34: bots[0].engine.type: is missing`},
		{"a channel without type", "bots: [{" + ok + ", channels: [{id: cc, name: C}]}]", `config.yaml:1:59: bots[0].channels[0].type: is missing`},
		{"a channel neither on nor off", "bots: [{" + ok + ", channels: [{id: cc, type: web, name: C, enabled: 1}]}]", `config.yaml:1:97: bots[0].channels[0].enabled: must be true or false`},
		{"settings that are a list", "bots: [{id: ab, name: A, engine: {type: echo, settings: [a]}}]", `config.yaml:1:57: bots[0].engine.settings: must be a section of keys`},
		{"a setting given twice", "bots: [{id: ab, name: A, engine: {type: echo, settings: {k: hunter2, k: b}}}]", `config.yaml:1:70: bots[0].engine.settings.k: is given twice; it stands at config.yaml:1:61 already`},
		{"a setting too deep", "bots: [{id: ab, name: A, engine: {type: echo, settings: {h: {x: {}}}}}]", `config.yaml:1:65: bots[0].engine.settings.h.x: must be a single value`},
		{"a list too deep", "bots: [{id: ab, name: A, engine: {type: echo, settings: {h: [[a]]}}}]", `config.yaml:1:62: bots[0].engine.settings.h[0]: must be a single value`},
		{"a variable that is not set", "bots:\n- id: ab\n  name: A\n  engine: {type: echo}\n  channels:\n  - id: cc\n    type: line\n    name: C\n    settings:\n      channel_secret: ${LINE_SECRET}", `config.yaml:10:23: bots[0].channels[0].settings.channel_secret: the environment variable LINE_SECRET is not set`},
		{"a reference that is none", "bots: [{id: ab, name: A, engine: {type: echo, settings: {k: 'hunter2${a-b}'}}}]", `config.yaml:1:61: bots[0].engine.settings.k: has a ${ that is not the start of ${NAME}; NAME is of letters, digits and _, and $${ stands for the characters themselves`},
		{"an engine's name with capitals", "bots: [{" + ok + ", engines: {FAQ: {type: echo}}}]", `config.yaml:1:63: bots[0].engines.FAQ: is no name for an engine; use 1 to 40 of a-z, 0-9 and hyphen`},
		{"a further engine without type", "bots: [{" + ok + ", engines: {faq: {}}}]", `config.yaml:1:63: bots[0].engines.faq.type: is missing`},
		{"a route to nowhere", "bots: [{" + ok + ", routes: [{engine: faq}], engines: {fax: {type: echo}}}]", `config.yaml:1:66: bots[0].routes[0].engine: must be a name that stands under the bot's engines, or "" for the main one`},
		{"a route without engine", "bots: [{" + ok + ", routes: [{stay: true}]}]", `config.yaml:1:57: bots[0].routes[0].engine: is missing`},
		{"a misspelt rule", "bots: [{" + ok + ", routes: [{engine: '', keyword: [a]}]}]", `config.yaml:1:70: bots[0].routes[0].keyword: unknown key (did you mean "keywords"?)`},
		{"a rule that is a text", "bots: [{" + ok + ", routes: [{engine: '', locales: ko}]}]", `config.yaml:1:79: bots[0].routes[0].locales: must be a list; write it like [one, two]`},
		{"a share over the whole", "bots: [{" + ok + ", routes: [{engine: '', share: 10}]}]", `config.yaml:1:77: bots[0].routes[0].share: must be a number from 0 to 1, such as 0.1 for a tenth of the conversations`},
		{"a share in quotes", "bots: [{" + ok + ", routes: [{engine: '', share: '0.5'}]}]", `config.yaml:1:77: bots[0].routes[0].share: must be a number from 0 to 1, such as 0.1 for a tenth of the conversations`},
		{"a failover that is not there", "bots: [{" + ok + ", failover: spare}]", `config.yaml:1:58: bots[0].failover: must be a name that stands under the bot's engines, or "" for none`},
		{"a room for people without its id", "bots: [{" + ok + ", handoff: {channel: cc}}]", `config.yaml:1:57: bots[0].handoff.conversation: is missing`},
	} {
		t.Run(tt.name, func(t *testing.T) { wantMistakes(t, tt.file, nil, tt.want) })
	}
}

package config

import (
	"strings"
	"testing"
)

func TestMistakesAreShownWithTheirPlace(t *testing.T) {
	for _, tt := range []struct{ name, file, want string }{
		{"unknown key", "server:\n  lisen: :80", `config.yaml:2:3: server.lisen: unknown key (did you mean "listen"?)`},
		{"unknown key that resembles none", "log:\n  colour: red", `config.yaml:2:3: log.colour: unknown key (known are level, format)`},
		{"unknown section", "sever: {}", `config.yaml:1:1: sever: unknown key (did you mean "server"?)`},
		{"unknown key with a line break", `"a\nb": 1`, "config.yaml:1:1: a\ufffdb: unknown key (known are server, store, secrets, auth, outbound, runtime, retention, log, bots)"},
		{"API key in the file", "server: {api_key: hunter2}", `config.yaml:1:10: server.api_key: unknown key (known are listen, public_url, console_listen, console_url, trusted_proxies)`},
		{"key given twice", "log:\n  level: info\n  level: warn", `config.yaml:3:3: log.level: is given twice; it stands at config.yaml:2:10 already`},
		{"list as key", "? [a]\n: b", `config.yaml:1:3: must have plain texts as keys; write merged keys out`},
		{"merge key", "log:\n  <<: {level: info}", `config.yaml:2:3: log: must have plain texts as keys; write merged keys out`},
		{"section that is a text", "server: yes please", `config.yaml:1:9: server: must be a section of keys: listen, public_url, console_listen, console_url, trusted_proxies`},
		{"file that is a list", "- a", `config.yaml:1:1: must be a section of keys: server, store, secrets, auth, outbound, runtime, retention, log, bots`},
		{"key without a value", "log:\n  level:", `config.yaml:2:9: log.level: has no value; give it one, write "" for an empty text, or remove the line`},
		{"number where a text belongs", "store: {path: 2024}", `config.yaml:1:15: store.path: must be a text; put it in quotes`},
		{"list where a text belongs", "store: {path: [a]}", `config.yaml:1:15: store.path: must be a single value, not a list or a section`},
		{"text where a number belongs", `runtime: {max_turns: "5"}`, `config.yaml:1:22: runtime.max_turns: must be a whole number without quotes`},
		{"text where a list belongs", "outbound: {allow_hosts: a}", `config.yaml:1:25: outbound.allow_hosts: must be a list; write it like [one, two]`},
		{"number in a list", "outbound: {allow_hosts: [a, 10]}", `config.yaml:1:25: outbound.allow_hosts: element 2 must be a text; put it in quotes`},
		{"variable outside settings", "store: {path: '${HOME}/x'}", `config.yaml:1:15: store.path: takes no ${…}; set DARI_STORE_PATH in the environment instead`},

		{"address without port", "server: {listen: localhost}", `config.yaml:1:18: server.listen: "localhost" is not an address to listen on; write host:port, like 127.0.0.1:8080 or :8080`},
		{"port too large", "server: {listen: ':65536'}", `config.yaml:1:18: server.listen: ":65536" is not an address to listen on; write host:port, like 127.0.0.1:8080 or :8080`},
		{"host with a slash", "server: {console_listen: 'http://x:1'}", `config.yaml:1:26: server.console_listen: "http://x:1" is not an address to listen on; write host:port, like 127.0.0.1:8080 or :8080`},
		{"proxy that is a name", "server: {trusted_proxies: [lb.example]}", `config.yaml:1:27: server.trusted_proxies: "lb.example" is neither an IP nor a CIDR such as 10.0.0.0/8`},
		{"console on the same address", "server: {listen: ':1', console_listen: ':1'}", `config.yaml:1:40: server.console_listen: is the same as server.listen; leave it empty to share the listener`},
		{"public URL without scheme", "server: {public_url: bot.example.com}", `config.yaml:1:22: server.public_url: is not an absolute URL; write it like https://bot.example.com`},
		{"console URL without scheme", "server: {console_url: console.example.com}", `config.yaml:1:23: server.console_url: is not an absolute URL; write it like https://bot.example.com`},
		{"public URL with password", "server: {public_url: 'https://u:hunter2@x.example'}", `config.yaml:1:22: server.public_url: must not contain a user name or password`},
		{"public URL with query", "server: {public_url: 'https://x.example/?a'}", `config.yaml:1:22: server.public_url: must end before ? and #`},
		{"postgres without an address", "store: {driver: postgres}", `config.yaml:1:17: store.driver: needs store.dsn as well; set that or DARI_STORE_DSN`},
		{"unknown driver", "store: {driver: mysql}", `config.yaml:1:17: store.driver: "mysql" is not known; known are bolt, postgres`},
		{"empty path", "store: {path: ''}", `config.yaml:1:15: store.path: must not be empty`},
		{"database address with bolt", "store: {dsn: 'postgres://u:hunter2@db/x'}", `config.yaml:1:14: store.dsn: is not used by store.driver bolt; remove it`},
		{"duration without unit", "outbound: {timeout: 20}", `config.yaml:1:21: outbound.timeout: "20" is not a duration; write it like 20s, 5m or 720h`},
		{"duration in days", "retention: {events: 30d}", `config.yaml:1:21: retention.events: "30d" is not a duration; write it like 20s, 5m or 720h`},
		{"negative duration", "retention: {audit: -1h}", `config.yaml:1:20: retention.audit: must not be negative`},
		{"turn too long", "runtime: {turn_timeout: 11m}", `config.yaml:1:25: runtime.turn_timeout: must be between 100ms and 10m`},
		{"turn too short", "runtime: {turn_timeout: 99ms}", `config.yaml:1:25: runtime.turn_timeout: must be between 100ms and 10m`},
		{"number too small", "runtime: {max_turns: 0}", `config.yaml:1:22: runtime.max_turns: "0" is not a whole number between 1 and 1048576`},
		{"number in another base", "retention: {max_events: 0x10}", `config.yaml:1:25: retention.max_events: "0x10" is not a whole number between 0 and 2147483647`},
		{"unknown level", "log: {level: INFO}", `config.yaml:1:14: log.level: "INFO" is not known; known are debug, info, warn, error`},
		{"unknown format", "log: {format: xml}", `config.yaml:1:15: log.format: "xml" is not known; known are text, json`},

		{"unknown key of a part", "auth:\n  oidc:\n    isuer: x", `config.yaml:3:5: auth.oidc.isuer: unknown key (did you mean "issuer"?)`},
		{"part that is a text", "auth: {oidc: yes please}", `config.yaml:1:14: auth.oidc: must be a section of keys: issuer, client_id, client_secret, label, scopes, allowed_domains, allowed_emails, email_verified, role_claim, admin_values, builder_values, default_role`},
		{"issuer by plain http", "auth: {oidc: {issuer: 'http://id.example.com'}}", `config.yaml:1:23: auth.oidc.issuer: must use https; plain http is only for this machine`},
		{"issuer that is no URL", "auth: {oidc: {issuer: id.example.com}}", `config.yaml:1:23: auth.oidc.issuer: is not the URL of an issuer; write it as the provider does, like https://id.example.com/realm`},
		{"issuer without a client", "auth: {oidc: {issuer: 'https://id.example.com', client_secret: hunter2}}", `config.yaml:1:23: auth.oidc.issuer: needs auth.oidc.client_id as well`},
		{"client without an issuer", "auth: {oidc: {client_id: dari, client_secret: hunter2}}", `config.yaml:1:26: auth.oidc.client_id: is of no use without auth.oidc.issuer; set that or remove this`},
		{"issuer that lets everybody in", "auth: {oidc: {issuer: 'https://id.example.com', client_id: dari}}", `config.yaml:1:23: auth.oidc.issuer: needs auth.oidc.allowed_domains or auth.oidc.allowed_emails as well: without them everybody with an account at the provider could sign in`},
		{"domain with a star", "auth: {oidc: {allowed_domains: ['*.example.com']}}", `config.yaml:1:32: auth.oidc.allowed_domains: "*.example.com" is not a domain; write it like example.com, without @ and *`},
		{"address without a domain", "auth: {oidc: {allowed_emails: [mina]}}", `config.yaml:1:31: auth.oidc.allowed_emails: "mina" is not an e-mail address`},
		{"scopes without email", "auth: {oidc: {scopes: [openid]}}", `config.yaml:1:23: auth.oidc.scopes: must hold email`},
		{"values without their claim", "auth: {oidc: {issuer: 'https://id.example.com', client_id: dari, allowed_domains: [example.com], admin_values: [x]}}", `config.yaml:1:23: auth.oidc.issuer: has admin_values or builder_values without role_claim; name the claim that holds them`},
		{"no role for anybody", "auth: {oidc: {issuer: 'https://id.example.com', client_id: dari, allowed_domains: [example.com], default_role: none}}", `config.yaml:1:112: auth.oidc.default_role: is none without a role_claim, so that nobody new could sign in; name the claim, or write viewer`},

		{"no YAML", "log:\n  level: a: b", `config.yaml:2:11: is not YAML: mapping values are not allowed in this context`},
		{"tab as indentation", "log:\n\tlevel: info", `config.yaml:2:1: is not YAML: found character that cannot start any token`},
		{"unquoted star, which may begin a secret", "store: {dsn: *hunter2}", `config.yaml:1:14: is not YAML; a text that begins with * or & or ! needs quotes`},
		{"control character", "log:\n  # 가\x01", `config.yaml:2:6: is not plain UTF-8 text`},
		{"broken UTF-8", "log: \xff", `config.yaml:1:6: is not plain UTF-8 text`},
		{"second document", "log: {}\n---\nlog: {}", `config.yaml:2:1: a second document begins here; keep everything in one`},
	} {
		t.Run(tt.name, func(t *testing.T) { wantMistakes(t, tt.file, nil, tt.want) })
	}
}

func wantMistakes(t *testing.T, file string, env map[string]string, want string) {
	t.Helper()
	_, err := parse("config.yaml", []byte(file), vars(env))
	if err == nil {
		t.Fatalf("no mistake found, want %s", want)
	}
	if err.Error() != want {
		t.Errorf("got\n%s\nwant\n%s", err, want)
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Error("a secret shows")
	}
}

func TestBadVariableIsNamed(t *testing.T) {
	for _, tt := range []struct{ name, variable, value, want string }{
		{"duration", "DARI_RUNTIME_TURN_TIMEOUT", "20", `DARI_RUNTIME_TURN_TIMEOUT: "20" is not a duration; write it like 20s, 5m or 720h`},
		{"number", "DARI_RUNTIME_MAX_TURNS", "many", `DARI_RUNTIME_MAX_TURNS: "many" is not a whole number between 1 and 1048576`},
		{"empty level", "DARI_LOG_LEVEL", "", `DARI_LOG_LEVEL: "" is not known; known are debug, info, warn, error`},
		{"database address with bolt", "DARI_STORE_DSN", "hunter2", `DARI_STORE_DSN: is not used by store.driver bolt; remove it`},
		{"API key with a line break", "DARI_API_KEY", "hunter2\n", `DARI_API_KEY: must be of ASCII letters, digits and signs, without blanks and line breaks`},
	} {
		t.Run(tt.name, func(t *testing.T) { wantMistakes(t, "", map[string]string{tt.variable: tt.value}, tt.want) })
	}
}

func TestAllMistakesComeAtOnceInTheOrderOfTheFile(t *testing.T) {
	const file = `log: {level: loud}
store:
  dsn: x
runtime: {max_turns: 0, max_deliveries: 0}
server:
  lisen: :80
`
	wantMistakes(t, file, map[string]string{"DARI_SERVER_LISTEN": "x", "DARI_LOG_FORMAT": "xml"}, strings.Join([]string{
		`config.yaml:1:14: log.level: "loud" is not known; known are debug, info, warn, error`,
		`config.yaml:3:8: store.dsn: is not used by store.driver bolt; remove it`,
		`config.yaml:4:22: runtime.max_turns: "0" is not a whole number between 1 and 1048576`,
		`config.yaml:4:41: runtime.max_deliveries: "0" is not a whole number between 1 and 1048576`,
		`config.yaml:6:3: server.lisen: unknown key (did you mean "listen"?)`,
		`DARI_SERVER_LISTEN: "x" is not an address to listen on; write host:port, like 127.0.0.1:8080 or :8080`,
		`DARI_LOG_FORMAT: "xml" is not known; known are text, json`,
	}, "\n"))
}

func TestFilesThatSayNothingGiveTheDefaults(t *testing.T) {
	for _, tt := range []struct{ name, file string }{
		{"empty", ""},
		{"only comments", "# nothing\n"},
		{"a byte order mark", "\ufeff# nothing\n"},
		{"a document without content", "---\n"},
		{"sections whose keys are commented out", "server:\n  # listen: x\nbots:\noutbound:\n  allow_hosts:\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg, err := parse("config.yaml", []byte(tt.file), noEnv)
			if err != nil || cfg.Server.Listen != "127.0.0.1:8080" || cfg.Runtime.MaxTurns != 4096 {
				t.Errorf("got %+v, %v", cfg, err)
			}
		})
	}
}

// FuzzLoad looks for content that makes the reader panic, or gets values past the checks.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		everyKey, example(), "bots: &b [*b]", "log: &l {level: *l}", "a: [", "bots: [{id: ab, channels: [{settings: {a: {b: ${X}}}}]}]", "? {a: b}\n: c",
		"bots: [{id: ab, name: n, engine: {type: echo}, channels: [{id: cd, type: line, name: n, settings: {x: ['${X}', 1.0], y: ~}}]}]",
	} {
		f.Add([]byte(seed), "20s")
	}
	f.Fuzz(func(t *testing.T, data []byte, value string) {
		cfg, err := parse("config.yaml", data, func(name string) (string, bool) {
			return value, name == "X" || name == "DARI_RUNTIME_TURN_TIMEOUT" && value != ""
		})
		if err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if line == "" {
					t.Errorf("empty line in %q", err)
				}
			}
			return
		}
		if d := cfg.Runtime.TurnTimeout; d < 1e8 || d > 600e9 {
			t.Errorf("turn time-out %s passes", d)
		}
		if cfg.Store.Driver != "bolt" && (cfg.Store.Driver != "postgres" || cfg.Store.DSN == "") || cfg.Store.Path == "" {
			t.Errorf("store %+v passes", cfg.Store)
		}
		for _, b := range cfg.Bots {
			if !idPattern.MatchString(b.ID) || b.Name == "" || b.Engine.Type == "" {
				t.Errorf("bot %+v passes", b)
			}
		}
	})
}

package lex

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"dari/bot/check"
	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

func TestConformance(t *testing.T) {
	answering := func(answer func(dialogtest.LexCall) dialogtest.HTTPAnswer) func(*testing.T) settings.Values {
		return func(t *testing.T) settings.Values {
			fake := dialogtest.NewLex(t)
			fake.Answer = answer
			return fake.Settings()
		}
	}
	always := func(a dialogtest.HTTPAnswer) func(*testing.T) settings.Values {
		return answering(func(dialogtest.LexCall) dialogtest.HTTPAnswer { return a })
	}
	change := func(field, value string) func(*testing.T) settings.Values {
		return func(t *testing.T) settings.Values {
			v := dialogtest.NewLex(t).Settings()
			v[field] = value
			return v
		}
	}
	dialogtest.Run(t, dialogtest.Kit{
		Type:     Type{},
		Settings: answering(nil),
		Hanging: func(t *testing.T, asked chan<- struct{}) settings.Values {
			return answering(func(dialogtest.LexCall) dialogtest.HTTPAnswer {
				asked <- struct{}{}
				return dialogtest.HTTPAnswer{Hang: true}
			})(t)
		},
		Memory: dialogtest.Memory{First: "하나", Second: "둘", Want: "2: 둘"},
		Broken: map[string]func(*testing.T) settings.Values{
			"an answer that is no JSON is an error":       always(dialogtest.HTTPAnswer{Body: "<html>"}),
			"an answer that breaks off is an error":       always(dialogtest.HTTPAnswer{Body: `{"sessionState":{}}`, Cut: true}),
			"an answer without a state is an error":       always(dialogtest.JSON(map[string]any{})),
			"an answer with status 500 is an error":       always(dialogtest.LexError(500, "InternalServerException", "oops")),
			"a key that is echoed is not quoted":          always(dialogtest.LexError(400, "ValidationException", dialogtest.LexSecret)),
			"a key that is not the right one is an error": change("secret_access_key", "another-secret-access-key"),
			"a bot that is not there is an error":         change("api_base_url", "http://127.0.0.1:1"),
		},
	})
}

func TestSettings(t *testing.T) {
	for _, c := range []struct {
		name  string
		key   string
		value any
		field string // of the error, "" for none
		want  string // part of the error
	}{
		{"all of them", "timeout", "5s", "", ""},
		{"a region that is a host", "region", "evil.example.com/", "region", "ap-northeast-2"},
		{"a bot by its name", "bot_id", "BookRoom", "bot_id", "ten"},
		{"an alias by its name", "bot_alias_id", "prod/../x", "bot_alias_id", "TSTALIASID"},
		{"no locale", "locales", nil, "locales", "missing"},
		{"a locale in the other spelling", "locales", []string{"ko-KR"}, "locales", "ko_KR"},
		{"no key", "secret_access_key", "", "secret_access_key", "missing"},
		{"a base with a password", "api_base_url", "https://me:pass-word@a.example.com", "api_base_url", "https://"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := dialogtest.NewLex(t).Settings()
			v[c.key] = c.value
			clean, err := settings.Clean(Type{}.Fields(), v, nil)
			if err == nil {
				_, err = Type{}.New(clean, dialogtest.Deps(&dialogtest.LogBuffer{}))
			}
			if c.field == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var se *settings.Error
			if !errors.As(err, &se) || se.Field != c.field || !strings.Contains(se.Detail, c.want) || strings.Contains(se.Detail, "pass-word") {
				t.Errorf("got %v, want an error of %s with %q", err, c.field, c.want)
			}
		})
	}
	t.Run("the address without one of one's own", func(t *testing.T) {
		v := dialogtest.NewLex(t).Settings()
		delete(v, "api_base_url")
		c, err := newConfig(v)
		if want := "https://runtime-v2-lex.ap-northeast-2.amazonaws.com/bots/ABCDEFGHIJ/botAliases/TSTALIASID"; err != nil || c.bots != want {
			t.Errorf("got %s, %v", c.bots, err)
		}
	})
}

func TestTheRequestIsTheOneOfTheSample(t *testing.T) {
	var sample struct{ Body map[string]any }
	if err := json.Unmarshal(read(t, "lex_v2_request.json"), &sample); err != nil {
		t.Fatal(err)
	}
	b := open(t, func(v settings.Values) { v["send_names"] = "yes" })
	in := turn()
	in.State.Token = `{"session":"abcdefghijklmnopqrstuvwxyz234567","state":{"sessionAttributes":{"userName":"김하나"}}}`
	if _, err := b.Turn(t.Context(), in, nil); err != nil {
		t.Fatal(err)
	}
	call := b.fake.Last(t)
	var got map[string]any
	if err := json.Unmarshal(call.Body, &got); err != nil {
		t.Fatal(err)
	}
	attributes := map[string]any{"channel": "naverworks", "userId": "U7001", "userName": "김하나", "conversationId": "nw-10001:U7001", "timezone": "Asia/Seoul"}
	if !reflect.DeepEqual(got["requestAttributes"], any(attributes)) {
		t.Errorf("attributes %v", got["requestAttributes"])
	}
	got["requestAttributes"] = sample.Body["requestAttributes"]
	if !reflect.DeepEqual(got, sample.Body) {
		t.Errorf("got  %v\nwant %v", got, sample.Body)
	}
	if want := "/bots/ABCDEFGHIJ/botAliases/TSTALIASID/botLocales/ko_KR/sessions/abcdefghijklmnopqrstuvwxyz234567/text"; call.Path != want {
		t.Errorf("path %s", call.Path)
	}
}

func TestWhatATurnAsks(t *testing.T) {
	long := strings.Repeat("가", 1030)
	for _, c := range []struct {
		name string
		in   message.Inbound
		want string // what the bot hears, "" when it is not asked
		code string // of the error
	}{
		{"a text too long", message.Inbound{Kind: message.KindText, Text: long}, long[:1024*3], ""},
		{"a tapped button", message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: "a", Label: "b"}}, "a", ""},
		{"an opened chat", message.Inbound{Kind: message.KindFollow}, "안녕", ""},
		{"a command", message.Inbound{Kind: message.KindCommand, Command: &message.Command{Name: "/ask"}}, "/ask", ""},
		{"a sticker with words", message.Inbound{Kind: message.KindSticker, Sticker: &message.Sticker{Text: "OK"}}, "OK", ""},
		{"a sticker without", message.Inbound{Kind: message.KindSticker, Sticker: &message.Sticker{ID: "1"}}, "", "unsupported"},
		{"a reaction", message.Inbound{Kind: message.KindReaction}, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, func(v settings.Values) { v["welcome_text"] = "안녕" })
			in := turn()
			in.Inbound = c.in
			res, err := b.Turn(t.Context(), in, nil)
			switch {
			case c.code != "":
				asError(t, err, c.code)
			case err != nil:
				t.Fatal(err)
			case c.want == "" && (len(b.fake.Calls()) != 0 || !reflect.DeepEqual(res, dialog.Result{})):
				t.Errorf("asked %v, got %+v", b.fake.Calls(), res)
			case c.want != "" && res.Reply.Messages[0].Text != "1: "+c.want:
				t.Errorf("the bot heard %q", res.Reply.Messages[0].Text)
			}
		})
	}
}

func TestLocales(t *testing.T) {
	known := []string{"en_US", "ko_KR", "en_GB"}
	for _, c := range []struct{ person, bot, want string }{
		{"ko-KR", "", "ko_KR"}, {"ko", "en", "ko_KR"}, {"en-GB", "", "en_GB"}, {"en-AU", "ko", "en_US"}, {"ja-JP", "ko", "ko_KR"}, {"", "", "en_US"}, {"ja", "zh", "en_US"},
	} {
		if got := locale(known, c.person, c.bot); got != c.want {
			t.Errorf("%q, %q: got %s, want %s", c.person, c.bot, got, c.want)
		}
	}
}

func TestFailures(t *testing.T) {
	ok := dialogtest.JSON(map[string]any{"sessionState": map[string]any{}})
	for _, c := range []struct {
		name   string
		script []dialogtest.HTTPAnswer
		code   string // "" if the turn succeeds
		detail string
		sleeps int
	}{
		{"a turn that still runs is waited for", []dialogtest.HTTPAnswer{dialogtest.LexError(409, "ConflictException", "busy"), ok}, "", "", 1},
		{"too many turns are asked again", []dialogtest.HTTPAnswer{dialogtest.LexError(429, "ThrottlingException", "slow down"), ok}, "", "", 1},
		{"the second 429 is final", []dialogtest.HTTPAnswer{dialogtest.LexError(429, "ThrottlingException", "a"), dialogtest.LexError(429, "ThrottlingException", "b"), ok}, "rate_limited", "ThrottlingException: b", 1},
		{"a refused key", []dialogtest.HTTPAnswer{dialogtest.LexError(403, "AccessDeniedException", "no")}, "refused", "AccessDeniedException: no", 0},
		{"a bot that is not there", []dialogtest.HTTPAnswer{dialogtest.LexError(404, "ResourceNotFoundException", "no bot")}, "refused", "no bot", 0},
		{"a Lambda that failed", []dialogtest.HTTPAnswer{dialogtest.LexError(424, "DependencyFailedException", "lambda")}, "failed", "lambda", 0},
		{"a gateway that failed", []dialogtest.HTTPAnswer{dialogtest.LexError(502, "BadGatewayException", "gw")}, "failed", "gw", 0},
		{"a page is no error of Lex", []dialogtest.HTTPAnswer{{Status: 500, Body: "<html>"}}, "failed", "status 500", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, nil)
			b.fake.Script(c.script...)
			_, err := b.Turn(t.Context(), turn(), nil)
			if c.code == "" && err != nil {
				t.Fatal(err)
			}
			if c.code != "" {
				if e := asError(t, err, c.code); !strings.Contains(e.Error(), c.detail) {
					t.Errorf("%v does not say %q", err, c.detail)
				}
			}
			if len(b.sleeps) != c.sleeps {
				t.Errorf("slept %v", b.sleeps)
			}
		})
	}
}

func TestTheConnectionTest(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer dialogtest.HTTPAnswer
		code   string
	}{
		{"all is well", dialogtest.JSON(map[string]any{"sessionState": map[string]any{}}), "engine.lex.ok"},
		{"another key", dialogtest.LexError(403, "AccessDeniedException", "no"), "engine.lex.credentials"},
		{"no such bot", dialogtest.LexError(404, "ResourceNotFoundException", "no"), "engine.lex.bot"},
		{"a locale that is not built", dialogtest.LexError(400, "ValidationException", "no"), "engine.lex.refused"},
		{"a bot that fails", dialogtest.LexError(500, "InternalServerException", "no"), "engine.lex.failing"},
		{"a bot that takes too long", dialogtest.HTTPAnswer{Hang: true}, "engine.lex.timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, func(v settings.Values) { v["timeout"], v["locales"] = "100ms", []string{"ko_KR", "ja_JP"} })
			b.fake.Answer = func(dialogtest.LexCall) dialogtest.HTTPAnswer { return c.answer }
			got := b.Check(t.Context())
			if len(got) != 2 || got[0].ID == got[1].ID {
				t.Fatalf("got %+v", got)
			}
			for _, line := range got {
				if line.Code != c.code || (line.Status == check.Pass) != (c.code == "engine.lex.ok") {
					t.Errorf("got %+v", line)
				}
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		b := open(t, func(v settings.Values) { v["api_base_url"] = "http://127.0.0.1:1" })
		if got := b.Check(t.Context()); got[0].Code != "engine.lex.unreachable" {
			t.Errorf("got %+v", got)
		}
	})
}

package directline

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"dari/bot/check"
	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog/dialogtest"
)

func TestConformance(t *testing.T) {
	with := func(prepare func(*dialogtest.DirectLine)) func(*testing.T) settings.Values {
		return func(t *testing.T) settings.Values {
			fake := dialogtest.NewDirectLine(t)
			if prepare != nil {
				prepare(fake)
			}
			return fake.Settings()
		}
	}
	failing := func(call string, a dialogtest.HTTPAnswer) func(*testing.T) settings.Values {
		return with(func(d *dialogtest.DirectLine) { d.Fail(call, a) })
	}
	kit := dialogtest.Kit{
		Type:     Type{},
		Settings: with(nil),
		Hanging: func(t *testing.T, asked chan<- struct{}) settings.Values {
			fake := dialogtest.NewDirectLine(t)
			fake.Bot = func(map[string]any) []dialogtest.DirectLineSays {
				asked <- struct{}{}
				return nil
			}
			return fake.Settings()
		},
		Memory: dialogtest.Memory{First: "하나", Second: "둘", Want: "2: 둘"},
		Broken: map[string]func(*testing.T) settings.Values{
			"a secret that is refused is an error": func(t *testing.T) settings.Values {
				v := dialogtest.NewDirectLine(t).Settings()
				v["secret"] = "another-secret-1234567890"
				return v
			},
			"a bot that fails is an error":          failing("POST activities", dialogtest.DirectLineError(502, "BotError", "Failed to send activity: bot returned an error")),
			"a token that is none is an error":      failing("POST generate", dialogtest.HTTPAnswer{Body: `{"expires_in":1}`}),
			"an answer that is no JSON is an error": failing("POST conversations", dialogtest.HTTPAnswer{Body: "<html>"}),
			"an answer that breaks off is an error": failing("POST activities", dialogtest.HTTPAnswer{Body: "{", Cut: true}),
			"a secret that is echoed is not quoted": failing("POST generate", dialogtest.DirectLineError(400, "BadArgument", dialogtest.DirectLineSecret)),
			"a Direct Line that is not there is an error": func(*testing.T) settings.Values {
				return settings.Values{"secret": "s-1234567890", "api_base_url": "http://127.0.0.1:1"}
			},
		},
	}
	t.Run("direct line", func(t *testing.T) { dialogtest.Run(t, kit) })
	t.Run("copilot studio", func(t *testing.T) {
		kit.Settings = func(t *testing.T) settings.Values { return dialogtest.NewDirectLine(t).CopilotSettings() }
		kit.Hanging, kit.Broken = nil, nil
		dialogtest.Run(t, kit)
	})
}

func TestSettings(t *testing.T) {
	for _, c := range []struct {
		name   string
		change map[string]any
		field  string // of the error, "" for none
		want   string // part of the error
	}{
		{"a secret", nil, "", ""},
		{"the token endpoint of Copilot Studio", map[string]any{"secret": "", "token_url": "https://a.example.com/token?api-version=1"}, "", ""},
		{"neither", map[string]any{"secret": ""}, "secret", "token_url"},
		{"both", map[string]any{"token_url": "https://a.example.com/token"}, "token_url", "one of the two"},
		{"an endpoint that is no address", map[string]any{"secret": "", "token_url": "a.example.com"}, "token_url", "whole address"},
		{"a base with a query", map[string]any{"api_base_url": "https://a.example.com?x=pass-word"}, "api_base_url", "https://"},
		{"a quiet that never ends", map[string]any{"quiet": "30s"}, "quiet", "shorter than timeout"},
		{"a broken quiet", map[string]any{"quiet": "soon"}, "quiet", "20s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := settings.Values{"secret": dialogtest.DirectLineSecret}
			for key, val := range c.change {
				v[key] = val
			}
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
}

func TestTheRequestsAreThoseOfTheSamples(t *testing.T) {
	var samples []struct {
		HTTP struct{ Method, URL string }
		Body map[string]any
	}
	read(t, "directline_request.json", &samples)
	b := open(t, func(v settings.Values) { v["send_names"] = "yes" })
	if _, _, err := b.hear(t, turn("회의실 예약해 줘")); err != nil {
		t.Fatal(err)
	}
	calls := b.fake.Calls()
	if len(calls) != len(samples) {
		t.Fatalf("%d calls, want %d", len(calls), len(samples))
	}
	for i, want := range samples {
		path := strings.TrimPrefix(want.HTTP.URL, "https://directline.botframework.com")
		got := calls[i].Path
		if i == 3 {
			path, _, _ = strings.Cut(path, "?") // the first poll of a conversation has no watermark
		}
		var body map[string]any
		if len(calls[i].Body) > 0 {
			if err := json.Unmarshal(calls[i].Body, &body); err != nil {
				t.Fatal(err)
			}
		}
		for _, who := range []any{body["user"], body["from"]} {
			if who, ok := who.(map[string]any); ok {
				delete(who, "role")
			}
		}
		if calls[i].Method != want.HTTP.Method || got != path || !reflect.DeepEqual(body, want.Body) {
			t.Errorf("got  %s %s %v\nwant %s %s %v", calls[i].Method, got, body, want.HTTP.Method, path, want.Body)
		}
	}
}

func TestWhatATurnSends(t *testing.T) {
	files := []message.Attachment{{Kind: message.KindImage, Ref: "own-handle", URL: "https://f.example.com/a.png", MIME: "image/png", Name: "a.png"}, {Kind: message.KindFile, Ref: "own-handle"}}
	for _, c := range []struct {
		name string
		in   message.Inbound
		want string // parts of the activity with " + " between them, "" when nothing is sent
		code string // of the error
	}{
		{"a text", message.Inbound{Kind: message.KindText, Text: " 안녕 "}, `"text":"안녕"`, ""},
		{"a tapped button", message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: "room=small"}}, `"text":"room=small" + "postBack":true`, ""},
		{"a button with an object", message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: `dl:{"value":{"a":1}}`}}, `"value":{"a":1} + "postBack":true`, ""},
		{"a button that sends a message back", message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: `dl:{"text":"t","value":"v","messageBack":true,"display":"d"}`}}, `"text":"t" + "value":"v" + "messageBack":true + "displayText":"d"`, ""},
		{"a button of somebody else", message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: "dl:x"}}, `"text":"dl:x"`, ""},
		{"a picture", message.Inbound{Kind: message.KindImage, Attachments: files}, `"attachments":[{"contentType":"image/png","contentUrl":"https://f.example.com/a.png","name":"a.png"}]`, ""},
		{"a picture without an address", message.Inbound{Kind: message.KindImage, Attachments: files[1:]}, "", "unsupported"},
		{"a place", message.Inbound{Kind: message.KindLocation, Location: &message.Location{Lat: 37.5, Lng: 127, Title: "서울시청"}}, `"text":"서울시청" + "latitude":37.5 + "longitude":127`, ""},
		{"a command", message.Inbound{Kind: message.KindCommand, Command: &message.Command{Name: "/ask", Args: "회의실"}}, `"text":"/ask 회의실"`, ""},
		{"a form", message.Inbound{Kind: message.KindForm, Form: &message.Form{Values: map[string]string{"room": "a"}, Data: "step=2"}}, `"value":{"room":"a"} + "text":"step=2"`, ""},
		{"an empty form", message.Inbound{Kind: message.KindForm, Form: &message.Form{}}, "", "unsupported"},
		{"a sticker without words", message.Inbound{Kind: message.KindSticker, Sticker: &message.Sticker{ID: "1"}}, "", "unsupported"},
		{"a reaction", message.Inbound{Kind: message.KindReaction}, "", ""},
		{"an opened chat", message.Inbound{Kind: message.KindFollow}, `"type":"event" + "name":"startConversation"`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, nil)
			in := turn("")
			in.Inbound = c.in
			_, _, err := b.hear(t, in)
			if c.code != "" {
				asError(t, err, c.code)
			} else if err != nil {
				t.Fatal(err)
			}
			sent := b.fake.Named("POST activities")
			if (len(sent) == 1) != (c.want != "") {
				t.Fatalf("sent %d activities", len(sent))
			}
			for part := range strings.SplitSeq(c.want, " + ") {
				if len(sent) == 1 && !strings.Contains(string(sent[0].Body), part) {
					t.Errorf("%s lacks %s", sent[0].Body, part)
				}
			}
			if len(sent) == 1 && strings.Contains(string(sent[0].Body), "own-handle") {
				t.Errorf("the channel's handle is in %s", sent[0].Body)
			}
		})
	}
}

func TestAPersonOfALongConversationHasAShortID(t *testing.T) {
	in := turn("")
	in.ConversationID = strings.Repeat("x", 500)
	if got := (&engine{}).person(in); len(got.ID) > maxPerson || !strings.HasPrefix(got.ID, "dl_") || got.Name != "" {
		t.Errorf("got %+v", got)
	}
}

func TestTheConnectionTest(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer dialogtest.HTTPAnswer
		code   string
	}{
		{"all is well", dialogtest.JSON(map[string]any{"token": "T"}), "engine.directline.ok"},
		{"a secret that is refused", dialogtest.DirectLineError(403, "BadArgument", "no"), "engine.directline.secret"},
		{"an address without Direct Line", dialogtest.HTTPAnswer{Status: 404}, "engine.directline.address"},
		{"a page", dialogtest.HTTPAnswer{Body: "<html>"}, "engine.directline.address"},
		{"a Direct Line that fails", dialogtest.HTTPAnswer{Status: 503}, "engine.directline.failing"},
		{"a Direct Line that is too busy", dialogtest.HTTPAnswer{Status: 429}, "engine.directline.failing"},
		{"a Direct Line that takes too long", dialogtest.HTTPAnswer{Hang: true}, "engine.directline.timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, func(v settings.Values) { v["timeout"], v["quiet"] = "200ms", "100ms" })
			b.fake.Fail("POST generate", c.answer)
			got := b.Check(t.Context())
			if len(got) != 1 || got[0].Code != c.code || (got[0].Status == check.Pass) != (c.code == "engine.directline.ok") {
				t.Errorf("got %+v", got)
			}
			if len(b.fake.Calls()) != 1 {
				t.Errorf("%d calls", len(b.fake.Calls()))
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		b := open(t, func(v settings.Values) { v["api_base_url"] = "http://127.0.0.1:1" })
		if got := b.Check(t.Context()); got[0].Code != "engine.directline.unreachable" {
			t.Errorf("got %+v", got)
		}
	})
}

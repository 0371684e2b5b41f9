package dialogflow

import (
	"errors"
	"strings"
	"testing"

	"dari/bot/check"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

func TestConformance(t *testing.T) {
	for _, edition := range []string{cx, es} {
		t.Run(edition, func(t *testing.T) {
			answering := func(answer func(dialogtest.DialogflowCall) dialogtest.HTTPAnswer) func(*testing.T) settings.Values {
				return func(t *testing.T) settings.Values {
					fake := dialogtest.NewDialogflow(t)
					fake.Answer = answer
					return fake.Settings(t, edition)
				}
			}
			always := func(a dialogtest.HTTPAnswer) func(*testing.T) settings.Values {
				return answering(func(dialogtest.DialogflowCall) dialogtest.HTTPAnswer { return a })
			}
			dialogtest.Run(t, dialogtest.Kit{
				Type:     Type{},
				Settings: answering(nil),
				Hanging: func(t *testing.T, asked chan<- struct{}) settings.Values {
					return answering(func(dialogtest.DialogflowCall) dialogtest.HTTPAnswer {
						asked <- struct{}{}
						return dialogtest.HTTPAnswer{Hang: true}
					})(t)
				},
				Memory: dialogtest.Memory{First: "하나", Second: "둘", Want: "2: 둘"},
				Broken: map[string]func(*testing.T) settings.Values{
					"an answer that is no JSON is an error":   always(dialogtest.HTTPAnswer{Body: "<html>"}),
					"an answer that breaks off is an error":   always(dialogtest.HTTPAnswer{Body: `{"queryResult":{}}`, Cut: true}),
					"an answer with status 500 is an error":   always(dialogtest.GoogleError(500, "INTERNAL", "oops")),
					"an answer without a result is an error":  always(dialogtest.JSON(map[string]any{"responseId": "r"})),
					"an account that is refused is an error":  func(t *testing.T) settings.Values { return otherAccount(t, edition) },
					"a token service that is not there fails": func(t *testing.T) settings.Values { return without(t, edition, "token_url") },
					"an agent that is not there is an error":  func(t *testing.T) settings.Values { return without(t, edition, "api_base_url") },
				},
			})
		})
	}
}

// otherAccount are settings whose key is not the one that Google knows.
func otherAccount(t *testing.T, edition string) settings.Values {
	v := dialogtest.NewDialogflow(t).Settings(t, edition)
	v["service_account"] = strings.Replace(v.Text("service_account"), "dari@", "somebody@", 1)
	return v
}

// without are settings in which nobody listens at one address.
func without(t *testing.T, edition, field string) settings.Values {
	v := dialogtest.NewDialogflow(t).Settings(t, edition)
	v[field] = "http://127.0.0.1:1"
	return v
}

func TestSettings(t *testing.T) {
	for _, c := range []struct {
		name   string
		change map[string]any
		field  string // of the error, "" for none
		want   string // the sessions' address, or part of the error
	}{
		{"CX everywhere", nil, "", "https://dialogflow.googleapis.com/v3/projects/hanbit-prod/locations/global/agents/aaaa1111-bbbb-2222-cccc-3333dddd4444/sessions/"},
		{"CX in a region", map[string]any{"location": "asia-northeast1", "environment": "eeee5555"}, "", "https://asia-northeast1-dialogflow.googleapis.com/v3/projects/hanbit-prod/locations/asia-northeast1/agents/aaaa1111-bbbb-2222-cccc-3333dddd4444/environments/eeee5555/sessions/"},
		{"ES", map[string]any{"edition": "es"}, "", "https://dialogflow.googleapis.com/v2/projects/hanbit-prod/agent/sessions/"},
		{"ES in an environment", map[string]any{"edition": "es", "environment": "production"}, "", "https://dialogflow.googleapis.com/v2/projects/hanbit-prod/agent/environments/production/users/-/sessions/"},
		{"ES in a region", map[string]any{"edition": "es", "location": "asia-northeast1"}, "", "https://asia-northeast1-dialogflow.googleapis.com/v2/projects/hanbit-prod/locations/asia-northeast1/agent/sessions/"},
		{"a project of one's own", map[string]any{"edition": "es", "project": "other-one"}, "", "https://dialogflow.googleapis.com/v2/projects/other-one/agent/sessions/"},
		{"a base of one's own", map[string]any{"edition": "es", "api_base_url": "https://proxy.example.com/df/"}, "", "https://proxy.example.com/df/v2/projects/hanbit-prod/agent/sessions/"},
		{"no edition", map[string]any{"edition": ""}, "edition", "missing"},
		{"an edition there is not", map[string]any{"edition": "dx"}, "edition", "cx, es"},
		{"CX without an agent", map[string]any{"agent": ""}, "agent", "missing"},
		{"an agent that is a path", map[string]any{"agent": "projects/a/agents/b"}, "agent", "id alone"},
		{"a location that is a path", map[string]any{"location": "a/../b"}, "location", "asia-northeast1"},
		{"an environment that is a path", map[string]any{"environment": "a b"}, "environment", "name or id"},
		{"a project that is a path", map[string]any{"project": "a/b"}, "project", "my-project"},
		{"a base with a query", map[string]any{"api_base_url": "https://proxy.example.com/?key=pass-word"}, "api_base_url", "https://"},
		{"an account that is no JSON", map[string]any{"service_account": "pass-word"}, "service_account", "JSON key file"},
		{"an account that lacks its key", map[string]any{"service_account": `{"client_email":"a@b","x":"pass-word"}`}, "service_account", "private_key"},
		{"an account whose key is damaged", map[string]any{"service_account": `{"client_email":"a@b","private_key":"pass-word"}`}, "service_account", "damaged"},
		{"a broken timeout", map[string]any{"timeout": "soon"}, "timeout", "20s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := dialogtest.NewDialogflow(t).Settings(t, cx)
			delete(v, "api_base_url")
			for key, val := range c.change {
				v[key] = val
			}
			clean, err := settings.Clean(Type{}.Fields(), v, nil)
			var e dialog.Engine
			if err == nil {
				e, err = Type{}.New(clean, dialogtest.Deps(&dialogtest.LogBuffer{}))
			}
			if c.field == "" {
				if err != nil || e.(*engine).sessions != c.want {
					t.Errorf("%v\ngot  %v\nwant %s", err, e, c.want)
				}
				return
			}
			var se *settings.Error
			if !errors.As(err, &se) || se.Field != c.field || !strings.Contains(se.Detail, c.want) || strings.Contains(se.Detail, "pass-word") {
				t.Errorf("got %v, want an error of %s with %q", err, c.field, c.want)
			}
		})
	}
	t.Run("a project that nobody names", func(t *testing.T) {
		v := dialogtest.NewDialogflow(t).Settings(t, es)
		v["service_account"] = strings.Replace(v.Text("service_account"), "project_id", "project_name", 1)
		_, err := Type{}.New(v, dialogtest.Deps(&dialogtest.LogBuffer{}))
		var se *settings.Error
		if !errors.As(err, &se) || se.Field != "project" {
			t.Errorf("got %v", err)
		}
	})
}

func TestTheConnectionTest(t *testing.T) {
	status := func(code int) func(*bench) {
		return func(b *bench) { b.always(dialogtest.GoogleError(code, "X", "a reason")) }
	}
	for _, c := range []struct {
		name    string
		prepare func(*bench)
		codes   string
	}{
		{"all is well", nil, "engine.dialogflow.token_ok engine.dialogflow.ok"},
		{"no such agent", status(404), "engine.dialogflow.token_ok engine.dialogflow.agent"},
		{"no permission", status(403), "engine.dialogflow.token_ok engine.dialogflow.agent"},
		{"an agent that fails", status(500), "engine.dialogflow.token_ok engine.dialogflow.failing"},
		{"an agent that is too busy", status(429), "engine.dialogflow.token_ok engine.dialogflow.failing"},
		{"an agent that takes too long", status(504), "engine.dialogflow.token_ok engine.dialogflow.timeout"},
		{"an account that is refused", func(b *bench) { b.tokens.account.email = "somebody@example.com" }, "engine.dialogflow.token"},
		{"a token service that is not there", func(b *bench) { b.tokens.account.tokenURL = "http://127.0.0.1:1" }, "engine.dialogflow.unreachable"},
	} {
		for _, edition := range []string{cx, es} {
			t.Run(c.name+" in "+edition, func(t *testing.T) {
				b := open(t, edition, nil)
				if c.prepare != nil {
					c.prepare(b)
				}
				var codes []string
				for _, got := range b.Check(t.Context()) {
					codes = append(codes, got.Code)
					if (got.Status == check.Pass) != strings.HasSuffix(got.Code, "ok") {
						t.Errorf("got %+v", got)
					}
				}
				if strings.Join(codes, " ") != c.codes {
					t.Errorf("got %v, want %s", codes, c.codes)
				}
			})
		}
	}
}

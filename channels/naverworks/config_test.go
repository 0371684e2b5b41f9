package naverworks

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"dari/bot/settings"
	"dari/channels/channeltest"
)

// made tries to make an adapter with some settings replaced.
func made(t *testing.T, change map[string]string) (*adapter, error) {
	t.Helper()
	values := channeltest.NaverWorksSettings("http://127.0.0.1:1")
	for k, v := range change {
		values[k] = v
	}
	values, err := settings.Clean(Type{}.Setup().Fields, values, nil)
	if err != nil {
		return nil, err
	}
	b := &channeltest.Bench{Clock: channeltest.NewClock(now), Tokens: &channeltest.Tokens{}, Log: &channeltest.LogBuffer{}}
	a, err := Type{}.New(values, kit().Deps(b, channeltest.LocalClient(time.Second)))
	if err != nil {
		return nil, err
	}
	return a.(*adapter), nil
}

func TestTheFormHasTheFieldsInOrder(t *testing.T) {
	setup := Type{}.Setup()
	want := []string{
		"bot_id", "bot_secret", "client_id", "client_secret", "service_account", "private_key",
		"auth_header", "scopes", "auth_base_url", "api_base_url", "max_in_flight",
	}
	var got []string
	for _, f := range setup.Fields {
		got = append(got, f.Key)
		if f.Help != "naverworks."+f.Key || f.Required != (len(got) <= 6) {
			t.Errorf("field %+v", f)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("fields %v", got)
	}
	if len(setup.Steps) != 10 {
		t.Errorf("%d steps", len(setup.Steps))
	}
	for _, s := range setup.Steps {
		if !strings.HasPrefix(s.ID, "naverworks.step.") || s.Link != "" && !strings.HasPrefix(s.Link, "https://") {
			t.Errorf("step %+v", s)
		}
	}
}

func TestDefaultsAreThoseOfThePrivateSector(t *testing.T) {
	a, err := made(t, map[string]string{"auth_base_url": "", "api_base_url": "", "scopes": "", "auth_header": ""})
	if err != nil {
		t.Fatal(err)
	}
	if a.authURL != "https://auth.worksmobile.com/oauth2/v2.0" || a.apiURL != "https://www.worksapis.com/v1.0" ||
		a.scopes != "bot bot.message bot.read user.profile.read" || a.DeskHeader() != "" {
		t.Errorf("%q %q %q", a.authURL, a.apiURL, a.scopes)
	}
}

func TestAClientIDAndSecretTheOtherWayRoundAreNoticed(t *testing.T) {
	_, err := made(t, map[string]string{"client_id": "t5AbCdEfGh", "client_secret": "jRrO1x2y3Z_4w5v6u7t8"})
	var se *settings.Error
	if !errors.As(err, &se) || se.Code != "swapped" || se.Field != "client_id" {
		t.Errorf("got %v", err)
	}
}

func TestWrongSettingsNameTheirField(t *testing.T) {
	key := channeltest.NaverWorksPrivateKey()
	for _, row := range []struct{ name, field, value, code string }{
		{"a bot id with letters", "bot_id", "bot-3001234", "format"},
		{"a bot id with a line break inside", "bot_id", "3001234\n77", "format"},
		{"a client id in the bot id's place", "bot_id", channeltest.NaverWorksClientID, "format"},
		{"an account as the bot secret", "bot_secret", channeltest.NaverWorksServiceAccount, "swapped"},
		{"a key as the bot secret", "bot_secret", key, "swapped"},
		{"a key as the client secret", "client_secret", key, "swapped"},
		{"an account as the client id", "client_id", channeltest.NaverWorksServiceAccount, "swapped"},
		{"an account as the client secret", "client_secret", "x.serviceaccount@example.com", "swapped"},
		{"the client id twice", "client_secret", channeltest.NaverWorksClientID, "swapped"},
		{"the bot secret twice", "client_secret", channeltest.NaverWorksBotSecret, "swapped"},
		{"two values in one field", "client_id", "EXAMPLECLIENTID00001 exampleSecret1", "format"},
		{"a key as the account", "service_account", key, "swapped"},
		{"the client id as the account", "service_account", channeltest.NaverWorksClientID, "swapped"},
		{"an account without a domain", "service_account", "x9.serviceaccount@", "format"},
		{"an account without an @", "service_account", "x9.serviceaccount", "format"},
		{"an auth header of three characters", "auth_header", "123", "format"},
		{"an auth header in Hangul", "auth_header", "비밀번호비밀번호", "format"},
		{"scopes in quotes", "scopes", `"bot bot.message"`, "format"},
		{"scopes that are only commas", "scopes", ",,,", "format"},
		{"an auth address without a scheme", "auth_base_url", "auth.example.com/oauth2", "format"},
		{"an API address with a password", "api_base_url", "https://a:b@www.worksapis.com/v1.0", "format"},
		{"no call at once", "max_in_flight", "0.5", "range"},
		{"more calls at once than anybody allows", "max_in_flight", "1000", "range"},
		{"half a call", "max_in_flight", "2.5", "range"},
		{"an API address with a query", "api_base_url", "https://www.worksapis.com/v1.0?x=1", "format"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := made(t, map[string]string{row.field: row.value})
			var se *settings.Error
			if !errors.As(err, &se) || se.Field != row.field || se.Code != row.code {
				t.Fatalf("got %v, want field %s, code %s", err, row.field, row.code)
			}
			if strings.Contains(se.Detail, row.value) {
				t.Errorf("the error shows the value: %v", err)
			}
		})
	}
}

func TestTolerableSettingsAreBroughtToOneForm(t *testing.T) {
	a, err := made(t, map[string]string{
		"scopes": "bot,bot.message,  bot.read", "api_base_url": "https://gov.worksapis.com/v1.0/",
		"service_account": "A1B2C.ServiceAccount@example.com", "auth_header": "8 chars!", "max_in_flight": "9",
	})
	if err != nil {
		t.Fatal(err)
	}
	calls, app := a.InFlight()
	if a.scopes != "bot bot.message bot.read" || a.apiURL != "https://gov.worksapis.com/v1.0" || a.DeskHeader() != "8 chars!" || calls != 9 || app == "" {
		t.Errorf("%q %q %d %q", a.scopes, a.apiURL, calls, app)
	}
}

package line

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dari/bot/settings"
	"dari/channels"
	"dari/channels/channeltest"
)

const jsonType = "application/json; charset=utf-8"

var now = time.Date(2026, 10, 26, 7, 35, 23, 0, time.UTC)

var kit = channeltest.Kit{
	Type:     Type{},
	Now:      now,
	Platform: channeltest.LINE,
	Settings: channeltest.LINESettings,
	Sign: func(_ string, body []byte, at time.Time) *channels.Request {
		r := channeltest.SignLINE(channeltest.LINESecret, body)
		r.ReceivedAt = at
		return r
	},
	BreakSignature: func(r *channels.Request) {
		r.Header = channeltest.SignLINE("ffffffffffffffffffffffffffffffff", r.Body).Header
	},
	Fixtures:  func(t *testing.T, _ string) []channeltest.Fixture { return fixtures(t) },
	Text:      "in_message_text.json",
	Unknown:   "in_unknown_event_type.json",
	Batch:     "in_multiple_events.json",
	Handshake: "in_verify.json",
	Send: channeltest.SendKit{
		Path:        "/v2/bot/message/reply",
		RateLimited: channeltest.Fault{Status: http.StatusTooManyRequests, Body: `{"message":"The API rate limit has been exceeded. Try again later."}`},
		Expired:     channeltest.Fault{Status: http.StatusUnauthorized, Body: `{"message":"Authentication failed due to the following reason: invalid token."}`},
		Rejected:    channeltest.Fault{Status: http.StatusBadRequest, Body: `{"message":"The request body has 1 error(s)"}`},
		Idempotent:  true,
	},
}

func TestTypeKeepsTheChannelContract(t *testing.T) { channeltest.Run(t, kit) }

// fixtures are the callback bodies of testdata.
func fixtures(t testing.TB) []channeltest.Fixture {
	t.Helper()
	files, err := filepath.Glob("testdata/in_*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	var out []channeltest.Fixture
	for _, f := range files {
		out = append(out, channeltest.Fixture{Name: filepath.Base(f), ContentType: jsonType, Body: []byte(testdata(t, filepath.Base(f)))})
	}
	return out
}

func testdata(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestSettingsAreCheckedByField(t *testing.T) {
	longToken := strings.Repeat("Ab1/", 43)
	for _, row := range []struct{ name, field, value, wantField, wantCode string }{
		{"a long-lived token is a token", "channel_access_token", longToken, "", ""},
		{"a digits-only channel id is fine", "channel_id", "1234567890", "", ""},
		{"a base address may have a path", "api_base_url", "https://proxy.example.com/line/", "", ""},
		{"a token in the secret field is called swapped", "channel_secret", longToken, "channel_secret", "swapped"},
		{"a secret in the token field is called swapped", "channel_access_token", channeltest.LINESecret, "channel_access_token", "swapped"},
		{"a secret of a few characters is refused", "channel_secret", "1234567", "channel_secret", "format"},
		{"a secret with a blank is refused", "channel_secret", strings.Repeat("g", 16) + " x", "channel_secret", "format"},
		{"a token pasted with Bearer is refused", "channel_access_token", "Bearer " + longToken, "channel_access_token", "format"},
		{"a token with a line break is refused", "channel_access_token", longToken + "\n" + longToken, "channel_access_token", "format"},
		{"a channel id with letters is refused", "channel_id", "@135qwert", "channel_id", "format"},
		{"a base address without host is refused", "api_base_url", "https://", "api_base_url", "format"},
		{"a base address of another scheme is refused", "data_base_url", "ftp://example.com", "data_base_url", "format"},
		{"a base address with a query is refused", "data_base_url", "https://example.com/?a=b", "data_base_url", "format"},
	} {
		t.Run(row.name, func(t *testing.T) {
			v := channeltest.LINESettings("https://api.example.com")
			v[row.field] = row.value
			v, err := settings.Clean(Type{}.Setup().Fields, v, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Type{}.New(v, channels.Deps{})
			if row.wantField == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var se *settings.Error
			if !errors.As(err, &se) || se.Field != row.wantField || se.Code != row.wantCode {
				t.Fatalf("got %v, want field %s, code %s", err, row.wantField, row.wantCode)
			}
			if strings.Contains(err.Error(), row.value) && row.field != "channel_id" {
				t.Errorf("the error repeats the value: %v", err)
			}
		})
	}
}

func TestDefaultsPointAtLINE(t *testing.T) {
	v := settings.Values{"channel_secret": channeltest.LINESecret, "channel_access_token": channeltest.LINEToken}
	v, err := settings.Clean(Type{}.Setup().Fields, v, nil)
	if err != nil {
		t.Fatal(err)
	}
	if v.Text("api_base_url") != "https://api.line.me" || v.Text("data_base_url") != "https://api-data.line.me" {
		t.Errorf("got %v", v)
	}
	if _, err := (Type{}).New(v, channels.Deps{}); err != nil {
		t.Error(err)
	}
}

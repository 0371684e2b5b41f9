package slack

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dari/channels"
	"dari/channels/channeltest"
)

// now is when the fixtures are fresh.
var now = time.Unix(1793000040, 0).UTC()

var jsonHeader = http.Header{"Content-Type": {"application/json; charset=utf-8"}}

// refused is Slack's answer to a call it does not take.
func refused(t testing.TB, code string) channeltest.Fault {
	return channeltest.Fault{Status: http.StatusOK, Header: jsonHeader, Body: string(load(t, "error_"+code+".json"))}
}

func kit(t testing.TB) channeltest.Kit {
	return channeltest.Kit{
		Type:     Type{},
		Now:      now,
		Platform: channeltest.Slack,
		Settings: channeltest.SlackSettings,
		Sign: func(contentType string, body []byte, at time.Time) *channels.Request {
			return channeltest.SignSlack(channeltest.SlackSigningSecret, contentType, body, at)
		},
		BreakSignature: func(r *channels.Request) { r.Body = append([]byte(" "), r.Body...) },
		Window:         window,
		Fixtures:       func(t *testing.T, _ string) []channeltest.Fixture { return fixtures(t) },
		Text:           "in_message_im.json",
		Unknown:        "in_unknown_event.json",
		Handshake:      "in_url_verification.json", HandshakeAnswer: "q9WmT2b7Lr5Xk0VnPz8Dc3Hs1FyJ4uGeA6oBiRtK",
		Send: channeltest.SendKit{
			Path: channeltest.SlackPostPath,
			RateLimited: channeltest.Fault{
				Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"30"}},
				Body: string(load(t, "error_ratelimited_429.json")),
			},
			Wait:     30 * time.Second,
			Expired:  refused(t, "token_revoked"),
			Rejected: refused(t, "invalid_blocks"),
			Blocked:  refused(t, "not_in_channel"),
		},
	}
}

func TestConformance(t *testing.T) { channeltest.Run(t, kit(t)) }

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// fixtures are all callbacks of testdata.
func fixtures(t testing.TB) []channeltest.Fixture {
	t.Helper()
	names, err := filepath.Glob("testdata/in_*")
	if err != nil || len(names) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	var out []channeltest.Fixture
	for _, path := range names {
		out = append(out, fixture(t, filepath.Base(path)))
	}
	return out
}

func fixture(t testing.TB, name string) channeltest.Fixture {
	t.Helper()
	f := channeltest.Fixture{Name: name, ContentType: "application/json", Body: load(t, name)}
	if strings.HasSuffix(name, ".form") {
		f.ContentType = "application/x-www-form-urlencoded"
	}
	return f
}

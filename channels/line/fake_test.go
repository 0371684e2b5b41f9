package line

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"dari/channels/channeltest"
)

// The other tests rest on the fake platform, so it has to know LINE's rules.
func TestFakePlatformKeepsLINEsRules(t *testing.T) {
	const text = `"messages":[{"type":"text","text":"네"}]`
	push := `{"to":"` + mina + `",` + text + `}`
	loading := "POST /v2/bot/chat/loading/start"
	for _, row := range []struct {
		name, call, retryKey, body string
		status                     int
		says                       string
	}{
		{"a reply is taken", "POST " + replyPath, "", `{"replyToken":"t",` + text + `}`, 200, `"sentMessages":[{"id":`},
		{"a reply with a retry key is refused", "POST " + replyPath, retryKey, `{"replyToken":"t",` + text + `}`, 400, "X-Line-Retry-Key"},
		{"a reply without token is refused", "POST " + replyPath, "", `{` + text + `}`, 400, "Invalid reply token"},
		{"a push is taken", "POST " + pushPath, retryKey, push, 200, `"sentMessages":[{"id":`},
		{"a push to an odd id is refused", "POST " + pushPath, retryKey, `{"to":"U1",` + text + `}`, 400, "Failed to send messages"},
		{"a call without messages is refused", "POST " + pushPath, retryKey, `{"to":"` + mina + `","messages":[]}`, 400, "Size must be between 1 and 5"},
		{"an empty text is refused", "POST " + pushPath, retryKey, `{"to":"` + mina + `","messages":[{"type":"text","text":""}]}`, 400, "May not be empty"},
		{"a text that is too long is refused", "POST " + pushPath, retryKey, `{"to":"` + mina + `","messages":[{"type":"text","text":"` + strings.Repeat("가", 5001) + `"}]}`, 400, "Length must be between 0 and 5000"},
		{"a body that is no JSON is refused", "POST " + pushPath, retryKey, `{`, 400, "could not be parsed"},
		{"loading is shown to a person", loading, "", `{"chatId":"` + mina + `","loadingSeconds":20}`, 202, `{}`},
		{"loading is not shown to a group", loading, "", `{"chatId":"` + group + `"}`, 400, "Only user id"},
		{"loading has a longest time", loading, "", `{"chatId":"` + mina + `","loadingSeconds":65}`, 400, "between 5 and 60"},
		{"loading goes by fives", loading, "", `{"chatId":"` + mina + `","loadingSeconds":7}`, 400, "multiple of five"},
		{"a webhook URL is set", "PUT " + hookPath, "", `{"endpoint":"https://bot.example.com/x"}`, 200, `{}`},
		{"a webhook URL without TLS is refused", "PUT " + hookPath, "", `{"endpoint":"http://bot.example.com/x"}`, 400, "Invalid webhook endpoint URL"},
		{"an unknown path is not found", "GET /v2/bot/nothing", "", "", 404, "Not found"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := channeltest.LINE()
			defer p.Close()
			status, _, body := callFake(t, p, row.call, row.retryKey, row.body)
			if status != row.status || !strings.Contains(body, row.says) {
				t.Errorf("got %d %s", status, body)
			}
		})
	}
	t.Run("a repeated push names the accepted one, an empty key names none", func(t *testing.T) {
		p := channeltest.LINE()
		defer p.Close()
		for range 2 {
			if status, _, body := callFake(t, p, "POST "+pushPath, "", push); status != 200 {
				t.Errorf("got %d %s", status, body)
			}
		}
		_, first, sent := callFake(t, p, "POST "+pushPath, retryKey, push)
		status, again, body := callFake(t, p, "POST "+pushPath, retryKey, push)
		if status != 409 || again.Get("X-Line-Accepted-Request-Id") != first.Get(requestID) || !strings.HasSuffix(body, strings.TrimPrefix(sent, "{")) {
			t.Errorf("got %d %v %s", status, again, body)
		}
	})
	t.Run("a set webhook URL is shown", func(t *testing.T) {
		p := channeltest.LINE()
		defer p.Close()
		callFake(t, p, "PUT "+hookPath, "", `{"endpoint":"https://bot.example.com/x"}`)
		if _, _, body := callFake(t, p, "GET "+hookPath, "", ""); !strings.Contains(body, "https://bot.example.com/x") {
			t.Errorf("got %s", body)
		}
	})
}

func callFake(t *testing.T, p *channeltest.Platform, call, retryKey, body string) (int, http.Header, string) {
	t.Helper()
	method, path, _ := strings.Cut(call, " ")
	r, err := http.NewRequest(method, p.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+channeltest.LINEToken)
	r.Header.Set("X-Line-Retry-Key", retryKey)
	res, err := channeltest.LocalClient(2 * time.Second).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	if res.Header.Get(requestID) == "" {
		t.Error("no request id")
	}
	return res.StatusCode, res.Header, string(b)
}

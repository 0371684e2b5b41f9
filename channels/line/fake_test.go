package line

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
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
		{"a file is fetched", "GET " + contentPath, "", "", 200, channeltest.LINEFile},
		{"a file of an odd id is not found", "GET /v2/bot/message/x/content", "", "", 404, "not found"},
		{"a file is ready", "GET " + transcodingPath, "", "", 200, `{"status":"succeeded"}`},
		{"a menu is made", "POST " + menuPath, "", aSmallMenu(580, "네"), 200, `"richMenuId":"richmenu-`},
		{"a menu that is too high is refused", "POST " + menuPath, "", aSmallMenu(690, "네"), 400, "size.height"},
		{"a menu without title is refused", "POST " + menuPath, "", aSmallMenu(580, ""), 400, "chatBarText"},
		{"a menu that is not there has no picture", "POST " + menuPath + "/x/content", "", "", 404, "richmenu not found"},
		{"a menu that is not there is not shown", "POST " + channeltest.LINEDefaultMenuPath + "/x", "", "", 404, "richmenu not found"},
		{"no menu is shown", "GET " + channeltest.LINEDefaultMenuPath, "", "", 404, "no default richmenu"},
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
	t.Run("a menu is not shown before it has a picture of its size", func(t *testing.T) {
		p := channeltest.LINE()
		defer p.Close()
		_, _, made := callFake(t, p, "POST "+menuPath, "", aSmallMenu(580, "네"))
		id := strings.Split(made, `"`)[3]
		if status, _, body := callFake(t, p, "POST "+channeltest.LINEDefaultMenuPath+"/"+id, "", ""); status != 400 || !strings.Contains(body, "must upload") {
			t.Errorf("got %d %s", status, body)
		}
		if status, _, body := callFake(t, p, "POST "+menuPath+"/"+id+"/content", "", "no picture"); status != 415 {
			t.Errorf("got %d %s", status, body)
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

const menuPath = channeltest.LINEMenusPath

func aSmallMenu(height int, title string) string {
	return fmt.Sprintf(`{"size":{"width":1000,"height":%d},"selected":false,"name":"n","chatBarText":%q,"areas":[]}`, height, title)
}

func TestFakePlatformTakesWhatLINETakes(t *testing.T) {
	files, err := filepath.Glob("testdata/out_*.json")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			p := channeltest.LINE()
			defer p.Close()
			body := testdata(t, filepath.Base(f))
			path := pushPath
			if strings.Contains(body, "replyToken") {
				path = replyPath
			}
			if status, _, answer := callFake(t, p, "POST "+path, "", body); status != http.StatusOK {
				t.Errorf("got %d %s", status, answer)
			}
		})
	}
}

func TestFakePlatformRefusesWhatLINERefuses(t *testing.T) {
	const say = `{"type":"message","label":"a","text":"a"}`
	template := func(body string) string { return `{"type":"template","altText":"x","template":{` + body + `}}` }
	column := func(body string) string { return `{"text":"x","actions":[` + say + `]` + body + `}` }
	buttons := func(action string) string {
		return template(`"type":"buttons","text":"x","actions":[` + action + `]`)
	}
	flex := func(contents string) string { return `{"type":"flex","altText":"x","contents":` + contents + `}` }
	text := func(n int) string { return `{"type":"text","text":"` + strings.Repeat("a", n) + `"}` }
	bubble := func(part string) string {
		return `{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[` + part + `]}}`
	}
	for _, row := range []struct{ name, object, property string }{
		{"a type nobody knows", `{"type":"hologram"}`, "messages[0].type"},
		{"a picture by plain http", `{"type":"image","originalContentUrl":"http://example.com/a","previewImageUrl":"https://example.com/a"}`, "originalContentUrl"},
		{"a video without preview", `{"type":"video","originalContentUrl":"https://example.com/a"}`, "previewImageUrl"},
		{"a picture whose address is not encoded", `{"type":"image","originalContentUrl":"https://example.com/가","previewImageUrl":"https://example.com/a"}`, "originalContentUrl"},
		{"a sound without duration", `{"type":"audio","originalContentUrl":"https://example.com/a"}`, "duration"},
		{"a place without title", `{"type":"location","address":"x"}`, "title"},
		{"a place with a long address", `{"type":"location","title":"x","address":"` + strings.Repeat("a", 101) + `"}`, "address"},
		{"a sticker without set", `{"type":"sticker","stickerId":"1"}`, "packageId"},
		{"a template without altText", `{"type":"template","template":{"type":"buttons","text":"x","actions":[` + say + `]}}`, "altText"},
		{"a template without buttons", template(`"type":"buttons","text":"x","actions":[]`), "actions"},
		{"five buttons", buttons(strings.Repeat(say+",", 4) + say), "actions"},
		{"a template without text", template(`"type":"buttons","text":"","actions":[` + say + `]`), "text"},
		{"a long text under a title", template(`"type":"buttons","title":"x","text":"` + strings.Repeat("a", 61) + `","actions":[` + say + `]`), "text"},
		{"a label that is too long", buttons(`{"type":"message","label":"` + strings.Repeat("a", 21) + `","text":"a"}`), "label"},
		{"a link of another scheme", buttons(`{"type":"uri","label":"a","uri":"ftp://example.com"}`), "uri"},
		{"a postback without data", buttons(`{"type":"postback","label":"a"}`), "data"},
		{"an action nobody knows", buttons(`{"type":"jump","label":"a"}`), "actions[0].type"},
		{"eleven columns", template(`"type":"carousel","columns":[` + strings.Repeat(column("")+",", 10) + column("") + `]`), "columns"},
		{"columns with unlike buttons", template(`"type":"carousel","columns":[` + column("") + `,{"text":"x","actions":[` + say + `,` + say + `]}]`), "columns[1].actions"},
		{"a title on one column only", template(`"type":"carousel","columns":[` + column("") + `,` + column(`,"title":"x"`) + `]`), "columns[1]"},
		{"an empty bubble", flex(`{"type":"bubble"}`), "contents"},
		{"an empty text in a bubble", flex(bubble(`{"type":"text","text":""}`)), "text"},
		{"a component nobody knows", flex(bubble(`{"type":"spinner"}`)), "type"},
		{"a button without action", flex(bubble(`{"type":"button"}`)), "action"},
		{"a bubble that is too large", flex(bubble(text(30_000))), "contents"},
		{"thirteen bubbles", flex(`{"type":"carousel","contents":[` + strings.Repeat(bubble(text(1))+",", 12) + bubble(text(1)) + `]}`), "contents"},
		{"bubbles that are too large together", flex(`{"type":"carousel","contents":[` + bubble(text(26_000)) + `,` + bubble(text(26_000)) + `]}`), "contents"},
		{"fourteen quick replies", `{"type":"text","text":"x","quickReply":{"items":[` + strings.Repeat(`{"type":"action","action":`+say+`},`, 13) + `{"type":"action","action":` + say + `}]}}`, "quickReply.items"},
		{"a sender with a long name", `{"type":"text","text":"x","sender":{"name":"` + strings.Repeat("a", 21) + `"}}`, "sender.name"},
		{"a sender with a forbidden name", `{"type":"text","text":"x","sender":{"name":"LINE"}}`, "sender.name"},
		{"a sender with a picture by plain http", `{"type":"text","text":"x","sender":{"iconUrl":"http://example.com/a"}}`, "sender.iconUrl"},
		{"a quick reply without type", `{"type":"text","text":"x","quickReply":{"items":[{"action":` + say + `}]}}`, "items[0].type"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := channeltest.LINE()
			defer p.Close()
			status, _, body := callFake(t, p, "POST "+pushPath, "", `{"to":"`+mina+`","messages":[`+row.object+`]}`)
			if status != http.StatusBadRequest || !strings.Contains(body, row.property+`"`) {
				t.Errorf("got %d %s, want a fault of %s", status, body, row.property)
			}
		})
	}
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

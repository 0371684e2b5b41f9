package llm

import (
	"fmt"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog/dialogtest"
)

func TestPicturesGoAlongAsTheSettingSays(t *testing.T) {
	png := "\x89PNG\r\n\x1a\n and so on"
	stage := dialogtest.NewStage(t, func(c dialogtest.Call) (dialogtest.HTTPAnswer, error) {
		switch c.Path {
		case "/cat.png":
			return dialogtest.HTTPAnswer{Body: png}, nil
		case "/huge.png":
			return dialogtest.HTTPAnswer{Body: png + strings.Repeat("x", maxPicture)}, nil
		case "/page":
			return dialogtest.HTTPAnswer{Body: "<html>"}, nil
		}
		return dialogtest.HTTPAnswer{Status: 403, Body: png}, nil
	})
	for _, row := range []struct {
		setting, path string
		want          []Image
		linked        bool // the model reads the address
	}{
		{"off", "/cat.png", nil, true},
		{"url", "/cat.png", []Image{{URL: stage.URL + "/cat.png", MIME: "image/png"}}, false},
		{"inline", "/cat.png", []Image{{MIME: "image/png", Data: []byte(png)}}, false},
		{"inline", "/huge.png", nil, true},
		{"inline", "/page", nil, true},
		{"inline", "/gone", nil, true},
	} {
		t.Run(row.setting+row.path, func(t *testing.T) {
			b := open(t, settings.Values{"images": row.setting}, words("고양이예요"))
			in := message.Inbound{Kind: message.KindImage, Text: "뭐예요?", Attachments: []message.Attachment{
				{Kind: message.KindImage, Name: "cat.png", MIME: "image/png", URL: stage.URL + row.path},
			}}
			r, err := b.ask(t, dialogtest.TurnOf("c", in))
			if err != nil {
				t.Fatal(err)
			}
			got := b.model.requests[0].Messages[0]
			if fmt.Sprint(got.Images) != fmt.Sprint(row.want) || strings.Contains(got.Text, stage.URL) != row.linked || !strings.Contains(got.Text, "cat.png") {
				t.Errorf("asked %q with %d pictures", got.Text, len(got.Images))
			}
			if noted := strings.Contains(string(r.Trace), "was not sent along"); noted != (row.setting == "inline" && row.want == nil) {
				t.Errorf("trace %s", r.Trace)
			}
		})
	}
}

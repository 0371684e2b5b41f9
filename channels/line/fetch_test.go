package line

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

const fileRef = "618000000000087109"

const (
	contentPath     = "/v2/bot/message/" + fileRef + "/content"
	transcodingPath = contentPath + "/transcoding"
)

func fetch(t *testing.T, b *channeltest.Bench, a message.Attachment) (string, channels.Media, error) {
	t.Helper()
	m, err := b.Adapter.(channels.MediaFetcher).Fetch(context.Background(), a)
	if err != nil {
		b.NoSecret(t, kit, "the error", err.Error())
		return "", m, err
	}
	defer m.Body.Close()
	body, err := io.ReadAll(m.Body)
	if err != nil {
		t.Error(err)
	}
	return string(body), m, nil
}

func TestFetchOpensTheFileOfAMessage(t *testing.T) {
	for _, kind := range []message.Kind{message.KindImage, message.KindVideo, message.KindAudio, message.KindFile} {
		t.Run(string(kind), func(t *testing.T) {
			b := kit.Open(t)
			body, m, err := fetch(t, b, message.Attachment{Kind: kind, Ref: fileRef, Name: "다리.png"})
			if err != nil || body != channeltest.LINEFile || m.MIME != "image/png" || m.Name != "다리.png" || m.Size != int64(len(body)) {
				t.Errorf("got %q, %+v, %v", body, m, err)
			}
			asked := len(b.Platform.Calls(transcodingPath)) == 1
			if wants := kind == message.KindVideo || kind == message.KindAudio; asked != wants {
				t.Errorf("asked whether it is ready: %v", asked)
			}
		})
	}
	t.Run("a file larger than any answer comes whole", func(t *testing.T) {
		b := kit.Open(t)
		large := strings.Repeat("다", maxAnswer)
		b.Platform.FailNext(contentPath, fault(200, large))
		if body, _, err := fetch(t, b, message.Attachment{Kind: message.KindFile, Ref: fileRef}); err != nil || body != large {
			t.Errorf("%d bytes, %v", len(body), err)
		}
	})
}

func TestFetchSortsWhatIsNotThere(t *testing.T) {
	processing, failed := faultFile(t, 200, "res_transcoding_processing.json"), faultFile(t, 200, "res_transcoding_failed.json")
	for _, row := range []struct {
		name  string
		kind  message.Kind
		path  string
		fault channeltest.Fault
		want  channels.Kind // "" when the file is there
		code  string
		wait  time.Duration
	}{
		{"a file in the making", message.KindFile, contentPath, fault(202, ""), channels.Temporary, "processing", 2 * time.Second},
		{"a withdrawn picture", message.KindImage, contentPath, faultFile(t, 410, "error_410_content_gone.json"), channels.Rejected, "gone", 0},
		{"a deleted picture", message.KindImage, contentPath, faultFile(t, 404, "error_404_content.json"), channels.Rejected, "gone", 0},
		{"a bad token", message.KindImage, contentPath, faultFile(t, 401, "error_401.json"), channels.Auth, "Authentication failed", 0},
		{"too many calls", message.KindImage, contentPath, faultFile(t, 429, "error_429_rate_limit.json"), channels.RateLimited, "The API rate limit", 0},
		{"LINE out of order", message.KindImage, contentPath, fault(503, strings.Repeat("x", 3*maxAnswer)), channels.Temporary, "http_503", 0},
		{"a redirect", message.KindImage, contentPath, fault(302, ""), channels.Config, "http_302", 0},
		{"a video in the making", message.KindVideo, transcodingPath, processing, channels.Temporary, "processing", 2 * time.Second},
		{"a sound in the making", message.KindAudio, transcodingPath, processing, channels.Temporary, "processing", 2 * time.Second},
		{"a video that LINE could not prepare", message.KindVideo, transcodingPath, failed, channels.Rejected, "transcoding_failed", 0},
		{"a withdrawn video", message.KindVideo, transcodingPath, faultFile(t, 410, "error_410_content_gone.json"), channels.Rejected, "gone", 0},
		{"LINE out of order before a video", message.KindVideo, transcodingPath, fault(500, ""), channels.Temporary, "http_500", 0},
		{"a video that is not prepared at all", message.KindVideo, transcodingPath, fault(400, `{"message":"Transcoding status doesn't support this type of content"}`), "", "", 0},
		{"a state of a later version", message.KindVideo, transcodingPath, fault(200, `{"status":"dreaming"}`), "", "", 0},
		{"an answer too long to be read", message.KindVideo, transcodingPath, fault(200, `{"x":"`+strings.Repeat("x", maxAnswer)+`","status":"processing"}`), "", "", 0},
		{"an answer that cannot be read", message.KindVideo, transcodingPath, fault(200, `<`), "", "", 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit.Open(t)
			b.Platform.FailNext(row.path, row.fault)
			body, _, err := fetch(t, b, message.Attachment{Kind: row.kind, Ref: fileRef})
			if row.want == "" {
				if err != nil || body != channeltest.LINEFile {
					t.Errorf("got %q, %v", body, err)
				}
				return
			}
			if se := channels.AsSendError(err); err == nil || se.Kind != row.want || !strings.HasPrefix(se.Code, row.code) || se.RetryAfter != row.wait || se.Doubt {
				t.Errorf("got %v after %v, want %s %s after %v", err, se.RetryAfter, row.want, row.code, row.wait)
			}
		})
	}
}

func TestFetchAsksForNoOddIDs(t *testing.T) {
	for _, a := range []message.Attachment{
		{Kind: message.KindImage},
		{Kind: message.KindImage, Ref: "../info"},
		{Kind: message.KindVideo, Ref: "1/../../info"},
		{Kind: message.KindImage, Ref: "1?x"},
		{Kind: message.KindImage, Ref: "1\n"},
		{Kind: message.KindImage, Ref: strings.Repeat("1", 33)},
		{Kind: message.KindImage, URL: "file:///etc/hosts"},
		{Kind: message.KindImage, URL: "https://"},
		{Kind: message.KindImage, URL: "%zz"},
	} {
		b := kit.Open(t)
		_, _, err := fetch(t, b, a)
		if se := channels.AsSendError(err); err == nil || se.Kind != channels.Rejected {
			t.Errorf("%+v: got %v", a, err)
		}
		if n := len(b.Platform.Calls("/")); n != 0 {
			t.Errorf("%+v: %d calls", a, n)
		}
	}
}

func TestFetchOfAnExternalFileCarriesNoToken(t *testing.T) {
	var seen http.Header
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header.Clone()
		if r.URL.Path != "/a.jpg" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "image/jpeg")
		io.WriteString(w, "jpeg")
	}))
	defer other.Close()
	b := kit.Open(t)
	body, m, err := fetch(t, b, message.Attachment{Kind: message.KindImage, URL: other.URL + "/a.jpg", Name: "a.jpg"})
	if err != nil || body != "jpeg" || m.MIME != "image/jpeg" || m.Name != "a.jpg" {
		t.Errorf("got %q, %+v, %v", body, m, err)
	}
	for name, values := range seen {
		b.NoSecret(t, kit, "the header "+name, strings.Join(values, " "))
	}
	if seen.Get("Authorization") != "" || len(b.Platform.Calls("/")) != 0 {
		t.Errorf("header %v, %d calls of LINE", seen, len(b.Platform.Calls("/")))
	}
	if _, _, err := fetch(t, b, message.Attachment{Kind: message.KindImage, URL: other.URL + "/gone.jpg"}); channels.AsSendError(err).Kind != channels.Rejected {
		t.Errorf("got %v, want rejected", err)
	}
	t.Run("nor does it go where the guard forbids", func(t *testing.T) {
		_, _, err := fetch(t, b, message.Attachment{Kind: message.KindImage, URL: "https://cdn.example.com/a.jpg"})
		if se := channels.AsSendError(err); err == nil || se.Kind != channels.Config {
			t.Errorf("got %v, want config", err)
		}
	})
}

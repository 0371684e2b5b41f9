package naverworks

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

func fetch(b *channeltest.Bench, ref string) (channels.Media, error) {
	return b.Adapter.(channels.MediaFetcher).Fetch(context.Background(), message.Attachment{Kind: message.KindFile, Ref: ref})
}

func TestAFileOfAMemberIsFetched(t *testing.T) {
	const content = "%PDF-1.7 휴가"
	for _, id := range []string{fileID, "WAA/a+b/c==", "kr1.1.2.0", "a?b#c%2F"} {
		t.Run(id, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{Files: map[string][]byte{id: []byte(content)}}, nil)
			m, err := fetch(b, id)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(m.Body)
			if err != nil || string(got) != content || m.MIME != "application/pdf" || m.Size != int64(len(content)) || m.Name != "휴가.pdf" {
				t.Errorf("got %q, %+v, %v", got, m, err)
			}
			if err := m.Body.Close(); err != nil {
				t.Error(err)
			}
			for _, path := range []string{channeltest.NaverWorksAttachmentsPath, channeltest.NaverWorksStoragePath} {
				calls := b.Platform.Calls(path)
				if len(calls) != 1 || calls[0].Header.Get("Authorization") != "Bearer "+current(t, b).Access {
					t.Errorf("calls to %s: %v", path, calls)
				}
			}
		})
	}
}

// trip is a round tripper made of a function.
type trip func(*http.Request) (*http.Response, error)

func (f trip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// bodyOf is a body that can be read as long as its request lives.
type bodyOf struct{ ctx context.Context }

func (b bodyOf) Read([]byte) (int, error) { return 0, cmp.Or(b.ctx.Err(), io.EOF) }
func (bodyOf) Close() error               { return nil }

func TestTheTimeOutIsForTheHeadOfTheAnswerAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := wire{timeout: time.Minute, client: &http.Client{Transport: trip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/silent" {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return &http.Response{StatusCode: 200, Body: bodyOf{r.Context()}}, nil
		})}}
		resp, failed := w.open(t.Context(), "http://example.com/file", http.Header{})
		if failed != nil {
			t.Fatal(failed)
		}
		<-time.After(time.Hour)
		if _, err := resp.Body.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("after an hour: %v", err)
		}
		resp.Body.Close()
		if _, err := resp.Body.Read(make([]byte, 1)); err != context.Canceled {
			t.Errorf("after closing: %v", err)
		}
		began := time.Now()
		if _, failed = w.open(t.Context(), "http://example.com/silent", http.Header{}); failed == nil || failed.Kind != channels.Temporary {
			t.Errorf("got %v", failed)
		}
		if took := time.Since(began); took != time.Minute {
			t.Errorf("gave up after %v", took)
		}
	})
}

func TestAFetchThatFailsSaysWhy(t *testing.T) {
	const api, storage = channeltest.NaverWorksAttachmentsPath, channeltest.NaverWorksStoragePath
	for _, row := range []struct {
		name  string
		ref   string
		path  string
		fault channeltest.Fault
		kind  channels.Kind
		says  string
		wait  time.Duration
	}{
		{name: "no file id", kind: channels.Rejected, says: "ref"},
		{name: "a way up the path", ref: "..", kind: channels.Rejected, says: "ref"},
		{name: "a file that is not known", ref: "other", kind: channels.Rejected, says: "gone"},
		{name: "a file that the storage dropped", ref: fileID, path: storage, fault: channeltest.Fault{Status: 410}, kind: channels.Rejected, says: "gone"},
		{name: "no permission", ref: fileID, path: api, fault: channeltest.Fault{Status: 403, Header: http.Header{"Www-Authenticate": {`Bearer error="insufficient_scope"`}}}, kind: channels.Auth, says: "OAuth Scopes"},
		{name: "not allowed", ref: fileID, path: api, fault: channeltest.Fault{Status: 403, Body: read(t, "error_403_access_denied.json")}, kind: channels.Rejected, says: "Access is denied"},
		{name: "too many", ref: fileID, path: api, fault: channeltest.Fault{Status: 429, Header: http.Header{"Retry-After": {"7"}}}, kind: channels.RateLimited, wait: 7 * time.Second},
		{name: "the platform fails", ref: fileID, path: api, fault: channeltest.Fault{Status: 500}, kind: channels.Temporary},
		{name: "the storage is busy", ref: fileID, path: storage, fault: channeltest.Fault{Status: 503, Header: http.Header{"Retry-After": {"5"}}}, kind: channels.Temporary, wait: 5 * time.Second},
		{name: "an answer without a file", ref: fileID, path: api, fault: channeltest.Fault{Status: 204}, kind: channels.Temporary},
		{name: "the storage sends elsewhere", ref: fileID, path: storage, fault: channeltest.Fault{Status: 302, Header: http.Header{"Location": {"https://storage.worksmobile.com/"}}}, kind: channels.Config, says: "redirects"},
		{name: "a redirect to nowhere", ref: fileID, path: api, fault: channeltest.Fault{Status: 302}, kind: channels.Config, says: "not sent there"},
		{name: "the platform hangs", ref: fileID, path: api, fault: channeltest.Fault{Hang: true}, kind: channels.Temporary, says: "did not answer"},
		{name: "the storage hangs", ref: fileID, path: storage, fault: channeltest.Fault{Hang: true}, kind: channels.Temporary, says: "did not answer"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{Files: map[string][]byte{fileID: []byte("x")}}, nil)
			a := again(t, b)
			a.http.timeout = 200 * time.Millisecond
			b.Adapter = a
			if row.path != "" {
				b.Platform.FailNext(row.path, row.fault)
			}
			_, err := fetch(b, row.ref)
			if err == nil {
				t.Fatal("fetched")
			}
			if se := channels.AsSendError(err); se.Kind != row.kind || se.RetryAfter != row.wait || !strings.Contains(err.Error(), row.says) {
				t.Errorf("got %v, wait %v", err, se.RetryAfter)
			}
			b.NoSecret(t, kit(), "the error", err.Error())
		})
	}
}

func TestARefusedTokenIsReplacedOnceForAFetch(t *testing.T) {
	expired := channeltest.Fault{Status: 401}
	for _, path := range []string{channeltest.NaverWorksAttachmentsPath, channeltest.NaverWorksStoragePath} {
		t.Run(path, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{Files: map[string][]byte{fileID: []byte("x")}}, nil)
			b.Platform.FailNext(path, expired)
			m, err := fetch(b, fileID)
			if err != nil {
				t.Fatal(err)
			}
			m.Body.Close()
			if got := grants(t, b); got != "jwt-bearer jwt-bearer" {
				t.Errorf("grants %q", got)
			}
		})
		t.Run(path+" refuses again", func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{Files: map[string][]byte{fileID: []byte("x")}}, nil)
			b.Platform.FailNext(path, expired, expired)
			_, err := fetch(b, fileID)
			if err == nil || channels.AsSendError(err).Kind != channels.Auth || grants(t, b) != "jwt-bearer jwt-bearer" {
				t.Errorf("got %v after %q", err, grants(t, b))
			}
		})
	}
}

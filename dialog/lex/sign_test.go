package lex

import (
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"dari/bot/settings"
	"dari/dialog/dialogtest"
)

// The vectors are those of AWS's Signature Version 4 test suite, of the example of its IAM
// documentation, and of that documentation's derived signing key.
func TestSignatures(t *testing.T) {
	const date = "20150830T123600Z"
	at, err := time.Parse("20060102T150405Z", date)
	if err != nil {
		t.Fatal(err)
	}
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	for _, c := range []struct {
		name, method, url, body string
		header                  http.Header
		service                 string
		signed, signature       string
	}{
		{"get-vanilla", "GET", "https://example.amazonaws.com/", "", nil, "service", "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"post-vanilla", "POST", "https://example.amazonaws.com/", "", nil, "service", "host;x-amz-date", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
		{"get-vanilla-query-order-key-case", "GET", "https://example.amazonaws.com/?Param2=value2&Param1=value1", "", nil, "service", "host;x-amz-date", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
		{"post-x-www-form-urlencoded", "POST", "https://example.amazonaws.com/", "Param1=value1", form, "service", "content-type;host;x-amz-date", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
		{"the example of IAM", "GET", "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", "", http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}}, "iam", "content-type;host;x-amz-date", "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			req, err := http.NewRequest(c.method, c.url, nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.header != nil {
				req.Header = c.header.Clone()
			}
			sign(req, []byte(c.body), credentials{"AKIDEXAMPLE", dialogtest.LexSecret, ""}, "us-east-1", c.service, at)
			want := "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/" + c.service + "/aws4_request, SignedHeaders=" + c.signed + ", Signature=" + c.signature
			if got := req.Header.Get("Authorization"); got != want || req.Header.Get("X-Amz-Date") != date {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
	t.Run("the derived key", func(t *testing.T) {
		want := "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
		if got := signingKey(dialogtest.LexSecret, "20150830", "us-east-1", "iam"); hex.EncodeToString(got) != want {
			t.Errorf("got %s", hex.EncodeToString(got))
		}
	})
	t.Run("a token of temporary keys is sent and signed", func(t *testing.T) {
		b := open(t, func(v settings.Values) { v["session_token"] = "a-temporary-token" })
		if _, err := b.Turn(t.Context(), turn(), nil); err != nil {
			t.Fatal(err)
		}
		h := b.fake.Last(t).Header
		if h.Get("X-Amz-Security-Token") != "a-temporary-token" || !strings.Contains(h.Get("Authorization"), "x-amz-security-token") {
			t.Errorf("got %v", h)
		}
	})
}

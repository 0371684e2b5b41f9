package naverworks

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"dari/channels"
	"dari/channels/channeltest"
)

// bare is an adapter for what needs no platform.
func bare(botSecret string) *adapter {
	return &adapter{config: config{botID: channeltest.NaverWorksBotID, botSecret: botSecret}}
}

func TestTheKnownSignatureVectorPasses(t *testing.T) {
	var vector struct {
		Headers    map[string]string
		BotSecret  string
		BodyBase64 string
	}
	if err := json.Unmarshal([]byte(read(t, "signature_vector.json")), &vector); err != nil {
		t.Fatal(err)
	}
	body, err := base64.StdEncoding.DecodeString(vector.BodyBase64)
	if err != nil {
		t.Fatal(err)
	}
	r := &channels.Request{Header: http.Header{}, Body: body}
	for k, v := range vector.Headers {
		r.Header.Set(k, v)
	}
	if err := bare(vector.BotSecret).Verify(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	r.Body[len(r.Body)-2] ^= 1
	if err := bare(vector.BotSecret).Verify(context.Background(), r); err == nil {
		t.Fatal("a changed body passes")
	}
}

func TestVerifyTellsWhyItRefuses(t *testing.T) {
	const secret = "aBotSecretForTests"
	for _, row := range []struct {
		name   string
		change func(*channels.Request)
		code   string // "" passes
	}{
		{"an untouched callback passes", func(*channels.Request) {}, ""},
		{"header names in lower case pass", rename(strings.ToLower), ""},
		{"header names in upper case pass", rename(strings.ToUpper), ""},
		{"a missing signature", func(r *channels.Request) { r.Header.Del("X-WORKS-Signature") }, "signature"},
		{"an empty signature", func(r *channels.Request) { r.Header.Set("X-WORKS-Signature", "") }, "signature"},
		{"a signature that is not base64", func(r *channels.Request) { r.Header.Set("X-WORKS-Signature", "%%%") }, "signature"},
		{"half a signature", func(r *channels.Request) {
			r.Header.Set("X-WORKS-Signature", r.Header.Get("X-WORKS-Signature")[:20])
		}, "signature"},
		{"a body with one more space", func(r *channels.Request) { r.Body = append(r.Body, ' ') }, "signature"},
		{"a signature by another secret", func(r *channels.Request) {
			*r = *channeltest.SignNaverWorks("another", channeltest.NaverWorksBotID, r.Body)
		}, "signature"},
		{"a missing bot id", func(r *channels.Request) { r.Header.Del("X-WORKS-BotId") }, "bot_id"},
		{"another bot's id", func(r *channels.Request) { r.Header.Set("X-WORKS-BotId", "3009999") }, "bot_id"},
		{"another bot with a bad signature is about the signature", func(r *channels.Request) {
			*r = *channeltest.SignNaverWorks("another", "3009999", r.Body)
		}, "signature"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := channeltest.SignNaverWorks(secret, channeltest.NaverWorksBotID, []byte(read(t, "in_text.json")))
			row.change(r)
			err := bare(secret).Verify(context.Background(), r)
			if row.code == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var ref *channels.Refusal
			if !errors.As(err, &ref) || ref.Status != http.StatusUnauthorized || ref.Code != row.code {
				t.Errorf("got %v, want 401 %s", err, row.code)
			}
		})
	}
}

// rename spells the header names in a way that http.Header's own look-up does not find.
func rename(spell func(string) string) func(*channels.Request) {
	return func(r *channels.Request) {
		h := http.Header{}
		for k, v := range r.Header {
			h[spell(k)] = v
		}
		r.Header = h
	}
}

func FuzzVerify(f *testing.F) {
	const secret = "aBotSecretForTests"
	body := []byte(read(f, "in_text.json"))
	right := channeltest.SignNaverWorks(secret, channeltest.NaverWorksBotID, body).Header.Get("X-WORKS-Signature")
	f.Add(body, right)
	f.Add(body, "")
	f.Add(body, right[:len(right)-1])
	f.Add(body, right+"\n")
	f.Add([]byte{}, right)
	f.Add([]byte("{}"), strings.Repeat("A", 43)+"=")
	f.Fuzz(func(t *testing.T, body []byte, signature string) {
		r := channeltest.SignNaverWorks(secret, channeltest.NaverWorksBotID, body)
		fits := r.Header.Get("X-WORKS-Signature") == signature
		r.Header.Set("X-WORKS-Signature", signature)
		if err := bare(secret).Verify(context.Background(), r); (err == nil) != fits {
			t.Errorf("signature %q of %q: %v", signature, body, err)
		}
	})
}

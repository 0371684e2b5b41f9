package line

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"testing"

	"dari/channels"
	"dari/channels/channeltest"
)

func TestVerifyAgainstKnownVectors(t *testing.T) {
	const verifyBody = `{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}`
	const verifySignature = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="
	for _, row := range []struct {
		name, secret, body, signature string
		ok                            bool
	}{
		{"the Verify button's callback", "8c570fa6dd201bb328f1c1eac23a96d8", verifyBody, verifySignature, true},
		{"a text message", channeltest.LINESecret, testdata(t, "in_message_text.json"), "KUvsM3uq6psH5JgeZq5dmkcufrqG6s5YY0M9nzf6XCw=", true},
		{"another secret", channeltest.LINESecret, verifyBody, verifySignature, false},
		{"a body with one more blank", "8c570fa6dd201bb328f1c1eac23a96d8", verifyBody + " ", verifySignature, false},
		{"a signature cut short", "8c570fa6dd201bb328f1c1eac23a96d8", verifyBody, verifySignature[:40], false},
		{"a signature that is no base64", "8c570fa6dd201bb328f1c1eac23a96d8", verifyBody, "!!!", false},
		{"no signature", "8c570fa6dd201bb328f1c1eac23a96d8", verifyBody, "", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := &adapter{config: config{secret: row.secret}}
			header := http.Header{}
			header.Set("x-line-signature", row.signature) // the letter case is not to matter
			err := a.Verify(context.Background(), &channels.Request{Header: header, Body: []byte(row.body)})
			if (err == nil) != row.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}

func FuzzVerify(f *testing.F) {
	f.Add([]byte(`{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}`), "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=")
	f.Add([]byte(""), "")
	f.Add([]byte("{}"), "====")
	f.Fuzz(func(t *testing.T, body []byte, signature string) {
		a := &adapter{config: config{secret: channeltest.LINESecret}}
		signed := channeltest.SignLINE(channeltest.LINESecret, body)
		if err := a.Verify(context.Background(), signed); err != nil {
			t.Errorf("a true signature is refused: %v", err)
		}
		forged := &channels.Request{Header: http.Header{"X-Line-Signature": {signature}}, Body: body}
		given, err := base64.StdEncoding.DecodeString(signature)
		want, _ := base64.StdEncoding.DecodeString(signed.Header.Get("X-Line-Signature"))
		right := err == nil && bytes.Equal(given, want)
		if passes := a.Verify(context.Background(), forged) == nil; passes != right {
			t.Errorf("%q for %q: passes %v, right %v", signature, body, passes, right)
		}
	})
}

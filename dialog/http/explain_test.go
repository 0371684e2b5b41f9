package httpengine

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dari/dialog"
)

func TestAWrongSignatureIsExplained(t *testing.T) {
	b := open(t, nil)
	key := b.keys[0]
	text := base64.StdEncoding.EncodeToString(key)
	req, err := b.request(t.Context(), b.question(turn(), time.Second))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		t.Fatal(err)
	}
	id, stamp := req.Header.Get("webhook-id"), req.Header.Get("webhook-timestamp")
	right := strings.TrimPrefix(req.Header.Get("webhook-signature"), "v1,")
	content := id + "." + stamp + "." + string(body)
	b64 := base64.StdEncoding.EncodeToString
	var spaced bytes.Buffer
	if err := json.Indent(&spaced, body, "", " "); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name   string
		change func(r *dialog.Received)
		codes  []string
	}{
		{"as it was sent", func(*dialog.Received) {}, []string{"sig_fits"}},
		{"and the same is worked out", func(r *dialog.Received) { r.Own = " v1," + right + "\n" }, []string{"sig_fits", "sig_own_right"}},
		{"one of several signatures", func(r *dialog.Received) { r.Header.Set("webhook-signature", "v1,AAAA v1,"+right) }, []string{"sig_fits"}},
		{"no id", func(r *dialog.Received) { r.Header.Del("webhook-id") }, []string{"sig_missing"}},
		{"a signature of another kind", func(r *dialog.Received) { r.Header.Set("webhook-signature", "sha256="+right) }, []string{"sig_format"}},
		{"a line break at the end", func(r *dialog.Received) { r.Body = append(r.Body, '\n') }, []string{"sig_body_end"}},
		{"a body that was read and written again", func(r *dialog.Received) { r.Body = spaced.Bytes() }, []string{"sig_body_parsed"}},
		{"milliseconds", func(r *dialog.Received) { r.Header.Set("webhook-timestamp", stamp+"000") }, []string{"sig_millis"}},
		{"another secret", func(r *dialog.Received) {
			r.Header.Set("webhook-signature", "v1,"+b64(macOf([]byte("other"), content)))
		}, []string{"sig_none"}},
		{"a key that was not decoded", func(r *dialog.Received) { r.Own = b64(macOf([]byte(text), content)) }, []string{"sig_fits", "sig_own_undecoded"}},
		{"a key with its prefix", func(r *dialog.Received) { r.Own = b64(macOf([]byte(secretPrefix+text), content)) }, []string{"sig_fits", "sig_own_prefix"}},
		{"hexadecimal", func(r *dialog.Received) { r.Own = hex.EncodeToString(macOf(key, content)) }, []string{"sig_fits", "sig_own_hex"}},
		{"base64 for addresses", func(r *dialog.Received) { r.Own = base64.RawURLEncoding.EncodeToString(macOf(key, content)) }, []string{"sig_fits", "sig_own_base64"}},
		{"without the id", func(r *dialog.Received) { r.Own = b64(macOf(key, stamp+"."+string(body))) }, []string{"sig_fits", "sig_own_no_id"}},
		{"the body alone, in hexadecimal", func(r *dialog.Received) { r.Own = hex.EncodeToString(macOf(key, string(body))) }, []string{"sig_fits", "sig_own_body_only", "sig_own_hex"}},
		{"without the dots", func(r *dialog.Received) { r.Own = b64(macOf(key, id+stamp+string(body))) }, []string{"sig_fits", "sig_own_no_dots"}},
		{"something else", func(r *dialog.Received) { r.Own = b64([]byte("something else")) }, []string{"sig_fits", "sig_own_unknown"}},
	} {
		r := dialog.Received{Header: req.Header.Clone(), Body: slices.Clone(body)}
		row.change(&r)
		var codes []string
		for _, c := range b.ExplainSignature(r) {
			codes = append(codes, strings.TrimPrefix(c.Code, "engine.http."))
			for _, value := range c.Params {
				if strings.Contains(value, text) {
					t.Errorf("%s: the secret is in %q", row.name, value)
				}
			}
		}
		if !slices.Equal(codes, row.codes) {
			t.Errorf("%s: %v, want %v", row.name, codes, row.codes)
		}
	}

	old := http.Header{}
	sign(old, b.keys, id, now.Add(-time.Hour), body)
	all := b.ExplainSignature(dialog.Received{Header: old, Body: body})
	if len(all) != 2 || all[1].Code != "engine.http.sig_old" || all[1].Params["minutes"] != strconv.Itoa(60) {
		t.Errorf("one of an hour ago: %+v", all)
	}
}

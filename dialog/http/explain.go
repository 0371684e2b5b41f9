package httpengine

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"dari/bot/check"
	"dari/dialog"
)

// signed is what a signature is made over.
type signed struct {
	id, stamp string
	body      []byte
}

// ExplainSignature implements dialog.SignatureChecker.
func (e *engine) ExplainSignature(r dialog.Received) []check.Check {
	s := signed{strings.TrimSpace(r.Header.Get("webhook-id")), strings.TrimSpace(r.Header.Get("webhook-timestamp")), r.Body}
	for _, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
		if strings.TrimSpace(r.Header.Get(name)) == "" {
			return []check.Check{check.New("signature", check.Fail, "engine.http.sig_missing", "header", name)}
		}
	}
	right, all := e.explainCall(s, r.Header.Get("webhook-signature"))
	if at, err := strconv.ParseInt(right.stamp, 10, 64); err == nil {
		if off := e.now().Sub(time.Unix(at, 0)).Abs(); off > tolerance {
			all = append(all, check.New("time", check.Warn, "engine.http.sig_old", "minutes", strconv.Itoa(int(off.Minutes()))))
		}
	}
	if own := strings.TrimPrefix(strings.TrimSpace(r.Own), "v1,"); own != "" {
		all = append(all, e.explainOwn(right, own)...)
	}
	return all
}

// explainCall finds out which part of a call is not what was signed. It returns the parts as they were.
func (e *engine) explainCall(s signed, given string) (signed, []check.Check) {
	one := func(status check.Status, code string) []check.Check {
		return []check.Check{check.New("signature", status, code)}
	}
	switch {
	case e.fits(s, given):
		return s, one(check.Pass, "engine.http.sig_fits")
	case !strings.Contains(given, "v1,"):
		return s, one(check.Fail, "engine.http.sig_format")
	}
	for _, body := range [][]byte{bytes.TrimRight(s.body, "\r\n"), append(slices.Clone(s.body), '\n')} {
		if t := (signed{s.id, s.stamp, body}); e.fits(t, given) {
			return t, one(check.Warn, "engine.http.sig_body_end")
		}
	}
	var q question
	if json.Unmarshal(s.body, &q) == nil {
		if body, err := json.Marshal(q); err == nil {
			if t := (signed{s.id, s.stamp, body}); e.fits(t, given) {
				return t, one(check.Fail, "engine.http.sig_body_parsed")
			}
		}
	}
	if len(s.stamp) > 3 {
		if t := (signed{s.id, s.stamp[:len(s.stamp)-3], s.body}); e.fits(t, given) {
			return t, one(check.Fail, "engine.http.sig_millis")
		}
	}
	return s, one(check.Fail, "engine.http.sig_none")
}

// fits tells whether one of the signatures is of one of the keys.
func (e *engine) fits(s signed, given string) bool {
	for one := range strings.FieldsSeq(given) {
		encoded, ok := strings.CutPrefix(one, "v1,")
		got, err := base64.StdEncoding.DecodeString(encoded)
		if !ok || err != nil {
			continue
		}
		for _, key := range e.keys {
			if hmac.Equal(got, mac(key, s.id, s.stamp, s.body)) {
				return true
			}
		}
	}
	return false
}

// explainOwn finds the mistake by which the other side comes to its own value.
func (e *engine) explainOwn(s signed, own string) []check.Check {
	for _, key := range e.keys {
		text := base64.StdEncoding.EncodeToString(key)
		for _, k := range []struct {
			code string
			key  []byte
		}{{"", key}, {"engine.http.sig_own_undecoded", []byte(text)}, {"engine.http.sig_own_prefix", []byte(secretPrefix + text)}} {
			for _, c := range []struct {
				code    string
				content string
			}{
				{"", s.id + "." + s.stamp + "." + string(s.body)},
				{"engine.http.sig_own_no_id", s.stamp + "." + string(s.body)},
				{"engine.http.sig_own_body_only", string(s.body)},
				{"engine.http.sig_own_no_dots", s.id + s.stamp + string(s.body)},
			} {
				format, is := formatOf(own, macOf(k.key, c.content))
				if is {
					return mistakes(k.code, c.code, format)
				}
			}
		}
	}
	return []check.Check{check.New("own", check.Fail, "engine.http.sig_own_unknown")}
}

// formatOf tells how a sum was written, "" as it should be, and whether it is that sum.
func formatOf(own string, sum []byte) (code string, is bool) {
	switch own {
	case base64.StdEncoding.EncodeToString(sum):
		return "", true
	case hex.EncodeToString(sum), strings.ToUpper(hex.EncodeToString(sum)):
		return "engine.http.sig_own_hex", true
	case base64.RawStdEncoding.EncodeToString(sum), base64.URLEncoding.EncodeToString(sum), base64.RawURLEncoding.EncodeToString(sum):
		return "engine.http.sig_own_base64", true
	}
	return "", false
}

func macOf(key []byte, content string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(content))
	return m.Sum(nil)
}

func mistakes(codes ...string) []check.Check {
	var all []check.Check
	for _, code := range codes {
		if code != "" {
			all = append(all, check.New("own", check.Fail, code))
		}
	}
	if all == nil {
		all = append(all, check.New("own", check.Pass, "engine.http.sig_own_right"))
	}
	return all
}

package lex

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

// credentials are access keys of AWS; the token belongs to temporary ones.
type credentials struct{ id, secret, token string }

const algorithm = "AWS4-HMAC-SHA256"

// sign adds the headers of Signature Version 4, over all headers that are set so far:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
// The path must consist of characters that need no escapes.
func sign(req *http.Request, body []byte, keys credentials, region, service string, at time.Time) {
	stamp := at.UTC().Format("20060102T150405Z")
	req.Header.Set("X-Amz-Date", stamp)
	if keys.token != "" {
		req.Header.Set("X-Amz-Security-Token", keys.token)
	}
	request, signed := canonical(req, body)
	scope := stamp[:8] + "/" + region + "/" + service + "/aws4_request"
	toSign := strings.Join([]string{algorithm, stamp, scope, hash([]byte(request))}, "\n")
	signature := hex.EncodeToString(mac(signingKey(keys.secret, stamp[:8], region, service), toSign))
	req.Header.Set("Authorization", algorithm+" Credential="+keys.id+"/"+scope+", SignedHeaders="+signed+", Signature="+signature)
}

// canonical is the form of a request that is signed, and the names of its headers.
func canonical(req *http.Request, body []byte) (request, signed string) {
	host := req.Host
	if host == "" {
		host = req.URL.Host
	}
	values := map[string]string{"host": host}
	names := []string{"host"}
	for name, v := range req.Header {
		name = strings.ToLower(name)
		trimmed := make([]string, len(v))
		for i := range v {
			trimmed[i] = strings.Join(strings.Fields(v[i]), " ")
		}
		values[name] = strings.Join(trimmed, ",")
		names = append(names, name)
	}
	slices.Sort(names)
	var headers strings.Builder
	for _, name := range names {
		headers.WriteString(name + ":" + values[name] + "\n")
	}
	path := req.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	query := strings.ReplaceAll(req.URL.Query().Encode(), "+", "%20") // sorted by name
	signed = strings.Join(names, ";")
	return strings.Join([]string{req.Method, path, query, headers.String(), signed, hash(body)}, "\n"), signed
}

func signingKey(secret, date, region, service string) []byte {
	key := []byte("AWS4" + secret)
	for _, part := range []string{date, region, service, "aws4_request"} {
		key = mac(key, part)
	}
	return key
}

func mac(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

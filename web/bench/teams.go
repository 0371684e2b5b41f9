package bench

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"dari/bot/message"
	"dari/store"
)

const (
	teamsApp    = "b5f1c0de-0a11-4c0d-9e57-3a7d5e0f4a21"
	teamsTenant = "4d2b7c1a-6e0f-4b39-8a55-91c0de77f0aa"
	teamsIssuer = "https://api.botframework.com"
	teamsKeyID  = "bench-key"
	teamsToken  = "bench-connector-token"
	teamsUser   = "29:1kPq7-Zb2xVwT0cRmYd5NfLh8sAeJ3uGiOaXvBnQrStUwYz"
	teamsChat   = "a:1XvT8mQk2LrWn5YbHc0PdGj7FzSeUaIo4NtRqBwExKyVhMgZl"
	teamsPerson = "0f3e9a52-7c41-4d8e-b6a0-2d"
)

// teams holds the key that the platform signs with, which the floor knows the public half of, and the
// tokens that the floor has found good.
type teams struct {
	key    *rsa.PrivateKey
	public *rsa.PublicKey
	known  *sync.Map // by SHA-256 of the token: when it expires
}

func newTeams() (teams, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return teams{}, err
	}
	return teams{key, &key.PublicKey, &sync.Map{}}, nil
}

func (teams) name() string { return "teams" }

func (teams) settings(base string) map[string]any {
	return map[string]any{
		"app_id": teamsApp, "app_secret": "bench~client~secret~of~the~bot", "tenant_id": teamsTenant,
		"openid_metadata_url": base + "/openid", "token_url": base + "/token",
		"allowed_service_hosts": []string{strings.TrimPrefix(base, "http://")},
	}
}

// callback carries one token for all, as the platform sends one for an hour.
func (p teams) callback(host, base string) template {
	now := time.Now()
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": teamsIssuer, "aud": teamsApp, "serviceurl": base + "/", "nbf": now.Unix(), "exp": now.Add(24 * time.Hour).Unix(),
	})
	t.Header["kid"] = teamsKeyID
	token, err := t.SignedString(p.key)
	if err != nil {
		panic("bench: " + err.Error()) // a key that was just made signs
	}
	return newTemplate(host, webhook(p), []string{"Content-Type: application/json; charset=utf-8", "Authorization: Bearer " + token},
		`{"text":"`+callbackText+`","textFormat":"plain","type":"message","timestamp":"2026-11-22T01:22:33.4567890Z",`+
			`"localTimestamp":"2026-11-22T10:22:33.4567890+09:00","localTimezone":"Asia/Seoul","id":"174`+numberMark+`","channelId":"msteams",`+
			`"serviceUrl":"`+base+`/","from":{"id":"`+teamsUser+personMark+`","name":"Jiwoo","aadObjectId":"`+teamsPerson+personMark+`"},`+
			`"conversation":{"conversationType":"personal","tenantId":"`+teamsTenant+`","id":"`+teamsChat+personMark+`"},`+
			`"recipient":{"id":"28:`+teamsApp+`","name":"Helper"},"entities":[{"locale":"ko-KR","country":"KR","platform":"Web","timezone":"Asia/Seoul","type":"clientInfo"}],`+
			`"channelData":{"tenant":{"id":"`+teamsTenant+`"}},"locale":"ko-KR"}`)
}

func (teams) signer() signer { return nil }

func (p teams) serve(base, path string) answer {
	switch path {
	case "/openid":
		return answer{http.StatusOK, `{"issuer":"` + teamsIssuer + `","jwks_uri":"` + base + `/keys","id_token_signing_alg_values_supported":["RS256"]}`}
	case "/keys":
		return answer{http.StatusOK, p.keyList()}
	case "/token":
		return answer{http.StatusOK, `{"token_type":"Bearer","expires_in":86399,"ext_expires_in":86399,"access_token":"` + teamsToken + `"}`}
	}
	return answer{http.StatusCreated, `{"id":"1741051354000"}`}
}

func (p teams) keyList() string {
	list, _ := json.Marshal(map[string]any{"keys": []any{map[string]any{ // texts marshal
		"kty": "RSA", "use": "sig", "kid": teamsKeyID,
		"n":            base64.RawURLEncoding.EncodeToString(p.public.N.Bytes()),
		"e":            base64.RawURLEncoding.EncodeToString(big.NewInt(int64(p.public.E)).Bytes()),
		"endorsements": []string{"msteams"},
	}}})
	return string(list)
}

func (teams) conversation(person, base string) store.Conversation {
	// As the server writes it: what is equal is not written again.
	reference := fmt.Appendf(nil, `{"service_url":"%s/","bot":{"id":"28:%s","name":"Helper"},"channel_id":"msteams","tenant":"%s","user":"%s%s"}`,
		base, teamsApp, teamsTenant, teamsUser, person)
	return store.Conversation{
		Platform:  message.Conversation{ID: teamsChat + person, Kind: message.Direct, Tenant: teamsTenant},
		User:      message.User{ID: teamsUser + person, Name: "Jiwoo", StableID: teamsPerson + person},
		Locale:    "ko-KR",
		Reference: reference,
	}
}

// genuine checks the signature of a token once, since the platform sends the same one for an hour.
func (p teams) genuine(h http.Header, _ []byte) bool {
	token := strings.TrimPrefix(h.Get("Authorization"), "Bearer ")
	digest := sha256.Sum256([]byte(token))
	if until, ok := p.known.Load(digest); ok {
		return time.Now().Before(until.(time.Time))
	}
	var claims jwt.RegisteredClaims
	_, err := jwt.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return p.public, nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(teamsIssuer), jwt.WithAudience(teamsApp), jwt.WithExpirationRequired())
	if err != nil {
		return false
	}
	p.known.Store(digest, claims.ExpiresAt.Time)
	return true
}

func (teams) reply(base string, body []byte) reply {
	chat := between(body, teamsTenant+`","id":"`)
	return reply{base + "/v3/conversations/" + url.QueryEscape(chat) + "/activities", "application/json", teamsToken, fmt.Appendf(nil,
		`{"type":"message","from":{"id":"28:%s"},"conversation":{"id":"%s"},"replyToId":"%s","text":"%s","textFormat":"plain"}`,
		teamsApp, chat, between(body, `"id":"`), between(body, `"text":"`))}
}

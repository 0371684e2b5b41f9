package bench

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"

	"dari/bot/message"
	"dari/store"
)

const (
	worksBot    = "3001234"
	worksSecret = "0123456789abcdefSampleBotSecret"
	worksToken  = "kr1AAAAbenchAccessToken+/=="
	worksUser   = "7c41e0d2-3b5f-4a86-9d10-2f"
	worksDomain = "10400123"
)

// naverWorks holds the private key that the server asks for its token with.
type naverWorks struct{ key string }

func newNaverWorks() (naverWorks, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return naverWorks{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return naverWorks{}, err
	}
	return naverWorks{string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))}, nil
}

func (naverWorks) name() string { return "naverworks" }

func (p naverWorks) settings(base string) map[string]any {
	return map[string]any{
		"bot_id": worksBot, "bot_secret": worksSecret, "client_id": "EXAMPLECLIENTID00001", "client_secret": "exampleSecret1",
		"service_account": "a1b2c.serviceaccount@example.com", "private_key": p.key,
		"auth_base_url": base + "/oauth2/v2.0", "api_base_url": base + "/v1.0",
		"max_in_flight": 64, // the fake has no limit
	}
}

func (p naverWorks) callback(host, _ string) template {
	return newTemplate(host, webhook(p), []string{
		"Content-Type: application/json; charset=UTF-8", "X-WORKS-BotId: " + worksBot, "X-WORKS-Signature: " + fixed(base64Len),
	}, `{"type":"message","source":{"userId":"`+worksUser+personMark+`","domainId":`+worksDomain+`},`+
		`"issuedTime":"2026-11-22T01:22:33.456Z","content":{"type":"text","text":"`+callbackText+`"}}`)
}

func (naverWorks) signer() signer { return newHMAC(worksSecret, inBase64) }

func (naverWorks) serve(_, path string) answer {
	if path == "/oauth2/v2.0/token" {
		return answer{http.StatusOK, `{"access_token":"` + worksToken + `","refresh_token":"kr1AAAAbenchRefreshToken+/==",` +
			`"token_type":"Bearer","expires_in":"86400","scope":"bot bot.message bot.read user.profile.read"}`}
	}
	return answer{http.StatusCreated, ""}
}

func (naverWorks) conversation(person, _ string) store.Conversation {
	user := worksUser + person
	return store.Conversation{
		Platform: message.Conversation{ID: user, Kind: message.Direct, Tenant: worksDomain}, User: message.User{ID: user},
	}
}

func (naverWorks) genuine(h http.Header, body []byte) bool {
	sent, err := base64.StdEncoding.DecodeString(h.Get("X-WORKS-Signature"))
	return err == nil && h.Get("X-WORKS-BotId") == worksBot && hmac.Equal(sent, sum(worksSecret, string(body)))
}

func (naverWorks) reply(base string, body []byte) reply {
	return reply{
		base + "/v1.0/bots/" + worksBot + "/users/" + between(body, `"userId":"`) + "/messages", "application/json", worksToken,
		fmt.Appendf(nil, `{"content":{"type":"text","text":"%s"}}`, between(body, `"text":"`)),
	}
}

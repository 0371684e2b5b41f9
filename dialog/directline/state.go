package directline

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"dari/dialog"
)

// kept is what stands in the state: the conversation with the bot and the token that opens it.
type kept struct {
	Conversation string    `json:"c"`
	Token        string    `json:"t"`
	Renew        time.Time `json:"r"` // half of its life is over
	Until        time.Time `json:"u"`
	Watermark    string    `json:"w,omitempty"`
}

// sealer encrypts the state: the token in it lets whoever reads a trace speak in the person's name.
// Its key comes from the settings, so that every Dari with the same bot can open it.
type sealer struct{ aead cipher.AEAD }

const sealed = "dl1."

func newSealer(bot, secret, tokenURL string) sealer {
	key := sha256.Sum256(fmt.Appendf(nil, "dari direct line state %q %q %q", bot, secret, tokenURL))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // a key of 32 bytes is never refused
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // nor is AES
	}
	return sealer{aead}
}

// save seals what is kept, bound to Dari's conversation.
func (s sealer) save(conversation string, k kept) (*dialog.State, error) {
	plain, err := json.Marshal(k)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, s.aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	token := sealed + base64.RawURLEncoding.EncodeToString(s.aead.Seal(nonce, nonce, plain, []byte(conversation)))
	if len(token) > dialog.MaxState {
		return nil, fmt.Errorf("the token of the conversation has %d bytes, which is too large to keep", len(k.Token))
	}
	return &dialog.State{Token: token}, nil
}

// load opens what was kept; ok is false when there is nothing, or nothing of these settings.
func (s sealer) load(conversation, token string) (k kept, ok bool) {
	encoded, found := strings.CutPrefix(token, sealed)
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if !found || err != nil || len(raw) < s.aead.NonceSize() {
		return kept{}, false
	}
	nonce, body := raw[:s.aead.NonceSize()], raw[s.aead.NonceSize():]
	plain, err := s.aead.Open(nil, nonce, body, []byte(conversation))
	if err != nil || json.Unmarshal(plain, &k) != nil {
		return kept{}, false
	}
	return k, k.Conversation != "" && k.Token != ""
}

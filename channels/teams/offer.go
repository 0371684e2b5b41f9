package teams

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
)

// offer is what has to be known when a person accepts a file, which may be days later and on another
// machine. It travels with the card, on the person's device, so it is sealed: the address may open the
// file to anybody, and one that the person puts in must not be fetched.
type offer struct {
	URL  string `json:"url"`
	Name string `json:"name"`
}

var errOffer = errors.New("the offer was not made by this bot in this conversation, or the app's secret has changed since")

// sealOffer binds the offer to its conversation. The nonce is made of the content, so that the same
// offer always looks the same.
func (a *adapter) sealOffer(o offer, conversationID string) (string, error) {
	seal, mac, err := a.offerKeys()
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(o)
	if err != nil {
		return "", err
	}
	h := hmac.New(sha256.New, mac)
	h.Write([]byte(conversationID + "\x00"))
	h.Write(plain)
	nonce := h.Sum(nil)[:seal.NonceSize()]
	return base64.RawURLEncoding.EncodeToString(seal.Seal(nonce, nonce, plain, []byte(conversationID))), nil
}

func (a *adapter) openOffer(sealed, conversationID string) (offer, error) {
	var o offer
	seal, _, err := a.offerKeys()
	if err != nil {
		return o, err
	}
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || len(raw) < seal.NonceSize() {
		return o, errOffer
	}
	n := seal.NonceSize()
	plain, err := seal.Open(nil, raw[:n], raw[n:], []byte(conversationID))
	if err != nil || json.Unmarshal(plain, &o) != nil {
		return o, errOffer
	}
	return o, nil
}

// offerKeys come from the app's secret, which all machines that serve the bot share.
func (a *adapter) offerKeys() (seal cipher.AEAD, mac []byte, err error) {
	keys, err := hkdf.Key(sha256.New, []byte(a.secret), []byte(a.appID), "dari teams file offer", 64)
	if err != nil {
		return nil, nil, err
	}
	block, err := aes.NewCipher(keys[:32])
	if err != nil {
		return nil, nil, err
	}
	seal, err = cipher.NewGCM(block)
	return seal, keys[32:], err
}

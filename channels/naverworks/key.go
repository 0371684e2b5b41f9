package naverworks

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"dari/bot/check"
	"dari/bot/settings"
)

var (
	escapedBreak = regexp.MustCompile(`\\+[rnt]`)
	// Word processors turn the dashes into longer ones.
	pemBlock = regexp.MustCompile(`(?s)[-–—]+\s*BEGIN\s*([A-Z0-9 ]+?)\s*[-–—]+(.*?)[-–—]+\s*END`)
)

// parseKey reads the service account's RSA key from its PEM text (PKCS#8 as the console issues it, or
// PKCS#1), also when line breaks were lost or written as \n on the way. The error wraps a
// *settings.Error and explains itself to the check.
func parseKey(text string) (*rsa.PrivateKey, error) {
	label, der, ok := decodePEM(text)
	switch {
	case !ok:
		return nil, keyError("cannot be read as a private key, perhaps because it lost its line breaks or its end", "naverworks.key_unreadable")
	case strings.Contains(label, "ENCRYPTED"):
		return nil, keyError("is protected by a password", "naverworks.key_encrypted")
	case strings.Contains(label, "PUBLIC"), strings.Contains(label, "CERTIFICATE"):
		return nil, keyError("is a public key or a certificate, not the private key", "naverworks.key_public")
	}
	key, err := parseDER(der)
	switch {
	case err != nil:
		return nil, keyError("is damaged or incomplete", "naverworks.key_damaged")
	case key == nil:
		return nil, keyError("is not an RSA key", "naverworks.key_kind")
	}
	return key, nil
}

// keyError says the fault twice: in English, and by the code of a check in the reader's language.
func keyError(fault, code string) error {
	return check.Explain(settings.Errorf("private_key", "pem",
		"%s; download the key in the Developer Console under API, ClientApp, Service Account, and upload the .key file instead of pasting", fault),
		check.New("private_key", check.Fail, code))
}

// mended tells a key that parseKey read although it is not PEM as others read it.
func mended(text string) bool {
	block, _ := pem.Decode([]byte(text))
	return block == nil
}

// decodePEM returns the first block that is a private key, else the first block. encoding/pem insists on
// line breaks; here all white space is free.
func decodePEM(text string) (label string, der []byte, ok bool) {
	blocks := pemBlock.FindAllStringSubmatch(escapedBreak.ReplaceAllString(text, "\n"), -1)
	if len(blocks) == 0 {
		return "", nil, false
	}
	at := slices.IndexFunc(blocks, func(b []string) bool { return strings.Contains(b[1], "PRIVATE") })
	block := blocks[max(at, 0)]
	if strings.Contains(block[2], "ENCRYPTED") { // the Proc-Type header of an old-style encrypted key
		return "ENCRYPTED", nil, true
	}
	body := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == '"' || r == '\'' {
			return -1
		}
		return r
	}, block[2])
	der, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(body, "="))
	return block[1], der, err == nil && len(der) > 0
}

// parseDER returns nil without an error for a key of another kind.
func parseDER(der []byte) (*rsa.PrivateKey, error) {
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	if _, err := x509.ParseECPrivateKey(der); err == nil {
		return nil, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, err
	}
	rsaKey, _ := key.(*rsa.PrivateKey)
	return rsaKey, nil
}

package naverworks

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"dari/bot/settings"
	"dari/channels/channeltest"
)

func TestADamagedKeyIsRepaired(t *testing.T) {
	good := channeltest.NaverWorksPrivateKey()
	want, err := parseKey(good)
	if err != nil {
		t.Fatal(err)
	}
	body := strings.Join(strings.Split(strings.TrimSpace(good), "\n")[1:], "")
	body = strings.TrimSuffix(body, "-----END PRIVATE KEY-----")
	replace := func(s string) string { return strings.ReplaceAll(good, "\n", s) }
	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(want)})
	for _, row := range []struct{ name, text string }{
		{"line breaks written as \\n", replace(`\n`)},
		{"line breaks written as \\\\n", replace(`\\n`)},
		{"line breaks written as \\r\\n", replace(`\r\n`)},
		{"spaces in place of line breaks", replace(" ")},
		{"no line breaks at all", replace("")},
		{"Windows line breaks", replace("\r\n")},
		{"old Mac line breaks", replace("\r")},
		{"a blank line between all lines", replace("\n\n")},
		{"indented lines", replace("\n    ")},
		{"no line break at the end", strings.TrimSpace(good)},
		{"white space around", "\n\t " + good + " \n"},
		{"a byte order mark", "\ufeff" + good},
		{"double quotes around", `"` + good + `"`},
		{"single quotes around", "'" + strings.TrimSpace(good) + "'"},
		{"a JSON string", `"` + replace(`\n`) + `"`},
		{"a zero-width space inside", replace("\u200b\n")},
		{"no-break spaces", replace("\u00a0")},
		{"text before and after", "key of the bot\n" + good + "-- thanks"},
		{"long dashes from a word processor", strings.ReplaceAll(good, "-----", "—–-")},
		{"the padding lost", "-----BEGIN PRIVATE KEY-----" + strings.TrimRight(body, "=") + "-----END PRIVATE KEY-----"},
		{"a certificate before it", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + good},
		{"PKCS#1", string(pkcs1)},
		{"PKCS#1 under the other label", strings.ReplaceAll(string(pkcs1), "RSA ", "")},
	} {
		t.Run(row.name, func(t *testing.T) {
			key, err := parseKey(row.text)
			if err != nil {
				t.Fatal(err)
			}
			if !key.Equal(want) {
				t.Error("it is another key")
			}
		})
	}
}

func TestAnUnusableKeySaysWhatToDo(t *testing.T) {
	good := channeltest.NaverWorksPrivateKey()
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := x509.MarshalPKCS8PrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	block := func(label string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
	}
	lines := strings.Split(good, "\n")
	for _, row := range []struct{ name, text, says string }{
		{"nonsense", "not a key", "cannot be read"},
		{"a file name", "private_20251121.key", "cannot be read"},
		{"a key without its end", good[:len(good)/2], "cannot be read"},
		{"a key with a lost line", strings.Join(append(lines[:3:3], lines[4:]...), "\n"), "damaged"},
		{"strange characters inside", strings.Replace(good, "M", "*", 1), "cannot be read"},
		{"an encrypted key", block("ENCRYPTED PRIVATE KEY", []byte("x")), "password"},
		{"an old-style encrypted key", strings.Replace(good, "KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES,00\n\n", 1), "password"},
		{"a public key", block("PUBLIC KEY", []byte("x")), "public key"},
		{"a certificate", block("CERTIFICATE", []byte("x")), "certificate"},
		{"an elliptic key", block("PRIVATE KEY", ec), "not an RSA key"},
		{"an elliptic key of its own kind", block("EC PRIVATE KEY", sec1), "not an RSA key"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := made(t, map[string]string{"private_key": row.text})
			var se *settings.Error
			if !errors.As(err, &se) || se.Field != "private_key" || se.Code != "pem" {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(se.Detail, row.says) || !strings.Contains(se.Detail, "upload the .key file") {
				t.Errorf("says %q", se.Detail)
			}
			if strings.Contains(se.Detail, lines[1]) {
				t.Error("the error shows the key")
			}
		})
	}
}

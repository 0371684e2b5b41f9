package console

import (
	"crypto/x509"
	"encoding/pem"
	"maps"
	"strings"
	"testing"

	"dari/bot/settings"
	"dari/channels/all"
	"dari/channels/channeltest"
)

func fieldsOf(typ string) []settings.Field {
	for _, t := range all.Types {
		if t.Name() == typ {
			return t.Setup().Fields
		}
	}
	return nil
}

const (
	hex32      = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	otherHex   = "ffffeeeeddddccccbbbbaaaa99998888"
	lineToken  = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789+AbCdEfGhIjKlMnOpQrStUvWxYz0123456789/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789w1cDnyilFU="
	appGUID    = "12345678-1234-4234-8234-123456789abc"
	tenantGUID = "87654321-4321-4321-9321-cba987654321"
	entra      = "Ab18Q~abcdefghijklmnopqrstuvwxyz0123456"
)

func TestWhatPeopleCopyIsRecognised(t *testing.T) {
	for _, row := range []struct {
		name, typ, text string
		want            settings.Values
	}{
		{
			"a page of the Developer Console, labels above values", "naverworks",
			"ClientApp\nClient ID\nEXAMPLECLIENTID00001\nCopy\nClient Secret\n복사\nexampleSecret1\nService Account\na1b2c.serviceaccount@example.com\n",
			settings.Values{"client_id": "EXAMPLECLIENTID00001", "client_secret": "exampleSecret1", "service_account": "a1b2c.serviceaccount@example.com"},
		},
		{
			"lines with colons", "naverworks", "Bot ID : 3001234\r\nBot Secret: 0123456789abcdefSample\r\nAuth Header：desk-header-1",
			settings.Values{"bot_id": "3001234", "bot_secret": "0123456789abcdefSample", "auth_header": "desk-header-1"},
		},
		{"one line with blanks", "naverworks", "Bot ID 3001234", settings.Values{"bot_id": "3001234"}},
		{
			"JSON with numbers, at any depth", "naverworks", `note {"bot":{"botId":3001234,"botSecret":"abcdefgh12345678"},"client_id":"EXAMPLECLIENTID00001"}`,
			settings.Values{"bot_id": "3001234", "bot_secret": "abcdefgh12345678", "client_id": "EXAMPLECLIENTID00001"},
		},
		{"a service account without a label", "naverworks", "hello a1b2c.serviceaccount@example.com bye", settings.Values{"service_account": "a1b2c.serviceaccount@example.com"}},
		{
			"the Japanese console", "line", "チャネルシークレット\n" + hex32 + "\nチャネルアクセストークン（長期）\n" + lineToken + "\nチャネルID\n1234567890",
			settings.Values{"channel_secret": hex32, "channel_access_token": lineToken, "channel_id": "1234567890"},
		},
		{"the Korean names", "line", "채널 시크릿: " + hex32 + "\n채널 액세스 토큰: " + lineToken, settings.Values{"channel_secret": hex32, "channel_access_token": lineToken}},
		{"values alone", "line", hex32 + "\n" + lineToken, settings.Values{"channel_secret": hex32, "channel_access_token": lineToken}},
		{
			"an environment file", "slack", "SLACK=1\nSIGNING_SECRET=\"" + hex32 + "\"\nBOT_TOKEN=xoxb-1-2-abc\nexport X=1\nCLIENT_SECRET=" + otherHex,
			settings.Values{"signing_secret": hex32, "bot_token": "xoxb-1-2-abc", "client_secret": otherHex},
		},
		{
			"Slack's App Credentials", "slack", "Client ID\n1234567890.1234567890\nClient Secret\nShow\n" + otherHex + "\nSigning Secret\nShow\n" + hex32,
			settings.Values{"client_id": "1234567890.1234567890", "client_secret": otherHex, "signing_secret": hex32},
		},
		{"tokens by their beginnings", "slack", "xapp-1-A-2-b and xoxb-1-2-abc", settings.Values{"app_token": "xapp-1-A-2-b", "bot_token": "xoxb-1-2-abc"}},
		{"two secrets of one shape without labels", "slack", hex32 + "\n" + otherHex, settings.Values{}},
		{
			"the Overview page of Entra", "teams", "Application (client) ID\n" + appGUID + "\nDirectory (tenant) ID\n" + tenantGUID + "\nValue\n" + entra,
			settings.Values{"app_id": appGUID, "tenant_id": tenantGUID, "app_secret": entra},
		},
		{"the Korean Overview page", "teams", "애플리케이션(클라이언트) ID : " + appGUID + "\n디렉터리(테넌트) ID : " + tenantGUID, settings.Values{"app_id": appGUID, "tenant_id": tenantGUID}},
		{"the Japanese Overview page", "teams", "アプリケーション (クライアント) ID\n" + appGUID + "\nディレクトリ (テナント) ID\n" + tenantGUID, settings.Values{"app_id": appGUID, "tenant_id": tenantGUID}},
		{"a secret by its shape", "teams", "copied " + entra, settings.Values{"app_secret": entra}},
		{"a label before something else", "naverworks", "Bot ID\nis missing here\nand there", settings.Values{}},
		{"prose", "line", "I cannot find the channel secret. Where is it?", settings.Values{}},
		{"nothing", "naverworks", " \n ", settings.Values{}},
		{"a type without settings to find", "web", "Bot ID 3001234", settings.Values{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := recognise(row.typ, fieldsOf(row.typ), row.text); !maps.EqualFunc(got, row.want, func(a, b any) bool { return a == b }) {
				t.Errorf("got  %v\nwant %v", got, row.want)
			}
		})
	}
}

func TestAPrivateKeyIsRepaired(t *testing.T) {
	good := strings.TrimSpace(channeltest.NaverWorksPrivateKey())
	for name, text := range map[string]string{
		"as it is":            good,
		"without line breaks": strings.ReplaceAll(good, "\n", " "),
		"escaped in JSON":     `{"private_key":"` + strings.ReplaceAll(good, "\n", `\n`) + `"}`,
		"with a BOM and CRLF": "\ufeff" + strings.ReplaceAll(good, "\n", "\r\n"),
		"quoted by a mail":    "> " + strings.ReplaceAll(good, "\n", "\n> "),
		"with long dashes":    strings.ReplaceAll(good, "-----", "—–—"),
		"among other values":  "Bot ID: 3001234\n" + good + "\nClient ID: EXAMPLECLIENTID00001",
	} {
		found := recognise("naverworks", fieldsOf("naverworks"), text)
		block, rest := pem.Decode([]byte(found.Text("private_key")))
		if block == nil || len(rest) > 0 {
			t.Errorf("%s: not repaired: %q", name, found.Text("private_key"))
			continue
		}
		if _, err := x509.ParsePKCS8PrivateKey(block.Bytes); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, text := range []string{"", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "-----BEGIN PRIVATE KEY-----\ncut off"} {
		if got, ok := repairPEM(text); ok {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func FuzzRecognise(f *testing.F) {
	f.Add("Bot ID: 3001234\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")
	f.Add(`{"a":[{"b":{}}]}`)
	f.Add("：=\t  \u3000")
	f.Fuzz(func(t *testing.T, text string) {
		for _, typ := range []string{"naverworks", "line", "slack", "teams"} {
			fields := fieldsOf(typ)
			for key, v := range recognise(typ, fields, text) {
				if s, ok := v.(string); !ok || strings.TrimSpace(s) == "" {
					t.Errorf("%s: %v", key, v)
				}
			}
		}
	})
}

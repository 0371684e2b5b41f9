package naverworks

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"dari/bot/check"
	"dari/channels/channeltest"
)

func TestTheCheckTellsOfTheKey(t *testing.T) {
	good := channeltest.NaverWorksPrivateKey()
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	short := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(small)}))
	for _, row := range []struct {
		name, key string
		status    check.Status
		code      string
	}{
		{"as the console gave it", good, check.Pass, "naverworks.key_good"},
		{"without its line breaks", strings.ReplaceAll(good, "\n", " "), check.Pass, "naverworks.key_mended"},
		{"too short", short, check.Warn, "naverworks.key_short"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a, err := made(t, map[string]string{"private_key": row.key})
			if err != nil {
				t.Fatal(err)
			}
			if got := line(a.Check(context.Background()), "private_key"); got.Status != row.status || got.Code != row.code {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestAKeyThatCannotBeUsedExplainsItself(t *testing.T) {
	good := channeltest.NaverWorksPrivateKey()
	lines := strings.Split(good, "\n")
	for _, row := range []struct{ name, key, code string }{
		{"its end is lost", good[:len(good)/2], "naverworks.key_unreadable"},
		{"it needs a password", "-----BEGIN ENCRYPTED PRIVATE KEY-----\neA==\n-----END ENCRYPTED PRIVATE KEY-----", "naverworks.key_encrypted"},
		{"it is the public key", "-----BEGIN PUBLIC KEY-----\neA==\n-----END PUBLIC KEY-----", "naverworks.key_public"},
		{"a line is lost", strings.Join(append(lines[:3:3], lines[4:]...), "\n"), "naverworks.key_damaged"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := made(t, map[string]string{"private_key": row.key})
			if c, ok := check.Explained(err); !ok || c.ID != "private_key" || c.Status != check.Fail || c.Code != row.code {
				t.Errorf("got %+v, %v", c, err)
			}
		})
	}
}

func TestTheCheckSaysWhyThereIsNoToken(t *testing.T) {
	oauth := func(code string) channeltest.Fault {
		return undated(channeltest.Fault{Status: 400, Body: `{"error":"` + code + `","error_description":"x"}`})
	}
	for _, row := range []struct {
		name  string
		fault channeltest.Fault
		code  string
	}{
		{"a scope that is not ticked", oauth("invalid_scope"), "naverworks.token_scope"},
		{"a refused assertion, as after a key was issued anew", oauth("invalid_grant"), "naverworks.token_assertion"},
		{"an unknown app", oauth("invalid_client"), "naverworks.token_client"},
		{"a refusal that nobody knows", oauth("strange"), "naverworks.token_refused"},
		{"another server", undated(channeltest.Fault{Status: 404, Body: "<html>"}), "naverworks.token_address"},
		{"a server that is down", undated(channeltest.Fault{Status: 503}), "naverworks.token_unanswered"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{}, nil)
			b.Platform.FailNext(channeltest.NaverWorksTokenPath, row.fault)
			if got := line(b.Adapter.Check(context.Background()), "token"); got.Status != check.Fail || got.Code != row.code {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestTheCheckComparesTheCallbackURLWithOurs(t *testing.T) {
	for _, row := range []struct {
		name, channel, ours, set string
		status                   check.Status
		code                     string
	}{
		{"it is ours", "main", "https://bot.example.com/naverworks/main/webhook", "https://bot.example.com/naverworks/main/webhook", check.Pass, "naverworks.callback_on"},
		{"it is on another host", "main", "https://bot.example.com/naverworks/main/webhook", "https://old.example.com/naverworks/main/webhook?k=hidden", check.Warn, "naverworks.callback_host"},
		{"it is no address", "main", "https://bot.example.com/naverworks/main/webhook", "https://[bot", check.Fail, "naverworks.callback_unreadable"},
		{"ours is not known yet", "", "", "https://bot.example.com/naverworks/other/webhook", check.Pass, "naverworks.callback_on"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{Bot: map[string]any{"callbackUrl": row.set}}, nil)
			deps := kit().Deps(b, channeltest.LocalClient(0))
			deps.ChannelID, deps.CallbackURL = row.channel, row.ours
			a, err := Type{}.New(b.Values, deps)
			if err != nil {
				t.Fatal(err)
			}
			got := line(a.Check(context.Background()), "callback")
			if got.Status != row.status || got.Code != row.code || strings.Contains(got.Params["url"], "hidden") {
				t.Errorf("got %+v", got)
			}
		})
	}
}

package bot

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"dari/bot/check"
	"dari/bot/settings"
	"dari/channels"
)

func TestAChannelsSecretsAreTakenOutOfItsErrors(t *testing.T) {
	const secret = "token-0123456789"
	ch := &Channel{secrets: settings.NewHider([]settings.Field{{Key: "token", Kind: settings.Secret}}, settings.Values{"token": secret})}
	refused := &channels.SendError{Kind: channels.Auth, Code: "no " + secret, Scope: "chat:write", Err: fmt.Errorf("%s is not known", secret)}
	explained := check.Explain(refused, check.New("token", check.Fail, "line.token", "detail", "the platform says "+secret))
	for name, err := range map[string]error{"as it is": refused, "wrapped": fmt.Errorf("push: %w", refused), "with its sentence": explained} {
		got := ch.Hide(err)
		se := channels.AsSendError(got)
		if se.Kind != channels.Auth || se.Scope != "chat:write" || strings.Contains(got.Error()+se.Code, secret) || !strings.Contains(se.Err.Error(), "is not known") {
			t.Errorf("%s: %v", name, got)
		}
		if c, ok := check.Explained(got); ok && strings.Contains(fmt.Sprint(c), secret) {
			t.Errorf("%s: %v", name, c)
		}
	}
	plain := errors.New("nothing to hide")
	if got := ch.Hide(plain); got != plain {
		t.Errorf("changed to %v", got)
	}
	if got := ch.Hide(nil); got != nil {
		t.Errorf("nil became %v", got)
	}
}

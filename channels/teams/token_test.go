package teams

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
	"dari/channels/channeltest"
)

func TestTokenFailuresSayWhatToMend(t *testing.T) {
	entra := func(status int, description string) channeltest.Fault {
		body := text(map[string]any{"error": "invalid_client", "error_description": description})
		return channeltest.Fault{Status: status, Body: body}
	}
	sample, err := os.ReadFile("testdata/token_error_invalid_client.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name  string
		fault channeltest.Fault
		kind  channels.Kind
		code  string
		hint  string
	}{
		{"a wrong secret", channeltest.Fault{Status: 401, Body: string(sample)}, channels.Auth, "invalid_client", "the client secret is wrong"},
		{"an expired secret", entra(401, "AADSTS7000222: The provided client secret keys are expired."), channels.Auth, "invalid_client", "has expired"},
		{"an app of another tenant", entra(400, "AADSTS700016: Application not found."), channels.Auth, "invalid_client", "compare app_id and tenant_id"},
		{"no such tenant", entra(400, "AADSTS90002: Tenant not found."), channels.Auth, "invalid_client", "Directory (tenant) ID"},
		{"anything else in Entra's words", entra(400, "AADSTS53003: blocked by policy"), channels.Auth, "invalid_client", "blocked by policy"},
		{"an answer that shows the secret", entra(400, "bad secret "+channeltest.TeamsSecret), channels.Auth, "invalid_client", "•••"},
		{"no words at all", entra(400, ""), channels.Auth, "invalid_client", "no reason"},
		{"Entra is throttling", channeltest.Fault{Status: 429, Header: http.Header{"Retry-After": {"9"}}}, channels.RateLimited, "429", ""},
		{"Entra is down", channeltest.Fault{Status: 503}, channels.Temporary, "503", ""},
		{"something that is not Entra", channeltest.Fault{Status: 404, Body: "<html>"}, channels.Config, "404", "token_url"},
		{"an answer without token", channeltest.Fault{Status: 200, Body: `{"expires_in":10}`}, channels.Temporary, "token_answer", ""},
		{"an answer without life", channeltest.Fault{Status: 200, Body: `{"access_token":"x"}`}, channels.Temporary, "token_answer", ""},
		{"a life that is no number", channeltest.Fault{Status: 200, Body: `{"access_token":"x","expires_in":"NaN"}`}, channels.Temporary, "token_answer", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, nil)
			b.Platform.FailNext("/token", row.fault)
			_, err := b.send(b.answering(t, "in_message_personal.json", message.Text("hi")))
			var se *channels.SendError
			if !errors.As(err, &se) || se.Kind != row.kind || se.Code != row.code || !strings.Contains(err.Error(), row.hint) {
				t.Fatalf("got %v", err)
			}
			if len(b.Platform.Calls("/v3/")) != 0 {
				t.Error("sent without a token")
			}
			b.NoSecret(t, kit, "the error", err.Error())
		})
	}
}

func TestATokenThatHangsIsTemporaryBecauseNothingWasSent(t *testing.T) {
	b := open(t, nil)
	b.Platform.FailNext("/token", channeltest.Fault{Hang: true})
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, err := b.Adapter.Send(ctx, b.answering(t, "in_message_personal.json", message.Text("hi")))
	if se := channels.AsSendError(err); se.Kind != channels.Temporary {
		t.Errorf("got %v", err)
	}
}

func TestTheTokenIsAskedForAsEntraWantsIt(t *testing.T) {
	for _, life := range []any{3599, "3599"} {
		b := open(t, nil)
		b.fake.TokenLife(life)
		out := b.answering(t, "in_message_personal.json", message.Text("hi"))
		send := func(want int) {
			t.Helper()
			if _, err := b.send(out); err != nil {
				t.Fatal(err)
			}
			if n := len(b.Platform.Calls("/token")); n != want {
				t.Errorf("expires_in %v: %d tokens, want %d", life, n, want)
			}
		}
		send(1)
		b.Clock.Advance(3599*time.Second - 5*time.Minute - time.Second)
		send(1)
		b.Clock.Advance(time.Second)
		send(2)
		call := b.Platform.Calls("/token")[0]
		if call.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || strings.Contains(call.Query, "secret") {
			t.Errorf("got %v", call)
		}
	}
}

func TestAnotherTenantRetiresTheStoredToken(t *testing.T) {
	b := open(t, nil)
	out := b.answering(t, "in_message_personal.json", message.Text("hi"))
	if _, err := b.send(out); err != nil {
		t.Fatal(err)
	}
	values := with(b.Platform.URL, settings.Values{"tenant_id": "11111111-2222-3333-4444-555555555555"})
	again, err := Type{}.New(values, kit.Deps(b.Bench, channeltest.LocalClient(2*time.Second)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Send(context.Background(), out); err != nil {
		t.Fatal(err)
	}
	if n := len(b.Platform.Calls("/token")); n != 2 {
		t.Errorf("%d tokens issued, want 2", n)
	}
}

package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// OIDC says how people sign in with a provider of the operator's (OpenID Connect, authorization code
// flow with PKCE): https://openid.net/specs/openid-connect-core-1_0.html
type OIDC struct {
	Issuer, ClientID, ClientSecret string
	Scopes                         []string
	// Label is what the button says; "" for a text of Dari's own.
	Label string
	// Domains and Emails are whose addresses may sign in.
	Domains, Emails []string
	// AssumeVerified takes an address for verified of which the provider does not say so.
	AssumeVerified bool
	// RoleClaim is the claim that holds a person's groups, with dots between the parts of its path; ""
	// leaves roles to the console.
	RoleClaim                  string
	AdminValues, BuilderValues []string
	// DefaultRole is that of people of whom the claim says nothing; "" refuses them.
	DefaultRole string
	// HTTP calls the provider. It must let nothing else of the operator's network through.
	HTTP *http.Client
}

// provider is the sign-in provider. It is asked for its addresses and keys at the first sign-in, not
// before: Dari starts while it is down.
type provider struct {
	OIDC
	redirect string
	verify   *oidc.Config
	client   *http.Client

	mu   sync.Mutex
	back *discovered
}

// discovered is what the provider says about itself.
type discovered struct {
	conf     oauth2.Config
	verifier *oidc.IDTokenVerifier
}

func newProvider(o OIDC, ownURL string, config *oidc.Config) *provider {
	client := *o.HTTP
	client.Transport = bounded{client.Transport}
	config.ClientID = o.ClientID
	return &provider{OIDC: o, redirect: ownURL + oidcCallback, verify: config, client: &client}
}

// context is ctx with the client that all calls to the provider go through.
func (p *provider) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.client)
}

// discover returns what the provider has said about itself; a failure is not remembered.
func (p *provider) discover(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.back != nil {
		return p.back, nil
	}
	found, err := oidc.NewProvider(p.context(context.WithoutCancel(ctx)), p.Issuer)
	if err != nil {
		return nil, fmt.Errorf("oidc: discovery of %s: %w", p.Issuer, plainError(err))
	}
	endpoint := found.Endpoint()
	if !p.trusts(endpoint.AuthURL) || !p.trusts(endpoint.TokenURL) {
		return nil, fmt.Errorf("oidc: discovery of %s: an endpoint is not https", p.Issuer)
	}
	p.back = &discovered{
		conf: oauth2.Config{
			ClientID: p.ClientID, ClientSecret: p.ClientSecret, RedirectURL: p.redirect, Endpoint: endpoint, Scopes: p.Scopes,
		},
		verifier: found.Verifier(p.verify),
	}
	return p.back, nil
}

// trusts keeps a provider that speaks https from sending people or the secret over plain http.
func (p *provider) trusts(endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && strings.HasPrefix(p.Issuer, "http://"))
}

// Reasons why the provider's answer lets nobody in; each is the key of a notice.
type oidcFault string

const (
	faultState       oidcFault = "oidc_state"       // not begun in this browser, or too long ago
	faultDeclined    oidcFault = "oidc_declined"    // by the person or the provider
	faultUnreachable oidcFault = "oidc_unreachable" // no answer, or none that can be used
	faultRefused     oidcFault = "oidc_refused"     // the provider refuses Dari, or its token is not good
	faultEmail       oidcFault = "oidc_email"       // no verified address
	faultDenied      oidcFault = "oidc_denied"      // not one of those who may
	faultOther       oidcFault = "oidc_other"       // the account is somebody else's
)

// oidcError is a fault with what the log and the audit log say about it.
type oidcError struct {
	fault  oidcFault
	detail string
}

func (e *oidcError) Error() string { return string(e.fault) + ": " + e.detail }

func fault(f oidcFault, detail string) error { return &oidcError{f, cutShort(detail, 200)} }

// redeem exchanges the code for an ID token and checks that: signature, issuer, audience, life, nonce.
func (p *provider) redeem(ctx context.Context, d *discovered, code string, began attempt) (*oidc.IDToken, error) {
	ctx = p.context(ctx)
	token, err := d.conf.Exchange(ctx, code, oauth2.VerifierOption(began.verifier))
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused):
		status := 0
		if refused.Response != nil {
			status = refused.Response.StatusCode
		}
		return nil, fault(faultRefused, fmt.Sprintf("token endpoint answers %d %s", status, refused.ErrorCode))
	case err != nil:
		return nil, fault(faultUnreachable, plainError(err).Error())
	}
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return nil, fault(faultRefused, "the provider sent no ID token; is openid among the scopes?")
	}
	id, err := d.verifier.Verify(ctx, raw)
	switch {
	case err != nil:
		return nil, fault(faultRefused, plainError(err).Error())
	case !sameText(id.Nonce, began.nonce):
		return nil, fault(faultRefused, "the ID token has another nonce")
	}
	return id, nil
}

// maxOIDCAnswer is far more than any document of a provider holds.
const maxOIDCAnswer = 1 << 20

// bounded cuts answers off, after decompression, which the libraries read whole.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, maxOIDCAnswer), resp.Body}
	}
	return resp, err
}

// plainError takes the URL off an error: a query may hold a code.
func plainError(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return errors.New(cutShort(err.Error(), 200))
}

func cutShort(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

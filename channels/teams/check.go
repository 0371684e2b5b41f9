package teams

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dari/bot/check"
	"dari/channels"
)

// Check implements channels.Adapter.
func (a *adapter) Check(ctx context.Context) channels.Report {
	var r channels.Report
	run := func(id string, look func(context.Context) check.Check) {
		start := a.now()
		c := look(ctx)
		if c.Code == "" { // nothing to say
			return
		}
		c.ID, c.Took = id, max(0, a.now().Sub(start))
		r.Checks = append(r.Checks, c)
	}
	run("app_id", a.checkIDs)
	var token channels.Token
	run("token", func(ctx context.Context) (c check.Check) {
		token, c = a.checkToken(ctx)
		return c
	})
	run("token_claims", func(context.Context) check.Check { return a.checkClaims(token.Access) })
	run("keys", a.checkKeys)
	run("service_hosts", a.checkHosts)
	return r
}

func pass(code string, pairs ...string) check.Check { return check.New("", check.Pass, code, pairs...) }

func warn(code string, pairs ...string) check.Check { return check.New("", check.Warn, code, pairs...) }

func fail(code string, pairs ...string) check.Check { return check.New("", check.Fail, code, pairs...) }

// checkIDs looks at what New has not already refused.
func (a *adapter) checkIDs(context.Context) check.Check {
	if !guid.MatchString(a.tenant) {
		return warn("teams.tenant_shared")
	}
	return pass("teams.ids_good")
}

// checkToken issues a new token, since a stored one would hide a secret that has expired meanwhile.
// Entra ID leaves the older ones valid.
func (a *adapter) checkToken(ctx context.Context) (channels.Token, check.Check) {
	token, err := a.token.Renew(ctx)
	if err != nil {
		return channels.Token{}, a.noToken(err)
	}
	return token, pass("teams.token_good", "life", token.ExpiresAt.Sub(a.now()).Round(time.Second).String())
}

func (a *adapter) noToken(err error) check.Check {
	if c, ok := check.Explained(err); ok {
		return c
	}
	se := channels.AsSendError(err)
	switch se.Kind {
	case channels.Temporary, channels.RateLimited, channels.Uncertain:
		return fail("teams.token_unanswered", "code", se.Code, "url", a.tokenURL)
	case channels.Config:
		return fail("teams.token_address", "code", se.Code)
	}
	return fail("teams.token_refused", "code", se.Code)
}

func (a *adapter) checkKeys(ctx context.Context) check.Check {
	ctx, cancel := context.WithTimeout(ctx, keysTimeout)
	defer cancel()
	keys, err := a.keys.renew(ctx)
	if err != nil {
		return fail("teams.keys_failed", "url", a.metadataURL)
	}
	teams := 0
	for _, key := range keys {
		if key.forTeams() {
			teams++
		}
	}
	if teams == 0 {
		return fail("teams.keys_foreign", "url", a.metadataURL)
	}
	return pass("teams.keys_good", "keys", strconv.Itoa(len(keys)), "teams", strconv.Itoa(teams))
}

// checkHosts asks the Connector for anything, without a token: whatever it answers, it can be reached.
func (a *adapter) checkHosts(ctx context.Context) check.Check {
	address := a.entry()
	if address == "" {
		return warn("teams.connector_unknown")
	}
	ctx, cancel := context.WithTimeout(ctx, keysTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fail("teams.connector_address")
	}
	resp, err := a.http.Do(req)
	if err != nil {
		return fail("teams.connector_unreachable", "host", req.URL.Host, "code", channels.AsSendError(err).Code)
	}
	discard(resp)
	var added []string
	for _, h := range a.hosts[len(serviceHosts):] {
		added = append(added, strings.Trim(h.url(), "/"))
	}
	if len(added) > 0 {
		return pass("teams.connector_added", "host", req.URL.Host, "hosts", strings.Join(added, ", "))
	}
	return pass("teams.connector_good", "host", req.URL.Host)
}

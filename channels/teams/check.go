package teams

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"dari/channels"
)

// Check implements channels.Adapter.
func (a *adapter) Check(ctx context.Context) channels.Report {
	return channels.Report{Checks: []channels.Check{
		a.timed("app_id", func() (channels.Status, string) { return a.checkApp() }),
		a.timed("token", func() (channels.Status, string) { return a.checkToken(ctx) }),
		a.timed("keys", func() (channels.Status, string) { return a.checkKeys(ctx) }),
		a.timed("service_hosts", func() (channels.Status, string) { return a.checkHosts(ctx) }),
	}}
}

func (a *adapter) timed(id string, check func() (channels.Status, string)) channels.Check {
	start := a.now()
	status, text := check()
	return channels.Check{ID: id, Status: status, Message: text, MS: max(0, a.now().Sub(start).Milliseconds())}
}

// checkApp looks at what New has not already refused.
func (a *adapter) checkApp() (channels.Status, string) {
	if !guid.MatchString(a.tenant) {
		return channels.Warn, "The bot is registered for all tenants, which is no longer offered for new bots. If the token test fails, enter the Directory (tenant) ID from Microsoft Entra ID → App registrations → Overview."
	}
	return channels.Pass, "The app ID and the tenant ID have the right form."
}

// checkToken issues a new token, since a stored one would hide a secret that has expired meanwhile.
func (a *adapter) checkToken(ctx context.Context) (channels.Status, string) {
	token, err := a.token.Renew(ctx)
	if err != nil {
		se := channels.AsSendError(err)
		switch se.Kind {
		case channels.Temporary, channels.RateLimited, channels.Uncertain:
			return channels.Fail, fmt.Sprintf("Microsoft Entra ID could not be asked for a token (%s); check that this machine may reach %s and test again.", se.Code, a.tokenURL)
		}
		return channels.Fail, fmt.Sprintf("Microsoft Entra ID: %s.", strings.TrimPrefix(fmt.Sprint(se.Err), "teams: "))
	}
	return channels.Pass, fmt.Sprintf("A token was issued; it is good for %s.", token.ExpiresAt.Sub(a.now()).Round(time.Second))
}

func (a *adapter) checkKeys(ctx context.Context) (channels.Status, string) {
	ctx, cancel := context.WithTimeout(ctx, keysTimeout)
	defer cancel()
	keys, err := a.keys.renew(ctx)
	if err != nil {
		return channels.Fail, fmt.Sprintf("The Bot service's signing keys could not be fetched: %v. Check that this machine may reach %s; until then no callback can be verified.", err, a.metadataURL)
	}
	teams := 0
	for _, key := range keys {
		if key.forTeams() {
			teams++
		}
	}
	if teams == 0 {
		return channels.Fail, "None of the published signing keys is endorsed for Teams; leave openid_metadata_url empty for the usual address."
	}
	return channels.Pass, fmt.Sprintf("%d signing keys were fetched, %d of them for Teams.", len(keys), teams)
}

// checkHosts asks the Connector for anything, without a token: whatever it answers, it can be reached.
func (a *adapter) checkHosts(ctx context.Context) (channels.Status, string) {
	var added []string
	for _, h := range a.hosts[len(serviceHosts):] {
		added = append(added, strings.Trim(h.url(), "/"))
	}
	also := ""
	if len(added) > 0 {
		also = " Besides Microsoft's hosts, the bot's token may go to " + strings.Join(added, ", ") + "."
	}
	address := a.entry()
	if address == "" {
		return channels.Warn, "No Connector is known for this cloud until somebody has written to the bot; list its host in allowed_service_hosts if the bot has to write first."
	}
	ctx, cancel := context.WithTimeout(ctx, keysTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return channels.Fail, "The Connector's address cannot be called; check allowed_service_hosts."
	}
	resp, err := a.http.Do(req)
	if err != nil {
		return channels.Fail, fmt.Sprintf("The Connector at %s could not be reached (%s), so no message can be sent; check that this machine may reach it.%s", req.URL.Host, channels.AsSendError(err).Code, also)
	}
	discard(resp)
	return channels.Pass, fmt.Sprintf("The Connector at %s can be reached.%s", req.URL.Host, also)
}

package config

import (
	"slices"
	"strings"
)

const (
	prefix     = "DARI_"
	apiKeyName = "DARI_API_KEY"
	configName = "DARI_CONFIG"
)

// environment takes the values of the keys' twins, which win over the file.
func (l *loader) environment() {
	for _, k := range keys {
		v, ok := l.env(k.env())
		if !ok {
			continue
		}
		at := place{variable: k.env()}
		l.cfg.places[k.name] = at
		if err := k.set(&l.cfg, k.split(v)); err != nil {
			l.fail(at, "", "%v", err)
		}
	}
	key, ok := l.env(apiKeyName)
	if !ok {
		return
	}
	if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		l.fail(place{variable: apiKeyName}, "", "must be of ASCII letters, digits and signs, without blanks and line breaks")
	}
	l.cfg.APIKey = Secret(key)
}

// together checks what single values cannot show.
func (l *loader) together() {
	if l.cfg.Store.DSN != "" && l.cfg.Store.Driver == "bolt" {
		l.clash("store.dsn", "is not used by store.driver bolt; remove it")
	}
	if l.cfg.Store.DSN == "" && l.cfg.Store.Driver == "postgres" {
		l.clash("store.driver", "needs store.dsn as well; set that or DARI_STORE_DSN")
	}
	l.oidc()
	s := l.cfg.Server
	if s.ConsoleListen != "" && s.ConsoleListen == s.Listen && !strings.HasSuffix(s.Listen, ":0") {
		l.clash("server.console_listen", "is the same as server.listen; leave it empty to share the listener")
	}
}

// oidc refuses a provider that would let in nobody, or anybody who has an account there.
func (l *loader) oidc() {
	o := l.cfg.Auth.OIDC
	switch {
	case o.Issuer == "" && o.ClientID != "":
		l.clash("auth.oidc.client_id", "is of no use without auth.oidc.issuer; set that or remove this")
	case o.Issuer == "":
	case o.ClientID == "":
		l.clash("auth.oidc.issuer", "needs auth.oidc.client_id as well")
	case len(o.AllowedDomains) == 0 && len(o.AllowedEmails) == 0:
		l.clash("auth.oidc.issuer", "needs auth.oidc.allowed_domains or auth.oidc.allowed_emails as well: without them everybody with an account at the provider could sign in")
	case o.RoleClaim == "" && len(o.AdminValues)+len(o.BuilderValues) > 0:
		l.clash("auth.oidc.issuer", "has admin_values or builder_values without role_claim; name the claim that holds them")
	case o.RoleClaim == "" && o.DefaultRole == "none":
		l.clash("auth.oidc.default_role", "is none without a role_claim, so that nobody new could sign in; name the claim, or write viewer")
	}
}

func (l *loader) clash(key, detail string) {
	at := l.cfg.places[key]
	if at.variable != "" {
		key = ""
	}
	l.fail(at, key, "%s", detail)
}

// UnknownEnv returns a warning for every variable of the environment (each "NAME=value", as os.Environ
// gives them) that looks like one of Dari's and is not. They are no errors, since other programs'
// variables may share the prefix.
func (c Config) UnknownEnv(environ []string) []string {
	known := []string{configName, apiKeyName}
	for _, k := range keys {
		known = append(known, k.env())
	}
	var out []string
	for _, e := range environ {
		name, _, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, prefix) || slices.Contains(known, name) || c.used[name] {
			continue
		}
		warning := name + ": unknown variable"
		if best := nearest(name, known); best != "" {
			warning += " (did you mean " + best + "?)"
		}
		out = append(out, warning)
	}
	slices.Sort(out)
	return out
}

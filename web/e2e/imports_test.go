package e2e

import (
	"bufio"
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// house is who may import whom among our own packages; a trailing /* stands for any one folder. What
// is not listed may import nothing of ours.
var house = map[string][]string{
	"bot/message":          {},
	"bot/check":            {},
	"bot/words":            {"bot/check"},
	"bot/settings":         {},
	"bot/config":           {},
	"bot/outbound":         {},
	"bot/tracing":          {},
	"channels":             {"bot/message", "bot/settings", "bot/check"},
	"channels/*":           {"channels", "channels/markdown", "bot/message", "bot/settings", "bot/check"},
	"channels/markdown":    {},
	"channels/all":         {"channels", "channels/*"},
	"channels/channeltest": {"channels", "bot/message", "bot/settings"},
	"dialog":               {"bot/message", "bot/settings", "bot/check"},
	"dialog/*":             {"dialog", "dialog/remote", "dialog/foreign", "dialog/llm", "bot/message", "bot/settings", "bot/check"},
	"dialog/remote":        {"dialog", "bot/message"},
	"dialog/foreign":       {"dialog", "dialog/remote", "bot/message", "bot/settings"},
	"dialog/scenario":      {"dialog", "dialog/remote", "dialog/scenario/*", "bot/message", "bot/settings", "bot/check"},
	"dialog/scenario/*":    {},
	"dialog/all":           {"dialog", "dialog/*"},
	"dialog/dialogtest":    {"dialog", "bot/message", "bot/settings", "bot/check"},
	"store":                {"bot/message", "bot/settings"},
	"store/*":              {"store", "store/driver", "bot/message"},
	"store/driver":         {"store"},
	"bot":                  {"bot/message", "bot/settings", "bot/check", "bot/words", "bot/tracing", "channels", "dialog", "store"},
	"web":                  {"bot", "channels", "dialog", "store", "bot/message", "bot/settings", "bot/words", "web/trace", "web/people", "web/apikeys", "web/deskkeys"},
	"web/apikeys":          {"bot", "store"},
	"web/trace":            {"store", "bot/message"},
	"web/console":          {"web/trace", "bot", "channels", "channels/web", "dialog", "store", "bot/check", "bot/message", "bot/settings", "bot/words", "web/people", "web/apikeys", "web/deskkeys"},
	"web/people":           {"store"},
	"web/deskkeys":         {"store"},
	"web/oidctest":         {},
	"web/control":          {},
	"web/commands":         {"bot", "bot/config", "bot/outbound", "bot/settings", "bot/words", "channels", "channels/all", "dialog", "dialog/all", "dialog/scenario", "dialog/scenario/*", "store", "store/boltstore", "store/migrate", "store/pgstore", "web/control"},
	"web/e2e":              {},
	"web/bench":            {"store", "store/boltstore", "bot/message"},
	"docs/engines/*":       {},
	"":                     {"*"},
}

func TestPackagesImportOnlyWhatTheHouseAllows(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "dari/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	seen := 0
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		pkg := ours(words[0])
		rule, ok := allowed(pkg)
		if !ok {
			t.Errorf("package %s is not in the house; give it a place in this table and in README.md", pkg)
			continue
		}
		seen++
		for _, imp := range words[1:] {
			if imp = "/" + imp; strings.HasPrefix(imp, "/dari/") && !slices.ContainsFunc(rule, func(r string) bool { return matches(r, ours(imp[1:])) }) {
				t.Errorf("%s may not import %s", pkg, ours(imp[1:]))
			}
		}
	}
	if seen < len(house)-5 {
		t.Errorf("only %d packages were looked at", seen)
	}
}

func ours(path string) string { return strings.TrimPrefix(strings.TrimPrefix(path, "dari"), "/") }

func allowed(pkg string) ([]string, bool) {
	if rule, ok := house[pkg]; ok {
		return rule, true
	}
	for pattern, rule := range house {
		if strings.HasSuffix(pattern, "/*") && matches(pattern, pkg) {
			return rule, true
		}
	}
	return nil, false
}

func matches(pattern, pkg string) bool {
	if pattern == "*" || pattern == pkg {
		return true
	}
	dir, ok := strings.CutSuffix(pattern, "/*")
	rest, under := strings.CutPrefix(pkg, dir+"/")
	return ok && under && !strings.Contains(rest, "/")
}

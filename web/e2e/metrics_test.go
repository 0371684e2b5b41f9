package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"dari/bot/message"
	"dari/dialog/dialogtest"
)

// scrape is the metrics of a running program: their names with the names of their labels.
type scrape map[string][]string

var (
	sample = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? `)
	label  = regexp.MustCompile(`([a-zA-Z_][a-zA-Z0-9_]*)(?:=~|!~|!=|=)"`)
)

func (d *dari) scrape() (scrape, string) {
	d.t.Helper()
	resp, err := http.Get(d.url + "/metrics")
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		d.t.Fatalf("%d, %v", resp.StatusCode, err)
	}
	out := scrape{}
	for line := range strings.Lines(string(b)) {
		if m := sample.FindStringSubmatch(line); m != nil {
			out[m[1]] = append(out[m[1]], labels(m[2])...)
		}
	}
	return out, string(b)
}

func labels(s string) (names []string) {
	for _, m := range label.FindAllStringSubmatch(s, -1) {
		names = append(names, m[1])
	}
	return names
}

// busy is a program in which everything that is counted has happened once.
func busy(t *testing.T) *dari {
	t.Helper()
	engine := dialogtest.NewHTTPEngine(func(turn dialogtest.HTTPTurn) dialogtest.HTTPAnswer {
		if turn.Event.Text == "fail" {
			return dialogtest.HTTPAnswer{Status: http.StatusInternalServerError}
		}
		return dialogtest.Done(message.Text("answer to " + turn.Event.Text))
	})
	t.Cleanup(engine.Close)
	d := start(t, t.TempDir())
	settings := map[string]any{"type": "http", "settings": map[string]any{"url": engine.URL, "secret": engine.Secret}}
	d.api(http.MethodPost, "/bots", map[string]any{
		"id": "bot", "name": "Bot", "locale": "ko", "engine": settings,
		"engines": map[string]any{"spare": settings}, "failover": "spare",
	}, http.StatusCreated, nil)
	for _, m := range messengers(t) {
		m.connect(d, "bot")
		m.say(d, 1, 1, "hello")
		m.saw("answer to hello")
		m.say(d, 1, 1, "hello") // once more
		m.say(d, 2, 2, "fail")
		forged := m.text(1, 3, "x")
		forged.Header.Del("X-Line-Signature")
		forged.Header.Set("Authorization", "Bearer x.y.z")
		forged.Body = append(forged.Body, ' ')
		if status := m.call(d, forged); status != http.StatusUnauthorized {
			t.Errorf("%s: a forged callback is answered %d", m.name, status)
		}
	}
	d.settled()
	return d
}

// metric finds the metrics of an expression with their selectors; by finds what is summed by.
var (
	metric = regexp.MustCompile(`\b((?:dari|go|process)_[a-z0-9_]+)(\{[^}]*\})?`)
	by     = regexp.MustCompile(`\bby \(([^)]*)\)`)
	inText = regexp.MustCompile(`\$labels\.([a-z_]+)`)
)

// check finds what an expression asks for that the program does not tell.
func (s scrape) check(t *testing.T, where, expr string) {
	t.Helper()
	found := metric.FindAllStringSubmatch(expr, -1)
	if len(found) == 0 && !strings.HasPrefix(expr, "up{") {
		t.Errorf("%s asks for nothing of Dari: %s", where, expr)
	}
	var have []string
	for _, m := range found {
		known, ok := s[m[1]]
		if !ok {
			t.Errorf("%s: there is no metric %s", where, m[1])
		}
		have = append(have, known...)
		for _, name := range labels(m[2]) {
			if !slices.Contains(known, name) {
				t.Errorf("%s: %s has no label %s", where, m[1], name)
			}
		}
	}
	for _, m := range by.FindAllStringSubmatch(expr, -1) {
		for name := range strings.SplitSeq(m[1], ",") {
			if name = strings.TrimSpace(name); !slices.Contains(have, name) {
				t.Errorf("%s: there is no label %s to sum by", where, name)
			}
		}
	}
	for _, pair := range []string{"()", "{}", "[]"} {
		if strings.Count(expr, pair[:1]) != strings.Count(expr, pair[1:]) {
			t.Errorf("%s: the brackets do not pair: %s", where, expr)
		}
	}
}

func TestTheDashboardAndTheAlertsAskOnlyForWhatDariTells(t *testing.T) {
	d := busy(t)
	s, text := d.scrape()
	const empty = `dari_queue_waiting{queue="deliveries"} 0`
	for range 100 { // the queue lets a delivery go a moment after its result is written
		if strings.Contains(text, empty+"\n") {
			break
		}
		<-time.After(20 * time.Millisecond)
		s, text = d.scrape()
	}
	t.Run("dashboard", func(t *testing.T) { checkDashboard(t, s) })
	t.Run("alerts", func(t *testing.T) { checkAlerts(t, s) })
	t.Run("nothing personal", func(t *testing.T) {
		for _, hidden := range []string{"hello", "U06MINA81PQ", "29:user", "ch-line:", adminKey} {
			if strings.Contains(text, hidden) {
				t.Errorf("the metrics hold %q", hidden)
			}
		}
	})
	for _, want := range []string{
		`dari_events_total{channel="ch-line",state="accepted",type="line"} 2`,
		`dari_events_total{channel="ch-line",state="duplicate",type="line"} 1`,
		`dari_events_total{channel="ch-line",state="rejected",type="line"} 1`,
		`dari_deliveries_total{channel="ch-line",route="reply",type="line"} 2`,
		`dari_token_issues_total{type="naverworks"} 1`,
		`dari_engine_failovers_total{bot="bot"} 4`,
		`dari_engine_errors_total{bot="bot",code="failed"} 4`,
		`dari_breaker_state{bot="bot",engine="(main)"} 0`,
		`dari_callback_seconds_count{status="4xx",type="slack"} 1`,
		empty,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("the metrics do not hold %s", want)
		}
	}
}

func checkDashboard(t *testing.T, s scrape) {
	b, err := os.ReadFile("../../docs/operations/grafana.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Templating struct {
			List []struct{ Name, Definition string }
		}
		Panels []struct {
			ID          int
			Title, Type string
			Targets     []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(b, &board); err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for _, p := range board.Panels {
		if seen[p.ID] || p.Title == "" || (p.Type != "row") != (len(p.Targets) > 0) {
			t.Errorf("panel %d %q is not whole", p.ID, p.Title)
		}
		seen[p.ID] = true
		for _, target := range p.Targets {
			s.check(t, p.Title, target.Expr)
		}
	}
	known := []string{"__rate_interval", "__all"}
	for _, v := range board.Templating.List {
		known = append(known, v.Name)
	}
	for _, m := range regexp.MustCompile(`\$\{?([a-z_]+)`).FindAllStringSubmatch(string(b), -1) {
		if !slices.Contains(known, m[1]) {
			t.Errorf("there is no variable %s", m[1])
		}
	}
	if len(seen) < 20 {
		t.Errorf("there are only %d panels", len(seen))
	}
}

func checkAlerts(t *testing.T, s scrape) {
	b, err := os.ReadFile("../../docs/operations/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	rules := file.Groups[0].Rules
	for _, r := range rules {
		s.check(t, r.Alert, strings.TrimSpace(r.Expr))
		if !slices.Contains([]string{"critical", "warning"}, r.Labels["severity"]) || r.Annotations["summary"] == "" || r.Annotations["remedy"] == "" {
			t.Errorf("%s does not say how bad it is and what to do", r.Alert)
		}
		for _, m := range inText.FindAllStringSubmatch(r.Annotations["summary"], -1) {
			if !strings.Contains(r.Expr, "by (") || !slices.ContainsFunc(by.FindAllStringSubmatch(r.Expr, -1), func(g []string) bool { return strings.Contains(g[1], m[1]) }) {
				t.Errorf("%s: its summary names %s, which the expression drops", r.Alert, m[1])
			}
		}
	}
	if len(rules) < 10 {
		t.Errorf("there are only %d rules", len(rules))
	}
}

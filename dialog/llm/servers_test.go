package llm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"dari/bot/check"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

func names(tools []Tool) []string {
	var out []string
	for _, t := range tools {
		out = append(out, t.Name)
	}
	slices.Sort(out)
	return out
}

func TestOnlyAllowedToolsAreOffered(t *testing.T) {
	all := []string{"big", "fail", "lookup_order", "orders_cancel", "slow"}
	for _, row := range []struct {
		allowed string
		want    []string
	}{
		{"", all},
		{"lookup_order", []string{"lookup_order"}},
		{"orders/lookup_order, orders/orders.cancel", []string{"lookup_order", "orders_cancel"}},
		{"orders/*", all},
		{"others/*, nothing", nil},
		{"lookup", nil},
	} {
		b := open(t, settings.Values{"tools": row.allowed})
		tools, notes := b.Engine.tools.offer(t.Context())
		if got := names(tools); !slices.Equal(got, row.want) || notes != nil {
			t.Errorf("%q: %v, %v", row.allowed, got, notes)
		}
	}
	b := open(t, settings.Values{"tools": "lookup_order"}, calls("fail"), words("네"))
	if _, err := b.ask(t, dialogtest.TextTurn("c", "안녕")); err != nil {
		t.Fatal(err)
	}
	if got := b.model.results(t)[0]; !got.Failed || strings.Contains(got.Text, "warehouse") {
		t.Errorf("a tool that is not allowed answered %+v", got)
	}
}

func TestToolsOfOneNameAreToldApart(t *testing.T) {
	second := dialogtest.NewToolServer(t, false)
	b := open(t, nil)
	two := settings.Values{
		"mcp_servers": map[string]string{"a": b.tools.URL, "b": second.URL},
		"mcp_tokens":  map[string]string{"a": dialogtest.ToolToken, "b": dialogtest.ToolToken},
		"tools":       "lookup_order",
	}
	b = open(t, two, calls(`b_lookup_order {"order_no":"2"}`, `lookup_order {"order_no":"1"}`), words("네"))
	if _, err := b.ask(t, dialogtest.TextTurn("c", "안녕")); err != nil {
		t.Fatal(err)
	}
	if got := names(b.model.requests[0].Tools); !slices.Equal(got, []string{"b_lookup_order", "lookup_order"}) {
		t.Errorf("offered %v", got)
	}
	if called, _ := second.Called(); !slices.Equal(called, []string{"lookup_order 2"}) {
		t.Errorf("the second server was called for %v", called)
	}
}

func TestAServerThatFailsTakesNothingElseWithIt(t *testing.T) {
	b := open(t, nil)
	b = open(t, settings.Values{
		"mcp_servers":  map[string]string{"good": b.tools.URL, "bad": b.tools.URL + "?key=query-key-1234", "gone": "http://127.0.0.1:1/mcp"},
		"mcp_tokens":   map[string]string{"good": dialogtest.ToolToken, "bad": "wrong-token-1234"},
		"tool_timeout": "5s",
	}, words("네"))
	r, err := b.ask(t, dialogtest.TextTurn("c", "안녕"))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(b.model.requests[0].Tools); n != 5 {
		t.Errorf("%d tools are offered", n)
	}
	tr := string(r.Trace)
	if !strings.Contains(tr, "tools of bad") || !strings.Contains(tr, "tools of gone") || strings.Contains(tr, "tools of good") {
		t.Errorf("trace %s", tr)
	}
	for _, secret := range []string{"query-key-1234", "wrong-token-1234", "127.0.0.1", dialogtest.ToolToken} {
		if strings.Contains(tr+b.log.String(), secret) {
			t.Errorf("%s is told: %s", secret, tr)
		}
	}
}

func TestAListOfToolsIsKeptForAWhile(t *testing.T) {
	b := open(t, nil, words("네"))
	clock := time.Now()
	b.Engine.tools.list[0].now = func() time.Time { return clock }
	turns := func(want int) {
		t.Helper()
		var wg sync.WaitGroup
		for i := range 5 {
			wg.Go(func() {
				if _, err := b.Turn(t.Context(), dialogtest.TextTurn(fmt.Sprint(i), "안녕"), nil); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if _, lists := b.tools.Ended(); lists != want {
			t.Errorf("listed %d times, want %d", lists, want)
		}
	}
	turns(1)
	clock = clock.Add(listLife - time.Second)
	turns(1)
	clock = clock.Add(2 * time.Second)
	turns(2)
}

func TestSessionsAreEndedAndBegunAnew(t *testing.T) {
	server := dialogtest.NewToolServer(t, true)
	b := open(t, settings.Values{"mcp_servers": map[string]string{"orders": server.URL}},
		calls(`lookup_order {"order_no":"1"}`), words("네"), calls(`lookup_order {"order_no":"2"}`), words("네"))
	if _, err := b.ask(t, dialogtest.TextTurn("c", "하나")); err != nil {
		t.Fatal(err)
	}
	server.Restart()
	if _, err := b.ask(t, dialogtest.TextTurn("c", "둘")); err != nil {
		t.Fatal(err)
	}
	if called, _ := server.Called(); !slices.Equal(called, []string{"lookup_order 1", "lookup_order 2"}) {
		t.Errorf("called %v", called)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if ended, _ := server.Ended(); ended != 1 {
		t.Errorf("%d sessions were ended", ended)
	}
}

func TestATurnThatIsGivenUpDoesNotWaitForTools(t *testing.T) {
	hanging := dialogtest.NewStage(t, func(dialogtest.Call) (dialogtest.HTTPAnswer, error) { return dialogtest.HTTPAnswer{Hang: true}, nil })
	b := open(t, settings.Values{"mcp_servers": map[string]string{"orders": hanging.URL}, "tool_timeout": "5s"}, words("네"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	begun := time.Now()
	if _, err := b.Engine.tools.list[0].offer(ctx); !errors.Is(err, context.Canceled) || time.Since(begun) > 2*time.Second {
		t.Errorf("got %v after %v", err, time.Since(begun))
	}
	if err := b.Close(); err != nil || time.Since(begun) > 4*time.Second { // it ends what is under way
		t.Errorf("closed with %v after %v", err, time.Since(begun))
	}
}

func TestTheCheckLooksAtEveryToolServer(t *testing.T) {
	b := open(t, nil)
	b = open(t, settings.Values{
		"mcp_servers": map[string]string{"good": b.tools.URL, "bad": b.tools.URL, "idle": b.tools.URL},
		"mcp_tokens":  map[string]string{"good": dialogtest.ToolToken, "idle": dialogtest.ToolToken},
		"tools":       "good/lookup_order, misspelt",
	})
	got := map[string]string{}
	for _, c := range b.Check(t.Context()) {
		got[c.ID] = string(c.Status) + " " + c.Code + " " + c.Params["count"] + c.Params["tool"]
	}
	want := map[string]string{
		"tools:good": string(check.Pass) + " engine.llm.tools_ok 1",
		"tools:bad":  string(check.Fail) + " engine.llm.tools_failed ",
		"tools:idle": string(check.Warn) + " engine.llm.tools_none ",
		"tool:1":     string(check.Warn) + " engine.llm.tool_unknown misspelt",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestASchemaIsMadeFitAndTrustedNoFurther(t *testing.T) {
	for _, row := range []struct {
		name    string
		in      any
		want    string
		checked bool
		failed  bool
	}{
		{"none at all", nil, `{"properties":{},"type":"object"}`, true, false},
		{"one without properties", map[string]any{"type": "object"}, `{"properties":{},"type":"object"}`, true, false},
		{"one that refers to itself", map[string]any{"allOf": []any{map[string]any{"$ref": "#"}}}, `{"allOf":[{"$ref":"#"}],"properties":{},"type":"object"}`, false, false},
		{"one that nobody can read", map[string]any{"pattern": "("}, `{"pattern":"(","properties":{},"type":"object"}`, false, false},
		{"a huge one", map[string]any{"description": strings.Repeat("x", maxSchema)}, "", false, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			raw, check, err := argumentSchema(row.in)
			if string(raw) != row.want || (check != nil) != row.checked || (err != nil) != row.failed {
				t.Errorf("%s, check %v, %v", raw, check != nil, err)
			}
		})
	}
}

func TestAResultIsAText(t *testing.T) {
	text := func(s string) mcp.Content { return &mcp.TextContent{Text: s} }
	for _, row := range []struct {
		name string
		res  mcp.CallToolResult
		want string // "!" before a failure
	}{
		{"texts", mcp.CallToolResult{Content: []mcp.Content{text("a"), text("b")}}, "a\nb"},
		{"structure alone", mcp.CallToolResult{StructuredContent: map[string]any{"a": "<1>"}}, `{"a":"<1>"}`},
		{"a link", mcp.CallToolResult{Content: []mcp.Content{&mcp.ResourceLink{Name: "규정", URI: "https://x.example/1"}}}, "규정 https://x.example/1"},
		{"a file with a text", mcp.CallToolResult{Content: []mcp.Content{&mcp.EmbeddedResource{Resource: &mcp.ResourceContents{Text: "제20조"}}}}, "제20조"},
		{"a picture", mcp.CallToolResult{Content: []mcp.Content{&mcp.ImageContent{Data: []byte("x")}}}, "(a picture or sound that cannot be shown here)"},
		{"nothing", mcp.CallToolResult{}, "(done; the tool answered nothing)"},
		{"a failure", mcp.CallToolResult{IsError: true, Content: []mcp.Content{text("closed")}}, "!closed"},
		{"a failure without words", mcp.CallToolResult{IsError: true}, "!the tool failed and does not say why"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := resultText(&row.res)
			if err != nil {
				got = "!" + err.Error()
			}
			if got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestArgumentsMayBeWrittenInMoreThanOneWay(t *testing.T) {
	for raw, want := range map[string]string{
		"": "{}", " null ": "{}", "{}": "{}", `{"a" : 1}`: `{"a":1}`, `"{\"a\":1}"`: `{"a":1}`,
		"[]": "", "1": "", `"a"`: "", "{": "", `{"a":1} {}`: "", strings.Repeat(" ", 10) + "{" + strings.Repeat("x", maxArguments): "",
	} {
		got, err := object(raw)
		if string(got) != want || (err != nil) != (want == "") {
			t.Errorf("%.40q: %s, %v", raw, got, err)
		}
		if shown := (Call{Arguments: raw}).Object(); want == "" && string(shown) != "{}" || want != "" && string(shown) != want {
			t.Errorf("%.40q is shown as %s", raw, shown)
		}
	}
	if e := dialog.AsError(NotTaken(context.DeadlineExceeded)); e.Code != "timeout" {
		t.Errorf("an answer taken too late is %v", e)
	}
}

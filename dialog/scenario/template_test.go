package scenario

import (
	"strings"
	"testing"

	"dari/bot/message"
)

func bare(steps string) string {
	return "bot: {id: b, default_locale: en, timezone: Asia/Seoul, constants: {list: [a, b], big: 1234567.5}}\nentities: {note: {type: text}}\nintents: {go: {examples: [start the machine, go now please, run it now]}}\nflows: {go: {on: {intent: go}, steps: " + steps + "}}"
}

func TestTemplates(t *testing.T) {
	for _, row := range []struct{ name, text, want, warning string }{
		{"a missing value is empty and noted", "[{{.slots.x}}]", "[]", ".slots.x is empty"},
		{"a missing value deep inside, too", "[{{.vars.a.b.c}}]", "[]", ".vars.a.b.c is empty"},
		{"default takes its place", "[{{.slots.x | default `none`}}]", "[none]", ""},
		{"a condition on a missing value is false", "{{if .slots.x}}A{{else}}B{{end}}", "B", ""},
		{"a loop", "{{range .bot.list}}({{.}}){{end}}", "(a)(b)", ""},
		{"a loop over nothing", "x{{range .slots.x}}({{.}}){{else}}none{{end}}", "xnone", ""},
		{"with", "{{with .bot.list}}{{join `+` .}}{{end}}", "a+b", ""},
		{"digits in groups", "{{number .bot.big}}", "1,234,567.5", ""},
		{"comparison with a missing value", "{{if eq .slots.x `a`}}A{{else}}B{{end}}", "B", ""},
		{"truncate counts characters as people do", "{{truncate 2 `👩‍👩‍👧가나다`}}", "👩‍👩‍👧가…", ""},
		{"json", "{{json .bot.list}}", `["a","b"]`, ""},
		{"variables", "{{$l := .bot.list}}{{len $l}}", "2", ""},
		{"the root inside a loop", "{{range .bot.list}}{{$.bot.big}} {{end}}", "1234567.5 1234567.5", ""},
		{"an index that is not there is empty and noted", "x{{index .bot.list 7}}", "", "template:"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := talkTo(t, bare("[{set: {vars.a: '1', x: 'nil'}}, {clear: [vars.a]}, {say: BEGIN}, {say: '"+strings.ReplaceAll(row.text, "'", "''")+"'}]"), "en")
			c.say("start the machine").says("BEGIN", row.want)
			if row.warning != "" {
				c.warned(row.warning)
			} else if len(c.trace.Warnings) > 0 {
				t.Errorf("warnings %q", c.trace.Warnings)
			}
		})
	}
}

func TestMarkdownOfTheFileStaysAndThatOfAPersonDoesNot(t *testing.T) {
	c := talkTo(t, bare(`[{ask: {slot: n, entity: note, prompt: "N?"}}, {say: {text: "**Dear** {{.slots.n}}", format: markdown}}]`), "en")
	c.say("start the machine").say("*me* [x](http://y)").says(`**Dear** \*me\* \[x\](http://y)`)
	if c.out[0].Format != "markdown" {
		t.Errorf("format %q", c.out[0].Format)
	}
}

func TestATemplateThatPrintsWithoutEndIsStopped(t *testing.T) {
	tm := &tmpl{src: strings.Repeat("{{json .bot}}", 3)}
	if _, err := tm.compile(); err != nil {
		t.Fatal(err)
	}
	if _, err := tm.render(map[string]any{"bot": strings.Repeat("x", maxRendered)}); err == nil || !strings.Contains(err.Error(), "prints more than") {
		t.Errorf("got %v", err)
	}
}

func TestExpressions(t *testing.T) {
	for _, row := range []struct{ name, expr, want string }{
		{"numbers", "1 + 2", "3"},
		{"text", "'a' + 'b'", "ab"},
		{"dates are days", "today() + days(1)", "2026-11-23"},
		{"now has a time", "now()", "2026-11-22T12:00"},
		{"a list", "map(1..3, # * 2)", "2, 4, 6"},
		{"a missing value is nil", "vars.v ?? 'none'", "none"},
		{"a huge list is stopped", "len(map(1..10000000, #))", ""},
		{"a fault is empty", "vars.v.x.y + 1", ""},
		{"who and where", "user.id + channel.type", "U7001naverworks"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := talkTo(t, bare(`[{set: {vars.v: "nil"}}, {set: {vars.r: "`+row.expr+`"}}, {say: "=[{{.vars.r}}]"}]`), "en")
			c.say("start the machine").says("=[" + row.want + "]")
		})
	}
}

func TestMessages(t *testing.T) {
	c := talkTo(t, `
bot: {id: b, default_locale: en, constants: {list: [a, b]}}
intents: {go: {examples: [start the machine, go now please, run it now]}}
flows:
  go:
    on: {intent: go}
    steps:
      - wait: 3s
      - say: {text: A, buttons: [{label: Site, url: "https://example.com/{{.user.id}}"}, {label: Phone, phone: "+82"}, {label: "{{.slots.x}}"}]}
      - set: {x: "1"}
      - say: {image: "https://img.example.com/a.png", quick: [Later]}
      - cards: {each: bot.list, card: {title: "Card {{.row}}", buttons: [{label: "Take {{.row}}", flow: other, args: {n: row}}]}}
      - say: ""
  other: {params: {n: null}, steps: [{say: "GOT {{.slots.n}}"}]}
`, "en")
	c.say("start the machine").says("A", "Card a", "Card b").warned("left out")
	if c.out[0].SpeakAfterMS != 3000 || len(c.out) != 3 {
		t.Errorf("%+v", c.out)
	}
	if a := c.button("Site"); a.Kind != message.ActionURL || a.URL != "https://example.com/U7001" {
		t.Errorf("%+v", a)
	}
	if a := c.button("Later"); a.Kind != message.ActionMessage {
		t.Errorf("%+v", a)
	}
	c.tap("Take b").says("GOT b")
}

func TestTapsSurviveEveryCharacter(t *testing.T) {
	for _, want := range []tap{
		{kind: tapSlot, flow: "a|b", key: "%7C", value: "~|%"}, {kind: tapFlow, flow: "x", args: map[string]any{"a": "b|c", "n": 1.5}}, {kind: tapNone},
	} {
		got, ok := parseTap(want.encode())
		if !ok || got.flow != want.flow || got.key != want.key || got.value != want.value || toJSON(got.args) != toJSON(want.args) {
			t.Errorf("%q: %+v", want.encode(), got)
		}
	}
	for _, data := range []string{"", "~", "~z|a", "~ab", "a=1", "~f|x|||{"} {
		if _, ok := parseTap(data); ok {
			t.Errorf("%q is taken for ours", data)
		}
	}
}

package slack

import (
	"reflect"
	"strings"
	"testing"

	"github.com/slack-go/slack/slackutilsx"

	"dari/bot/message"
)

func TestSlacksMarkupBecomesPlainText(t *testing.T) {
	for _, row := range []struct{ name, in, want string }{
		{"plain text stays", "배송 언제 와요?", "배송 언제 와요?"},
		{"the three escapes are undone", "A &amp; B &lt;급함&gt;", "A & B <급함>"},
		{"an escaped escape is undone once", "&amp;lt;", "&lt;"},
		{"other escapes are somebody's words", "&quot;x&nbsp;", "&quot;x&nbsp;"},
		{"escaped brackets make no mention", "&lt;@U1&gt;", "<@U1>"},
		{"a person with a name", "<@U1|ken> 안녕", "@ken 안녕"},
		{"a person without a name", "<@U1> 안녕", "@U1 안녕"},
		{"a channel with a name", "<#C1|general>", "#general"},
		{"a channel with an empty name", "<#C1|>", "#C1"},
		{"an address that Slack linked", "<http://example.com|example.com>", "example.com"},
		{"an address that Slack linked, with a slash at its end", "<https://example.com/|example.com>", "example.com"},
		{"a bare address", "<https://example.com/?a=1&amp;b=2>", "https://example.com/?a=1&b=2"},
		{"an address with a label of its own", "<https://example.com/r|보고서 &amp; 표>", "보고서 & 표 (https://example.com/r)"},
		{"an address that holds its label", "<https://www.example.com/a|www.example.com>", "https://www.example.com/a"},
		{"a mail address", "<mailto:a@example.com|a@example.com>", "a@example.com"},
		{"a mail address without a label", "<mailto:a@example.com>", "a@example.com"},
		{"a mail address behind a name", "<mailto:a@example.com|Mina>", "Mina (a@example.com)"},
		{"a telephone number", "<tel:+8210|010>", "010"},
		{"everybody here", "<!here|here> 점심", "@here 점심"},
		{"everybody in the channel", "<!channel>", "@channel"},
		{"a group with a name", "<!subteam^S1|@ops>", "@ops"},
		{"a group without a name", "<!subteam^S1>", "@S1"},
		{"a date", "<!date^1392734382^{date_short}|Feb 18, 2014>", "Feb 18, 2014"},
		{"a command that is not known", "<!later|곧>", "곧"},
		{"brackets that are no markup", "a < b > c <b> <", "a < b > c <b> <"},
		{"markup that is not closed", "<@U1", "<@U1"},
		{"formatting is left alone", "*굵게* `x`", "*굵게* `x`"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := read(row.in, "UBOT"); got.text != row.want || got.self {
				t.Errorf("got %+v, want %q", got, row.want)
			}
		})
	}
}

func TestTheBotsMentionIsTakenOut(t *testing.T) {
	for _, row := range []struct{ name, in, want string }{
		{"at the start", "<@UBOT> 배송 조회", "배송 조회"},
		{"at the start, with a name", "<@UBOT|helper>  배송 조회", "배송 조회"},
		{"at the end", "배송 조회 <@UBOT>", "배송 조회"},
		{"in the middle", "배송 <@UBOT> 조회", "배송 조회"},
		{"on a line of its own", "<@UBOT>\n배송 조회", "배송 조회"},
		{"glued to a word", "저기<@UBOT>님", "저기님"},
		{"twice", "<@UBOT> <@UBOT> 조회", "조회"},
		{"alone", "<@UBOT>", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := read(row.in, "UBOT"); got.text != row.want || !got.self {
				t.Errorf("got %+v, want %q", got, row.want)
			}
		})
	}
}

func TestMentionsAreListed(t *testing.T) {
	got := read("<@UBOT> <@U1|ken> <!everyone> <#C1|general>", "UBOT").mentions
	want := []message.Mention{
		{User: message.User{ID: "UBOT"}, Self: true},
		{User: message.User{ID: "U1", Name: "ken"}},
		{All: true},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

func FuzzPlainText(f *testing.F) {
	for _, s := range []string{"A &amp; B", "<@UBOT> hi", "<https://example.com|a>", "<!date^1^{date}|x>", "<#C1|g", "<<@U1>>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := read(slackutilsx.EscapeMessage(s), "UBOT"); got.text != s || len(got.mentions) > 0 {
			t.Errorf("escaped text comes back as %q", got.text)
		}
		if got := read(s, "UBOT"); got.self != strings.Contains(s, "<@UBOT>") && !strings.Contains(s, "<@UBOT|") {
			t.Errorf("mention seen: %v", got.self)
		}
	})
}

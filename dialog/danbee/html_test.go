package danbee

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"dari/dialog"
	"dari/dialog/dialogtest"
	"dari/dialog/foreign"
	"dari/dialog/remote"
)

func TestHTMLBecomesTextOrMarkdown(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		markdown       bool
	}{
		{"plain text is left alone", "1 * 2\n3 _ 4", "1 * 2\n3 _ 4", false},
		{"entities are read", "A &amp; B&nbsp;&lt;C&gt;", "A & B <C>", false},
		{"a comparison is no tag", "1 < 2 and 3 > 2", "1 < 2 and 3 > 2", false},
		{"Hangul in angle brackets is no tag", "<회의실> 예약 </회의실>", "<회의실> 예약 </회의실>", false},
		{"nor is a word that HTML does not know", "내 이름은 <name>", "내 이름은 <name>", false},
		{"what a word processor leaves is taken out", "a<o:p></o:p>b<!-- c -->", "ab", false},
		{"line breaks and blocks", "하나<br>둘<p>셋</p><div>넷</div>다섯\n여섯", "하나\n둘\n셋\n넷\n다섯\n여섯", false},
		{"blanks are one, empty lines too", "a   b <br><br><br><br> c", "a b\n\nc", false},
		{"lists", "<ul><li>하나</li><li>둘</li></ul><ol><li>가<li>나</ol>", "- 하나\n- 둘\n1. 가\n2. 나", false},
		{"a table", "<table><tr><td>월</td><td>화</td></tr><tr><td>1</td><td>2</td></tr></table>", "월 화\n1 2", false},
		{"scripts are never shown", "a<script>alert('<b>x</b>')</script><style>b{}</style>b", "ab", false},
		{"emphasis", "<b>굵게</b> <i>기울여</i> <s>지움</s>", "**굵게** *기울여* ~~지움~~", true},
		{"blanks stay outside of the marks", "<b> 굵게 </b>는", " **굵게** 는", true},
		{"marks end with the line", "<b>하나<br>둘</b>", "**하나**\n**둘**", true},
		{"punctuation at an edge goes without marks", "<b>주의!</b><b>확인</b>", "주의!**확인**", true},
		{"what looks like markdown is escaped beside it", "<b>a</b> 2*3 [x] _y_\n# z", "**a** 2\\*3 \\[x\\] \\_y\\_\n\\# z", true},
		{"a link", `<a href="https://h.example/a_(b)?x=1&amp;y=2">안내</a>`, "[안내](https://h.example/a_%28b%29?x=1&y=2)", true},
		{"a link around a picture is its address", `<a href="https://h.example/"><img src="https://h.example/p.png"></a>`, "https://h.example/", true},
		{"a link that runs a script is its label", `<a href="javascript:alert(1)">눌러</a>`, "눌러", false},
		{"code", "<code>a*b`c</code>", "`a*b'c`", true},
		{"ends that are missing", "<b>a<i>b</b>", "a*b*", true},
		{"ends that nothing began", "a</b></p></i>b", "ab", false},
		{"a film in a frame is its address", `보세요<iframe src="https://video.example/1"></iframe>`, "보세요\nhttps://video.example/1", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := fromHTML(c.in)
			if strings.TrimSpace(c.want) != got.text || got.markdown != c.markdown {
				t.Errorf("got %q, markdown %v; want %q", got.text, got.markdown, c.want)
			}
		})
	}
}

func TestTitlesOfCardsHoldNoMarkdown(t *testing.T) {
	if got := plainHTML(`<b>대회의실</b> 2*3 <a href="https://h.example/">안내</a>`); got != "대회의실 2*3 안내" {
		t.Errorf("got %q", got)
	}
}

func TestDeeplyNestedHTMLIsReadQuickly(t *testing.T) {
	start := time.Now()
	fromHTML(strings.Repeat("<b>", 20_000) + "글" + strings.Repeat("<p><i>a</i>", 5_000))
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

func FuzzAnswer(f *testing.F) {
	for _, name := range []string{"danbee_response.json", "danbee_carousel_response.json", "danbee_ambiguous_response.json", "danbee_error_response.json"} {
		f.Add([]byte(sample(f, name).Body))
	}
	f.Add([]byte(`{"responseSet":{"result":{"session_id":[],"result":[{"message":"<b>&lt;<ul><li>","optionList":[{"label":1e9}],"quickList":[{"label":"a","type":"link","value":"http://"}]},null]}}}`))
	base, _ := url.Parse("https://danbee.ai/chatflow")
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := decode(remote.Answer{Status: 200, Body: body})
		if err != nil {
			if dialog.AsError(err).Code != "bad_answer" {
				t.Error(err)
			}
			return
		}
		var n foreign.Notes
		reply, offers := r.reply(base, &n)
		token := r.remember(offers, &n)
		got := dialog.Result{Reply: reply, State: &dialog.State{Token: token}, Trace: r.trace(n)}
		for _, problem := range dialogtest.Problems(dialogtest.Replied{Result: got, Messages: reply.Messages}) {
			t.Error(problem)
		}
		var m memory
		if token != "" && json.Unmarshal([]byte(token), &m) != nil {
			t.Errorf("the state cannot be read: %s", token)
		}
	})
}

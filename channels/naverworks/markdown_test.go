package naverworks

import (
	"strings"
	"testing"
)

func TestMarkdownBecomesTextThatReadsWell(t *testing.T) {
	for _, row := range []struct{ name, markdown, want string }{
		{"nothing to do", "남은 연차는 7.5일입니다.", "남은 연차는 7.5일입니다."},
		{"strong", "**중요** 그리고 __굵게__", "중요 그리고 굵게"},
		{"emphasis", "*기울임* _강조_ _둘_", "기울임 강조 둘"},
		{"both", "***매우*** 중요", "매우 중요"},
		{"struck out", "~~취소~~ 확정", "취소 확정"},
		{"a sum is none", "2 * 3 * 4 = 24", "2 * 3 * 4 = 24"},
		{"underscores in a name are letters", "my_file_name.txt __init__py 사내_규정_v2", "my_file_name.txt __init__py 사내_규정_v2"},
		{"headings", "# 공지 #\n### 작은 제목\n#해시태그", "공지\n작은 제목\n#해시태그"},
		{"lists", "- 하나\n* 둘\n  + 셋\n1. 넷", "• 하나\n• 둘\n  • 셋\n1. 넷"},
		{"tasks", "- [ ] 할 일\n- [x] 한 일", "• ☐ 할 일\n• ☑ 한 일"},
		{"a quote stays", "> 인용 **문**", "> 인용 문"},
		{"a rule", "위\n\n---\n\n아래", "위\n\n———\n\n아래"},
		{"a link", "[휴가 규정](https://portal.example.com/a_b_c?x=1*2)을 보세요", "휴가 규정 (https://portal.example.com/a_b_c?x=1*2)을 보세요"},
		{"a link with a title", `[규정](https://portal.example.com/ "제목")`, "규정 (https://portal.example.com/)"},
		{"a link with brackets", "[위키](https://example.com/a_(b))", "위키 (https://example.com/a_(b))"},
		{"a link that shows its address", "[https://example.com/](https://example.com/)", "https://example.com/"},
		{"an address in angle brackets", "<https://example.com/a_b_>", "https://example.com/a_b_"},
		{"a bare address", "https://example.com/_a_/*b* **끝**", "https://example.com/_a_/*b* 끝"},
		{"a strong address", "**https://example.com/**", "https://example.com/"},
		{"an image", "![지도](https://example.com/map.png)", "지도 (https://example.com/map.png)"},
		{"an image without a text", "![](https://example.com/map.png)", "https://example.com/map.png"},
		{"code", "`a_b *c*` 와 ``x`y``", "a_b *c* 와 x`y"},
		{"a code block", "보기:\n```go\nx := **p // _raw_\n```\n끝", "보기:\nx := **p // _raw_\n끝"},
		{"a code block that never ends", "~~~\n**a**", "**a**"},
		{"escapes", `\*별\* \_줄\_ \\ \[x\]`, `*별* _줄_ \ [x]`},
		{"a table", "| 이름 | 일수 |\n|---|:--:|\n| 김 | **3** |", "이름 | 일수\n김 | 3"},
		{"other languages' marks", "@channel <!here> & <b>", "@channel <!here> & <b>"},
		{"only marks", "```\n```", "```\n```"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := plain(row.markdown); got != row.want {
				t.Errorf("got  %q\nwant %q", got, row.want)
			}
		})
	}
}

func FuzzMarkdownNeverGetsLonger(f *testing.F) {
	for _, s := range []string{"# a #", "- [ ] b", "[a](b)", "![](c)", "```\nx", "**a** _b_ ~~c~~", "---", "|a|b|\n|--|--|", `\*`, "<https://a>", "\uf83c\uf86d ", "* * *", "+ a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "?")
		if got := plain(s); units(got) > units(s) {
			t.Errorf("%q became %q", s, got)
		}
	})
}

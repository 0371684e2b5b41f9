package markdown

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

func TestMarkdownBecomesTextThatReadsWell(t *testing.T) {
	for _, row := range []struct{ name, markdown, want string }{
		{"words stay words", "안녕하세요, 다리입니다.", "안녕하세요, 다리입니다."},
		{"bold loses its marks", "아주 **굵게** 씁니다", "아주 굵게 씁니다"},
		{"a Hangul particle may follow", "**굵게**는 __이렇게__", "굵게는 이렇게"},
		{"bold of underscores inside a word stays", "__init__은", "__init__은"},
		{"italics lose their marks", "*a* and _b_", "a and b"},
		{"both at once", "***a***", "a"},
		{"italics inside bold", "**a *b* c**", "a b c"},
		{"bold that ends with italics", "**a *b***", "a b"},
		{"bold inside italics", "*a **b** c*", "a b c"},
		{"struck words stay", "~~old~~ new ~5", "old new ~5"},
		{"multiplication stays", "2 * 3 * 4, 5*3*2, 2**3**4", "2 * 3 * 4, 5*3*2, 2**3**4"},
		{"names with underscores stay", "snake_case_name 한글_변수_이름", "snake_case_name 한글_변수_이름"},
		{"a lone mark stays", "*footnote, **kwargs, _x, `y", "*footnote, **kwargs, _x, `y"},
		{"headings lose their marks", "# 하나\n###### 여섯 ##\n#해시태그\n# C#", "하나\n여섯\n#해시태그\nC#"},
		{"code keeps what is in it", "`a*b*c` and ``x`y``", "a*b*c and x`y"},
		{"a block of code keeps what is in it", "앞\n```go\n# **x**\n* y\n```\n뒤", "앞\n# **x**\n* y\n뒤"},
		{"a link is its label with the address", "[안내](https://example.com/a_b_c)", "안내 (https://example.com/a_b_c)"},
		{"brackets within an address belong to it", "[위키](https://example.com/다리_(건축))", "위키 (https://example.com/다리_(건축))"},
		{"the title of a link is left out", `[안내](https://example.com "제목")`, "안내 (https://example.com)"},
		{"a label that is the address is not said twice", "[https://example.com](https://example.com)", "https://example.com"},
		{"a label with marks", "[**안내**](<https://example.com>)", "안내 (https://example.com)"},
		{"a picture is a link", "![다리](https://example.com/a.png) ![](https://example.com/b.png)", "다리 (https://example.com/a.png) https://example.com/b.png"},
		{"an address in angle brackets", "<https://example.com> <b>", "https://example.com <b>"},
		{"brackets that are no link", "[1] a[0](x", "[1] a[0](x"},
		{"escaped marks are the marks", `\*a\* \[b\] c:\dir \`, `*a* [b] c:\dir \`},
		{"what is nothing to LINE stays", `@channel <!here> <m userId="all"> & < >`, `@channel <!here> <m userId="all"> & < >`},
		{"emphasis ends with its line", "*a\nb*", "*a\nb*"},
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
			if got := Plain(row.markdown); got != row.want {
				t.Errorf("got  %q\nwant %q", got, row.want)
			}
		})
	}
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{
		"# a #", "- [ ] b", "[a](b)", "![](c)", "```\nx", "**a** _b_ ~~c~~", "---", "|a|b|\n|--|--|", `\*`, "<https://a>", "* * *", "+ a",
		"**a *b***", "![", "\\", "```", "****", "_ _", "<http://x>", strings.Repeat("[*", 50), "가\xff*", "https://a_b_*c*",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Plain(s)
		if len(utf16.Encode([]rune(got))) > len(utf16.Encode([]rune(s))) || utf8.RuneCountInString(got) > utf8.RuneCountInString(s) {
			t.Errorf("%q grew to %q", s, got)
		}
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Errorf("%q became invalid: %q", s, got)
		}
	})
}

package line

import (
	"strings"
	"testing"
	"unicode/utf8"

	"dari/bot/message"
)

func TestMarkdownBecomesPlainText(t *testing.T) {
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
		{"lists stay lists", "* a\n  + b\n- c\n1. d", "- a\n  - b\n- c\n1. d"},
		{"escaped marks are the marks", `\*a\* \[b\] c:\dir \`, `*a* [b] c:\dir \`},
		{"what is nothing to LINE stays", `@channel <!here> <m userId="all"> & < >`, `@channel <!here> <m userId="all"> & < >`},
		{"emphasis ends with its line", "*a\nb*", "*a\nb*"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := plain(row.markdown); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestMarkdownOfNothingIsSentAsItIs(t *testing.T) {
	if got := show(t, message.Message{Type: message.TypeText, Format: "markdown", Text: "```\n```"})[0].Text; got != "```\n```" {
		t.Errorf("got %q", got)
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{markdown, "**a *b***", "[a](b)", "![", "\\", "```", "****", "_ _", "<http://x>", strings.Repeat("[*", 50), "가\xff*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := plain(s)
		if units(got) > units(s) {
			t.Errorf("%q grew to %q", s, got)
		}
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Errorf("%q became invalid: %q", s, got)
		}
	})
}

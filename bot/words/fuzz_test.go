package words

import "testing"

// FuzzPreferred shows that every header leads to a language that Dari speaks.
func FuzzPreferred(f *testing.F) {
	for _, seed := range []string{"ko-KR,ko;q=0.9,en;q=0.8", "ja", "", "tlh", "ko;q=0", "en;q=NaN,ja;q=1e999", ";;;,,q=", "*"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if got := Preferred(header); !Spoken(got) {
			t.Errorf("%q leads to %q", header, got)
		}
	})
}

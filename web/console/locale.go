package console

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
)

//go:embed locales/*.json
var localeFiles embed.FS

// languages of the pages, in the order of the switch. Each is called by its own name.
var languages = []language{{"ko", "한국어"}, {"ja", "日本語"}, {"en", "English"}}

type language struct{ Code, Name string }

const defaultLanguage = "en"

// words are the texts of one language by key.
type words map[string]string

// loadWords reads the embedded files; a broken one is a mistake of the build.
func loadWords() map[string]words {
	all := map[string]words{}
	for _, l := range languages {
		b, err := localeFiles.ReadFile("locales/" + l.Code + ".json")
		if err != nil {
			panic(err)
		}
		var w words
		if err := json.Unmarshal(b, &w); err != nil {
			panic(fmt.Sprintf("locales/%s.json: %v", l.Code, err))
		}
		all[l.Code] = w
	}
	return all
}

// say returns the text of key; pairs of name and value fill its {name} places.
func (w words) say(key string, pairs ...any) (string, error) {
	text, ok := w[key]
	if !ok {
		return "", fmt.Errorf("there is no text %q", key)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+fmt.Sprint(pairs[i])+"}", fmt.Sprint(pairs[i+1]))
	}
	return text, nil
}

// under returns the texts whose key starts with prefix, by the rest of the key.
func (w words) under(prefix string) words {
	out := words{}
	for key, text := range w {
		if rest, ok := strings.CutPrefix(key, prefix); ok {
			out[rest] = text
		}
	}
	return out
}

func isLanguage(code string) bool {
	return slices.ContainsFunc(languages, func(l language) bool { return l.Code == code })
}

const languageCookie = "dari_lang"

// language of the page: what the person has chosen, else what the browser asks for.
func (c *Console) language(g *gin.Context) string {
	chosen, _ := g.Cookie(languageCookie)
	for _, code := range []string{g.Query("lang"), c.user(g).Locale, chosen} {
		if isLanguage(code) {
			return code
		}
	}
	return preferred(g.GetHeader("Accept-Language"))
}

// preferred picks the best language of an Accept-Language header.
// https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4
func preferred(header string) string {
	type wish struct {
		code   string
		weight float64
	}
	var wishes []wish
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		code, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			weight, _ = strconv.ParseFloat(q, 64) // what is no number is not wished for
		}
		if isLanguage(code) && weight > 0 {
			wishes = append(wishes, wish{code, weight})
		}
	}
	if len(wishes) == 0 {
		return defaultLanguage
	}
	slices.SortStableFunc(wishes, func(a, b wish) int { return cmp.Compare(b.weight, a.weight) })
	return wishes[0].code
}

// grouped writes a count as people read it; the three languages group alike.
func grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

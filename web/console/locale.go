package console

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"dari/bot/words"
)

const languageCookie = "dari_lang"

// language of the page: what the person has chosen, else what the browser asks for.
func (c *Console) language(g *gin.Context) string {
	chosen, _ := g.Cookie(languageCookie)
	for _, code := range []string{g.Query("lang"), c.user(g).Locale, chosen} {
		if words.Spoken(code) {
			return code
		}
	}
	return words.Preferred(g.GetHeader("Accept-Language"))
}

// grouped writes a count as people read it; the three languages group alike.
func grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

package console

import (
	"encoding/csv"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// csvFile begins a file that spreadsheets read as UTF-8, which the mark at its beginning tells them.
func csvFile(g *gin.Context, name string) *csv.Writer {
	g.Header("Content-Type", "text/csv; charset=utf-8")
	g.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	g.Status(http.StatusOK)
	_, _ = g.Writer.WriteString("\ufeff")
	return csv.NewWriter(g.Writer)
}

// row writes a line, harmless.
func row(w *csv.Writer, cells ...string) {
	for i, cell := range cells {
		cells[i] = harmless(cell)
	}
	_ = w.Write(cells) // an error shows when the file is flushed
}

// harmless keeps a spreadsheet from running a cell (https://owasp.org/www-community/attacks/CSV_Injection).
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

package importers

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// row is a line of a table with its number.
type row struct {
	place
	cells []string
}

// cell is a value without blanks around it; "" behind the last one.
func (r row) cell(i int) string {
	if i < 0 || i >= len(r.cells) {
		return ""
	}
	return strings.TrimSpace(clean(r.cells[i]))
}

func (r row) empty() bool {
	for i := range r.cells {
		if r.cell(i) != "" {
			return false
		}
	}
	return true
}

// maxRows bounds a table.
const maxRows = 50_000

// sheet reads a table from a CSV or XLSX file: of a workbook the first sheet.
func (b *bot) sheet(f File) []row {
	if strings.EqualFold(path.Ext(f.Name), ".xlsx") {
		return b.workbook(f)
	}
	b.utf8(f)
	text := strings.TrimPrefix(string(f.Data), "\ufeff")
	c := csv.NewReader(strings.NewReader(text))
	c.FieldsPerRecord, c.Comma = -1, separator(text)
	var rows []row
	for {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			var pe *csv.ParseError
			line := 1
			if errors.As(err, &pe) {
				line, err = pe.StartLine, pe.Err
			}
			b.fail(place{f.Name, line}, "the line cannot be read as CSV (%v): put quotes around the whole value and double those inside", err)
		}
		line, _ := c.FieldPos(0)
		rows = append(rows, row{place{f.Name, line}, cells})
		b.limitRows(f, len(rows))
	}
}

func (b *bot) limitRows(f File, n int) {
	if n > maxRows {
		b.fail(place{f.Name, n}, "the table has more than %d rows; import it in parts", maxRows)
	}
}

// separator is what stands most often in the first line.
func separator(text string) rune {
	head, _, _ := strings.Cut(text, "\n")
	best := ','
	for _, c := range ";\t" {
		if strings.Count(head, string(c)) > strings.Count(head, string(best)) {
			best = c
		}
	}
	return best
}

// workbook reads the first sheet. What it unpacks is bounded before it is unpacked.
func (b *bot) workbook(f File) (rows []row) {
	bad := func(err error) { b.fail(place{f.Name, 1}, "the file is no XLSX workbook that can be read: %v", err) }
	x, err := openWorkbook(f.Data)
	if err != nil {
		bad(err)
	}
	defer x.Close()
	each, err := x.Rows(x.GetSheetName(0))
	if err != nil {
		bad(err)
	}
	defer each.Close()
	for n := 1; each.Next(); n++ {
		b.limitRows(f, n)
		cells, err := each.Columns()
		if err != nil {
			b.fail(place{f.Name, n}, "the row cannot be read: %v", err)
		}
		if len(cells) > 0 {
			rows = append(rows, row{place{f.Name, n}, cells})
		}
	}
	if err := each.Error(); err != nil {
		bad(err)
	}
	return rows
}

// openWorkbook turns what a hostile workbook breaks in the library into an error.
func openWorkbook(data []byte) (x *excelize.File, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the workbook is damaged")
		}
	}()
	if err := bounded(data); err != nil {
		return nil, err
	}
	return excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxTotal, UnzipXMLSizeLimit: maxTotal})
}

// bounded unpacks a workbook once to see how large it is: the library believes what the archive says of itself.
func bounded(data []byte) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	if len(z.File) > maxEntries {
		return fmt.Errorf("it has more than %d parts", maxEntries)
	}
	budget := int64(maxTotal)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return err
		}
		n, err := io.Copy(io.Discard, io.LimitReader(r, budget+1))
		r.Close()
		if budget -= n; budget < 0 {
			return fmt.Errorf("it has more than %d MiB unpacked", maxTotal>>20)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// firstRows is the beginning of a table, for telling what it holds; nil when it cannot be read.
func firstRows(f File) (head []row) {
	defer func() {
		if p := recover(); p != nil {
			if _, ours := p.(*Fault); !ours {
				panic(p)
			}
			head = nil // said when the file is read
		}
	}()
	if strings.EqualFold(path.Ext(f.Name), ".xlsx") {
		rows := newBot(Options{}).workbook(f)
		return rows[:min(len(rows), 10)]
	}
	text := strings.TrimPrefix(string(f.Data[:min(len(f.Data), 1<<16)]), "\ufeff")
	c := csv.NewReader(strings.NewReader(text))
	c.FieldsPerRecord, c.LazyQuotes, c.Comma = -1, true, separator(text)
	for len(head) < 10 {
		cells, err := c.Read()
		if err != nil {
			break
		}
		head = append(head, row{place{f.Name, 1}, cells})
	}
	return head
}

// utf8 refuses other encodings, which would come out as nonsense.
func (b *bot) utf8(f File) {
	if !utf8.Valid(f.Data) {
		line := 1 + bytes.Count(f.Data[:invalidAt(f.Data)], []byte("\n"))
		b.fail(place{f.Name, line}, "the file is not UTF-8; save it as \"CSV UTF-8\" or open it in an editor and save it with the encoding UTF-8")
	}
}

func invalidAt(data []byte) int {
	for i := 0; i < len(data); {
		c, n := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(data)
}

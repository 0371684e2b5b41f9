package scenario

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"path"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// readCSV reads a table from NAME.csv with a head line; "faq.csv" with the columns question and answer
// (and locale) adds to the FAQ.
func (r *reader) readCSV(b []byte) {
	if len(b) > maxFile {
		r.problem(&yaml.Node{Line: 1, Column: 1}, "too_large", "", "the file has more than 4 MiB")
		return
	}
	c := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))))
	c.FieldsPerRecord = -1
	head, err := c.Read()
	if err != nil {
		r.problem(&yaml.Node{Line: 1, Column: 1}, "bad_csv", "the first line names the columns", "the file has no lines that can be read")
		return
	}
	name := strings.TrimSuffix(path.Base(r.file), path.Ext(r.file))
	t := &table{pos: pos{r.file, 1, 1}, cols: map[string]bool{}}
	for _, h := range head {
		t.cols[strings.TrimSpace(h)] = true
	}
	for {
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line := 1
			var pe *csv.ParseError
			if errors.As(err, &pe) {
				line = pe.Line
				err = pe.Err
			}
			r.problem(&yaml.Node{Line: line, Column: 1}, "bad_csv", "", "%v", err)
			break
		}
		row := map[string]any{}
		for i, v := range record {
			if i < len(head) {
				row[strings.TrimSpace(head[i])] = v
			}
		}
		line, _ := c.FieldPos(0)
		if name == "faq" {
			r.faqRow(row, line)
		}
		t.rows = append(t.rows, row)
	}
	if name == "faq" && !(t.cols["question"] && t.cols["answer"]) {
		r.problem(&yaml.Node{Line: 1, Column: 1}, "bad_csv", "", "faq.csv needs the columns \"question\" and \"answer\"")
		return
	}
	if old := r.s.tables[name]; old != nil {
		r.twice(&yaml.Node{Line: 1, Column: 1, Value: name}, "table", old.pos)
		return
	}
	r.s.tables[name] = t
}

// faqRow adds a question. Rows with the same answer are ways to ask the same.
func (r *reader) faqRow(row map[string]any, line int) {
	at := pos{r.file, line, 1}
	question, answer, locale := strings.TrimSpace(show(row["question"])), strings.TrimSpace(show(row["answer"])), strings.TrimSpace(show(row["locale"]))
	if question == "" || answer == "" {
		return
	}
	for _, q := range r.s.faq {
		if q.file == r.file && len(q.a.in(locale, locale)) > 0 && q.a.in(locale, locale)[0].src == answer {
			q.q[locale] = append(q.q[locale], word{question, at})
			return
		}
	}
	a := &text{pos: at, by: map[string][]*tmpl{"": {{pos: at, src: answer}}}}
	r.s.faq = append(r.s.faq, &faqSpec{pos: at, q: map[string][]word{locale: {{question, at}}}, a: a})
}

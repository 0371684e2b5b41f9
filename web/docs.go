package web

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"
	"go.yaml.in/yaml/v4"
)

//go:embed openapi.yaml
var openAPI []byte

//go:embed docs.html
var docsHTML string

//go:embed docs.css
var docsCSS string

// docs serves the description of the API: the file for programs, a page for people. The page is made
// from the file and asks for nothing else, so that it works in a closed network.
type docs struct {
	html   []byte
	policy string
}

// operation is one line of the page.
type operation struct {
	Method, Path, Scope string
	Summary, Text       string
}

type section struct {
	Name       string
	Operations []operation
}

var methods = []string{"get", "post", "patch", "delete"}

func newDocs(version string) *docs {
	title, sections := readOpenAPI(openAPI)
	var buf bytes.Buffer
	err := template.Must(template.New("docs").Parse(docsHTML)).Execute(&buf, map[string]any{
		"Title": title, "Version": version, "Sections": sections, "CSS": template.CSS(docsCSS),
	})
	if err != nil {
		panic(err) // the page and the file are part of the program
	}
	sum := sha256.Sum256([]byte(docsCSS))
	return &docs{buf.Bytes(), "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'"}
}

// readOpenAPI takes the operations from the file in its order, in sections by tag.
func readOpenAPI(file []byte) (title string, sections []section) {
	var doc struct {
		Info  struct{ Title string }
		Tags  []struct{ Name string }
		Paths yaml.Node
	}
	if err := yaml.Unmarshal(file, &doc); err != nil {
		panic(err)
	}
	place := map[string]int{}
	for i, t := range doc.Tags {
		place[t.Name] = i
		sections = append(sections, section{Name: t.Name})
	}
	for i := 0; i < len(doc.Paths.Content); i += 2 {
		var item map[string]yaml.Node
		if err := doc.Paths.Content[i+1].Decode(&item); err != nil {
			panic(err)
		}
		for _, m := range methods {
			node, ok := item[m]
			if !ok {
				continue
			}
			var op struct {
				Tags                 []string
				Summary, Description string
				Scope                string `yaml:"x-scope"`
			}
			if err := node.Decode(&op); err != nil {
				panic(err)
			}
			s := &sections[place[op.Tags[0]]]
			s.Operations = append(s.Operations, operation{m, doc.Paths.Content[i].Value, op.Scope, op.Summary, op.Description})
		}
	}
	return doc.Info.Title, sections
}

func (*docs) file(c *gin.Context) {
	c.Data(http.StatusOK, "application/yaml", openAPI)
}

func (d *docs) page(c *gin.Context) {
	c.Header("Content-Security-Policy", d.policy)
	c.Header("X-Frame-Options", "DENY")
	c.Header("Referrer-Policy", "no-referrer")
	c.Data(http.StatusOK, "text/html; charset=utf-8", d.html)
}

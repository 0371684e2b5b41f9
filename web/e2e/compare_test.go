package e2e

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// secretName are names of values that nobody may guess bit by bit.
var secretName = regexp.MustCompile(`(?i)(secret|token|signature|nonce|password|passphrase|hmac|mac|digest|proof|fingerprint|authheader|deskheader|apikey|adminkey|verifier)$`)

// harmless are comparisons of such names whose time tells nothing worth knowing.
var harmless = map[string]string{
	"web/console/setup.go: password != repeat":                     "both were typed into the same form",
	"web/console/links.go: l.Purpose == linkPassword":              "a kind of link",
	"bot/settings/settings.go: k == Secret":                        "a kind of setting",
	"channels/naverworks/token.go: g.RefreshToken != base.Refresh": "both are the platform's; nobody is being judged",
	"dialog/dialogflow/token.go: t.token != stale":                 "both are the platform's; nobody is being judged",
}

// TestSecretsAreComparedInConstantTime reads the program. hmac.Equal, subtle.ConstantTimeCompare and
// what is built on them (sameSecret, sameText) are the only ways to compare two secrets.
func TestSecretsAreComparedInConstantTime(t *testing.T) {
	root := "../.."
	seen := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		rel = filepath.ToSlash(rel)
		switch {
		case d.IsDir() && (rel == "docs" || rel == "web/bench" || strings.HasSuffix(rel, "test") || strings.HasPrefix(rel, ".") && rel != "."):
			return fs.SkipDir // examples and fakes
		case d.IsDir() || !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go"):
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		seen++
		return naked(source, func(expr string) {
			if where := rel + ": " + expr; harmless[where] == "" {
				t.Errorf("%s: compare secrets in constant time", where)
			}
		})
	})
	if err != nil || seen < 100 {
		t.Errorf("%d files, %v", seen, err)
	}
}

// naked reports the comparisons of two values of which one is named like a secret.
func naked(source []byte, report func(expr string)) error {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "", source, 0)
	if err != nil {
		return err
	}
	text := func(n ast.Node) string {
		return string(source[files.Position(n.Pos()).Offset:files.Position(n.End()).Offset])
	}
	imported := map[string]bool{}
	for _, imp := range file.Imports {
		name := strings.Trim(imp.Path.Value, `"`)
		imported[name[strings.LastIndex(name, "/")+1:]] = true
	}
	check := func(whole ast.Node, a, b ast.Expr) {
		if isValue(a, imported) && isValue(b, imported) && (secretName.MatchString(lastName(a)) || secretName.MatchString(lastName(b))) {
			report(text(whole))
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if n.Op == token.EQL || n.Op == token.NEQ {
				check(n, n.X, n.Y)
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.SelectorExpr); ok && len(n.Args) == 2 {
				if pkg, ok := f.X.(*ast.Ident); ok && (pkg.Name+"."+f.Sel.Name == "bytes.Equal" || pkg.Name+"."+f.Sel.Name == "strings.EqualFold") {
					check(n, n.Args[0], n.Args[1])
				}
			}
		}
		return true
	})
	return nil
}

// isValue leaves out what is written down in the program: literals, nil, and names of packages.
func isValue(e ast.Expr, imported map[string]bool) bool {
	switch e := e.(type) {
	case *ast.BasicLit, *ast.CompositeLit:
		return false
	case *ast.Ident:
		return e.Name != "nil" && e.Name != "true" && e.Name != "false"
	case *ast.SelectorExpr:
		pkg, ok := e.X.(*ast.Ident)
		return !ok || !imported[pkg.Name]
	case *ast.UnaryExpr:
		return isValue(e.X, imported)
	}
	return true
}

// lastName is the name of a value: a.b.Secret and f(x, token) are about Secret and token.
func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.CallExpr:
		if id, ok := e.Fun.(*ast.Ident); ok && len(e.Args) == 1 && (id.Name == "string" || id.Name == "len") {
			if id.Name == "len" {
				return ""
			}
			return lastName(e.Args[0])
		}
		return lastName(e.Fun)
	case *ast.IndexExpr:
		return lastName(e.X)
	case *ast.SliceExpr:
		return lastName(e.X)
	}
	return ""
}

func TestNakedComparisonsAreFound(t *testing.T) {
	for body, bad := range map[string]bool{
		`_ = given == want.Secret`: true, `_ = c.token != b`: true, `_ = bytes.Equal(mac, sum)`: true, `_ = strings.EqualFold(a, signature)`: true,
		`_ = string(nonce) == x`: true, `_ = h.Signature() == x`: true, `_ = secret == ""`: false, `_ = token != nil`: false,
		`_ = hmac.Equal(mac, sum)`: false, `_ = len(secret) != n`: false, `_ = kind == html.ErrorToken`: false, `_ = a == b`: false,
	} {
		found := false
		source := "package p\nimport \"html\"\nfunc f() {\n" + body + "\n}\n"
		if err := naked([]byte(source), func(string) { found = true }); err != nil || found != bad {
			t.Errorf("%s: found %v, %v", body, found, err)
		}
	}
}

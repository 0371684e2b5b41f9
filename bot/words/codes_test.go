package words

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// code is the form of a check's code: the package that makes the check, after "engine." if it is an
// engine's, or "channel" for the runtime's, and what it says.
var code = regexp.MustCompile(`^(?:engine\.)?([a-z]+)(?:_skill)?\.[a-z0-9_]+$`)

// madeCheck is a code as it stands in the sources, with the names of the params written after it; nil
// params mean that the code stands alone and is passed on.
type madeCheck struct {
	code   string
	params []string
	at     token.Position
}

// madeChecks finds the codes in all sources that make checks: in a file that imports bot/check, whatever
// looks like a code of that package is one.
func madeChecks(t *testing.T) []madeCheck {
	t.Helper()
	var made []madeCheck
	sources := token.NewFileSet()
	for _, root := range []string{"channels", "dialog", "bot"} {
		err := filepath.WalkDir(filepath.Join("../..", root), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(path)
			if err != nil || !strings.Contains(string(source), `"dari/bot/check"`) {
				return err
			}
			file, err := parser.ParseFile(sources, path, source, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			owner := filepath.Base(filepath.Dir(path))
			if root == "bot" {
				owner = "channel"
			}
			made = append(made, codesIn(file, sources, owner)...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return made
}

func codesIn(file *ast.File, sources *token.FileSet, owner string) []madeCheck {
	var made []madeCheck
	inCall := map[ast.Node]bool{}
	isCode := func(n ast.Node) (string, bool) {
		s, ok := literal(n)
		m := code.FindStringSubmatch(s)
		return s, ok && m != nil && m[1] == owner
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			if s, ok := isCode(n); ok && !inCall[n] {
				made = append(made, madeCheck{code: s, at: sources.Position(n.Pos())})
			}
			return true
		}
		for i, arg := range call.Args {
			s, ok := isCode(arg)
			if !ok {
				continue
			}
			inCall[arg] = true
			c := madeCheck{code: s, params: []string{}, at: sources.Position(arg.Pos())}
			for j := i + 1; j < len(call.Args); j += 2 {
				name, named := literal(call.Args[j])
				if !named { // a helper, which passes the code on with params of its own
					c.params = nil
					break
				}
				c.params = append(c.params, "{"+name+"}")
			}
			if fun, isNew := call.Fun.(*ast.SelectorExpr); len(c.params) == 0 && (!isNew || fun.Sel.Name != "New") {
				c.params = nil
			}
			made = append(made, c)
		}
		return true
	})
	return made
}

func literal(n ast.Node) (string, bool) {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

func TestEveryCheckHasASentenceAndEverySentenceACheck(t *testing.T) {
	sentences := In(Default).Under("check.")
	made := madeChecks(t)
	used := map[string]bool{}
	for _, c := range made {
		used[c.code] = true
		if _, ok := sentences[c.code]; !ok {
			t.Errorf("%s: the check %s has no sentence under check.%s", c.at, c.code, c.code)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(sentences)) {
		if !used[code] {
			t.Errorf("check.%s is the sentence of no check", code)
		}
	}
	if len(used) < 100 {
		t.Errorf("only %d codes were found", len(used))
	}
}

func TestEveryPlaceOfASentenceIsFilled(t *testing.T) {
	sentences := In(Default).Under("check.")
	compared := 0
	for _, c := range madeChecks(t) {
		if c.params == nil {
			continue
		}
		compared++
		if want := places(sentences[c.code]); !slices.Equal(slices.Sorted(slices.Values(c.params)), want) {
			t.Errorf("%s: %s fills %v, its sentence has %v", c.at, c.code, c.params, want)
		}
	}
	if compared < 100 {
		t.Errorf("only %d checks were compared", compared)
	}
}

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// namedTest is how SECURITY.md names a test: the package's folder and the function.
var namedTest = regexp.MustCompile("`([a-z0-9/]+) ((?:Test|Fuzz)[A-Za-z0-9_]+)`")

// testFunction is the head of a test as it stands in a file.
var testFunction = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9_]+)\(`)

// testsOf lists the tests of a package's folder.
func testsOf(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../..", folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range testFunction.FindAllStringSubmatch(string(b), -1) {
			out = append(out, m[1])
		}
	}
	return out
}

func TestEveryTestThatSecurityMDNamesExists(t *testing.T) {
	doc, err := os.ReadFile("../../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	have := map[string][]string{}
	named := namedTest.FindAllStringSubmatch(string(doc), -1)
	for _, m := range named {
		folder, name := m[1], m[2]
		if have[folder] == nil {
			have[folder] = testsOf(t, folder)
		}
		if !slices.Contains(have[folder], name) {
			t.Errorf("SECURITY.md names %s in %s, which does not exist", name, folder)
		}
	}
	if len(named) < 60 {
		t.Errorf("only %d tests are named", len(named))
	}
}

func TestEveryThreatOfSecurityMDNamesATest(t *testing.T) {
	doc, err := os.ReadFile("../../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(doc), "\n## Threats")
	rows := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|--") || strings.HasPrefix(line, "| threat") {
			continue
		}
		rows++
		if len(cells) != 3 || !namedTest.MatchString(cells[2]) {
			t.Errorf("no test is named for: %s", strings.TrimSpace(cells[0]))
		}
	}
	if rows < 30 {
		t.Errorf("only %d threats were found", rows)
	}
}

func TestEveryFuzzTargetHasACommittedCorpus(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{.Dir}}", "dari/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	targets := 0
	for _, dir := range strings.Fields(string(out)) {
		folder, err := filepath.Rel(root, dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range testsOf(t, folder) {
			if !strings.HasPrefix(name, "Fuzz") {
				continue
			}
			targets++
			corpus, err := os.ReadDir(filepath.Join(dir, "testdata", "fuzz", name))
			if err != nil || len(corpus) < 2 {
				t.Errorf("%s %s has %d inputs in testdata/fuzz: %v", folder, name, len(corpus), err)
			}
		}
	}
	if targets < 50 {
		t.Errorf("only %d targets were found", targets)
	}
}

// What comes from the internet before anybody is known is parsed and checked by these.
func TestEveryParserAndSignatureCheckIsFuzzed(t *testing.T) {
	for folder, names := range map[string][]string{
		"channels/naverworks": {"FuzzParse", "FuzzVerify", "FuzzKey"},
		"channels/line":       {"FuzzParse", "FuzzVerify"},
		"channels/slack":      {"FuzzParse", "FuzzVerify"},
		"channels/teams":      {"FuzzParse", "FuzzVerify", "FuzzServiceURL"},
		"channels/web":        {"FuzzParse", "FuzzVerify"},
		"channels":            {"FuzzDecode"},
		"dialog/http":         {"FuzzAnswer", "FuzzStream", "FuzzLate", "FuzzVerify"},
		"dialog/remote":       {"FuzzStream"},
		"bot":                 {"FuzzMediaToken", "FuzzLateToken"},
		"bot/message":         {"FuzzMessage", "FuzzCheckDepth"},
		"bot/config":          {"FuzzLoad"},
		"bot/outbound":        {"FuzzCheckURL"},
		"bot/settings":        {"FuzzClean"},
		"bot/words":           {"FuzzPreferred"},
		"store":               {"FuzzOpen", "FuzzValidMAC", "FuzzKeyFile"},
		"store/boltstore":     {"FuzzDecodeEvent"},
		"web":                 {"FuzzDecode", "FuzzQuery", "FuzzBearer"},
		"web/trace":           {"FuzzMaskJSON"},
		"web/console":         {"FuzzLocalPath", "FuzzAttempt", "FuzzClaims"},
	} {
		have := testsOf(t, folder)
		for _, name := range names {
			if !slices.Contains(have, name) {
				t.Errorf("%s has no %s", folder, name)
			}
		}
	}
	// Every engine that reads a remote side's answers.
	for _, engine := range []string{"anthropic", "clova", "danbee", "dialogflow", "dify", "directline", "kakao", "lex", "openai", "rasa"} {
		if !slices.ContainsFunc(testsOf(t, "dialog/"+engine), func(name string) bool { return strings.HasPrefix(name, "Fuzz") }) {
			t.Errorf("dialog/%s fuzzes nothing", engine)
		}
	}
}

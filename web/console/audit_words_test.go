package console

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"dari/bot/words"
	"dari/store"
)

func TestEveryActionOfTheAuditLogHasAName(t *testing.T) {
	var files []string
	for _, dir := range []string{".", ".."} {
		names, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, names...)
	}
	noted := regexp.MustCompile(`(?:\.note\(\w+, |\.audit\.by\(\w+, \w+, |\.turn\(c, \w+, |\.changed\(c, |\.menuChanged\(c, |d\.serve\(c, )"([a-z_]+\.[a-z_]+)"`)
	own := regexp.MustCompile(`(?:c\.audit|c\.auditDetail)\(g, [^,]+, "([a-z_]+)"`)
	seen := 0
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for prefix, re := range map[string]*regexp.Regexp{"": noted, "console.": own} {
			for _, m := range re.FindAllSubmatch(b, -1) {
				seen++
				if action := prefix + string(m[1]); !slices.Contains(auditActions, action) {
					t.Errorf("%s writes %s, which has no name", name, action)
				}
			}
		}
	}
	if seen < 60 {
		t.Errorf("only %d places write into the log: are they written otherwise now?", seen)
	}
}

func TestTheAuditLogSpeaksTheReadersLanguage(t *testing.T) {
	for _, row := range []struct{ action, who, detail, by, says string }{
		{"conversation.export", "mina", "with personal data", "mina", "개인정보 포함"},
		{"channel.update", "mina", "name: A → B; channel_secret: changed", "mina", "name: A → B; channel_secret: 변경됨"},
		{"api_key.rotate", "key Partner", "replaced by k2, works until 2027-01-01T00:00:00Z", "key Partner", "새 키: k2, 이전 키 만료: 2027-01-01T00:00:00Z"},
		{"desk.token", "token desk: Partner", "", "토큰 데스크: Partner", ""},
		{"desk.token", "token desk", "the header X is missing", "토큰 데스크", "헤더가 없음: X"},
		{"user.role", "mina", "builder", "mina", words.In("ko")["role.builder"]},
		{"bot.create", "mina", "상담 봇", "mina", "상담 봇"},
	} {
		t.Run(row.action+" "+row.detail, func(t *testing.T) {
			a := auditLine{store.Audit{Who: row.who, Action: row.action, Detail: row.detail}}
			if by, says := a.By("ko"), a.Says("ko"); by != row.by || says != row.says {
				t.Errorf("%q: %q", by, says)
			}
		})
	}
}

package console

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"dari/bot/settings"
)

// recognise finds settings of a channel type in whatever people copy: a key file, the text of a page of
// the platform's console, JSON, lines of an environment file. Labels count before shapes, since several
// secrets look alike.
func recognise(typ string, fields []settings.Field, text string) settings.Values {
	known := map[string]bool{}
	for _, f := range fields {
		known[f.Key] = true
	}
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	found := settings.Values{}
	take := func(key, value string) {
		value = strings.Trim(value, " \t\"',;\u00a0\u3000`")
		if shape := shapes[typ][key]; known[key] && found[key] == nil && value != "" && (shape == nil || shape.MatchString(value)) {
			found[key] = value
		}
	}
	for _, pair := range inJSON(text) {
		if key, ok := labelled(typ, pair[0]); ok && !strings.Contains(pair[1], "-----BEGIN") {
			take(key, pair[1])
		}
	}
	if known["private_key"] {
		if block, ok := repairPEM(text); ok {
			found["private_key"] = block
		}
	}
	text = pemText.ReplaceAllString(text, "\n")
	for _, pair := range inLines(text) {
		if key, ok := labelled(typ, pair[0]); ok {
			take(key, pair[1])
		}
	}
	byShape(typ, text, found, take)
	return found
}

// shapes are what values of a type look like; a label before anything else is no label.
var shapes = map[string]map[string]*regexp.Regexp{
	"naverworks": {
		"bot_id":          regexp.MustCompile(`^\d{4,12}$`),
		"client_id":       regexp.MustCompile(`^[A-Za-z0-9_-]{16,40}$`),
		"client_secret":   regexp.MustCompile(`^[A-Za-z0-9_-]{8,40}$`),
		"bot_secret":      regexp.MustCompile(`^[!-~]{8,60}$`),
		"service_account": regexp.MustCompile(`^[^\s@]+@[^\s@]+$`),
	},
	"line": {
		"channel_secret":       regexp.MustCompile(`^[0-9a-fA-F]{32}$`),
		"channel_access_token": regexp.MustCompile(`^[A-Za-z0-9+/=._-]{60,}$`),
		"channel_id":           regexp.MustCompile(`^\d{8,12}$`),
	},
	"slack": {
		"signing_secret": regexp.MustCompile(`^[0-9a-f]{32}$`),
		"client_secret":  regexp.MustCompile(`^[0-9a-f]{32}$`),
		"client_id":      regexp.MustCompile(`^\d{6,}\.\d{6,}$`),
		"bot_token":      regexp.MustCompile(`^xox[a-z]-`),
		"app_token":      regexp.MustCompile(`^xapp-`),
	},
	"teams": {
		"app_id":     regexp.MustCompile(guidShape),
		"tenant_id":  regexp.MustCompile(guidShape),
		"app_secret": regexp.MustCompile(`^[A-Za-z0-9~._-]{20,60}$`),
	},
}

const guidShape = `^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`

// labels are what the consoles of the platforms call the settings, in the three languages, without
// blanks and signs.
var labels = map[string]map[string][]string{
	"naverworks": {
		"bot_id":          {"botid", "봇id", "bot번호", "botno", "ボットid"},
		"bot_secret":      {"botsecret", "봇secret", "봇시크릿", "ボットシークレット"},
		"client_id":       {"clientid", "클라이언트id", "クライアントid"},
		"client_secret":   {"clientsecret", "클라이언트시크릿", "클라이언트secret", "クライアントシークレット"},
		"service_account": {"serviceaccount", "서비스계정", "서비스어카운트", "サービスアカウント"},
		"auth_header":     {"authheader", "danbeenaverworksauth", "인증헤더", "認証ヘッダー"},
	},
	"line": {
		"channel_secret":       {"channelsecret", "채널시크릿", "채널secret", "チャネルシークレット"},
		"channel_access_token": {"channelaccesstoken", "channelaccesstokenlonglived", "채널액세스토큰", "チャネルアクセストークン", "チャネルアクセストークン長期", "accesstoken"},
		"channel_id":           {"channelid", "채널id", "チャネルid"},
	},
	"slack": {
		"signing_secret": {"signingsecret", "서명비밀", "署名シークレット"},
		"bot_token":      {"bottoken", "botuseroauthtoken", "봇토큰", "봇사용자oauth토큰", "ボットトークン", "ボットユーザーoauthトークン"},
		"app_token":      {"apptoken", "apptoken", "appleveltoken", "앱레벨토큰", "アプリレベルトークン"},
		"client_id":      {"clientid", "클라이언트id", "クライアントid"},
		"client_secret":  {"clientsecret", "클라이언트시크릿", "클라이언트비밀", "クライアントシークレット"},
	},
	"teams": {
		"app_id":     {"appid", "applicationclientid", "applicationid", "microsoftappid", "clientid", "애플리케이션클라이언트id", "アプリケーションクライアントid", "앱id", "アプリid"},
		"tenant_id":  {"tenantid", "directorytenantid", "microsoftapptenantid", "apptenantid", "tenant", "디렉터리테넌트id", "ディレクトリテナントid", "테넌트id", "テナントid"},
		"app_secret": {"appsecret", "clientsecret", "clientsecretvalue", "microsoftapppassword", "password", "value", "secret", "값", "値", "클라이언트비밀", "클라이언트암호", "クライアントシークレット"},
	},
}

func labelled(typ, label string) (key string, ok bool) {
	plain := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, label)
	for key, names := range labels[typ] {
		if slices.Contains(names, plain) {
			return key, true
		}
	}
	return "", false
}

// inJSON returns the names and texts of a JSON object in the text, at any depth.
func inJSON(text string) (pairs [][2]string) {
	start, end := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}')
	if start < 0 || end < start {
		return nil
	}
	var v any
	d := json.NewDecoder(bytes.NewReader([]byte(text[start : end+1])))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return nil
	}
	var walk func(name string, v any)
	walk = func(name string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(v)) {
				walk(k, v[k])
			}
		case []any:
			for _, e := range v {
				walk(name, e)
			}
		case string:
			pairs = append(pairs, [2]string{name, v})
		case json.Number:
			pairs = append(pairs, [2]string{name, v.String()})
		}
	}
	walk("", v)
	return pairs
}

var separators = regexp.MustCompile(`\s*[:=：]\s*|\t+|\s{2,}`)

// inLines returns labels with what stands behind them in the line or in the next one.
func inLines(text string) (pairs [][2]string) {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	for i, line := range lines {
		if at := separators.FindStringIndex(line); at != nil && at[0] > 0 {
			rest := strings.Fields(line[at[1]:])
			if len(rest) > 0 {
				pairs = append(pairs, [2]string{line[:at[0]], rest[0]})
			}
		}
		if words := strings.Fields(line); len(words) > 1 { // "Bot ID 3001234"
			pairs = append(pairs, [2]string{strings.Join(words[:len(words)-1], " "), words[len(words)-1]})
		}
		// Consoles put buttons such as "Copy" between a label and its value.
		for _, next := range lines[i+1 : min(len(lines), i+4)] {
			if !strings.ContainsAny(next, " \t") {
				pairs = append(pairs, [2]string{line, next})
			}
		}
	}
	return pairs
}

// token is a run of characters that keys and ids consist of.
var token = regexp.MustCompile(`[A-Za-z0-9+/=._~@-]{8,}`)

var (
	serviceAccount = regexp.MustCompile(`^[^\s@]+\.serviceaccount@[^\s@]+$`)
	entraSecret    = regexp.MustCompile(`^[A-Za-z0-9._-]{3}[78]Q~[A-Za-z0-9~._-]{31,34}$`)
)

// byShape takes what has no label but can be nothing else.
func byShape(typ, text string, found settings.Values, take func(key, value string)) {
	taken := map[string]bool{}
	for _, v := range found {
		text, _ := v.(string)
		taken[text] = true
	}
	for _, t := range token.FindAllString(text, -1) {
		t = strings.Trim(t, "=.")
		if typ == "line" && strings.Contains(text, t+"=") {
			t += "=" // the end of a long-lived token
		}
		if taken[t] {
			continue
		}
		for _, key := range certain(typ, t) {
			if found[key] == nil {
				take(key, t)
				break
			}
		}
	}
}

// certain are the settings that a value of this shape can be, the likelier first.
func certain(typ, t string) []string {
	is := func(key string) bool { return shapes[typ][key].MatchString(t) }
	switch {
	case typ == "naverworks" && serviceAccount.MatchString(t):
		return []string{"service_account"}
	case typ == "line" && is("channel_secret"):
		return []string{"channel_secret"}
	case typ == "line" && len(t) >= 100:
		return []string{"channel_access_token"}
	case typ == "slack" && is("bot_token"):
		return []string{"bot_token"}
	case typ == "slack" && is("app_token"):
		return []string{"app_token"}
	case typ == "slack" && is("client_id"):
		return []string{"client_id"}
	case typ == "teams" && entraSecret.MatchString(t):
		return []string{"app_secret"}
	}
	return nil
}

var (
	escapedBreaks = regexp.MustCompile(`\\+[rn]`)
	// Word processors turn the dashes into longer ones.
	pemText = regexp.MustCompile(`(?s)[-–—]{2,}\s*BEGIN ([A-Z ]*PRIVATE KEY)\s*[-–—]{2,}(.*?)[-–—]{2,}\s*END [A-Z ]*PRIVATE KEY\s*[-–—]{2,}`)
)

// repairPEM finds a private key and writes it as PEM has to be: line breaks that were lost or escaped
// come back, blanks and quotes go. https://www.rfc-editor.org/rfc/rfc7468#section-2
func repairPEM(text string) (string, bool) {
	m := pemText.FindStringSubmatch(escapedBreaks.ReplaceAllString(text, "\n"))
	if m == nil {
		return "", false
	}
	body := strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) || strings.ContainsRune("+/=", r) {
			return r
		}
		return -1
	}, m[2])
	var b strings.Builder
	b.WriteString("-----BEGIN " + m[1] + "-----\n")
	for len(body) > 64 {
		b.WriteString(body[:64] + "\n")
		body = body[64:]
	}
	b.WriteString(body + "\n-----END " + m[1] + "-----\n")
	return b.String(), len(body) > 0
}

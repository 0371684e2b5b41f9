package channeltest

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf16"

	"github.com/golang-jwt/jwt/v5"

	"dari/bot/settings"
	"dari/channels"
)

// The one bot and the one app that the fake NAVER WORKS knows.
const (
	NaverWorksBotID          = "3001234"
	NaverWorksBotSecret      = "0123456789abcdefSampleBotSecret"
	NaverWorksClientID       = "EXAMPLECLIENTID00001"
	NaverWorksClientSecret   = "exampleSecret1"
	NaverWorksServiceAccount = "a1b2c.serviceaccount@example.com"
	NaverWorksAuthHeader     = "exampleDeskHeader1"

	// NaverWorksTokenPath issues tokens; messages to members and rooms go below the other two.
	NaverWorksTokenPath    = "/oauth2/v2.0/token"
	NaverWorksUsersPath    = "/v1.0/bots/" + NaverWorksBotID + "/users/"
	NaverWorksChannelsPath = "/v1.0/bots/" + NaverWorksBotID + "/channels/"

	// NaverWorksBotPath is the bot itself and the beginning of all that belongs to it; attachments are
	// asked for below the second and kept below the third, which is the storage's.
	NaverWorksBotPath         = "/v1.0/bots/" + NaverWorksBotID
	NaverWorksAttachmentsPath = NaverWorksBotPath + "/attachments"
	NaverWorksStoragePath     = "/k/emsg/r/kr1/"
	NaverWorksMenuPath        = NaverWorksBotPath + "/persistentmenu"
)

var naverWorksKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// NaverWorksPrivateKey is the service account's key (PKCS#8 PEM), made anew for each test binary.
var NaverWorksPrivateKey = sync.OnceValue(func() string {
	der, err := x509.MarshalPKCS8PrivateKey(naverWorksKey())
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
})

// NaverWorksSettings are valid settings of a channel on the fake platform.
func NaverWorksSettings(platformURL string) settings.Values {
	return settings.Values{
		"bot_id":          NaverWorksBotID,
		"bot_secret":      NaverWorksBotSecret,
		"client_id":       NaverWorksClientID,
		"client_secret":   NaverWorksClientSecret,
		"service_account": NaverWorksServiceAccount,
		"private_key":     NaverWorksPrivateKey(),
		"auth_header":     NaverWorksAuthHeader,
		"auth_base_url":   platformURL + "/oauth2/v2.0",
		"api_base_url":    platformURL + "/v1.0",
	}
}

// SignNaverWorks makes the callback that the platform would send with this body.
func SignNaverWorks(secret, botID string, body []byte) *channels.Request {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	r := &channels.Request{Header: http.Header{}, ContentType: "application/json; charset=UTF-8", Body: body}
	r.Header.Set("Content-Type", r.ContentType)
	r.Header.Set("X-WORKS-BotId", botID)
	r.Header.Set("X-WORKS-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return r
}

// NaverWorksText is the callback body of a text that a member sent: in the 1:1 chat when room is "".
func NaverWorksText(user, room, text string, at time.Time) []byte {
	source := map[string]any{"userId": user, "domainId": 10400123}
	if room != "" {
		source["channelId"] = room
	}
	body, err := json.Marshal(map[string]any{
		"type": "message", "source": source,
		"issuedTime": at.UTC().Format("2006-01-02T15:04:05.000Z"),
		"content":    map[string]any{"type": "text", "text": text},
	})
	if err != nil {
		panic(err)
	}
	return body
}

// NaverWorksOptions vary the fake platform.
type NaverWorksOptions struct {
	// ExpiresIn is the JSON of expires_in; the default is the string "86400".
	ExpiresIn json.RawMessage
	// ScopeSeparator stands between the scopes of a token answer; the default is a space.
	ScopeSeparator string
	// Rotate hands out a new refresh token with every refresh.
	Rotate bool
	// Ticked are the scopes that the console allows; the default is what Dari asks for.
	Ticked []string
	// Bot replaces properties of the bot object.
	Bot map[string]any
	// Domains are the companies that the bot was added to; the default is one where it is public.
	Domains []map[string]any
	// Files are what members have sent, by file id.
	Files map[string][]byte
	// Storage is the base address of the storage; the default is the fake itself.
	Storage string
	// StoredAs is the file id in the storage's answer to an upload; the default is the one that was
	// announced, "-" an answer that is no JSON.
	StoredAs string
	// OneMenu refuses any menu while there is a persistent one.
	OneMenu bool
	// Now is the platform's clock, shown in the Date header; without it there is no such header.
	Now func() time.Time
}

// NaverWorks starts a fake NAVER WORKS with one bot. A newly issued token kills the one before, which
// the documentation leaves open and a client therefore has to survive.
func NaverWorks() *Platform { return NaverWorksWith(NaverWorksOptions{}) }

// NaverWorksWith starts a fake NAVER WORKS that differs from the usual one.
func NaverWorksWith(o NaverWorksOptions) *Platform {
	if o.ExpiresIn == nil {
		o.ExpiresIn = json.RawMessage(`"86400"`)
	}
	if o.Ticked == nil {
		o.Ticked = []string{"bot", "bot.message", "bot.read", "user.profile.read"}
	}
	o.ScopeSeparator = cmp.Or(o.ScopeSeparator, " ")
	if o.Domains == nil {
		o.Domains = []map[string]any{{"domainId": 10400123, "visible": true, "allowToSelectedMember": false}}
	}
	w := &naverWorks{NaverWorksOptions: o, refresh: map[string]string{}, uploads: map[string]worksUpload{}, menus: map[string]*worksMenu{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+NaverWorksTokenPath, w.token)
	mux.HandleFunc("GET /v1.0/bots/{bot}", w.authorized(w.getBot, "bot", "bot.read"))
	send := w.authorized(w.send, "bot", "bot.message")
	mux.HandleFunc("POST /v1.0/bots/{bot}/users/{user}/messages", send)
	mux.HandleFunc("POST /v1.0/bots/{bot}/channels/{channel}/messages", send)
	mux.HandleFunc("PATCH /v1.0/bots/{bot}", w.authorized(w.patchBot, "bot"))
	mux.HandleFunc("GET /v1.0/bots/{bot}/domains", w.authorized(w.listDomains, "bot", "bot.read"))
	w.serveMenus(mux)
	mux.HandleFunc("POST /v1.0/bots/{bot}/attachments", w.authorized(w.announce, "bot", "bot.message"))
	mux.HandleFunc("GET /v1.0/bots/{bot}/attachments/{file}", w.authorized(w.locate, "bot", "bot.message"))
	mux.HandleFunc("POST "+NaverWorksStoragePath+"{file}/{name}", w.authorized(w.store, "bot", "bot.message"))
	mux.HandleFunc("GET "+NaverWorksStoragePath+"{file}/{name}", w.authorized(w.serve, "bot", "bot.message"))
	return NewPlatform(w.dated(mux))
}

// dated sets the Date header, which a server would otherwise take from the machine's clock.
func (w *naverWorks) dated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header()["Date"] = nil
		if w.Now != nil {
			rw.Header().Set("Date", w.Now().UTC().Format(http.TimeFormat))
		}
		next.ServeHTTP(rw, r)
	})
}

type naverWorks struct {
	NaverWorksOptions

	mu      sync.Mutex
	issued  int
	live    string            // the only access token that works
	scope   string            // of the live token
	refresh map[string]string // live refresh tokens and their scopes
	uploads map[string]worksUpload
	menu    bool                  // there is a persistent menu
	made    int                   // rich menus
	menus   map[string]*worksMenu // by id
	shown   string                // id of the rich menu that all members see
}

func (w *naverWorks) token(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.ParseForm() != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		worksOAuthError(rw, "invalid_request", "the body is no form")
		return
	}
	f := r.PostForm
	if f.Get("client_id") != NaverWorksClientID || f.Get("client_secret") != NaverWorksClientSecret {
		worksOAuthError(rw, "invalid_client", "client authentication failed")
		return
	}
	switch f.Get("grant_type") {
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		w.grantAssertion(rw, f)
	case "refresh_token":
		w.grantRefresh(rw, f)
	default:
		worksOAuthError(rw, "unsupported_grant_type", "grant_type is not known")
	}
}

func (w *naverWorks) grantAssertion(rw http.ResponseWriter, f url.Values) {
	if err := checkWorksAssertion(f.Get("assertion")); err != nil {
		worksOAuthError(rw, "invalid_grant", err.Error())
		return
	}
	asked := strings.Fields(f.Get("scope"))
	for _, s := range asked {
		if !slices.Contains(w.Ticked, s) {
			asked = nil
		}
	}
	if len(asked) == 0 {
		worksOAuthError(rw, "invalid_scope", "Request scope is not valid.")
		return
	}
	w.issue(rw, strings.Join(asked, " "), true)
}

func (w *naverWorks) grantRefresh(rw http.ResponseWriter, f url.Values) {
	scope, ok := w.refresh[f.Get("refresh_token")]
	if !ok {
		worksOAuthError(rw, "invalid_grant", "the refresh token is not valid")
		return
	}
	if w.Rotate {
		delete(w.refresh, f.Get("refresh_token"))
	}
	w.issue(rw, scope, w.Rotate)
}

func (w *naverWorks) issue(rw http.ResponseWriter, scope string, withRefresh bool) {
	w.issued++
	w.live = fmt.Sprintf("kr1AAAA%04daccess+/%s==", w.issued, rand.Text())
	w.scope = scope
	answer := map[string]any{
		"access_token": w.live, "token_type": "Bearer", "expires_in": w.ExpiresIn,
		"scope": strings.ReplaceAll(scope, " ", w.ScopeSeparator),
	}
	if withRefresh {
		refresh := fmt.Sprintf("kr1AAAA%04drefresh+/%s==", w.issued, rand.Text())
		w.refresh[refresh] = scope
		answer["refresh_token"] = refresh
	}
	worksJSON(rw, http.StatusOK, answer)
}

// checkWorksAssertion is as strict as the platform: signature, numeric times, at most an hour apart.
func checkWorksAssertion(assertion string) error {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithJSONNumber(), jwt.WithoutClaimsValidation())
	if _, err := parser.ParseWithClaims(assertion, claims, func(*jwt.Token) (any, error) { return naverWorksKey().Public(), nil }); err != nil {
		return err
	}
	if claims["iss"] != NaverWorksClientID || claims["sub"] != NaverWorksServiceAccount {
		return fmt.Errorf("iss %v or sub %v is not known", claims["iss"], claims["sub"])
	}
	iat, isNumber := claims["iat"].(json.Number)
	exp, areNumbers := claims["exp"].(json.Number)
	from, errFrom := iat.Int64()
	until, errUntil := exp.Int64()
	if !isNumber || !areNumbers || errFrom != nil || errUntil != nil {
		return fmt.Errorf("iat and exp must be whole numbers")
	}
	if life := until - from; life <= 0 || life > 3600 {
		return fmt.Errorf("exp is %d s after iat", life)
	}
	return nil
}

// authorized lets a call pass that carries the live token with at least one of the scopes.
func (w *naverWorks) authorized(next http.HandlerFunc, scopes ...string) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		live, granted := w.live, strings.Fields(w.scope)
		w.mu.Unlock()
		switch {
		case live == "" || r.Header.Get("Authorization") != "Bearer "+live:
			rw.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			worksError(rw, http.StatusUnauthorized, "UNAUTHORIZED", "Authentication failed")
		case !slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(granted, s) }):
			worksError(rw, http.StatusForbidden, "FORBIDDEN", "The token lacks the scope")
		case r.PathValue("bot") != NaverWorksBotID && !strings.HasPrefix(r.URL.Path, NaverWorksStoragePath):
			worksError(rw, http.StatusNotFound, "BOT_NOT_EXIST", "Bot does not exist")
		default:
			next(rw, r)
		}
	}
}

func (w *naverWorks) getBot(rw http.ResponseWriter, _ *http.Request) {
	bot := map[string]any{
		"botId": json.Number(NaverWorksBotID), "botName": "총무봇", "description": "휴가와 회의실을 안내합니다.",
		"photoUrl":       "https://static.example.com/bot/640x640.png",
		"enableCallback": true, "callbackUrl": "https://bot.example.com/naverworks/test-channel/webhook",
		"channelEvents":  []string{"message", "join", "leave", "joined", "left", "postback", "begin", "end"},
		"callbackEvents": []string{"text", "location", "sticker", "image", "file", "audio", "video"},
	}
	w.mu.Lock()
	maps.Copy(bot, w.Bot)
	w.mu.Unlock()
	worksJSON(rw, http.StatusOK, bot)
}

func worksWithin(s string, limit int) bool { return s != "" && len(utf16.Encode([]rune(s))) <= limit }

func worksOAuthError(rw http.ResponseWriter, code, description string) {
	status := http.StatusBadRequest
	if code == "invalid_client" {
		status = http.StatusUnauthorized
	}
	worksJSON(rw, status, map[string]string{"error": code, "error_description": description})
}

func worksError(rw http.ResponseWriter, status int, code, description string) {
	worksJSON(rw, status, map[string]string{"code": code, "description": description})
}

func worksJSON(rw http.ResponseWriter, status int, v any) {
	rw.Header().Set("Content-Type", "application/json;charset=UTF-8")
	rw.WriteHeader(status)
	json.NewEncoder(rw).Encode(v)
}

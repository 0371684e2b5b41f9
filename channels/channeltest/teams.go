package channeltest

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"dari/bot/settings"
	"dari/channels"
)

// What the fake Bot service knows about its one bot.
const (
	TeamsAppID  = "b5f1c0de-0a11-4c0d-9e57-3a7d5e0f4a21"
	TeamsSecret = "fake~client~secret~of~the~bot"
	TeamsTenant = "4d2b7c1a-6e0f-4b39-8a55-91c0de77f0aa"
	// TeamsIssuer signs every callback, in all tenants of the public cloud.
	TeamsIssuer = "https://api.botframework.com"
	// TeamsKeyID and TeamsWebChatKeyID are the keys served at first; the second is not endorsed for Teams.
	TeamsKeyID        = "fake-key-teams"
	TeamsWebChatKeyID = "fake-key-webchat"
)

// teamsKeys makes the keys once per process: two, because a signature must not fit another key.
var teamsKeys = [2]func() *rsa.PrivateKey{newTeamsKey(), newTeamsKey()}

func newTeamsKey() func() *rsa.PrivateKey {
	return sync.OnceValue(func() *rsa.PrivateKey {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		return key
	})
}

// teamsKey is the private key of a key id: every id but the web chat's is of one key.
func teamsKey(id string) *rsa.PrivateKey {
	if id == TeamsWebChatKeyID {
		return teamsKeys[1]()
	}
	return teamsKeys[0]()
}

// TeamsPlatform is a fake Bot Connector with its key list and token endpoint.
type TeamsPlatform struct {
	*Platform

	mu      sync.Mutex
	keyIDs  []string
	life    any // expires_in of the next tokens
	tokens  map[string]bool
	sent    int
	ids     map[string]bool // of messages that can be updated and deleted
	streams map[string]*teamsStream
	files   map[string]TeamsFile
	uploads map[string][]byte
}

// TeamsFile is a file that the fake serves.
type TeamsFile struct {
	ContentType string
	Body        []byte
	NoLength    bool   // the answer does not tell how long it is
	Location    string // a redirect instead of the file
}

// teamsStream is a message that is still growing.
type teamsStream struct {
	sequence int
	text     string
	done     bool
}

// Teams starts a fake Bot Connector.
func Teams() *TeamsPlatform {
	p := &TeamsPlatform{
		keyIDs: []string{TeamsKeyID, TeamsWebChatKeyID}, life: 3599, tokens: map[string]bool{},
		ids: map[string]bool{}, streams: map[string]*teamsStream{}, files: map[string]TeamsFile{}, uploads: map[string][]byte{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /openid", p.metadata)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("POST /v3/conversations/{id}/activities", p.bot(p.activity))
	mux.HandleFunc("POST /v3/conversations/{id}/activities/{activity}", p.bot(p.activity))
	mux.HandleFunc("PUT /v3/conversations/{id}/activities/{activity}", p.bot(p.update))
	mux.HandleFunc("DELETE /v3/conversations/{id}/activities/{activity}", p.bot(p.withdraw))
	mux.HandleFunc("POST /v3/conversations", p.bot(p.create))
	mux.HandleFunc("GET /v3/conversations/{id}/members/{member}", p.bot(p.member))
	mux.HandleFunc("GET /v3/conversations/{id}/pagedmembers", p.bot(p.members))
	mux.HandleFunc("GET /v3/attachments/{id}/views/{view}", p.bot(p.file))
	mux.HandleFunc("GET /files/", p.unsigned(p.file))
	mux.HandleFunc("PUT /upload/", p.unsigned(p.upload))
	p.Platform = NewPlatform(anyServiceURL(mux))
	return p
}

// anyServiceURL takes the path of a service URL ("/teams", "/apac/<tenant>") away.
func anyServiceURL(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		prefix, _, ok := strings.Cut(r.URL.Path, "/v3/")
		if path, isRoot := strings.CutSuffix(r.URL.Path, "/v3/conversations"); isRoot {
			prefix, ok = path, true
		}
		if !ok {
			prefix = ""
		}
		http.StripPrefix(prefix, next).ServeHTTP(w, r)
	})
}

// Serve puts a file at a path: below /files/ anybody may have it, /v3/attachments/{id}/views/original
// needs the bot's token.
func (p *TeamsPlatform) Serve(path string, f TeamsFile) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files[path] = f
}

// Uploaded returns what was put at a path below /upload/.
func (p *TeamsPlatform) Uploaded(path string) ([]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b, ok := p.uploads[path]
	return b, ok
}

// TeamsSettings are the settings of a channel on the fake at that address.
func TeamsSettings(platformURL string) settings.Values {
	_, host, _ := strings.Cut(platformURL, "://")
	return settings.Values{
		"app_id": TeamsAppID, "app_secret": TeamsSecret, "tenant_id": TeamsTenant,
		"openid_metadata_url":   platformURL + "/openid",
		"token_url":             platformURL + "/token",
		"allowed_service_hosts": []string{host},
	}
}

// SignTeams makes the callback that the Bot service posts for this activity at that time. The token
// is good for an hour.
func SignTeams(appID, serviceURL string, body []byte, at time.Time) *channels.Request {
	token := TeamsToken(TeamsKeyID, jwt.MapClaims{
		"iss": TeamsIssuer, "aud": appID, "serviceurl": serviceURL,
		"nbf": at.Unix(), "exp": at.Add(time.Hour).Unix(),
	})
	return TeamsRequest(token, body, at)
}

// TeamsToken signs claims as the Bot service does, with the key of that id.
func TeamsToken(keyID string, claims jwt.MapClaims) string {
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	t.Header["kid"] = keyID
	signed, err := t.SignedString(teamsKey(keyID))
	if err != nil {
		panic(err)
	}
	return signed
}

// TeamsRequest is a callback with any token.
func TeamsRequest(token string, body []byte, at time.Time) *channels.Request {
	return &channels.Request{
		Header:      http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}},
		ContentType: "application/json", Body: body, ReceivedAt: at,
	}
}

// ServeKeys replaces the published keys; all but TeamsWebChatKeyID are endorsed for Teams.
func (p *TeamsPlatform) ServeKeys(ids ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keyIDs = ids
}

// TokenLife sets the expires_in of the next tokens, a number or a text.
func (p *TeamsPlatform) TokenLife(seconds any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.life = seconds
}

func (p *TeamsPlatform) metadata(w http.ResponseWriter, r *http.Request) {
	teamsAnswer(w, http.StatusOK, map[string]any{
		"issuer": TeamsIssuer, "jwks_uri": "http://" + r.Host + "/keys",
		"id_token_signing_alg_values_supported": []string{"RS256"},
	})
}

func (p *TeamsPlatform) keys(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := []map[string]any{}
	for _, id := range p.keyIDs {
		public := teamsKey(id).PublicKey
		endorsements := []string{"webchat", "directline"}
		if id != TeamsWebChatKeyID {
			endorsements = append(endorsements, "msteams", "skype")
		}
		list = append(list, map[string]any{
			"kty": "RSA", "use": "sig", "kid": id, "x5t": id,
			"n":            base64.RawURLEncoding.EncodeToString(public.N.Bytes()),
			"e":            base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes()),
			"endorsements": endorsements,
		})
	}
	teamsAnswer(w, http.StatusOK, map[string]any{"keys": list})
}

// token is Entra ID's endpoint for the client credentials flow.
func (p *TeamsPlatform) token(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, code, text string) {
		teamsAnswer(w, status, map[string]any{"error": code, "error_description": text})
	}
	form := url.Values{}
	if r.ParseForm() == nil {
		form = r.PostForm
	}
	switch {
	case form.Get("grant_type") != "client_credentials":
		refuse(http.StatusBadRequest, "unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.")
	case form.Get("scope") != "https://api.botframework.com/.default":
		refuse(http.StatusBadRequest, "invalid_scope", "AADSTS70011: The provided value for scope is not valid.")
	case form.Get("client_id") != TeamsAppID:
		refuse(http.StatusBadRequest, "unauthorized_client", "AADSTS700016: Application was not found in the directory.")
	case form.Get("client_secret") != TeamsSecret:
		refuse(http.StatusUnauthorized, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
	default:
		p.mu.Lock()
		defer p.mu.Unlock()
		token := fmt.Sprintf("fake-connector-token-%d", len(p.tokens)+1)
		p.tokens[token] = true
		teamsAnswer(w, http.StatusOK, map[string]any{
			"token_type": "Bearer", "expires_in": p.life, "ext_expires_in": p.life, "access_token": token,
		})
	}
}

// bot lets only calls with an issued token through.
func (p *TeamsPlatform) bot(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		p.mu.Lock()
		known := ok && p.tokens[token]
		p.mu.Unlock()
		if !known {
			teamsError(w, http.StatusUnauthorized, "Unauthorized", "Authorization has been denied for this request.")
			return
		}
		next(w, r)
	}
}

// unsigned refuses calls that carry a token to where its address alone is the permission.
func (p *TeamsPlatform) unsigned(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			http.Error(w, "this address takes no token", http.StatusBadRequest)
			return
		}
		next(w, r)
	}
}

func (p *TeamsPlatform) file(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	f, ok := p.files[r.URL.Path]
	p.mu.Unlock()
	switch {
	case !ok:
		http.NotFound(w, r)
		return
	case f.Location != "":
		http.Redirect(w, r, f.Location, http.StatusFound)
		return
	}
	w.Header().Set("Content-Type", f.ContentType)
	if f.NoLength {
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
	} else {
		w.Header().Set("Content-Length", fmt.Sprint(len(f.Body)))
	}
	// A client that only wanted the length has gone away.
	_, _ = w.Write(f.Body)
}

// upload is an upload session of OneDrive, which wants the whole file in one piece here.
func (p *TeamsPlatform) upload(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	n := len(body)
	if want := fmt.Sprintf("bytes 0-%d/%d", n-1, n); err != nil || n == 0 || r.Header.Get("Content-Range") != want || r.ContentLength != int64(n) {
		http.Error(w, "Content-Range does not fit", http.StatusRequestedRangeNotSatisfiable)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, used := p.uploads[r.URL.Path]; used {
		http.Error(w, "itemNotFound", http.StatusNotFound)
		return
	}
	p.uploads[r.URL.Path] = body
	teamsAnswer(w, http.StatusCreated, map[string]any{"id": "01FAKE"})
}

package channeltest

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"slices"
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
	ids     map[string]bool // of messages that can be updated
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

// teamsActivity is what the fake looks at in an activity.
type teamsActivity struct {
	Type             string              `json:"type"`
	Text             string              `json:"text"`
	From             struct{ ID string } `json:"from"`
	Conversation     struct{ ID string } `json:"conversation"`
	Attachments      []struct{ ContentType string }
	SuggestedActions *struct{ Actions []json.RawMessage }
	Entities         []struct {
		Type           string
		StreamID       string
		StreamType     string
		StreamSequence *int
	}
}

// fault tells why Teams would refuse the activity: status 0 if it would not.
func (act teamsActivity) fault(conversationID string, size int) (status int, code, text string) {
	bad := func(text string) (int, string, string) { return http.StatusBadRequest, "BadArgument", text }
	switch {
	case !slices.Contains([]string{"message", "typing"}, act.Type):
		return bad("Unknown activity type.")
	case act.From.ID != "28:"+TeamsAppID || act.Conversation.ID != conversationID:
		return bad("From or conversation does not fit.")
	case act.Type == "message" && act.Text == "" && len(act.Attachments) == 0:
		return bad("Activity text is missing.")
	case len(act.Attachments) > 10:
		return bad("Too many attachments.")
	case slices.ContainsFunc(act.Attachments, func(a struct{ ContentType string }) bool { return a.ContentType == "" }):
		return bad("An attachment has no content type.")
	case act.SuggestedActions != nil && len(act.SuggestedActions.Actions) > 3:
		return bad("Too many suggested actions.")
	case size > 100<<10:
		return http.StatusRequestEntityTooLarge, "MessageSizeTooBig", "Message size too large."
	}
	return 0, "", ""
}

// read decodes and checks an activity; it answers what is wrong with it.
func (p *TeamsPlatform) read(w http.ResponseWriter, r *http.Request) (act teamsActivity, ok bool) {
	body, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(body, &act) != nil {
		teamsError(w, http.StatusBadRequest, "BadSyntax", "The body is not JSON.")
		return act, false
	}
	if status, code, text := act.fault(r.PathValue("id"), len(body)); status != 0 {
		teamsError(w, status, code, text)
		return act, false
	}
	return act, true
}

func (p *TeamsPlatform) activity(w http.ResponseWriter, r *http.Request) {
	act, ok := p.read(w, r)
	if !ok {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range act.Entities {
		if e.Type == "streaminfo" {
			p.stream(w, act, e.StreamID, e.StreamType, e.StreamSequence)
			return
		}
	}
	if act.Text != "" && len(act.Attachments) > 0 { // is split, and then has no id
		teamsAnswer(w, http.StatusCreated, map[string]any{})
		return
	}
	teamsAnswer(w, http.StatusCreated, map[string]any{"id": p.newID()})
}

// newID makes the id of a message. The lock is held.
func (p *TeamsPlatform) newID() string {
	p.sent++
	id := fmt.Sprint(1741051354000 + p.sent)
	p.ids[id] = true
	return id
}

// stream takes a part of a growing message. The lock is held.
func (p *TeamsPlatform) stream(w http.ResponseWriter, act teamsActivity, id, kind string, sequence *int) {
	refuse := func(text string) { teamsError(w, http.StatusForbidden, "ContentStreamNotAllowed", text) }
	s := p.streams[id]
	final := kind == "final"
	switch {
	case !strings.HasPrefix(act.Conversation.ID, "a:"):
		refuse("Content stream is not allowed.")
	case act.Text == "":
		teamsError(w, http.StatusBadRequest, "BadRequest", "Start streaming activities should include text.")
	case final != (act.Type == "message") || final != (sequence == nil):
		teamsError(w, http.StatusBadRequest, "BadRequest", "Type, streamType and streamSequence do not fit.")
	case id == "" && !final && *sequence == 1:
		id = p.newID()
		p.streams[id] = &teamsStream{sequence: 1, text: act.Text}
		teamsAnswer(w, http.StatusCreated, map[string]any{"id": id})
	case s == nil:
		teamsError(w, http.StatusBadRequest, "BadRequest", "There is no such stream.")
	case s.done:
		refuse("Content stream is not allowed on an already completed streamed message.")
	case !strings.HasPrefix(act.Text, s.text):
		refuse("Content stream is not allowed: the text does not begin with the text before.")
	case final:
		s.done = true
		teamsAnswer(w, http.StatusAccepted, map[string]any{})
	case *sequence <= s.sequence:
		teamsError(w, http.StatusAccepted, "ContentStreamSequenceOrderPreConditionFailed", "The part came too late.")
	default:
		s.sequence, s.text = *sequence, act.Text
		teamsAnswer(w, http.StatusAccepted, map[string]any{})
	}
}

func (p *TeamsPlatform) update(w http.ResponseWriter, r *http.Request) {
	if _, ok := p.read(w, r); !ok {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	id := r.PathValue("activity")
	if !p.ids[id] {
		teamsError(w, http.StatusNotFound, "ActivityNotFoundInConversation", "There is no such activity.")
		return
	}
	teamsAnswer(w, http.StatusOK, map[string]any{"id": id})
}

// create returns the chat with one person, the same every time.
func (p *TeamsPlatform) create(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		IsGroup  bool                  `json:"isGroup"`
		Bot      struct{ ID string }   `json:"bot"`
		Members  []struct{ ID string } `json:"members"`
		TenantID string                `json:"tenantId"`
	}
	if json.NewDecoder(r.Body).Decode(&ask) != nil || ask.IsGroup || ask.Bot.ID != "28:"+TeamsAppID ||
		len(ask.Members) != 1 || ask.TenantID != TeamsTenant {
		teamsError(w, http.StatusBadRequest, "BadArgument", "Bot, members or tenant do not fit.")
		return
	}
	teamsAnswer(w, http.StatusCreated, map[string]any{"id": "a:chat-with-" + strings.TrimPrefix(ask.Members[0].ID, "29:")})
}

func (p *TeamsPlatform) member(w http.ResponseWriter, r *http.Request) {
	teamsAnswer(w, http.StatusOK, teamsMember(r.PathValue("member")))
}

func (p *TeamsPlatform) members(w http.ResponseWriter, _ *http.Request) {
	teamsAnswer(w, http.StatusOK, map[string]any{"members": []any{teamsMember("")}})
}

func teamsMember(id string) map[string]any {
	return map[string]any{
		"id": cmp.Or(id, "29:fake-user"), "name": "Jiwoo Han", "tenantId": TeamsTenant, "userRole": "user",
		"aadObjectId": "0f3e9a52-7c41-4d8e-b6a0-2d95c1e84b73",
	}
}

func teamsError(w http.ResponseWriter, status int, code, text string) {
	teamsAnswer(w, status, map[string]any{"error": map[string]any{"code": code, "message": text}})
}

func teamsAnswer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A client that has gone away needs no answer.
	_ = json.NewEncoder(w).Encode(body)
}

package dialogtest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"dari/bot/settings"
)

// dialogflowKey is the key of the fake's service account. Making one takes a moment.
var dialogflowKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

const (
	dialogflowAccount = "dari@hanbit-prod.iam.gserviceaccount.com"
	dialogflowKeyID   = "0123456789abcdef0123456789abcdef01234567"
)

// Dialogflow is a fake of Google's token service and of both editions of Dialogflow. The agent repeats
// what it hears and counts the turns of a session.
type Dialogflow struct {
	*Stage
	// Answer, if set, answers what is asked of the agent instead.
	Answer func(DialogflowCall) HTTPAnswer
	// Now is the clock for the age of assertions.
	Now func() time.Time

	mu     sync.Mutex
	issued int
	token  string // the one that is good
	turns  map[string]int
}

// DialogflowCall is one question to the agent.
type DialogflowCall struct {
	Session, Method string
	Input           struct {
		Language string `json:"languageCode"`
		Text     *struct {
			Text     string `json:"text"`
			Language string `json:"languageCode"`
		} `json:"text"`
		Event *struct {
			Name     string `json:"name"`
			Event    string `json:"event"`
			Language string `json:"languageCode"`
		} `json:"event"`
	}
}

// NewDialogflow starts a fake that ends with the test.
func NewDialogflow(t testing.TB) *Dialogflow {
	d := &Dialogflow{turns: map[string]int{}, Now: time.Now}
	d.Stage = NewStage(t, d.play)
	return d
}

// Settings lead to the fake.
func (d *Dialogflow) Settings(t testing.TB, edition string) settings.Values {
	t.Helper()
	key, err := dialogflowKey()
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file, err := json.MarshalIndent(map[string]string{
		"type": "service_account", "project_id": "hanbit-prod", "private_key_id": dialogflowKeyID,
		"private_key":  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"client_email": dialogflowAccount, "token_uri": "https://oauth2.example.com/token",
	}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	v := settings.Values{
		"edition": edition, "service_account": string(file),
		"api_base_url": d.URL, "token_url": d.URL + "/token",
	}
	if edition == "cx" {
		v["agent"] = "aaaa1111-bbbb-2222-cccc-3333dddd4444"
	}
	return v
}

// Revoke makes the token worthless that was issued last.
func (d *Dialogflow) Revoke() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.token = ""
}

// Issued is how many tokens were issued.
func (d *Dialogflow) Issued() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.issued
}

// Asked are the calls to the agent, without those for tokens.
func (d *Dialogflow) Asked() []Call {
	var out []Call
	for _, c := range d.Calls() {
		if c.Path != "/token" {
			out = append(out, c)
		}
	}
	return out
}

func (d *Dialogflow) play(c Call) (HTTPAnswer, error) {
	if c.Path == "/token" {
		return d.grant(c)
	}
	d.mu.Lock()
	authorized := d.token != "" && c.Header.Get("Authorization") == "Bearer "+d.token
	d.mu.Unlock()
	if !authorized {
		return GoogleError(http.StatusUnauthorized, "UNAUTHENTICATED", "Request had invalid authentication credentials."), errors.New("no good token")
	}
	q, err := readDialogflow(c)
	switch {
	case err != nil:
		return GoogleError(http.StatusBadRequest, "INVALID_ARGUMENT", err.Error()), err
	case d.Answer != nil:
		return d.Answer(q), nil
	}
	return d.repeat(q, strings.HasPrefix(c.Path, "/v3/")), nil
}

// grant judges an assertion as the token service does.
func (d *Dialogflow) grant(c Call) (HTTPAnswer, error) {
	form, err := url.ParseQuery(string(c.Body))
	if err != nil || form.Get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		return HTTPAnswer{Status: 400, Body: `{"error":"unsupported_grant_type"}`}, errors.New("no assertion")
	}
	_, err = jwt.Parse(form.Get("assertion"), func(t *jwt.Token) (any, error) {
		if t.Header["kid"] != dialogflowKeyID {
			return nil, fmt.Errorf("kid %v", t.Header["kid"])
		}
		key, err := dialogflowKey()
		return &key.PublicKey, err
	}, jwt.WithValidMethods([]string{"RS256"}), jwt.WithAudience(d.URL+"/token"), jwt.WithIssuer(dialogflowAccount), jwt.WithIssuedAt(), jwt.WithExpirationRequired(), jwt.WithTimeFunc(d.Now))
	if err != nil {
		return HTTPAnswer{Status: 400, Body: `{"error":"invalid_grant","error_description":"Invalid JWT Signature."}`}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.issued++
	d.token = fmt.Sprintf("ya29.token-%d", d.issued)
	return JSON(map[string]any{"access_token": d.token, "expires_in": 3599, "token_type": "Bearer"}), nil
}

var dialogflowPath = regexp.MustCompile(`^/(?:v2/projects/[^/]+(?:/locations/[^/]+)?/agent(?:/environments/[^/]+/users/[^/]+)?|` +
	`v3/projects/[^/]+/locations/[^/]+/agents/[^/]+(?:/environments/[^/]+)?)/sessions/([^/:]+):(detectIntent|matchIntent)$`)

// readDialogflow reads a question and refuses what the editions refuse.
func readDialogflow(c Call) (DialogflowCall, error) {
	match := dialogflowPath.FindStringSubmatch(c.Path)
	if match == nil || utf8.RuneCountInString(match[1]) > 36 {
		return DialogflowCall{}, fmt.Errorf("resource name %s", c.Path)
	}
	q := DialogflowCall{Session: match[1], Method: match[2]}
	var body struct {
		Input json.RawMessage `json:"queryInput"`
	}
	if err := json.Unmarshal(c.Body, &body); err != nil {
		return q, err
	}
	if err := json.Unmarshal(body.Input, &q.Input); err != nil {
		return q, err
	}
	es, in := strings.HasPrefix(c.Path, "/v2/"), q.Input
	switch {
	case (in.Text == nil) == (in.Event == nil):
		return q, errors.New("exactly one of text and event has to be set")
	case in.Text != nil && (in.Text.Text == "" || es && utf8.RuneCountInString(in.Text.Text) > 256):
		return q, errors.New("the text is empty or too long")
	case !es && (in.Language == "" || in.Text != nil && in.Text.Language != ""),
		es && in.Text != nil && in.Text.Language == "", es && in.Event != nil && in.Event.Language == "":
		return q, errors.New("languageCode is not where it belongs")
	}
	return q, nil
}

// repeat is the answer of the fake's agent.
func (d *Dialogflow) repeat(q DialogflowCall, cx bool) HTTPAnswer {
	heard := ""
	if q.Input.Text != nil {
		heard = q.Input.Text.Text
	} else {
		heard = "event " + q.Input.Event.Name + q.Input.Event.Event
	}
	d.mu.Lock()
	d.turns[q.Session]++
	text := fmt.Sprintf("%d: %s", d.turns[q.Session], heard)
	d.mu.Unlock()
	said := []any{map[string]any{"text": map[string]any{"text": []string{text}}}}
	if cx {
		return JSON(map[string]any{"responseId": "r1", "queryResult": map[string]any{"responseMessages": said}})
	}
	return JSON(map[string]any{"responseId": "r1", "queryResult": map[string]any{"fulfillmentMessages": said}})
}

// GoogleError is an error as Google's services answer it.
func GoogleError(code int, status, text string) HTTPAnswer {
	a := JSON(map[string]any{"error": map[string]any{"code": code, "message": text, "status": status}})
	a.Status = code
	return a
}

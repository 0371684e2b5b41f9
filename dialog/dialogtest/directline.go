package dialogtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"dari/bot/settings"
)

// DirectLineSecret is the secret of a fake Direct Line.
const DirectLineSecret = "directline-secret-1234567890"

// DirectLine is a fake of Direct Line 3.0 and of Copilot Studio's token endpoint. Its bot repeats what
// it hears and counts the turns of a conversation.
type DirectLine struct {
	*Stage
	// Bot, if set, answers an activity instead; After makes the answers wait for further polls.
	Bot func(activity map[string]any) []DirectLineSays
	// Now is the clock for the life of tokens, of TokenLife each.
	Now       func() time.Time
	TokenLife time.Duration
	// Strict makes old conversations unreachable: even the secret does not revive them.
	Strict bool

	mu     sync.Mutex
	fail   map[string][]HTTPAnswer
	tokens map[string]directLineToken
	rooms  map[string]*directLineRoom
}

// DirectLineSays is one activity of the bot.
type DirectLineSays struct {
	After    int // polls
	Activity map[string]any
}

type directLineToken struct {
	room, user string
	until      time.Time
}

type directLineRoom struct {
	open    bool
	turns   int
	log     []map[string]any
	pending []DirectLineSays
}

// NewDirectLine starts a fake that ends with the test.
func NewDirectLine(t testing.TB) *DirectLine {
	d := &DirectLine{
		Now: time.Now, TokenLife: 30 * time.Minute, fail: map[string][]HTTPAnswer{},
		tokens: map[string]directLineToken{}, rooms: map[string]*directLineRoom{},
	}
	d.Stage = NewStage(t, d.play)
	return d
}

// Settings lead to the fake.
func (d *DirectLine) Settings() settings.Values {
	return settings.Values{"secret": DirectLineSecret, "api_base_url": d.URL}
}

// CopilotSettings lead to the fake by the token endpoint of Copilot Studio.
func (d *DirectLine) CopilotSettings() settings.Values {
	return settings.Values{"token_url": d.URL + "/powervirtualagents/botsbyschema/cr0f1_hanbit/directline/token?api-version=2022-03-01-preview", "api_base_url": d.URL}
}

// Fail answers the next calls to "METHOD name" so; the name is the last part of the path.
func (d *DirectLine) Fail(call string, answers ...HTTPAnswer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fail[call] = append(d.fail[call], answers...)
}

// Named are the calls to "METHOD name" so far.
func (d *DirectLine) Named(call string) []Call {
	var out []Call
	for _, c := range d.Calls() {
		if c.Method+" "+c.Path[strings.LastIndexByte(c.Path, '/')+1:] == call {
			out = append(out, c)
		}
	}
	return out
}

// Forget makes all conversations and tokens unknown.
func (d *DirectLine) Forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.tokens)
	clear(d.rooms)
}

// DirectLineError is an error as Direct Line answers it.
func DirectLineError(status int, code, text string) HTTPAnswer {
	a := JSON(map[string]any{"error": map[string]string{"code": code, "message": text}})
	a.Status = status
	return a
}

var directLineRoomPath = regexp.MustCompile(`^/v3/directline/conversations/([^/]+)(/activities)?$`)

func (d *DirectLine) play(c Call) (HTTPAnswer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	name := c.Method + " " + c.Path[strings.LastIndexByte(c.Path, '/')+1:]
	if script := d.fail[name]; len(script) > 0 {
		d.fail[name] = script[1:]
		return script[0], nil
	}
	bearer := strings.TrimPrefix(c.Header.Get("Authorization"), "Bearer ")
	token, known := d.tokens[bearer]
	known = known && d.Now().Before(token.until)
	room := directLineRoomPath.FindStringSubmatch(c.Path)
	switch {
	case name == "GET token" && strings.Contains(c.Query, "api-version="):
		return d.grant("", ""), nil
	case name == "POST generate" && bearer == DirectLineSecret:
		return d.generate(c)
	case name == "POST refresh" && known:
		return d.grant(token.room, token.user), nil
	case name == "POST conversations" && known:
		d.rooms[token.room].open = true
		a := d.grant(token.room, token.user)
		a.Status = http.StatusCreated
		return a, nil
	case room != nil && room[2] == "" && bearer == DirectLineSecret && d.rooms[room[1]] != nil && !d.Strict:
		return d.grant(room[1], ""), nil
	case room == nil || !known || token.room != room[1] || !d.rooms[room[1]].open:
		return DirectLineError(http.StatusForbidden, "BadArgument", "Token not valid for this conversation"), errors.New("no good token for " + name)
	case name == "POST activities":
		return d.hear(c, d.rooms[room[1]], room[1], token)
	case name == "GET activities":
		return d.tell(c, d.rooms[room[1]])
	}
	return DirectLineError(http.StatusNotFound, "NotFound", "no such call"), errors.New("no such call: " + name)
}

func (d *DirectLine) generate(c Call) (HTTPAnswer, error) {
	var body struct {
		User struct {
			ID string `json:"id"`
		} `json:"user"`
	}
	if err := json.Unmarshal(c.Body, &body); err != nil || !strings.HasPrefix(body.User.ID, "dl_") {
		return DirectLineError(http.StatusBadRequest, "BadArgument", "user.id must begin with dl_"), fmt.Errorf("body %s", c.Body)
	}
	return d.grant("", body.User.ID), nil
}

// grant gives a token for a conversation, a new one if it has no name.
func (d *DirectLine) grant(room, user string) HTTPAnswer {
	if room == "" {
		room = fmt.Sprintf("CONV-%d", len(d.rooms)+1)
		d.rooms[room] = &directLineRoom{}
	}
	token := fmt.Sprintf("TOKEN-%d", len(d.tokens)+1)
	d.tokens[token] = directLineToken{room, user, d.Now().Add(d.TokenLife)}
	return JSON(map[string]any{"conversationId": room, "token": token, "expires_in": int(d.TokenLife / time.Second)})
}

// hear takes an activity of the person.
func (d *DirectLine) hear(c Call, r *directLineRoom, name string, token directLineToken) (HTTPAnswer, error) {
	var a map[string]any
	if err := json.Unmarshal(c.Body, &a); err != nil {
		return DirectLineError(http.StatusBadRequest, "BadArgument", "body"), err
	}
	from, _ := a["from"].(map[string]any)
	if token.user != "" && from["id"] != token.user {
		return DirectLineError(http.StatusForbidden, "BadArgument", "from.id"), fmt.Errorf("from %v, the token is for %s", from, token.user)
	}
	id := d.put(r, name, a)
	r.turns++
	if d.Bot != nil {
		r.pending = append(r.pending, d.Bot(a)...)
		return JSON(map[string]string{"id": id}), nil
	}
	text := fmt.Sprintf("%d: %v%v", r.turns, a["text"], a["name"])
	r.pending = append(r.pending, DirectLineSays{Activity: map[string]any{
		"type": "message", "from": map[string]any{"id": "hanbit-bot", "role": "bot"}, "replyToId": id,
		"inputHint": "expectingInput", "text": strings.ReplaceAll(text, "<nil>", ""), "textFormat": "plain",
	}})
	return JSON(map[string]string{"id": id}), nil
}

// put adds an activity to the conversation's log and gives it an id.
func (d *DirectLine) put(r *directLineRoom, name string, a map[string]any) string {
	id := fmt.Sprintf("%s|%07d", name, len(r.log))
	a["id"] = id
	r.log = append(r.log, a)
	return id
}

// tell answers a poll. Activities of the bot become part of the log when their time has come; an answer
// to "last" answers the person's last activity.
func (d *DirectLine) tell(c Call, r *directLineRoom) (HTTPAnswer, error) {
	var later []DirectLineSays
	for _, s := range r.pending {
		if s.After > 0 {
			s.After--
			later = append(later, s)
			continue
		}
		if s.Activity["replyToId"] == "last" {
			s.Activity["replyToId"] = d.last(r)
		}
		d.put(r, directLineRoomPath.FindStringSubmatch(c.Path)[1], s.Activity)
	}
	r.pending = later
	from := 0
	if mark := strings.TrimPrefix(c.Query, "watermark="); mark != c.Query {
		n, err := strconv.Atoi(mark)
		if err != nil || n > len(r.log) {
			return DirectLineError(http.StatusBadRequest, "BadArgument", "watermark"), fmt.Errorf("query %s", c.Query)
		}
		from = n
	}
	return JSON(map[string]any{"activities": r.log[from:], "watermark": strconv.Itoa(len(r.log))}), nil
}

// last is the id of the person's last activity.
func (d *DirectLine) last(r *directLineRoom) any {
	for i := len(r.log) - 1; i >= 0; i-- {
		if from, _ := r.log[i]["from"].(map[string]any); from["role"] == "user" {
			return r.log[i]["id"]
		}
	}
	return ""
}

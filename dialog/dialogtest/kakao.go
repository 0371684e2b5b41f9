package dialogtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// KakaoSkill is a fake skill server. It learns a name ("내 이름은 두리") and keeps it in a context, and takes
// its time over "천천히" when it may call back.
type KakaoSkill struct{ *Stage }

// KakaoPayload is the body of a call.
type KakaoPayload struct {
	Intent struct {
		ID, Name string
		Extra    struct{ Reason struct{ Code int } }
	} `json:"intent"`
	UserRequest struct {
		Timezone, Utterance, Lang, CallbackURL string
		Params                                 map[string]json.RawMessage
		Block                                  struct{ ID, Name string }
		User                                   struct {
			ID, Type   string
			Properties map[string]any
		}
	} `json:"userRequest"`
	Contexts []struct {
		Name     string
		LifeSpan int
		Params   map[string]string
	} `json:"contexts"`
	Bot    struct{ ID, Name string } `json:"bot"`
	Action struct {
		ID, Name     string
		ClientExtra  map[string]any
		Params       map[string]string
		DetailParams map[string]map[string]string
	} `json:"action"`
}

// NewKakaoSkill starts a fake that ends with the test. Its skill stands at URL + "/skill".
func NewKakaoSkill(t testing.TB) *KakaoSkill {
	return &KakaoSkill{NewStage(t, playKakao)}
}

// Payload decodes the body of a call.
func (c Call) Payload(t testing.TB) KakaoPayload {
	t.Helper()
	var p KakaoPayload
	if err := json.Unmarshal(c.Body, &p); err != nil {
		t.Fatalf("%v in %s", err, c.Body)
	}
	return p
}

func playKakao(c Call) (HTTPAnswer, error) {
	if c.Method != http.MethodPost || c.Path != "/skill" {
		return HTTPAnswer{Status: 405}, fmt.Errorf("%s %s is no skill call", c.Method, c.Path)
	}
	var p KakaoPayload
	if err := json.Unmarshal(c.Body, &p); err != nil {
		return HTTPAnswer{Status: 400}, err
	}
	if err := p.check(c); err != nil {
		return HTTPAnswer{Status: 400}, err
	}
	said := p.UserRequest.Utterance
	if name, ok := strings.CutPrefix(said, "내 이름은 "); ok {
		return KakaoTexts("반가워요, "+name, map[string]any{"name": "who", "lifeSpan": 2, "params": map[string]string{"name": name}}), nil
	}
	if strings.Contains(said, "천천히") && p.UserRequest.CallbackURL != "" {
		return JSON(map[string]any{"version": "2.0", "useCallback": true, "data": map[string]string{"text": "잠시만요"}}), nil
	}
	for _, m := range p.Contexts {
		if m.Name == "who" {
			return KakaoTexts(fmt.Sprintf("%s 님, %q 라고요?", m.Params["name"], said)), nil
		}
	}
	return KakaoTexts("누구세요?"), nil
}

// KakaoTexts is an answer with one text that sets contexts.
func KakaoTexts(text string, contexts ...map[string]any) HTTPAnswer {
	a := map[string]any{
		"version":  "2.0",
		"template": map[string]any{"outputs": []any{map[string]any{"simpleText": map[string]string{"text": text}}}},
	}
	if len(contexts) > 0 {
		a["context"] = map[string]any{"values": contexts}
	}
	return JSON(a)
}

// check reports what a skill that was written for Kakao would stumble over.
func (p KakaoPayload) check(c Call) error {
	r, u := p.UserRequest, p.UserRequest.User
	switch {
	case !strings.HasPrefix(c.Header.Get("Content-Type"), "application/json"):
		return fmt.Errorf("content type %q", c.Header.Get("Content-Type"))
	case u.ID == "" || len(u.ID) > 70 || u.Type != "botUserKey" || u.Properties["botUserKey"] != u.ID || u.Properties["plusfriendUserKey"] == "":
		return fmt.Errorf("user %+v", u)
	case r.Utterance == "" || r.Lang == "" || r.Timezone == "" || r.Params == nil:
		return fmt.Errorf("userRequest %+v", r)
	case p.Intent.ID == "" || p.Intent.Name == "" || p.Intent.ID != r.Block.ID || p.Intent.Extra.Reason.Code != 1:
		return fmt.Errorf("intent %+v of block %+v", p.Intent, r.Block)
	case p.Bot.ID == "" || p.Action.ID == "" || p.Action.Name == "":
		return errors.New("bot or action has no name")
	case p.Contexts == nil || p.Action.ClientExtra == nil || p.Action.Params == nil || p.Action.DetailParams == nil:
		return errors.New("contexts, clientExtra, params or detailParams is null")
	}
	for name, value := range p.Action.Params {
		if p.Action.DetailParams[name]["value"] != value {
			return fmt.Errorf("parameter %s differs from its details", name)
		}
	}
	return nil
}

// Command example-engine is a dialog engine for Dari's HTTP contract (docs/engines/http.md) in one file.
//
//	ENGINE_SECRET=whsec_… go run ./docs/engines/example-engine
//
// It listens on 127.0.0.1:9090, repeats what it is told and counts the turns of each conversation.
// Without ENGINE_SECRET it checks no signatures, which is for trying things out with curl only.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const address = "127.0.0.1:9090"

func main() {
	secret := os.Getenv("ENGINE_SECRET")
	if secret == "" {
		log.Print("ENGINE_SECRET is not set: signatures are not checked")
	}
	server := &http.Server{Addr: address, Handler: handler(secret), ReadTimeout: 10 * time.Second}
	log.Printf("listening on http://%s/turn", address)
	log.Fatal(server.ListenAndServe())
}

// turn is the part of a request that this engine looks at.
type turn struct {
	Type   string `json:"type"`
	TurnID string `json:"turn_id"`
	Event  struct {
		Kind     string `json:"kind"`
		Text     string `json:"text"`
		Postback *struct {
			Data string `json:"data"`
		} `json:"postback"`
	} `json:"event"`
	State struct {
		Token string `json:"token"`
	} `json:"state"`
}

// object is a JSON object.
type object map[string]any

func handler(secret string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /turn", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			answer(w, http.StatusRequestEntityTooLarge, failed("too_large", "the request is larger than 1 MiB"))
			return
		}
		if secret != "" && !verify(secret, r.Header, body, time.Now()) {
			answer(w, http.StatusUnauthorized, failed("signature", "the signature does not fit"))
			return
		}
		var t turn
		if err := json.Unmarshal(body, &t); err != nil {
			answer(w, http.StatusBadRequest, failed("malformed", err.Error()))
			return
		}
		reply(w, t)
	})
	return mux
}

// verify tells whether Dari sent the request within the last five minutes.
func verify(secret string, h http.Header, body []byte, now time.Time) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	stamp, err2 := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || err2 != nil || now.Sub(time.Unix(stamp, 0)).Abs() > 5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", h.Get("webhook-id"), stamp, body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, signature := range strings.Fields(h.Get("webhook-signature")) {
		if hmac.Equal([]byte(signature), []byte(want)) {
			return true
		}
	}
	return false
}

// reply answers a turn. The state holds the number of turns so far.
func reply(w http.ResponseWriter, t turn) {
	said := t.Event.Text
	switch {
	case t.Type == "turn.close" || t.Type == "turn.event":
		w.WriteHeader(http.StatusNoContent) // nobody waits for an answer
		return
	case t.Type == "turn.open":
		answer(w, http.StatusOK, done(t, "Hello! Say something and I will count.", nil))
		return
	case t.Event.Postback != nil && t.Event.Postback.Data == "reset":
		answer(w, http.StatusOK, done(t, "Back to zero.", nil))
		return
	case t.Event.Postback != nil:
		said = t.Event.Postback.Data
	case said == "":
		said = "(" + t.Event.Kind + ")"
	}
	count, _ := strconv.Atoi(t.State.Token) // no token yet: zero
	count++
	text := fmt.Sprintf("%d. You said: %s", count, said)
	answer(w, http.StatusOK, done(t, text, object{"token": strconv.Itoa(count)}))
}

// done is an answer with one text and two suggestions. A nil state clears what Dari keeps.
func done(t turn, text string, state object) object {
	return object{
		"version": "1", "turn_id": t.TurnID, "status": "done",
		"messages": []object{{"type": "text", "text": text}},
		"quick_replies": []object{
			{"kind": "message", "label": "Again"},
			{"kind": "postback", "label": "Start over", "data": "reset"},
		},
		"state": state,
	}
}

func failed(code, message string) object {
	return object{"version": "1", "status": "error", "error": object{"code": code, "message": message}}
}

func answer(w http.ResponseWriter, status int, body object) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		log.Printf("answer: %v", err)
	}
}

// Command example-engine is a dialog engine for Dari's HTTP contract (docs/engines/http.md) in one file.
//
//	ENGINE_SECRET=whsec_… go run ./docs/engines/example-engine
//
// It listens on 127.0.0.1:9090, repeats what it is told and counts the turns of each conversation. Told
// "stream", it answers word by word; told "later", it answers at once that it will, and then does.
// Without ENGINE_SECRET it checks no signatures, which is for trying things out with curl only.
package main

import (
	"bytes"
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
	ReplyTo *struct {
		URL string `json:"url"`
	} `json:"reply_to"`
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
		switch {
		case t.Event.Text == "stream":
			stream(w, t)
		case t.Event.Text == "later" && t.ReplyTo != nil && secret != "":
			answer(w, http.StatusAccepted, object{"status": "accepted", "messages": texts("One moment, please.")})
			go later(secret, t)
		default:
			reply(w, t)
		}
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
		"messages": texts(text),
		"quick_replies": []object{
			{"kind": "message", "label": "Again"},
			{"kind": "postback", "label": "Start over", "data": "reset"},
		},
		"state": state,
	}
}

func texts(text string) []object { return []object{{"type": "text", "text": text}} }

// stream answers word by word. The message at the end is the text that Dari keeps.
func stream(w http.ResponseWriter, t turn) {
	w.Header().Set("Content-Type", "text/event-stream")
	events := 0
	send := func(name string, data object) {
		events++
		body, err := json.Marshal(data)
		if err == nil {
			fmt.Fprintf(w, "event: %s\nid: %d\ndata: %s\n\n", name, events, body)
			err = http.NewResponseController(w).Flush()
		}
		if err != nil {
			log.Printf("stream: %v", err)
		}
	}
	words := []string{"One ", "word ", "at ", "a ", "time."}
	for _, word := range words {
		send("delta", object{"message_id": "m1", "text": word})
	}
	send("message", object{"message_id": "m1", "message": texts(strings.Join(words, ""))[0]})
	send("done", object{"turn_id": t.TurnID, "status": "done"})
}

// later sends the rest of an answer, signed with the secret that Dari signs with.
func later(secret string, t turn) {
	body, err := json.Marshal(object{
		"type": "reply.messages", "turn_id": t.TurnID, "seq": 1, "final": true, "messages": texts("Here it is."),
	})
	if err != nil {
		log.Printf("later: %v", err)
		return
	}
	req, err := http.NewRequest(http.MethodPost, t.ReplyTo.URL, bytes.NewReader(body))
	if err != nil {
		log.Printf("later: %v", err)
		return
	}
	req.Header.Set("Content-Type", "application/json")
	sign(secret, req.Header, "reply_"+t.TurnID, body, time.Now())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		log.Printf("later: %v", err)
		return
	}
	resp.Body.Close()
	log.Printf("later: Dari says %s", resp.Status)
}

func sign(secret string, h http.Header, id string, body []byte, now time.Time) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		log.Fatal("ENGINE_SECRET is not whsec_ and Base64")
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", id, now.Unix(), body)
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	h.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
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

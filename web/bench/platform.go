package bench

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/http"
	"slices"
	"strings"

	"dari/store"
)

// platform is one messenger: how it calls, what it answers when it is called, and what the floor does
// for it.
type platform interface {
	name() string
	// settings are those of a channel whose platform is at base.
	settings(base string) map[string]any
	// callback is the request of a text in a direct chat, to the server at host.
	callback(host, base string) template
	// signer makes what signs the callbacks of one sender; nil if callback has signed them all.
	signer() signer
	// serve answers a call of the platform's API at base.
	serve(base, path string) answer
	// conversation is a person's direct chat as the runtime would keep it.
	conversation(person, base string) store.Conversation
	// genuine tells whether a callback comes from the platform: the floor's first step.
	genuine(h http.Header, body []byte) bool
	// reply is the call that answers a callback: the floor's last step.
	reply(base string, body []byte) reply
}

// reply is one API call.
type reply struct {
	url, contentType, token string
	body                    []byte
}

// answer is what a fake answers.
type answer struct {
	status int
	body   string
}

// newPlatforms are all four, in the order of the table.
func newPlatforms() ([]platform, error) {
	works, err := newNaverWorks()
	if err != nil {
		return nil, err
	}
	teams, err := newTeams()
	if err != nil {
		return nil, err
	}
	return []platform{line{}, slack{}, works, teams}, nil
}

// platformNames is what -platform takes besides "all".
var platformNames = []string{"line", "slack", "naverworks", "teams"}

// channelID is the id of the one channel.
func channelID(p platform) string { return "bench-" + p.name() }

const botID = "bench"

// webhook is the path that callbacks come in at.
func webhook(p platform) string { return "/" + p.name() + "/" + channelID(p) + "/webhook" }

// hmacSigner signs with HMAC-SHA256, over prefix, stamp and separator where a platform signs the time.
type hmacSigner struct {
	mac    hash.Hash
	sum    [sha256.Size]byte
	stamp  bool
	encode func(dst, src []byte)
}

func newHMAC(secret string, encode func(dst, src []byte)) *hmacSigner {
	return &hmacSigner{mac: hmac.New(sha256.New, []byte(secret)), encode: encode}
}

func (s *hmacSigner) sign(dst, stamp, body []byte) {
	s.mac.Reset()
	if s.stamp {
		s.mac.Write([]byte("v0:"))
		s.mac.Write(stamp)
		s.mac.Write([]byte(":"))
	}
	s.mac.Write(body)
	s.encode(dst, s.mac.Sum(s.sum[:0]))
}

func inBase64(dst, src []byte) { base64.StdEncoding.Encode(dst, src) }

func inHex(dst, src []byte) { hex.Encode(dst, src) }

// base64Len and hexLen are the lengths of an encoded signature.
var base64Len, hexLen = base64.StdEncoding.EncodedLen(sha256.Size), hex.EncodedLen(sha256.Size)

// sum is the signature of the parts together.
func sum(secret string, parts ...string) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	for _, p := range parts {
		mac.Write([]byte(p))
	}
	return mac.Sum(nil)
}

// between returns what stands after one text and before the next: how the floor reads a body of known
// form.
func between(body []byte, before string) string {
	i := bytes.Index(body, []byte(before))
	if i < 0 {
		return ""
	}
	rest := body[i+len(before):]
	return string(rest[:max(bytes.IndexByte(rest, '"'), 0)])
}

// only returns the platforms of that name, all of them for "all".
func only(all []platform, name string) []platform {
	return slices.DeleteFunc(all, func(p platform) bool { return name != "all" && !strings.EqualFold(name, p.name()) })
}

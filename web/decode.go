package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"dari/bot/message"
	"dari/channels"
)

// decode reads a JSON object strictly: a field that does not exist or is of another type is named. It
// returns the body for those who need more of it.
func decode(c *gin.Context, into any) ([]byte, error) {
	body, err := readJSON(c)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return nil, decodeError(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, badField("", "malformed", "there is something after the JSON object")
	}
	return body, nil
}

func readJSON(c *gin.Context) ([]byte, error) {
	body, err := readBody(c)
	var refusal *channels.Refusal
	if errors.As(err, &refusal) {
		return nil, &problem{Status: refusal.Status, Code: refusal.Code, Detail: refusal.Detail}
	}
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, badField("", "missing", "the request needs a JSON object as its body")
	}
	switch media, _, _ := mime.ParseMediaType(c.Request.Header.Get("Content-Type")); {
	case media == "application/json":
	case media == "application/merge-patch+json" && c.Request.Method == http.MethodPatch:
	default:
		return nil, &problem{Status: http.StatusUnsupportedMediaType, Code: "content_type", Detail: "the body must be sent with Content-Type: application/json"}
	}
	if enc := c.Request.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return nil, &problem{Status: http.StatusUnsupportedMediaType, Code: "encoding", Detail: "the body must be sent as it is, without Content-Encoding"}
	}
	if !utf8.Valid(body) {
		return nil, badField("", "malformed", "the body is not UTF-8")
	}
	if bytes.TrimSpace(body)[0] != '{' {
		return nil, badField("", "type", "the body must be a JSON object")
	}
	if err := message.CheckDepth(body); err != nil {
		return nil, badField("", "malformed", err.Error())
	}
	return body, nil
}

// decodeError never repeats values of the body, which may be secret.
func decodeError(err error) error {
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return badField("", "malformed", fmt.Sprintf("the body is not JSON from byte %d on", syntax.Offset))
	case errors.As(err, &wrong):
		return badField(wrong.Field, "type", fmt.Sprintf("%s must be %s", wrong.Field, jsonType(wrong)))
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		name = strings.Trim(name, `"`)
		return badField(name, "unknown", "there is no such field here, or it cannot be set")
	}
	return badField("", "malformed", "the body is not JSON or breaks off")
}

func jsonType(e *json.UnmarshalTypeError) string {
	switch e.Type.Kind().String() {
	case "string":
		return "a string"
	case "slice":
		return "a list"
	case "bool":
		return "true or false"
	case "map", "struct":
		return "an object"
	}
	return "a number"
}

// patched is what a merge patch names, by path ("name", "engine.settings.url").
type patched struct {
	fields []string
	nulls  []string
}

// containers are the objects that a patch merges into. Everything else is replaced as a whole.
var containers = []string{"", "engine", "settings", "engine.settings"}

func readPatch(body []byte) patched {
	var p patched
	p.walk("", body)
	return p
}

func (p *patched) walk(path string, value json.RawMessage) {
	var members map[string]json.RawMessage
	if slices.Contains(containers, path) && json.Unmarshal(value, &members) == nil && members != nil {
		for _, name := range slices.Sorted(maps.Keys(members)) {
			p.walk(strings.TrimPrefix(path+"."+name, "."), members[name])
		}
		return
	}
	p.fields = append(p.fields, path)
	if string(value) == "null" {
		p.nulls = append(p.nulls, path)
	}
}

// removed applies the nulls of a patch to fields of which Go cannot tell null from absent: texts
// become empty. A container cannot be removed.
func (p patched) removed(texts map[string]**string) error {
	for _, path := range p.nulls {
		if text := texts[path]; text != nil {
			*text = new(string)
		}
		if slices.Contains(containers, path) {
			return badField(path, "required", path+" cannot be removed as a whole; set single settings to null")
		}
	}
	return nil
}

// String lists the names for the audit log.
func (p patched) String() string { return strings.Join(p.fields, ", ") }

package httpengine

import (
	"net/http"
	"strconv"
	"testing"
	"time"
)

// FuzzVerify shows that a late answer's signature holds for the very id, time and body that it was made
// for, and for nothing else.
func FuzzVerify(f *testing.F) {
	key := []byte("0123456789abcdef01234567")
	at := time.Unix(1_795_312_800, 0)
	const id = "turn_1"
	body := []byte(`{"turn_id":"turn_1"}`)
	good := http.Header{}
	sign(good, [][]byte{key}, id, at, body)
	signature, stamp := good.Get("webhook-signature"), strconv.FormatInt(at.Unix(), 10)
	f.Add(id, stamp, signature, body)
	f.Add(id, stamp, "v1,AAAA "+signature, body)
	f.Add(id, stamp, "v2,"+signature[3:], body)
	f.Add(id, "1", signature, body)
	f.Add(id, "", "", []byte{})
	f.Fuzz(func(t *testing.T, gotID, gotStamp, gotSignature string, gotBody []byte) {
		h := http.Header{}
		h.Set("webhook-id", gotID)
		h.Set("webhook-timestamp", gotStamp)
		h.Set("webhook-signature", gotSignature)
		if verify(h, [][]byte{key}, gotBody, at) != nil {
			return
		}
		if gotID != id || gotStamp != stamp || string(gotBody) != string(body) {
			t.Errorf("%q %q %q %q is accepted", gotID, gotStamp, gotSignature, gotBody)
		}
	})
}

package channels

import (
	"errors"
	"strings"
	"testing"

	"dari/bot/message"
)

func TestACallbackThatIsNestedWithoutEndIsNotDecoded(t *testing.T) {
	for name, body := range map[string]string{
		"lists":   strings.Repeat("[", 1<<20),
		"objects": strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200),
	} {
		var v any
		if err := Decode([]byte(body), &v); !errors.Is(err, message.ErrTooDeep) || v != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

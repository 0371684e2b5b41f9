package all

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"dari/bot/message"
	"dari/channels"
)

// external are the types that talk to a platform; the others have no calls that could be recorded.
var external = []string{"naverworks", "line", "slack", "teams"}

func TestEveryMessageTypeHasAGoldenFileOnEveryPlatform(t *testing.T) {
	for _, name := range external {
		if !slices.ContainsFunc(Types, func(typ channels.Type) bool { return typ.Name() == name }) {
			t.Errorf("%s is not in the list of types", name)
		}
		for _, kind := range message.Types {
			file := filepath.Join("..", name, "testdata", "golden", string(kind)+".json")
			if info, err := os.Stat(file); err != nil || info.Size() == 0 {
				t.Errorf("%s: no recorded call of a %s message: %v", name, kind, err)
			}
		}
	}
}

package scenario

import (
	"encoding/json"
	"os"
	"testing"

	"dari/channels/all"
)

// TestTheLimitsAreThoseOfTheChannelTypes compares channels.json with what the types say. UPDATE=1 writes it
// anew.
func TestTheLimitsAreThoseOfTheChannelTypes(t *testing.T) {
	types := map[string]channelLimit{}
	for _, typ := range all.Types {
		b, err := json.Marshal(typ.Limits())
		if err != nil {
			t.Fatal(err)
		}
		var l channelLimit
		if err := json.Unmarshal(b, &l); err != nil {
			t.Fatal(err)
		}
		if l.Text == 0 || l.Unit == "" || l.Label == 0 {
			t.Errorf("%s: %+v", typ.Name(), l)
		}
		types[typ.Name()] = l
	}
	want, err := json.MarshalIndent(types, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile("channels.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(channelsJSON) != string(want) {
		t.Errorf("channels.json is\n%s\nthe types say\n%s", channelsJSON, want)
	}
	if len(channelLimits()) != len(all.Types) {
		t.Errorf("read %v", channelLimits())
	}
}

package channeltest

import (
	"testing"

	"dari/channels"
)

// abilities compares what the limits promise with what the adapter can do.
func (k Kit) abilities(t *testing.T) {
	l, a := k.Type.Limits(), k.Open(t).Adapter
	_, edits := a.(channels.Editor)
	_, streams := a.(channels.Streamer)
	_, types := a.(channels.Typist)
	for _, row := range []struct {
		name     string
		told, is bool
	}{{"edit", l.Edit, edits}, {"streaming", l.Streaming, streams}, {"typing", l.Typing, types}} {
		if row.told != row.is {
			t.Errorf("%s: the limits say %v, the adapter %v", row.name, row.told, row.is)
		}
	}
}

package llm

import (
	"time"

	_ "time/tzdata" // zones work where the machine has none

	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/remote"
)

// zoneKey is the setting that Zone reads.
const zoneKey = "time_zone"

// ZoneField is the setting in which time {{now}} is told; name is the engine's.
func ZoneField(name string) settings.Field {
	return settings.Field{Key: zoneKey, Kind: settings.Text, Help: "engine." + name + "." + zoneKey, Example: "Asia/Seoul"}
}

// Zone decodes the setting of ZoneField; nil leaves it to the event. What is no IANA name is a
// *settings.Error.
func Zone(v settings.Values) (*time.Location, error) {
	name := v.Text(zoneKey)
	if name == "" {
		return nil, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" { // which would be the server's own
		return nil, settings.Errorf(zoneKey, "format", "there is no time zone %q; write an IANA name such as Asia/Seoul", remote.Clip(name, 40))
	}
	return zone, nil
}

// zoneOf is the zone that a turn's {{now}} is told in: the given one, else that of the event, else UTC.
func zoneOf(t dialog.Turn, zone *time.Location) *time.Location {
	if zone != nil {
		return zone
	}
	zone, err := time.LoadLocation(t.Inbound.Timezone)
	if err != nil {
		return time.UTC
	}
	return zone
}

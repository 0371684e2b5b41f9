package teams

import "testing"

func TestTheTokenGoesToKnownHostsOnly(t *testing.T) {
	hs, err := newHosts([]string{"127.0.0.1:8099", "localhost", "[::1]:81", "Connector.Example.com:8443", "china.example.cn"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		url  string
		good bool
	}{
		{"https://smba.trafficmanager.net/teams/", true},
		{"https://SMBA.TrafficManager.net/amer", true},
		{"https://smba.trafficmanager.net:443/teams/", true},
		{"https://smba.infra.gcc.teams.microsoft.com/teams", true},
		{"https://smba.infra.gov.teams.microsoft.us/teams", true},
		{"https://smba.infra.dod.teams.microsoft.us/teams", true},
		{"https://connector.example.com:8443/", true},
		{"https://china.example.cn/", true},
		{"http://127.0.0.1:8099/", true},
		{"https://127.0.0.1:8099/", true},
		{"http://localhost:5000/", true}, // a loopback host without port: any
		{"http://[::1]:81/", true},

		{"http://smba.trafficmanager.net/teams/", false},
		{"https://smba.trafficmanager.net:8443/teams/", false},
		{"https://evil.trafficmanager.net/teams/", false},
		{"https://smba.trafficmanager.net.evil.com/", false},
		{"https://smba.trafficmanager.net./", false},
		{"https://evilsmba.trafficmanager.net/", false},
		{"https://smba.trafficmanager.net@evil.com/", false},
		{"https://evil.com@smba.trafficmanager.net/", false},
		{"https://evil.com/smba.trafficmanager.net", false},
		{"https://evil.com?smba.trafficmanager.net", false},
		{"https://evil.com#smba.trafficmanager.net", false},
		{"https://evil.com\\@smba.trafficmanager.net/", false},
		{"https://smba.trafficmanager.net/?a=b", false},
		{"https://smba.trafficmanager.net/#x", false},
		{"https:smba.trafficmanager.net", false},
		{"//smba.trafficmanager.net/", false},
		{"ftp://smba.trafficmanager.net/", false},
		{"https://canary.botapi.skype.com/amer/", false},
		{"https://connector.example.com/", false},
		{"http://connector.example.com:8443/", false},
		{"https://china.example.cn:8443/", false},
		{"http://127.0.0.1:8100/", false},
		{"http://127.0.0.2:8099/", false},
		{"http://2130706433:8099/", false},
		{"http://[::1]:82/", false},
		{"https://169.254.169.254/", false},
		{"", false},
		{"https://", false},
		{"https://%73mba.evil.net/", false},
		{"https://smba.trafficmanager.net\n/", false},
	} {
		if err := hs.check(row.url); (err == nil) != row.good {
			t.Errorf("%q: %v, want allowed %v", row.url, err, row.good)
		}
	}
}

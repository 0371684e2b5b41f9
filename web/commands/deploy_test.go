package commands

import (
	"encoding/json"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dari/bot/config"
)

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// directives are the lines "Name=value" of a unit.
func directives(unit string) map[string][]string {
	out := map[string][]string{}
	for line := range strings.Lines(unit) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
			out[name] = append(out[name], value)
		}
	}
	return out
}

// instructions are the lines of a Dockerfile with continuations joined.
func instructions(file string) map[string][]string {
	out := map[string][]string{}
	file = regexp.MustCompile(`(?m)^#.*\n`).ReplaceAllString(file, "")
	for line := range strings.Lines(strings.ReplaceAll(file, "\\\n", " ")) {
		if name, rest, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			out[name] = append(out[name], strings.Join(strings.Fields(rest), " "))
		}
	}
	return out
}

// configured is the configuration that such variables give.
func configured(t *testing.T, environ []string) config.Config {
	t.Helper()
	cfg, err := config.Load("", false, func(name string) (string, bool) {
		for _, kv := range environ {
			if v, ok := strings.CutPrefix(kv, name+"="); ok {
				return v, true
			}
		}
		return "", false
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, warning := range cfg.UnknownEnv(environ) {
		t.Error(warning)
	}
	return cfg
}

// runs checks a command line of the program and returns the value of its flag -config.
func runs(t *testing.T, line string) (file string) {
	t.Helper()
	words := strings.Fields(line)
	if path.Base(words[0]) != "dari" {
		t.Errorf("%s is not the program", words[0])
	}
	words = words[1:]
	if len(words) > 1 && words[0] == "-config" {
		file, words = words[1], words[2:]
	}
	if len(words) > 0 {
		if c, ok := Find(Table, words[0]); !ok || file != "" && !c.Configured {
			t.Errorf("the program does not know %v", words)
		}
	}
	return file
}

func TestTheUnitFitsTheProgram(t *testing.T) {
	d := directives(read(t, "docs/deploy/dari.service"))
	cfg := configured(t, d["Environment"])
	for _, line := range append(d["ExecStart"], d["ExecStartPre"]...) {
		file := runs(t, line)
		name := strings.TrimPrefix(file, "${CREDENTIALS_DIRECTORY}/")
		if !strings.HasPrefix(d["LoadCredential"][0], name+":") {
			t.Errorf("%s is not among the credentials", file)
		}
	}
	if len(d["ExecStart"]) != 1 || cfg.Store.Path != "/var/lib/"+d["StateDirectory"][0] {
		t.Errorf("the store is at %s, the unit's directory is %s", cfg.Store.Path, d["StateDirectory"])
	}
	if stop, err := time.ParseDuration(d["TimeoutStopSec"][0]); err != nil || stop <= cfg.Runtime.DrainTimeout {
		t.Errorf("systemd waits %v, draining may take %v", stop, cfg.Runtime.DrainTimeout)
	}
	for _, name := range []string{"DynamicUser", "NoNewPrivileges", "PrivateDevices", "PrivateTmp", "ProtectHome", "ProtectKernelModules", "MemoryDenyWriteExecute"} {
		if !slices.Equal(d[name], []string{"yes"}) {
			t.Errorf("%s is %v", name, d[name])
		}
	}
	if d["ProtectSystem"][0] != "strict" || d["CapabilityBoundingSet"][0] != "" || d["LimitCORE"][0] != "0" {
		t.Error("the unit may do more than it needs")
	}
}

func TestTheImageFitsTheProgram(t *testing.T) {
	d := instructions(read(t, "docs/deploy/Dockerfile"))
	cfg := configured(t, strings.Fields(d["ENV"][0]))
	var entry []string
	if err := json.Unmarshal([]byte(d["ENTRYPOINT"][0]), &entry); err != nil || len(entry) != 1 {
		t.Fatalf("the entry point is %s", d["ENTRYPOINT"])
	}
	runs(t, entry[0])
	if !slices.Contains(d["COPY"], "--from=build /out/dari "+entry[0]) {
		t.Errorf("%s is not in the image: %v", entry[0], d["COPY"])
	}
	if cfg.Store.Path != d["VOLUME"][0] || cfg.Server.Listen != ":"+d["EXPOSE"][0] {
		t.Errorf("store %s, volume %s; listen %s, port %s", cfg.Store.Path, d["VOLUME"], cfg.Server.Listen, d["EXPOSE"])
	}
	if last := d["FROM"][len(d["FROM"])-1]; !strings.Contains(last, "distroless/static") || !strings.HasPrefix(d["USER"][0], "65532") {
		t.Errorf("the image is %s, the user %s", last, d["USER"])
	}
	if len(d["HEALTHCHECK"]) > 0 {
		t.Error("there is nothing in the image that could check its health")
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "go.mod"))[1]
	if !strings.HasPrefix(d["FROM"][0], "golang:"+version+" ") {
		t.Errorf("the image is built with %s, the module wants Go %s", d["FROM"][0], version)
	}
	for _, secret := range []string{".git", "data", "*.key", "config.yaml"} {
		if !slices.Contains(strings.Split(read(t, "docs/deploy/Dockerfile.dockerignore"), "\n"), secret) {
			t.Errorf("%s gets into the build", secret)
		}
	}
}

func TestTheHintsForProxiesFitTheProgram(t *testing.T) {
	comment := regexp.MustCompile(`(?m)^#   (.*)\n`)
	for _, name := range []string{"nginx.conf", "Caddyfile"} {
		text := read(t, "docs/deploy/"+name)
		var yaml string
		for _, m := range comment.FindAllStringSubmatch(text, -1) {
			yaml += m[1] + "\n"
		}
		file := path.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := config.Load(file, true, func(string) (string, bool) { return "", false })
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !strings.Contains(text, cfg.Server.Listen) || !strings.Contains(text, strings.TrimPrefix(cfg.Server.PublicURL, "https://")+" {") && !strings.Contains(text, "server_name "+strings.TrimPrefix(cfg.Server.PublicURL, "https://")) {
			t.Errorf("%s does not lead from %s to %s", name, cfg.Server.PublicURL, cfg.Server.Listen)
		}
		if len(cfg.Server.TrustedProxies) == 0 {
			t.Errorf("%s: the proxy is not trusted", name)
		}
	}
}

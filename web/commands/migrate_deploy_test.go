package commands

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"dari/bot/config"
)

// nodesConfigured is the configuration of a node with such an environment.
func nodesConfigured(t *testing.T, environ []string) config.Config {
	t.Helper()
	image := strings.Fields(instructions(read(t, "docs/deploy/Dockerfile"))["ENV"][0])
	cfg := configured(t, append(image, environ...))
	if cfg.Store.Driver != "postgres" || !strings.HasPrefix(string(cfg.Store.DSN), "postgres://dari:") {
		t.Errorf("the store is %s", cfg.Store.Driver)
	}
	if cfg.Secrets.KeyFile == "" || strings.HasPrefix(cfg.Secrets.KeyFile, cfg.Store.Path) {
		t.Errorf("the key %q is not one that all nodes share", cfg.Secrets.KeyFile)
	}
	if len(cfg.Server.TrustedProxies) == 0 {
		t.Error("the proxy is not trusted")
	}
	return cfg
}

func TestTheComposeFileFitsTheProgram(t *testing.T) {
	text := regexp.MustCompile(`\$\{\w+(:[-?][^}]*)?\}`).ReplaceAllString(read(t, "docs/deploy/compose.yaml"), "value")
	var file struct {
		Services map[string]struct {
			Build       struct{ Dockerfile string }
			Environment map[string]string
			Grace       string `yaml:"stop_grace_period"`
			Secrets     []string
			Tmpfs       []string
			Volumes     []string
		}
		Secrets map[string]any
	}
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		t.Fatal(err)
	}
	nodes := 0
	for name, s := range file.Services {
		if !strings.HasPrefix(name, "dari-") {
			continue
		}
		nodes++
		var environ []string
		for k, v := range s.Environment {
			environ = append(environ, k+"="+v)
		}
		cfg := nodesConfigured(t, environ)
		if grace, err := time.ParseDuration(s.Grace); err != nil || grace <= cfg.Runtime.DrainTimeout {
			t.Errorf("%s has %s to stop, draining may take %v", name, s.Grace, cfg.Runtime.DrainTimeout)
		}
		if key := strings.TrimPrefix(cfg.Secrets.KeyFile, "/run/secrets/"); len(s.Secrets) != 1 || s.Secrets[0] != key || file.Secrets[key] == nil {
			t.Errorf("the key %s is not among the secrets %v", cfg.Secrets.KeyFile, s.Secrets)
		}
		if len(s.Tmpfs) != 1 || !strings.HasPrefix(s.Tmpfs[0], cfg.Store.Path+":") {
			t.Errorf("%s has no place of its own at %s: %v", name, cfg.Store.Path, s.Tmpfs)
		}
		if !strings.Contains(read(t, "docs/deploy/Caddyfile.nodes"), name+cfg.Server.Listen) {
			t.Errorf("the proxy does not know %s%s", name, cfg.Server.Listen)
		}
	}
	if nodes < 2 {
		t.Errorf("%d nodes", nodes)
	}
}

func TestTheKubernetesManifestFitsTheProgram(t *testing.T) {
	type probe struct {
		HTTPGet struct{ Path, Port string } `yaml:"httpGet"`
	}
	type object struct {
		Kind string
		Spec struct {
			Replicas       int
			MaxUnavailable int `yaml:"maxUnavailable"`
			Template       struct {
				Spec struct {
					Grace           int `yaml:"terminationGracePeriodSeconds"`
					SecurityContext struct {
						User int `yaml:"runAsUser"`
					} `yaml:"securityContext"`
					Containers []struct {
						Ports []struct {
							Port int `yaml:"containerPort"`
						}
						Env       []struct{ Name, Value string }
						Readiness probe `yaml:"readinessProbe"`
						Liveness  probe `yaml:"livenessProbe"`
						Lifecycle struct {
							PreStop struct{ Sleep struct{ Seconds int } } `yaml:"preStop"`
						}
						Mounts []struct {
							Path string `yaml:"mountPath"`
						} `yaml:"volumeMounts"`
					}
				}
			}
		}
	}
	kinds := map[string]object{}
	for doc := range strings.SplitSeq(read(t, "docs/deploy/kubernetes.yaml"), "\n---\n") {
		var o object
		if err := yaml.Unmarshal([]byte(doc), &o); err != nil {
			t.Fatal(err)
		}
		kinds[o.Kind] = o
	}
	pod := kinds["Deployment"].Spec.Template.Spec
	if len(pod.Containers) != 1 || kinds["Deployment"].Spec.Replicas < 2 || kinds["PodDisruptionBudget"].Spec.MaxUnavailable != 1 || kinds["Service"].Kind == "" {
		t.Fatalf("%+v", kinds)
	}
	c := pod.Containers[0]
	var environ []string
	for _, e := range c.Env {
		if e.Name == "DARI_STORE_DSN" { // of a secret, as its comment shows how to make it
			e.Value = regexp.MustCompile(`dsn='([^']+)'`).FindStringSubmatch(read(t, "docs/deploy/kubernetes.yaml"))[1]
		}
		environ = append(environ, e.Name+"="+e.Value)
	}
	cfg := nodesConfigured(t, environ)
	pause := time.Duration(c.Lifecycle.PreStop.Sleep.Seconds) * time.Second
	if grace := time.Duration(pod.Grace) * time.Second; grace <= cfg.Runtime.DrainTimeout+pause || pause == 0 {
		t.Errorf("a pod has %v to stop, draining may take %v after %v", grace, cfg.Runtime.DrainTimeout, pause)
	}
	if c.Readiness.HTTPGet.Path != "/readyz" || c.Liveness.HTTPGet.Path != "/healthz" {
		t.Errorf("ready by %s, alive by %s", c.Readiness.HTTPGet.Path, c.Liveness.HTTPGet.Path)
	}
	if len(c.Ports) != 1 || cfg.Server.Listen != ":8080" || c.Ports[0].Port != 8080 || pod.SecurityContext.User != 65532 {
		t.Errorf("it listens on %s, the port is %v", cfg.Server.Listen, c.Ports)
	}
	mounted := 0
	for _, m := range c.Mounts {
		if m.Path == cfg.Store.Path || strings.HasPrefix(cfg.Secrets.KeyFile, m.Path+"/") {
			mounted++
		}
	}
	if mounted != 2 {
		t.Errorf("the mounts are %v", c.Mounts)
	}
}

// Dari is a chatbot runtime: messengers on one bank, a dialog engine on the other.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"dari/bot"
	"dari/bot/config"
	"dari/bot/outbound"
	"dari/bot/tracing"
	"dari/store"
	"dari/store/boltstore"
	"dari/store/pgstore"
	"dari/web"
	"dari/web/bench"
	"dari/web/commands"
	"dari/web/console"
	"dari/web/control"
)

// table lists the commands in the order of the usage.
func table() []commands.Command {
	first := commands.Command{Help: "run", Configured: true, Run: commands.Configured(serve)}
	last := []commands.Command{
		{Name: "bench", Args: "[-h]", Help: "measure this machine: replies, acks, memory, processor, disk", Run: func(ctx context.Context, c commands.Call) int {
			return bench.Run(ctx, c.Args, run, c.Stdout, c.Stderr)
		}},
		{Name: "version", Help: "print the version", Run: func(_ context.Context, c commands.Call) int {
			fmt.Fprintln(c.Stdout, "dari", version())
			return 0
		}},
	}
	return slices.Concat([]commands.Command{first}, commands.Table, last)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr))
}

// run is the program; ctx ends when it has to stop. It returns the exit code.
func run(ctx context.Context, args []string, env func(string) (string, bool), stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("dari", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(stderr, commands.Usage(table())) }
	file := flags.String("config", "", "configuration file")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	command, ok := commands.Find(table(), flags.Arg(0))
	if !ok {
		fmt.Fprintf(stderr, "dari: there is no command %q\n\n", flags.Arg(0))
		flags.Usage()
		return 2
	}
	return command.Run(ctx, commands.Call{
		Args: flags.Args()[min(1, flags.NArg()):], Env: env, Environ: os.Environ(), Stdin: os.Stdin, Stdout: stdout, Stderr: stderr,
		Load: func() (config.Config, error) {
			path, explicit := config.Find(*file, env)
			return config.Load(path, explicit, env)
		},
	})
}

// serve runs Dari until ctx ends, then drains.
func serve(ctx context.Context, cfg config.Config, c commands.Call) error {
	log := newLog(cfg, c.Stderr)
	if err := control.NoCoreFile(); err != nil {
		log.Warn("a crash may leave secrets in a core file", "error", err)
	}
	if _, set := os.LookupEnv("GOGC"); !set {
		control.CollectByAllowance()
	}
	for _, warning := range cfg.UnknownEnv(os.Environ()) {
		log.Warn("environment", "warning", warning)
	}
	log.LogAttrs(ctx, slog.LevelInfo, "configuration", cfg.Summary()...)
	st, err := openStore(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer st.Close()
	doors, err := web.Open(cfg.Server.Listen, cfg.Server.ConsoleListen)
	if err != nil {
		return err
	}
	defer doors.Close()
	publicURL := cfg.Server.URL(doors.Public())
	consoleURL := cfg.Server.ConsoleURL(doors.Console())
	metrics := newMetrics()
	tracer, err := tracing.Open(ctx, c.Env, version(), log)
	if err != nil {
		return fmt.Errorf("OpenTelemetry: %w", err)
	}
	defer closeTracer(tracer)
	rt, err := newRuntime(ctx, cfg, st, publicURL, consoleURL, metrics, tracer, log)
	if err != nil {
		return err
	}
	if err := provision(ctx, cfg, rt); err != nil {
		return err
	}
	provider, err := signInProvider(cfg)
	if err != nil {
		return err
	}
	pages := console.New(console.Options{
		Runtime: rt, Channels: rt.ChannelTypes(), PublicURL: publicURL, ConsoleURL: consoleURL,
		Secure: strings.HasPrefix(consoleURL, "https://"), OIDC: provider, Version: version(), Log: log,
	})
	doors.Handle(web.New(web.Options{
		Runtime: rt, Channels: rt.ChannelTypes(), Engines: rt.EngineTypes(), PublicURL: publicURL,
		TrustedProxies: cfg.Server.TrustedProxies, AdminKey: string(cfg.APIKey), Pages: pages, Session: pages.Session, UserLink: pages.UserLink, Log: log, Version: version(),
		Metrics: promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}), Registry: metrics,
	}), log)
	closeSocket, err := control.Serve(cfg.Store.Path, control.Services{Backup: st.Backup, AdminLink: pages.ResetLink, Doctor: rt.Doctor, RotateKey: func(ctx context.Context, w io.Writer) error { return rt.RotateKey(ctx, cfg.KeyFile(), w) }}, log)
	if err != nil {
		log.Warn("online backup, doctor and admin-link are not available", "error", err)
		closeSocket = func() {}
	}
	defer closeSocket()
	rt.Start()
	if err := announce(ctx, c.Stdout, publicURL, consoleURL, pages, rt); err != nil {
		return err
	}
	control.ReleaseProgram()
	err = doors.Serve(ctx)
	drain(cfg, doors, rt, log)
	return err
}

// openStore opens the store of the configuration. The directory is also where a node of a shared database
// has what is its alone.
func openStore(ctx context.Context, cfg config.Config, log *slog.Logger) (store.Store, error) {
	if cfg.Store.Driver != "postgres" {
		return boltstore.Open(cfg.Store.Path, log)
	}
	if err := os.MkdirAll(cfg.Store.Path, 0o700); err != nil {
		return nil, fmt.Errorf("store.path: %w", err)
	}
	return pgstore.Open(ctx, string(cfg.Store.DSN), log)
}

// keyToken is a token that opens with the key of all nodes.
const keyToken = "dari:key"

// sameKey makes sure that this node seals with the key of the others, for it could not open what they have
// sealed, nor they what it seals. The first node decides.
func sameKey(ctx context.Context, cfg config.Config, st store.Store, sealer *store.Sealer) error {
	if cfg.Store.Driver != "postgres" {
		return nil
	}
	owner := "token:" + keyToken
	fresh := store.Token{Name: keyToken, Sealed: sealer.Seal(owner, []byte(keyToken)), Expires: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
	err := st.Tokens().Create(ctx, keyToken, fresh)
	if !errors.Is(err, store.ErrExists) {
		return err
	}
	first, err := st.Tokens().Get(ctx, keyToken)
	if err != nil {
		return err
	}
	if _, err := sealer.Open(owner, first.Sealed); err != nil {
		return fmt.Errorf("secrets.key_file %s: is not the key that the other nodes of this database use; copy theirs to this place", cfg.KeyFile())
	}
	return nil
}

func newRuntime(ctx context.Context, cfg config.Config, st store.Store, publicURL, consoleURL string, metrics prometheus.Registerer, tracer *tracing.Tracer, log *slog.Logger) (*bot.Runtime, error) {
	sealer, err := store.LoadSealer(cfg.KeyFile())
	if err == nil {
		err = sameKey(ctx, cfg, st, sealer)
	}
	if err != nil {
		return nil, err
	}
	guard, err := outbound.New(cfg.Outbound.AllowHosts)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cfg.Where("outbound.allow_hosts"), err)
	}
	types, engines, err := commands.Types()
	if err != nil {
		return nil, err
	}
	return bot.New(bot.Options{
		Store: st, Channels: types, Engines: engines, Sealer: sealer, URLs: guard, PublicURL: publicURL, ConsoleURL: consoleURL, Log: log, Metrics: metrics, Tracer: tracer,
		HTTP: guard.Client(cfg.Outbound.Timeout), EngineHTTP: guard.Client(0),
		TurnTimeout: cfg.Runtime.TurnTimeout, MaxTurns: cfg.Runtime.MaxTurns, MaxSends: cfg.Runtime.MaxDeliveries,
		Retention: store.Retention{
			Events: cfg.Retention.Events, Rejected: cfg.Retention.Rejected, Audit: cfg.Retention.Audit,
			MaxRecords: cfg.Retention.MaxEvents,
		},
	}), nil
}

// signInProvider is the configured one, nil if there is none. Its calls pass a guard of their own, which
// lets the issuer through wherever it is, for it is the operator's word, and nothing else that is not
// public or listed.
func signInProvider(cfg config.Config) (*console.OIDC, error) {
	o := cfg.Auth.OIDC
	if o.Issuer == "" {
		return nil, nil
	}
	guard, err := outbound.New(append(slices.Clone(cfg.Outbound.AllowHosts), o.Address()))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cfg.Where("auth.oidc.issuer"), err)
	}
	p := &console.OIDC{
		Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: string(o.ClientSecret), Scopes: o.Scopes, Label: o.Label,
		Domains: o.AllowedDomains, Emails: o.AllowedEmails, AssumeVerified: o.EmailVerified == "assumed",
		RoleClaim: o.RoleClaim, AdminValues: o.AdminValues, BuilderValues: o.BuilderValues, DefaultRole: o.DefaultRole,
		HTTP: guard.Client(cfg.Outbound.Timeout),
	}
	if p.DefaultRole == "none" {
		p.DefaultRole = ""
	}
	return p, nil
}

// provision makes the bots of the configuration, or a demo bot when there is none at all.
func provision(ctx context.Context, cfg config.Config, rt *bot.Runtime) error {
	err := rt.Provision(ctx, commands.Declared(cfg))
	var pe *bot.ProvisionError
	if errors.As(err, &pe) {
		return fmt.Errorf("%s: %w", cfg.Where(pe.Path), err)
	}
	if err != nil {
		return err
	}
	return rt.Demo(ctx)
}

// drain lets open callbacks end, then the work on what they brought.
func drain(cfg config.Config, doors *web.Doors, rt *bot.Runtime, log *slog.Logger) {
	log.Info("draining", "deadline", cfg.Runtime.DrainTimeout)
	ctx, cancel := context.WithTimeout(context.Background(), cfg.Runtime.DrainTimeout)
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() { doors.Shutdown(ctx) })
	rt.Drain(ctx)
	wg.Wait()
	log.Info("stopped")
}

// announce prints what a person needs first.
func announce(ctx context.Context, w io.Writer, publicURL, consoleURL string, pages *console.Console, rt *bot.Runtime) error {
	fmt.Fprintf(w, "Dari %s\n  callbacks  %s\n  console    %s/console\n", version(), publicURL, consoleURL)
	if ch, err := rt.ShowChannel(ctx, "demo"); err == nil && ch.Type == "web" && ch.Enabled {
		fmt.Fprintf(w, "  demo bot   %s/web/demo\n", publicURL)
	}
	link, err := pages.SetupLink(ctx)
	if err == nil && link != "" {
		fmt.Fprintf(w, "  first administrator, works once: %s\n", link)
	}
	return err
}

// closeTracer sends what is left of the traces.
func closeTracer(t *tracing.Tracer) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = t.Close(ctx) // the log has it
}

func newLog(cfg config.Config, w io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{Level: cfg.Log.Level}
	if cfg.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

func newMetrics() *prometheus.Registry {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return reg
}

// version is the version of the build, or the commit it was made from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return s.Value[:12]
		}
	}
	if info.Main.Version == "" {
		return "development"
	}
	return strings.Trim(info.Main.Version, "()")
}

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
	"strings"
	"sync"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"dari/bot"
	"dari/bot/config"
	"dari/bot/outbound"
	"dari/bot/settings"
	"dari/bot/words"
	"dari/channels"
	allchannels "dari/channels/all"
	"dari/dialog"
	allengines "dari/dialog/all"
	"dari/store"
	"dari/store/boltstore"
	"dari/web"
	"dari/web/bench"
	"dari/web/console"
	"dari/web/control"
)

const usage = `Dari connects messengers to dialog engines.

  dari [-config FILE]               run
  dari [-config FILE] backup FILE   write a consistent copy of the store, while Dari runs or not
  dari [-config FILE] doctor        test the connections of all channels (Dari runs)
  dari [-config FILE] rotate-key    seal all secrets with a new key (Dari runs)
  dari [-config FILE] admin-link    make a one-time link for a new console administrator (Dari runs)
  dari bench [-h]                   measure this machine: replies, acks, memory, processor, disk
  dari version
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr))
}

// run is the program; ctx ends when it has to stop. It returns the exit code.
func run(ctx context.Context, args []string, env func(string) (string, bool), stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("dari", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(stderr, usage) }
	file := flags.String("config", "", "configuration file")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	if flags.Arg(0) == "version" {
		fmt.Fprintln(stdout, "dari", version())
		return 0
	}
	if flags.Arg(0) == "bench" {
		return bench.Run(ctx, flags.Args()[1:], run, stdout, stderr)
	}
	path, explicit := config.Find(*file, env)
	cfg, err := config.Load(path, explicit, env)
	if err == nil {
		switch flags.Arg(0) {
		case "":
			err = serve(ctx, cfg, stdout, stderr)
		case "backup":
			err = backup(ctx, cfg, flags.Arg(1), stdout)
		case "doctor":
			err = control.Doctor(ctx, cfg.Store.Path, words.OfTerminal(env), stdout)
		case "rotate-key":
			err = control.RotateKey(ctx, cfg.Store.Path, stdout)
		case "admin-link":
			err = adminLink(ctx, cfg, stdout)
		default:
			fmt.Fprintf(stderr, "dari: there is no command %q\n\n%s", flags.Arg(0), usage)
			return 2
		}
	}
	if err != nil {
		fmt.Fprintf(stderr, "dari: %v\n", err)
		return 1
	}
	return 0
}

// serve runs Dari until ctx ends, then drains.
func serve(ctx context.Context, cfg config.Config, stdout, stderr io.Writer) error {
	log := newLog(cfg, stderr)
	if _, set := os.LookupEnv("GOGC"); !set {
		debug.SetGCPercent(200) // little is alive and much short-lived: collecting half as often costs a few MB
	}
	for _, warning := range cfg.UnknownEnv(os.Environ()) {
		log.Warn("environment", "warning", warning)
	}
	log.LogAttrs(ctx, slog.LevelInfo, "configuration", cfg.Summary()...)
	st, err := boltstore.Open(cfg.Store.Path, log)
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
	consoleURL := publicURL
	if cfg.Server.ConsoleListen != "" {
		consoleURL = cfg.Server.ConsoleURL(doors.Console())
	}
	metrics := newMetrics()
	rt, err := newRuntime(cfg, st, publicURL, metrics, log)
	if err != nil {
		return err
	}
	if err := provision(ctx, cfg, rt); err != nil {
		return err
	}
	pages := console.New(console.Options{
		Runtime: rt, Channels: rt.ChannelTypes(), PublicURL: publicURL, ConsoleURL: consoleURL,
		Secure: strings.HasPrefix(consoleURL, "https://"), Log: log,
	})
	doors.Handle(web.New(web.Options{
		Runtime: rt, Channels: rt.ChannelTypes(), Engines: rt.EngineTypes(), PublicURL: publicURL,
		TrustedProxies: cfg.Server.TrustedProxies, AdminKey: string(cfg.APIKey), Pages: pages, Session: pages.Session, Log: log, Version: version(),
		Metrics: promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}),
	}), log)
	closeSocket, err := control.Serve(cfg.Store.Path, control.Services{Backup: st.Backup, AdminLink: pages.ResetLink, Doctor: rt.Doctor, RotateKey: func(ctx context.Context, w io.Writer) error { return rt.RotateKey(ctx, cfg.KeyFile(), w) }}, log)
	if err != nil {
		log.Warn("online backup, doctor and admin-link are not available", "error", err)
		closeSocket = func() {}
	}
	defer closeSocket()
	rt.Start()
	if err := announce(ctx, stdout, publicURL, consoleURL, pages, rt); err != nil {
		return err
	}
	err = doors.Serve(ctx)
	drain(cfg, doors, rt, log)
	return err
}

func newRuntime(cfg config.Config, st store.Store, publicURL string, metrics prometheus.Registerer, log *slog.Logger) (*bot.Runtime, error) {
	sealer, err := store.LoadSealer(cfg.KeyFile())
	if err != nil {
		return nil, err
	}
	guard, err := outbound.New(cfg.Outbound.AllowHosts)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cfg.Where("outbound.allow_hosts"), err)
	}
	types, err := channels.NewRegistry(allchannels.Types...)
	if err != nil {
		return nil, err
	}
	engines, err := dialog.NewRegistry(allengines.Types...)
	if err != nil {
		return nil, err
	}
	return bot.New(bot.Options{
		Store: st, Channels: types, Engines: engines, Sealer: sealer, URLs: guard, PublicURL: publicURL, Log: log, Metrics: metrics,
		HTTP: guard.Client(cfg.Outbound.Timeout), EngineHTTP: guard.Client(0),
		TurnTimeout: cfg.Runtime.TurnTimeout, MaxTurns: cfg.Runtime.MaxTurns, MaxSends: cfg.Runtime.MaxDeliveries,
		Retention: store.Retention{
			Events: cfg.Retention.Events, Rejected: cfg.Retention.Rejected, Audit: cfg.Retention.Audit,
			MaxRecords: cfg.Retention.MaxEvents,
		},
	}), nil
}

// provision makes the bots of the configuration, or a demo bot when there is none at all.
func provision(ctx context.Context, cfg config.Config, rt *bot.Runtime) error {
	var list []bot.Provisioned
	for _, b := range cfg.Bots {
		p := bot.Provisioned{Bot: bot.BotSpec{
			ID: b.ID, Name: b.Name, Locale: b.Locale,
			Engine: bot.EngineSpec{Type: b.Engine.Type, Settings: settings.Values(b.Engine.Settings)},
		}}
		for _, c := range b.Channels {
			spec := bot.ChannelSpec{ID: c.ID, Type: c.Type, Name: c.Name, Settings: settings.Values(c.Settings)}
			p.Channels = append(p.Channels, bot.ProvisionedChannel{ChannelSpec: spec, Enabled: c.Enabled})
		}
		list = append(list, p)
	}
	err := rt.Provision(ctx, list)
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

func backup(ctx context.Context, cfg config.Config, path string, stdout io.Writer) (err error) {
	if path == "" {
		return errors.New("backup: name the file to write")
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(path)
		}
	}()
	defer f.Close()
	err = control.Backup(ctx, cfg.Store.Path, f)
	if errors.Is(err, control.ErrNotRunning) {
		err = backupStopped(ctx, cfg, f)
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	fmt.Fprintf(stdout, "%s written; keep %s with it, in another place: without the key the secrets in it do not open\n", path, cfg.KeyFile())
	return nil
}

func backupStopped(ctx context.Context, cfg config.Config, w io.Writer) error {
	st, err := boltstore.Open(cfg.Store.Path, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer st.Close()
	return st.Backup(ctx, w)
}

func adminLink(ctx context.Context, cfg config.Config, stdout io.Writer) error {
	link, err := control.AdminLink(ctx, cfg.Store.Path)
	if err == nil {
		fmt.Fprintln(stdout, link)
	}
	return err
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

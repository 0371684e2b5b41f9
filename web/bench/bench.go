// Package bench measures a whole Dari under load.
//
// It runs the real program as a process of its own, sends it signed callbacks as the platforms do, plays
// the platforms that the answers go to, and sets the figures beside those of the floor: the least that
// a durable bridge can be, measured in the same minute on the same machine.
package bench

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Options say what to measure.
type Options struct {
	Platform      string        // one of platformNames, or "all"
	Senders       []int         // connections at once
	Duration      time.Duration // of one measurement, after warming up
	EngineDelay   time.Duration // 0: the echo engine; else an engine over HTTP that takes so long
	Conversations int           // different ones, in turn
	Stored        int           // conversations that a second store holds already; 0: none
	DSN           string        // of a PostgreSQL that Nodes share; "" measures none
	Nodes         []int         // how many nodes share it
	Floor         string        // floorAlso, floorOnly or floorOff
	Wait          string        // waitAck or waitReply: what a sender waits for before it goes on
	Rounds        int           // of every measurement; the table shows the middle
	JSON          bool
	Dir           string // where the data is kept meanwhile; "" is the system's
	Profile       string // directory for profiles of the server; "" makes none
	Program       string // the server under test
}

// What Options.Floor and Options.Wait may be.
const (
	floorAlso = "also"
	floorOnly = "only"
	floorOff  = "off"
	waitAck   = "ack"
	waitReply = "reply"
)

// commandName is the command that Run implements. The other two begin its arguments in processes that
// it starts itself.
const (
	commandName   = "bench"
	commandFloor  = "floor-process"
	commandServer = "server-process"
)

// Program is Dari itself, as main runs it.
type Program func(ctx context.Context, args []string, env func(string) (string, bool), stdout, stderr io.Writer) int

// Run is the command; program serves when a profiled server is wanted. It returns the exit code: 1 when
// a callback failed or was not answered exactly once, 2 for wrong arguments.
func Run(ctx context.Context, args []string, program Program, stdout, stderr io.Writer) int {
	if len(args) == 2 && args[0] == commandFloor {
		return exitCode(runFloor(ctx, args[1], stdout), stderr)
	}
	if len(args) > 2 && args[0] == commandServer {
		return profiled(ctx, args[1], stderr, func(ctx context.Context) int { return program(ctx, args[2:], os.LookupEnv, stdout, stderr) })
	}
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "dari bench: %v\n", err)
		return 2
	}
	if o.Program, err = os.Executable(); err != nil {
		return exitCode(err, stderr)
	}
	return measure(ctx, o, stdout, stderr)
}

func exitCode(err error, stderr io.Writer) int {
	if err != nil {
		fmt.Fprintf(stderr, "dari bench: %v\n", err)
		return 1
	}
	return 0
}

// measure runs and prints what came of it, also when it ended early.
func measure(ctx context.Context, o Options, stdout, stderr io.Writer) int {
	b := &bench{Options: o, progress: stderr}
	report, err := b.run(ctx)
	if len(report.Results) > 0 {
		if o.JSON {
			err = errors.Join(err, report.WriteJSON(stdout))
		} else {
			report.WriteTable(stdout)
		}
	}
	if err == nil && !report.Good() {
		err = errors.New("not every callback was acknowledged and answered once; the report says which")
	}
	return exitCode(err, stderr)
}

// parse reads the arguments. Its errors name the flag.
func parse(args []string, stderr io.Writer) (Options, error) {
	var o Options
	var senders, nodes string
	f := flag.NewFlagSet("dari bench", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.Platform, "platform", "all", strings.Join(platformNames, ", ")+" or all")
	f.StringVar(&senders, "senders", "1,64,256", "connections at once; several numbers are measured one after the other")
	f.DurationVar(&o.Duration, "duration", 10*time.Second, "length of one measurement, after warming up")
	f.DurationVar(&o.EngineDelay, "engine-delay", 0, "answer by an HTTP engine that takes so long, instead of the echo engine")
	f.IntVar(&o.Conversations, "conversations", 10_000, "different conversations; each gets one message for warming up")
	f.IntVar(&o.Stored, "stored", 0, "measure also a store that holds so many conversations, such as 1000000")
	f.StringVar(&o.DSN, "dsn", "", "measure also nodes on this PostgreSQL; each measurement makes a schema and drops it")
	f.StringVar(&nodes, "nodes", "1,2,3", "how many nodes share it; several numbers are measured one after the other")
	f.StringVar(&o.Floor, "floor", floorAlso, "measure the floor: also, only or off")
	f.StringVar(&o.Wait, "wait", waitAck, "a sender goes on after the ack, as platforms do, or after the reply, so that nothing piles up")
	f.IntVar(&o.Rounds, "rounds", 1, "repeat everything; the table shows the round in the middle, and the middle of the rounds' ratios")
	f.BoolVar(&o.JSON, "json", false, "print JSON instead of a table")
	f.StringVar(&o.Dir, "dir", "", "directory for the data meanwhile, on the disk to be measured")
	f.StringVar(&o.Profile, "profile", "", "directory to write processor and memory profiles of the server to")
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(stderr, "dari bench drives a server of its own with signed callbacks, on this machine alone, and prints a table.")
		f.SetOutput(stderr)
		f.PrintDefaults()
		return o, err
	case err != nil:
		return o, fmt.Errorf("%w; dari bench -h lists the flags", err)
	case f.NArg() > 0:
		return o, fmt.Errorf("%q is no flag; dari bench -h lists them", f.Arg(0))
	}
	var err error
	if o.Senders, err = numbers("-senders", senders, maxSenders); err != nil {
		return o, err
	}
	if o.Nodes, err = numbers("-nodes", nodes, maxNodes); err != nil {
		return o, err
	}
	for _, dir := range []*string{&o.Profile, &o.Dir} {
		if *dir == "" {
			continue
		}
		if *dir, err = filepath.Abs(*dir); err != nil { // the server runs elsewhere
			return o, err
		}
	}
	return o, o.check()
}

// maxSenders keeps within the ports and open files of a usual machine.
const maxSenders = 10_000

// maxNodes is more than one machine has a use for.
const maxNodes = 20

func numbers(flag, list string, most int) (out []int, err error) {
	for s := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || n < 1 || n > most {
			return nil, fmt.Errorf("%s: %q is not a number from 1 to %d; separate several by commas", flag, s, most)
		}
		out = append(out, n)
	}
	return out, nil
}

func (o Options) check() error {
	switch {
	case o.Platform != "all" && !slices.Contains(platformNames, o.Platform):
		return fmt.Errorf("-platform: there is no %q; use %s or all", o.Platform, strings.Join(platformNames, ", "))
	case o.Duration < 100*time.Millisecond || o.Duration > time.Hour:
		return fmt.Errorf("-duration: %v is not between 100ms and 1h", o.Duration)
	case o.EngineDelay < 0 || o.EngineDelay > 10*time.Second:
		return fmt.Errorf("-engine-delay: %v is not between 0s and 10s", o.EngineDelay)
	case o.Conversations < 1 || o.Conversations > 10_000_000:
		return fmt.Errorf("-conversations: %d is not between 1 and 10000000", o.Conversations)
	case o.Conversations < slices.Max(o.Senders):
		return fmt.Errorf("-conversations: %d are fewer than the %d senders; within one conversation nothing runs at once", o.Conversations, slices.Max(o.Senders))
	case o.Stored < 0 || o.Stored > 100_000_000:
		return fmt.Errorf("-stored: %d is not between 0 and 100000000", o.Stored)
	case o.Stored > 0 && o.Stored < o.Conversations:
		return fmt.Errorf("-stored: %d are fewer than the %d conversations that are used; lower -conversations", o.Stored, o.Conversations)
	case o.Stored > 0 && o.Floor == floorOnly:
		return errors.New("-stored: the floor stores no conversations; use -floor also or off")
	case o.DSN != "" && o.Floor == floorOnly:
		return errors.New("-dsn: the floor has no use for a database; use -floor also or off")
	case !slices.Contains([]string{floorAlso, floorOnly, floorOff}, o.Floor):
		return fmt.Errorf("-floor: there is no %q; use also, only or off", o.Floor)
	case !slices.Contains([]string{waitAck, waitReply}, o.Wait):
		return fmt.Errorf("-wait: there is no %q; use ack or reply", o.Wait)
	case o.Rounds < 1 || o.Rounds > 100:
		return fmt.Errorf("-rounds: %d is not between 1 and 100", o.Rounds)
	}
	if err := checkDir("-profile", o.Profile); err != nil {
		return err
	}
	return checkDir("-dir", o.Dir)
}

func checkDir(flag, dir string) error {
	if dir == "" {
		return nil
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("%s: %s is no directory; make it first", flag, dir)
	}
	return nil
}

// Package commands holds what the program can be asked to do beside serving.
package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"dari/bot/config"
)

// Call is one use of a command.
type Call struct {
	Args           []string // behind the command's name
	Env            func(string) (string, bool)
	Environ        []string
	Load           func() (config.Config, error) // the configuration that the flags and the environment name
	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

// Command is one command of the program. Run returns the exit code.
type Command struct {
	Name string // "" is the program without a command
	Args string // as the usage shows them
	Help string
	// Configured commands take the flag -config.
	Configured bool
	Run        func(ctx context.Context, c Call) int
}

// Usage lists the commands.
func Usage(table []Command) string {
	var lines []string
	width := 0
	for _, c := range table {
		line := "dari"
		if c.Configured {
			line += " [-config FILE]"
		}
		for _, word := range []string{c.Name, c.Args} {
			if word != "" {
				line += " " + word
			}
		}
		lines = append(lines, line)
		width = max(width, len(line))
	}
	var b strings.Builder
	b.WriteString("Dari connects messengers to dialog engines.\n\n")
	for i, c := range table {
		fmt.Fprintf(&b, "  %-*s   %s\n", width, lines[i], c.Help)
	}
	return b.String()
}

// Find returns the command of that name.
func Find(table []Command, name string) (Command, bool) {
	for _, c := range table {
		if c.Name == name {
			return c, true
		}
	}
	return Command{}, false
}

// Configured makes the Run of a command that needs the configuration and fails with an error.
func Configured(run func(ctx context.Context, cfg config.Config, c Call) error) func(context.Context, Call) int {
	return func(ctx context.Context, c Call) int {
		cfg, err := c.Load()
		if err == nil {
			err = run(ctx, cfg, c)
		}
		return c.fail(err)
	}
}

// fail prints an error, if there is one, and returns the exit code.
func (c Call) fail(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintf(c.Stderr, "dari: %v\n", err)
	return 1
}

var errName = errors.New("backup: name the file to write")

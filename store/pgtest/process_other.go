//go:build !linux

package pgtest

import (
	"os"
	"os/exec"
)

func (o owner) run(*exec.Cmd) {}

func begin(cmd *exec.Cmd) error { return cmd.Start() }

func stopSignal(bool) os.Signal { return os.Interrupt }

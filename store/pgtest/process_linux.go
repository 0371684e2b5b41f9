package pgtest

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// run makes the owner the one who runs the command.
func (o owner) run(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if o.other {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(o.uid), Gid: uint32(o.gid)}
	}
}

// begin starts the server such that it ends with the test process, however that ends. The system ties it to
// the thread that has started it, so that thread is kept.
func begin(cmd *exec.Cmd) error {
	err := make(chan error)
	go func() {
		runtime.LockOSThread()
		if e := cmd.Start(); e != nil {
			err <- e
			return
		}
		err <- nil
		select {}
	}()
	return <-err
}

func stopSignal(now bool) os.Signal {
	if now {
		return syscall.SIGQUIT
	}
	return syscall.SIGINT
}

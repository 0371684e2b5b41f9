package bench

import (
	"context"
	"errors"
	"io"
	"os"
	"runtime/pprof"
)

// profiled runs the server and writes prefix.cpu, over its whole life, and prefix.heap, as it was when
// it was told to end. Only a server that a benchmark starts can be looked into like this.
func profiled(ctx context.Context, prefix string, stderr io.Writer, server func(context.Context) int) int {
	cpu, err := os.Create(prefix + ".cpu")
	if err != nil {
		return exitCode(err, stderr)
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return exitCode(err, stderr)
	}
	told, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	stop := context.AfterFunc(ctx, func() {
		defer end()
		pprof.StopCPUProfile()
		err = errors.Join(cpu.Close(), writeHeap(prefix+".heap"))
	})
	defer stop()
	code := server(told)
	if ended := exitCode(err, stderr); ended != 0 {
		return ended
	}
	return code
}

func writeHeap(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(pprof.Lookup("allocs").WriteTo(f, 0), f.Close())
}

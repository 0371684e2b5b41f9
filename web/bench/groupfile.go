package bench

import (
	"encoding/binary"
	"os"
	"sync"
	"sync/atomic"
)

// groupFile is a file whose appends share fsyncs: one goroutine takes what waits, writes it in one piece,
// syncs once and answers all.
type groupFile struct {
	file   *os.File
	writes chan write
	syncs  atomic.Int64
	gone   sync.WaitGroup
}

type write struct {
	record []byte
	done   chan error
}

// groupMost is how many appends share a sync at most.
const groupMost = 2048

func openGroupFile(path string) (*groupFile, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	g := &groupFile{file: f, writes: make(chan write, groupMost)}
	g.gone.Go(g.run)
	return g, nil
}

// append returns when the record is on the disk.
func (g *groupFile) append(record []byte) error {
	w := write{record, make(chan error, 1)}
	g.writes <- w
	return <-w.done
}

// close must not be called while somebody appends.
func (g *groupFile) close() {
	close(g.writes)
	g.gone.Wait()
	g.file.Close()
}

func (g *groupFile) run() {
	var group []write
	var piece []byte
	for first := range g.writes {
		group, piece = append(group[:0], first), piece[:0]
		for more := true; more && len(group) < groupMost; {
			select {
			case w, ok := <-g.writes:
				if more = ok; ok {
					group = append(group, w)
				}
			default:
				more = false
			}
		}
		for _, w := range group {
			piece = binary.AppendUvarint(piece, uint64(len(w.record)))
			piece = append(piece, w.record...)
		}
		_, err := g.file.Write(piece)
		if err == nil {
			err = datasync(g.file)
			g.syncs.Add(1)
		}
		for _, w := range group {
			w.done <- err
		}
	}
}

//go:build unix

package observe

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"botnetdetect/internal/pcaptest"
	"botnetdetect/protocol"
)

// pipe makes a named pipe.
func pipe(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	return path
}

func someFrames() []byte {
	return pcaptest.Pcap(pcaptest.UDPFlow("10.0.0.1:1", "10.0.0.2:2").SendData(0, []byte("a")).ReplyData(time.Second, []byte("b")).Frames...)
}

func TestPipeIsReadToItsEnd(t *testing.T) {
	path := pipe(t)
	go os.WriteFile(path, someFrames(), 0)
	seen := Capture(t.Context(), path, Options{Vocabulary: protocol.NewVocabulary()})
	if seen.Err != nil || seen.Stats.Frames != 2 {
		t.Errorf("%d frames, %v", seen.Stats.Frames, seen.Err)
	}
}

// TestPipeWithoutWriter: waiting for somebody to write ends with the context.
func TestPipeWithoutWriter(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	path := pipe(t)
	go cancel()
	seen := Capture(ctx, path, Options{Vocabulary: protocol.NewVocabulary()})
	if !errors.Is(seen.Err, context.Canceled) || seen.Stats.Frames != 0 {
		t.Errorf("%d frames, %v", seen.Stats.Frames, seen.Err)
	}
	if w, err := os.OpenFile(path, os.O_WRONLY, 0); err == nil { // who waited is let go
		w.Close()
	}
}

// TestPipeThatSaysNoMore: what came before a writer fell silent counts.
func TestPipeThatSaysNoMore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	path := pipe(t)
	over := make(chan struct{})
	defer close(over)
	go func() {
		w, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return
		}
		defer w.Close()
		w.Write(someFrames())
		<-over
	}()
	var read atomic.Int64
	go func() {
		for read.Load() < int64(len(someFrames())) && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	seen := Capture(ctx, path, Options{Vocabulary: protocol.NewVocabulary(), Read: &read})
	if !errors.Is(seen.Err, context.Canceled) || seen.Stats.Frames != 2 {
		t.Errorf("%d frames, %v", seen.Stats.Frames, seen.Err)
	}
}

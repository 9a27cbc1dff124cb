package capture

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// widen makes a pipe as wide as a batch, which lets both ends work longer before they
// must wait for each other. If that fails, the pipe is slower and nothing else.
func widen(src io.Reader) {
	f, ok := src.(*os.File)
	if !ok {
		return
	}
	c, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = c.Control(func(fd uintptr) { // a pipe that stays narrow works too
		_, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, batchSize)
	})
}

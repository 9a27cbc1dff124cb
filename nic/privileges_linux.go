package nic

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// DropPrivileges gives up all capabilities, and the way to get others by starting
// programs. What remains is CAP_NET_RAW as one that is permitted but not in effect: it
// is taken up for the moment in which an interface that was away is opened again.
//
// In a program that was built with cgo, only the calling thread's can be given up, which is
// worth nothing, so that is an error.
func DropPrivileges() error {
	if err := onAllThreads(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0); err != nil {
		return fmt.Errorf("cannot drop privileges: %w", err)
	}
	var had [2]unix.CapUserData
	if err := unix.Capget(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &had[0]); err != nil {
		return fmt.Errorf("cannot read capabilities: %w", err)
	}
	keep := [2]unix.CapUserData{{Permitted: had[0].Permitted & (1 << unix.CAP_NET_RAW)}}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	err := onAllThreads(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&keep[0])), 0)
	runtime.KeepAlive(&header)
	runtime.KeepAlive(&keep)
	if err != nil {
		return fmt.Errorf("cannot drop capabilities: %w", err)
	}
	return nil
}

var errCgo = errors.New("the program was built with cgo; build it with CGO_ENABLED=0")

func onAllThreads(call, a, b, c uintptr) error {
	_, _, errno := syscall.AllThreadsSyscall(call, a, b, c)
	switch {
	case errno == syscall.ENOTSUP:
		return errCgo
	case errno != 0:
		return errno
	}
	return nil
}

// privileged does something with CAP_NET_RAW in effect, if it is permitted.
func privileged(do func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var had [2]unix.CapUserData
	if err := unix.Capget(&header, &had[0]); err != nil {
		return do()
	}
	raised := had
	raised[0].Effective |= had[0].Permitted & (1 << unix.CAP_NET_RAW)
	if raised == had || unix.Capset(&header, &raised[0]) != nil {
		return do()
	}
	err := do()
	if lowered := unix.Capset(&header, &had[0]); lowered != nil {
		return errors.Join(err, lowered)
	}
	return err
}

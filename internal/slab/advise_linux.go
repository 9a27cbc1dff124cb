package slab

import "golang.org/x/sys/unix"

// advise asks for huge pages, also for what shares the first and the last of them. If the
// system has none, small ones serve.
func advise(start, bytes uintptr) {
	end := (start + bytes + hugePage - 1) &^ (hugePage - 1)
	start &^= hugePage - 1
	_, _, _ = unix.Syscall(unix.SYS_MADVISE, start, end-start, unix.MADV_HUGEPAGE)
}

package slab

import "golang.org/x/sys/unix"

// advise asks for huge pages, also for what shares the first and the last of them. If the
// system has none, small ones serve. What is in one that has small pages already gets small ones too; so it
// then asks for all pages at once, as one by one each takes a trap (since Linux 5.14; else they come so).
func advise(start, bytes uintptr) {
	const page = 4 << 10 // or more: then the system refuses, or rounds
	from, to := (start+page-1)&^(page-1), (start+bytes)&^(page-1)
	end := (start + bytes + hugePage - 1) &^ (hugePage - 1)
	start &^= hugePage - 1
	_, _, _ = unix.Syscall(unix.SYS_MADVISE, start, end-start, unix.MADV_HUGEPAGE)
	if from < to {
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, from, to-from, unix.MADV_POPULATE_WRITE)
	}
}

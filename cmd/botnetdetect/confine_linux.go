package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// confine bounds what this process may take, whatever it is made to want: bytes of
// memory, and bytes of any one file.
func confine(memory, file int64) error {
	for what, limit := range map[int]int64{unix.RLIMIT_DATA: memory, unix.RLIMIT_FSIZE: file, unix.RLIMIT_CORE: 0} {
		if err := unix.Setrlimit(what, &unix.Rlimit{Cur: uint64(limit), Max: uint64(limit)}); err != nil {
			return fmt.Errorf("cannot bound this process: %w", err)
		}
	}
	return unix.Setpriority(unix.PRIO_PROCESS, 0, 10) // watching goes first
}

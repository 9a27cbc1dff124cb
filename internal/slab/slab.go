// Package slab gets memory for large tables: Make for one slice, Arena for records that
// must not move. Where the system has huge pages, it asks for them. A table that is read
// here and there then needs far fewer translations of addresses, of which a processor keeps
// only some thousand, and the system hands out and clears memory 512 times less often.
package slab

import "unsafe"

// hugePage is the size of a huge page in bytes on amd64 and, as a rule, on arm64.
const hugePage = 2 << 20

// worthwhile is from how many bytes on huge pages are asked for. What lies beside them gets
// them, too, so tables that grow bit by bit share one. Small tables do without, so that a
// program that needs little memory takes little.
const worthwhile = hugePage / 32

// Make returns n records, all zero. It is for what is soon used whole: large tables take their
// memory at once. If T holds pointers, the garbage collector goes through all of them, in use or not.
func Make[T any](n int) []T {
	s := make([]T, n)
	if bytes := sizeOf[T]() * n; bytes >= worthwhile {
		advise(uintptr(unsafe.Pointer(&s[0])), uintptr(bytes))
	}
	return s
}

func sizeOf[T any]() int { return int(unsafe.Sizeof(*new(T))) }

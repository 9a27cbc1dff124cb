package slab

// Arena holds records by number, which counts from 1. It is made of chunks, so that
// growing copies nothing, and a record stays where it is. The zero Arena is empty.
type Arena[T any] struct {
	chunks []*[Chunk]T
	spare  []T // allocated, not yet in chunks
	used   int
}

// Chunk is how many records an Arena gets at once, as long as it is small.
const Chunk = 1 << 10

// At returns the record with a number.
func (a *Arena[T]) At(number uint32) *T {
	return &a.chunks[(number-1)/Chunk][(number-1)%Chunk]
}

// Add begins a record, which holds whatever it held before the last Clear: at first zeros.
func (a *Arena[T]) Add() (record *T, number uint32) {
	if a.used == len(a.chunks)*Chunk {
		if len(a.spare) == 0 {
			a.spare = Make[T](a.more(a.used))
		}
		a.chunks = append(a.chunks, (*[Chunk]T)(a.spare))
		a.spare = a.spare[Chunk:]
	}
	a.used++
	return a.At(uint32(a.used)), uint32(a.used)
}

// more returns how many records to get at once when some are in use: a thirty-second as many, up
// to a huge page of them.
func (a *Arena[T]) more(used int) int {
	page := hugePage / sizeOf[T]()
	return max(1, min(used/32, page)/Chunk) * Chunk
}

// Len returns how many records there are.
func (a *Arena[T]) Len() int { return a.used }

// Clear forgets all records, but keeps the memory.
func (a *Arena[T]) Clear() { a.used = 0 }

// Bytes returns the memory that a takes, to a few per cent.
func (a *Arena[T]) Bytes() int64 { return int64(a.room()) * int64(sizeOf[T]()) }

// InUse returns how much of that is in use.
func (a *Arena[T]) InUse() int64 { return int64(a.used) * int64(sizeOf[T]()) }

// room returns how many records fit.
func (a *Arena[T]) room() int { return len(a.chunks)*Chunk + len(a.spare) }

// Growth returns the memory that a takes in addition, at most, to begin n more records.
func (a *Arena[T]) Growth(n int) int64 {
	missing := a.used + n - a.room()
	if missing <= 0 {
		return 0
	}
	return int64(missing+a.more(a.used+n)-1) * int64(sizeOf[T]())
}

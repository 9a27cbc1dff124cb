package flow

import (
	"math"
	"slices"
	"unsafe"

	"botnetdetect/protocol"
)

// store holds the sums of all flows of a table. It is made of chunks, so that growing
// copies nothing, and an entry stays where it is. A flow's entries are a list, whose
// head is the first one's number; entries count from 1.
type store struct {
	chunks []*[chunk]entry
	used   int
}

// entry is the sums of one protocol of a flow. It takes two cache lines: keep it so.
type entry struct {
	Sums
	next uint32 // number of the flow's next entry; 0 ends the list
}

const (
	chunk      = 1 << 10 // entries that are allocated at once
	chunkBytes = int64(unsafe.Sizeof([chunk]entry{}))
	maxEntries = math.MaxUint32 - chunk
)

// at returns the entry with a number.
func (s *store) at(number uint32) *entry {
	return &s.chunks[(number-1)/chunk][(number-1)%chunk]
}

// of returns the sums of one protocol in the list at head; it begins them if they are
// new.
func (s *store) of(head *uint32, id protocol.ID) *Sums {
	for n := *head; n != 0; {
		e := s.at(n)
		if e.Protocol == id {
			return &e.Sums
		}
		n = e.next
	}
	if s.used == len(s.chunks)*chunk {
		s.chunks = append(s.chunks, new([chunk]entry))
	}
	s.used++
	e := s.at(uint32(s.used))
	*e = entry{Sums: Sums{Protocol: id}, next: *head}
	*head = uint32(s.used)
	return &e.Sums
}

// touch fetches an entry into the cache.
func (s *store) touch(number uint32) uint64 {
	if number == 0 {
		return 0
	}
	e := s.at(number)
	return e.Packets[0] + e.timeSquares[2] // from both of its cache lines
}

// gather appends the sums of the list at head to buffer, in the order of protocols.
func (s *store) gather(buffer []Sums, head uint32) []Sums {
	from := len(buffer)
	for n := head; n != 0; {
		e := s.at(n)
		buffer = append(buffer, e.Sums)
		n = e.next
	}
	sortByProtocol(buffer[from:])
	return buffer
}

func sortByProtocol(sums []Sums) {
	if len(sums) > 1 {
		slices.SortFunc(sums, func(x, y Sums) int { return int(x.Protocol) - int(y.Protocol) })
	}
}

// clear forgets all entries, but keeps the memory.
func (s *store) clear() { s.used = 0 }

func (s *store) bytes() int64 { return int64(len(s.chunks)) * chunkBytes }

// growth returns the memory that s takes in addition to begin n more entries.
func (s *store) growth(n int) int64 {
	missing := max(0, s.used+n-len(s.chunks)*chunk)
	return int64((missing+chunk-1)/chunk) * chunkBytes
}

package flow

import (
	"math/bits"
	"unsafe"
)

// index finds a number by a key: open addressing with linear probing, key and number
// side by side, so that a look-up costs one cache miss. It holds no pointers into
// what it indexes, and the garbage collector has nothing to follow in it.
type index[K comparable] struct {
	hash  func(*K) uint64
	slots []slot[K]
	used  int
}

// slot is empty if its head is 0.
type slot[K comparable] struct {
	key  K
	head uint32
}

// An index grows by a quarter when four fifths are in use, so that at least 64 % of a
// grown one are.
const (
	minSlots           = 64
	mostUsed, outOf    = 4, 5
	grownTo, grownFrom = 5, 4
)

// home is where the search for a hash begins. Slots lie in the order of hashes, so
// growing goes through memory from front to back.
func home(hash uint64, slots int) int {
	hi, _ := bits.Mul64(hash, uint64(slots))
	return int(hi)
}

// get returns the slot of key, which it makes if the key is new: then its head is 0,
// and must be set before the next call. The slot is valid until that call.
func (x *index[K]) get(key *K, hash uint64) *slot[K] {
	if len(x.slots) > 0 {
		if s := x.find(key, hash); s.head != 0 {
			return s
		}
	}
	if x.full(1) {
		x.grow()
	}
	x.used++
	s := x.find(key, hash)
	s.key = *key
	return s
}

// find returns the slot of key, or else the empty slot where it belongs.
func (x *index[K]) find(key *K, hash uint64) *slot[K] {
	slots := x.slots
	for i := home(hash, len(slots)); ; i++ {
		if i == len(slots) {
			i = 0
		}
		if s := &slots[i]; s.key == *key || s.head == 0 {
			return s
		}
	}
}

// has reports whether key is there.
func (x *index[K]) has(key *K) bool {
	return x.used > 0 && x.find(key, x.hash(key)).head != 0
}

// touch reads the number that get will find, in most cases, and so fetches it into
// the cache.
func (x *index[K]) touch(hash uint64) uint32 {
	if len(x.slots) == 0 {
		return 0
	}
	return x.slots[home(hash, len(x.slots))].head
}

// full reports whether the index must grow before it takes n more keys.
func (x *index[K]) full(n int) bool { return (x.used+n)*outOf > len(x.slots)*mostUsed }

func (x *index[K]) grow() {
	old := x.slots
	x.slots = make([]slot[K], grown(len(old)))
	for i := range old {
		if s := &old[i]; s.head != 0 {
			*x.find(&s.key, x.hash(&s.key)) = *s
		}
	}
}

func grown(slots int) int { return max(minSlots, slots*grownTo/grownFrom) }

// clear forgets all keys, but keeps the memory.
func (x *index[K]) clear() {
	clear(x.slots)
	x.used = 0
}

// bytes returns the memory that x takes.
func (x *index[K]) bytes() int64 { return int64(len(x.slots)) * x.slotSize() }

// growth returns the memory that x takes in addition, at most, to take n more keys.
func (x *index[K]) growth(n int) int64 {
	if !x.full(n) {
		return 0
	}
	slots := len(x.slots)
	for (x.used+n)*outOf > slots*mostUsed {
		slots = grown(slots)
	}
	return int64(slots) * x.slotSize()
}

func (x *index[K]) slotSize() int64 { return int64(unsafe.Sizeof(slot[K]{})) }

// list appends the slots in use to buffer, in no order.
func (x *index[K]) list(buffer []slot[K]) []slot[K] {
	for i := range x.slots {
		if x.slots[i].head != 0 {
			buffer = append(buffer, x.slots[i])
		}
	}
	return buffer
}

// squeeze moves the slots in use to the front and returns them. The index is void
// from then on, until it is cleared.
func (x *index[K]) squeeze() []slot[K] { return x.list(x.slots[:0]) }

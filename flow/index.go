package flow

import (
	"math/bits"
	"unsafe"

	"botnetdetect/internal/slab"
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

// An index doubles when four fifths are in use, or grows by a fifth where a slot is so large that
// doubling would break the promise of 160 bytes a flow.
const (
	minSlots        = 64
	mostUsed, outOf = 4, 5
	largeSlot       = 32 // bytes
)

// home is where the search for a hash begins. Slots lie in the order of hashes, so
// growing goes through memory from front to back.
func home(hash uint64, slots int) int {
	hi, _ := bits.Mul64(hash, uint64(slots))
	return int(hi)
}

// get returns the number of key, to be read and set: 0 if the key is new. It is valid
// until the index grows.
func (x *index[K]) get(key *K, hash uint64) *uint32 {
	if len(x.slots) > 0 {
		if s := &x.slots[x.find(key, hash)]; s.head != 0 {
			return &s.head
		}
	}
	x.reserve(1)
	return x.claim(x.find(key, hash), key, hash)
}

// find returns the place of key, or else the empty place where it belongs. There must be
// room: see reserve.
func (x *index[K]) find(key *K, hash uint64) int {
	slots := x.slots
	for i := home(hash, len(slots)); ; i++ {
		if i == len(slots) {
			i = 0
		}
		if s := &slots[i]; s.key == *key || s.head == 0 {
			return i
		}
	}
}

// claim returns the number of key, which find found at a place, since when others may
// have been claimed.
func (x *index[K]) claim(place int, key *K, hash uint64) *uint32 {
	s := &x.slots[place]
	if s.head != 0 && s.key != *key {
		s = &x.slots[x.find(key, hash)]
	}
	if s.head == 0 {
		s.key = *key
		x.used++
	}
	return &s.head
}

// has reports whether key is there.
func (x *index[K]) has(key *K) bool {
	return x.used > 0 && x.slots[x.find(key, x.hash(key))].head != 0
}

// touch fetches into the cache where find will begin.
func (x *index[K]) touch(hash uint64) uint32 { return x.slots[home(hash, len(x.slots))].head }

// full reports whether the index must grow before it takes n more keys.
func (x *index[K]) full(n int) bool { return (x.used+n)*outOf > len(x.slots)*mostUsed }

// reserve makes room for n more keys.
func (x *index[K]) reserve(n int) {
	if !x.full(n) {
		return
	}
	old := x.slots
	x.slots = slab.Make[slot[K]](x.grownFor(n))
	slots := x.slots
	for i := range old {
		s := &old[i]
		if s.head == 0 {
			continue
		}
		to := home(x.hash(&s.key), len(slots)) // no key is there twice, so none is compared
		for slots[to].head != 0 {
			if to++; to == len(slots) {
				to = 0
			}
		}
		slots[to] = *s
	}
}

// grownFor returns how many slots n more keys take.
func (x *index[K]) grownFor(n int) int {
	slots := len(x.slots)
	for (x.used+n)*outOf > slots*mostUsed {
		slots = max(minSlots, slots+slots/x.growsBy())
	}
	return slots
}

// growsBy returns the part of its slots by which x grows.
func (x *index[K]) growsBy() int {
	if x.slotSize() > largeSlot {
		return 5
	}
	return 1
}

// slotsFor returns how many slots n keys take, without room for one more.
func slotsFor(n int) int { return (n*outOf + mostUsed - 1) / mostUsed }

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
	return int64(x.grownFor(n)) * x.slotSize()
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
// from then on, until it is cleared. Which slots are in use cannot be foreseen, so it does not jump.
func (x *index[K]) squeeze() []slot[K] {
	slots, n := x.slots, 0
	for i := range slots {
		s := slots[i]
		slots[n] = s
		n += int(min(s.head, 1))
	}
	return slots[:n]
}

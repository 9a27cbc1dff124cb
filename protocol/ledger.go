package protocol

// ledger remembers a bounded number of facts by a hashed key; the oldest is
// forgotten when it is full.
type ledger struct {
	by   map[uint64]uint64
	ring []uint64
	next int
}

// ledgerSize is how many facts a ledger remembers.
const ledgerSize = 4096

func (l *ledger) any() bool { return len(l.by) > 0 }

func (l *ledger) set(key, value uint64) {
	if l.by == nil {
		l.by = make(map[uint64]uint64)
	}
	if _, ok := l.by[key]; !ok {
		if len(l.ring) < ledgerSize {
			l.ring = append(l.ring, key)
		} else {
			delete(l.by, l.ring[l.next])
			l.ring[l.next] = key
			l.next = (l.next + 1) % ledgerSize
		}
	}
	l.by[key] = value
}

func (l *ledger) get(key uint64) (uint64, bool) {
	v, ok := l.by[key]
	return v, ok
}

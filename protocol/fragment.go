package protocol

// maxDatagrams is how many IP datagrams are put together at a time; the oldest
// gives way.
const maxDatagrams = 256

// datagrams puts IP fragments together (RFC 791, 3.2; RFC 8200, 4.5), as far as
// naming needs it: the fragment that completes a datagram has its name.
type datagrams struct {
	by   map[uint64]pendingID
	ring [maxDatagrams]uint64
	next int
}

// Join adds a fragment to its datagram and returns the datagram's payload if that
// completes it, nil otherwise. It is valid until the next call of Join.
func (e *Engine) Join(v *View) []byte {
	if !v.Fragment || v.Missing > 0 || v.Ack+uint32(len(v.Payload)) > maxKept {
		return nil
	}
	key := mix(v.key, uint64(v.Number)<<32|uint64(v.Seq))
	id := e.datagramOf(key)
	p := e.pool.at(id)
	n := uint32(len(v.Payload))
	p.put(v.Ack, v.Payload, n)
	e.pool.charge(p)
	if !v.More {
		p.end = v.Ack + n
	}
	if p.size < p.end || uint32(len(p.data)) < p.end {
		return nil
	}
	delete(e.fragments.by, key)
	e.datagram = append(e.datagram[:0], p.data[:p.end]...)
	e.pool.put(id)
	return e.datagram
}

// datagramOf returns what stands for a datagram of which pieces arrive.
func (e *Engine) datagramOf(key uint64) pendingID {
	f := &e.fragments
	if f.by == nil {
		f.by = make(map[uint64]pendingID)
	}
	if id, ok := f.by[key]; ok {
		return id
	}
	if old, ok := f.by[f.ring[f.next]]; ok {
		e.pool.put(old)
		delete(f.by, f.ring[f.next])
	}
	id, p := e.pool.get()
	p.end = 1 << 31 // until the last fragment tells
	f.by[key], f.ring[f.next] = id, key
	f.next = (f.next + 1) % maxDatagrams
	return id
}

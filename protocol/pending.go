package protocol

// maxKept is how many bytes of one unfinished message are kept; what follows is
// counted, but not looked at.
const maxKept = 1 << 16

// maxAhead is how many separate pieces beyond a hole are remembered.
const maxAhead = 6

// pending is a message of a TCP stream of which more bytes are awaited.
type pending struct {
	start uint32 // sequence number of the first byte
	end   uint32 // sequence number after the last byte awaited
	size  uint32 // bytes that arrived without a hole
	// entire says that the segment that reaches end belongs to the message as a whole.
	entire bool
	// untilFIN says that the message ends with the stream.
	untilFIN bool
	// ahead are the pieces that arrived beyond a hole, as offsets from start.
	ahead  [maxAhead]span
	pieces int
	// data holds the bytes up to keep, and those from keep+gap on.
	data      []byte
	keep, gap uint32
	// room is how long data may become; charged is its capacity in the pool's books.
	room    uint32
	charged int
}

// span is a range of offsets.
type span struct{ from, to uint32 }

// covers says whether a segment at seq belongs to the message.
func (p *pending) covers(seq uint32) bool {
	return p != nil && !before(seq, p.start) && before(seq, p.end)
}

// whole says whether all awaited bytes have arrived.
func (p *pending) whole() bool { return p.size >= p.end-p.start }

// put adds bytes that begin at offset off of the message; n of them were on the wire.
func (p *pending) put(off uint32, b []byte, n uint32) {
	p.store(off, b)
	if off > p.size {
		p.remember(span{off, off + n})
		return
	}
	p.size = max(p.size, off+n)
	for i := 0; i < p.pieces; {
		if p.ahead[i].from > p.size {
			i++
			continue
		}
		p.size = max(p.size, p.ahead[i].to)
		p.pieces--
		p.ahead[i] = p.ahead[p.pieces]
		i = 0
	}
}

// remember notes a piece beyond a hole. If there are too many, the piece is lost
// and the message will not be whole.
func (p *pending) remember(s span) {
	for i := range p.pieces {
		a := &p.ahead[i]
		if s.from <= a.to && a.from <= s.to {
			a.from, a.to = min(a.from, s.from), max(a.to, s.to)
			return
		}
	}
	if p.pieces < maxAhead {
		p.ahead[p.pieces] = s
		p.pieces++
	}
}

// store copies b to its place in data, as far as it is wanted.
func (p *pending) store(off uint32, b []byte) {
	if off < p.keep || p.gap == 0 {
		n := uint32(len(b))
		if p.gap != 0 {
			n = min(n, p.keep-off)
		}
		p.copyAt(off, b[:n])
		b, off = b[n:], off+n
	}
	if len(b) == 0 || p.gap == 0 {
		return
	}
	if from := p.keep + p.gap; off < from {
		if uint32(len(b)) <= from-off {
			return
		}
		b, off = b[from-off:], from
	}
	p.copyAt(off-p.gap, b)
}

func (p *pending) copyAt(at uint32, b []byte) {
	if at >= p.room {
		return
	}
	end := min(int(at)+len(b), int(p.room))
	if int(at) == len(p.data) { // nearly always
		p.data = append(p.data, b[:end-int(at)]...)
		return
	}
	for len(p.data) < end {
		p.data = append(p.data, zeros[:min(end-len(p.data), len(zeros))]...)
	}
	copy(p.data[at:end], b)
}

var zeros [512]byte

// forget drops the bytes from keep up to skipTo, both offsets from start, and
// all that may still come of them.
func (p *pending) forget(keep, skipTo uint32) {
	if skipTo <= keep+p.gap || p.gap != 0 && keep != p.keep {
		return
	}
	if keep >= uint32(len(p.data)) {
		p.keep, p.gap = keep, skipTo-keep
		return
	}
	have := p.gap + uint32(len(p.data)) // offset after the last byte stored
	if skipTo >= have {
		p.data = p.data[:keep]
	} else {
		n := copy(p.data[keep:], p.data[skipTo-p.gap:])
		p.data = p.data[:int(keep)+n]
	}
	p.keep, p.gap = keep, skipTo-keep
}

// advance moves the start of the message by n bytes: those are dealt with.
func (p *pending) advance(n uint32) {
	if p.gap == 0 && int(n) <= len(p.data) {
		p.data = p.data[:copy(p.data, p.data[n:])]
	} else {
		p.data = p.data[:0]
	}
	p.keep, p.gap = 0, 0
	p.start += n
	p.size -= min(n, p.size)
	for i := range p.pieces {
		p.ahead[i].from -= min(n, p.ahead[i].from)
		p.ahead[i].to -= min(n, p.ahead[i].to)
	}
}

// pendingID stands for a pending in its pool; zero for none.
type pendingID uint32

// pool hands out pendings and takes them back, and bounds their bytes.
type pool struct {
	all   []*[pendingsAtOnce]pending // by ID, less one
	made  int                        // that have an ID
	free  []pendingID
	bytes int // capacity of all buffers handed out or free
	limit int // how large bytes may grow before new messages get little room
	// starved counts the messages that got little room.
	starved int64
}

// pendingsAtOnce is how many pendings a pool allocates at once.
const pendingsAtOnce = 32

// littleRoom is what a message gets when the pool is exhausted: enough for the
// header that tells its length.
const littleRoom = 64

// at returns the pending of id, nil for none.
func (l *pool) at(id pendingID) *pending {
	if id == 0 {
		return nil
	}
	return &l.all[(id-1)/pendingsAtOnce][(id-1)%pendingsAtOnce]
}

// get returns an empty pending.
func (l *pool) get() (pendingID, *pending) {
	var id pendingID
	if n := len(l.free); n > 0 {
		id, l.free = l.free[n-1], l.free[:n-1]
	} else {
		if l.made == len(l.all)*pendingsAtOnce {
			l.all = append(l.all, new([pendingsAtOnce]pending))
		}
		l.made++
		id = pendingID(l.made)
	}
	p := l.at(id)
	p.room = maxKept
	if l.bytes >= l.limit {
		p.room = littleRoom
		l.starved++
	}
	return id, p
}

// charge notes how much p has grown.
func (l *pool) charge(p *pending) {
	l.bytes += cap(p.data) - p.charged
	p.charged = cap(p.data)
}

// put takes back what get returned. Long buffers are let go.
func (l *pool) put(id pendingID) {
	p := l.at(id)
	data := p.data[:0]
	if cap(data) > 1<<14 || l.bytes >= l.limit {
		data = nil
	}
	l.bytes += cap(data) - p.charged
	*p = pending{data: data, charged: cap(data)}
	l.free = append(l.free, id)
}

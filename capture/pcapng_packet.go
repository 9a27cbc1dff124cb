package capture

// enhanced reads an enhanced packet block: interface, time (two words), captured
// length, wire length, data, options.
func (p *pcapng) enhanced(body []byte, f *Frame) (found bool, err error) {
	if len(body) < 20 {
		return false, errBlock("an enhanced packet block of %d bytes", len(body))
	}
	return p.packet(p.order.u32(body), body, f)
}

// obsolete reads a packet block, which differs from the enhanced one in that the
// first word holds two numbers: the interface and a count of drops.
func (p *pcapng) obsolete(body []byte, f *Frame) (found bool, err error) {
	if len(body) < 20 {
		return false, errBlock("a packet block of %d bytes", len(body))
	}
	return p.packet(uint32(p.order.u16(body)), body, f)
}

func (p *pcapng) packet(id uint32, body []byte, f *Frame) (found bool, err error) {
	if uint64(id) >= uint64(len(p.nics)) {
		p.stats.Orphans++
		return false, nil
	}
	n := &p.nics[id]
	captured := p.order.u32(body[12:])
	f.Length = p.order.u32(body[16:])
	if err := p.data(f, n, body[20:], captured); err != nil {
		return false, err
	}
	ticks := uint64(p.order.u32(body[4:]))<<32 | uint64(p.order.u32(body[8:]))
	if t, ok := n.clock.nanos(ticks); ok {
		p.last = t
	} else {
		p.stats.BadTimes++
	}
	f.Time = p.last
	return true, nil
}

// simple reads a simple packet block: wire length and data of the first interface,
// with neither time nor captured length. The frame gets the time of the frame before
// it, which it cannot precede: a capture of only such blocks is all at time 0, as in
// libpcap, and one among timed blocks does not seem to be of 1970.
func (p *pcapng) simple(body []byte, f *Frame) (found bool, err error) {
	if len(body) < 4 {
		return false, errBlock("a simple packet block of %d bytes", len(body))
	}
	if len(p.nics) == 0 {
		p.stats.Orphans++
		return false, nil
	}
	n := &p.nics[0]
	f.Time = p.last
	f.Length = p.order.u32(body)
	captured := f.Length
	if n.snap > 0 {
		captured = min(captured, n.snap)
	}
	p.stats.Untimed++
	return true, p.data(f, n, body[4:], captured)
}

// data gives f, whose Length is set, what interface n captured of it at the start of b.
func (p *pcapng) data(f *Frame, n *nic, b []byte, captured uint32) error {
	switch {
	case captured > n.max:
		return errTooLong(captured, n.max)
	case uint64(captured) > uint64(len(b)):
		return errBlock("a packet of %d bytes in a block that holds %d", captured, len(b))
	case captured > n.snap && n.snap > 0:
		p.stats.OverSnapLen++
	}
	f.Link = n.link
	f.Data = p.stats.clip(b[:captured:captured], f.Length)
	return nil
}

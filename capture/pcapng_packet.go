package capture

// enhanced reads an enhanced packet block: interface, time (two words), captured
// length, wire length, data, options.
func (p *pcapng) enhanced(body []byte, at int64, out []Frame) ([]Frame, error) {
	if len(body) < 20 {
		return out, errBlock("an enhanced packet block of %d bytes", len(body))
	}
	return p.packet(p.order.u32(body), body, at, out)
}

// obsolete reads a packet block, which differs from the enhanced one in that the
// first word holds two numbers: the interface and a count of drops.
func (p *pcapng) obsolete(body []byte, at int64, out []Frame) ([]Frame, error) {
	if len(body) < 20 {
		return out, errBlock("a packet block of %d bytes", len(body))
	}
	return p.packet(uint32(p.order.u16(body)), body, at, out)
}

func (p *pcapng) packet(id uint32, body []byte, at int64, out []Frame) ([]Frame, error) {
	if uint64(id) >= uint64(len(p.nics)) {
		p.stats.Orphans++
		return out, nil
	}
	nic := &p.nics[id]
	captured, length := p.order.u32(body[12:]), p.order.u32(body[16:])
	data := body[20:]
	switch {
	case captured > nic.max:
		return out, errTooLong(captured, nic.max)
	case int64(captured) > int64(len(data)):
		return out, errBlock("a packet of %d bytes in a block that holds %d", captured, len(data))
	case captured > nic.snap && nic.snap > 0:
		p.stats.OverSnapLen++
	}
	if t, ok := nic.clock.nanos(uint64(p.order.u32(body[4:]))<<32 | uint64(p.order.u32(body[8:]))); ok {
		p.last = t
	} else {
		p.stats.BadTimes++
	}
	return append(out, Frame{
		Time:   p.last,
		Seq:    at,
		Length: length,
		Link:   nic.link,
		Data:   p.stats.clip(data[:captured:captured], length),
	}), nil
}

// simple reads a simple packet block: wire length and data of the first interface,
// with neither time nor captured length. The frame gets the time of the frame before
// it, which it cannot precede: a capture of only such blocks is all at time 0, as in
// libpcap, and one among timed blocks does not seem to be of 1970.
func (p *pcapng) simple(body []byte, at int64, out []Frame) ([]Frame, error) {
	if len(body) < 4 {
		return out, errBlock("a simple packet block of %d bytes", len(body))
	}
	if len(p.nics) == 0 {
		p.stats.Orphans++
		return out, nil
	}
	nic := &p.nics[0]
	length, data := p.order.u32(body), body[4:]
	captured := length
	if nic.snap > 0 {
		captured = min(captured, nic.snap)
	}
	switch {
	case captured > nic.max:
		return out, errTooLong(captured, nic.max)
	case int64(captured) > int64(len(data)):
		return out, errBlock("a packet of %d bytes in a block that holds %d", captured, len(data))
	}
	p.stats.Untimed++
	return append(out, Frame{
		Time:   p.last,
		Seq:    at,
		Length: length,
		Link:   nic.link,
		Data:   data[:captured:captured],
	}), nil
}

package capture

import (
	"fmt"
	"slices"
)

const (
	pcapHeader         = 24 // bytes of the file header
	pcapRecord         = 16 // bytes of a record header
	pcapModifiedRecord = 24 // the same in Kuznetzov's modified format
)

// A variant is what the magic number of a pcap file says.
type variant struct {
	order  order
	unit   int64 // nanoseconds in a unit of a record's time fraction
	record int64 // bytes of a record header
}

// pcapVariant tells the variant of a file that begins with b.
func pcapVariant(b []byte) (v variant, ok bool) {
	if len(b) < 4 {
		return variant{}, false
	}
	for _, o := range [...]order{littleEndian, bigEndian} {
		switch o.u32(b) {
		case 0xa1b2c3d4:
			return variant{o, 1000, pcapRecord}, true
		case 0xa1b23c4d:
			return variant{o, 1, pcapRecord}, true
		case 0xa1b2cd34:
			return variant{o, 1000, pcapModifiedRecord}, true
		}
	}
	return variant{}, false
}

// swapped says whether a pcap file holds captured and wire length the other way
// round, as files of very old tcpdumps do (libpcap, sf-pcap.c).
type swapped uint8

const (
	swappedNever swapped = iota
	swappedMaybe         // where the captured length would exceed the other
	swappedAlways
)

// pcap walks the records of a pcap file.
type pcap struct {
	variant
	stats   *Stats
	link    LinkType
	snap    uint32 // the stated snap length; 0: none
	max     uint32 // the longest record believed
	swapped swapped
}

// newPcap reads the file header in h[:pcapHeader].
func newPcap(h []byte, stats *Stats) (*pcap, error) {
	v, _ := pcapVariant(h)
	major, minor := v.order.u16(h[4:]), v.order.u16(h[6:])
	s, ok := pcapVersion(major, minor)
	if !ok {
		return nil, fmt.Errorf("%w: pcap version %d.%d", ErrUnsupported, major, minor)
	}
	// The upper 6 bits of the link type say how long the frame check sequence is.
	link := makeLinkType(v.order.u32(h[20:]) & 0x03ffffff)
	return &pcap{
		variant: v,
		stats:   stats,
		link:    link,
		snap:    v.order.u32(h[16:]),
		max:     link.maxRecord(),
		swapped: s,
	}, nil
}

// pcapVersion tells the order of a record's lengths from the file's version.
// Version 543.0 is what DG/UX tcpdump wrote.
func pcapVersion(major, minor uint16) (s swapped, ok bool) {
	switch {
	case major == 2 && minor < 3, major == 543 && minor == 0:
		return swappedAlways, true
	case major == 2 && minor == 3:
		return swappedMaybe, true
	case major == 2:
		return swappedNever, true
	}
	return 0, false
}

// walk implements walker. Captures have millions of records, so it keeps at hand what
// all of them ask for.
func (p *pcap) walk(b []byte, at int64, out []Frame) (frames []Frame, n int64, err error) {
	order, record, most, snap := p.order, int(p.record), p.max, p.snap
	from := 0
	for len(b)-from >= record {
		h := (*[pcapRecord]byte)(b[from:])
		captured, length := p.lengths(order.u32(h[8:]), order.u32(h[12:]))
		if captured > most {
			return out, int64(from), errTooLong(captured, most)
		}
		start := from + record
		end := start + int(captured)
		if end > len(b) {
			break
		}
		if captured > snap && snap > 0 {
			p.stats.OverSnapLen++
		}
		if len(out) == cap(out) {
			out = slices.Grow(out, 1)
		}
		out = out[:len(out)+1]
		f := &out[len(out)-1] // written in place, which is faster than a copy
		f.Time = p.time(order.u32(h[:]), order.u32(h[4:]))
		f.Seq = at + int64(from)
		f.Length = length
		f.Link = p.link
		f.Data = p.stats.clip(b[start:end:end], length)
		from = end
	}
	return out, int64(from), nil
}

func (p *pcap) lengths(captured, length uint32) (uint32, uint32) {
	if p.swapped == swappedNever || p.swapped == swappedMaybe && captured <= length {
		return captured, length
	}
	return length, captured
}

// time ignores a fraction of a second or more: the seconds of such records, which occur
// in real captures, have been seen to be right. It cannot overflow before the year 2262.
func (p *pcap) time(seconds, fraction uint32) int64 {
	f := int64(fraction) * p.unit
	if f >= 1e9 {
		p.stats.BadTimes++
		f = 0
	}
	return int64(seconds)*1e9 + f
}

package capture

import "fmt"

// Block types of pcapng (draft-ietf-opsawg-pcapng).
const (
	blockSection   = 0x0a0d0d0a // the same in both byte orders
	blockInterface = 1
	blockPacket    = 2 // obsolete, from before the enhanced packet block
	blockSimple    = 3
	blockEnhanced  = 6
)

const (
	blockOverhead = 12       // type, total length, total length again
	maxBlock      = 16 << 20 // bytes of a block beside packet data, as in Wireshark
	maxInterfaces = 1 << 16  // in one section; bounds what hostile input can make us keep
)

// nic is an interface of the current section.
type nic struct {
	link  LinkType
	snap  uint32 // the stated snap length; 0: none
	max   uint32 // the longest record believed
	clock clock
}

// pcapng walks the blocks of a pcapng stream.
type pcapng struct {
	order order
	stats *Stats
	nics  []nic
	last  int64 // time of the frame before; 0 at first
}

// walk implements walker.
func (p *pcapng) walk(b []byte, at int64, out []Frame) (frames []Frame, n int64, err error) {
	for n < int64(len(b)) && int64(len(b))-n >= blockOverhead {
		kind, total, err := p.head(b[n:])
		if err != nil {
			return out, n, err
		}
		if !readsBlock(kind) {
			p.stats.UnknownBlocks++
			n += total // maybe past len(b): the reader skips the rest
			continue
		}
		if total > int64(len(b))-n {
			break
		}
		block := b[n : n+total : n+total]
		if again := int64(p.order.u32(block[total-4:])); again != total {
			return out, n, errBlock("a block begins with length %d and ends with %d", total, again)
		}
		f := Frame{Seq: at + n}
		found, err := p.block(kind, block[8:total-4], &f)
		if err != nil {
			return out, n, err
		}
		if found {
			out = append(out, f)
		}
		n += total
	}
	return out, n, nil
}

// head reads a block's type and total length. At a section header, it takes on the
// section's byte order first.
func (p *pcapng) head(b []byte) (kind uint32, total int64, err error) {
	kind = p.order.u32(b)
	if kind == blockSection {
		o, ok := sectionOrder(b)
		if !ok {
			return kind, 0, errBlock("a section without the byte-order magic")
		}
		p.order = o
	}
	total = int64(p.order.u32(b[4:]))
	switch {
	case total < blockOverhead || total%4 != 0:
		return kind, 0, errBlock("a block of %d bytes", total)
	case total > maxBlock && readsBlock(kind) && total > p.longest():
		return kind, 0, errBlock("a block of %d bytes, at most %d can be", total, p.longest())
	}
	return kind, total, nil
}

// longest is the most bytes that a block may take.
func (p *pcapng) longest() int64 {
	most := int64(0)
	for i := range p.nics {
		most = max(most, int64(p.nics[i].max))
	}
	return maxBlock + most
}

func readsBlock(kind uint32) bool {
	switch kind {
	case blockEnhanced, blockSimple, blockPacket, blockInterface, blockSection:
		return true
	}
	return false
}

// block reads the body of one block, and tells whether it was a frame, then in f.
func (p *pcapng) block(kind uint32, body []byte, f *Frame) (found bool, err error) {
	switch kind {
	case blockEnhanced:
		return p.enhanced(body, f)
	case blockSimple:
		return p.simple(body, f)
	case blockPacket:
		return p.obsolete(body, f)
	case blockInterface:
		return false, p.describe(body)
	}
	return false, p.section(body)
}

// sectionOrder tells the byte order of the section header block at the start of b.
func sectionOrder(b []byte) (o order, ok bool) {
	for _, o := range [...]order{littleEndian, bigEndian} {
		if o.u32(b[8:]) == 0x1a2b3c4d {
			return o, true
		}
	}
	return littleEndian, false
}

// section begins a section: interfaces are numbered anew. The section's length is
// not used, since blocks tell where they end.
func (p *pcapng) section(body []byte) error {
	if len(body) < 16 {
		return errBlock("a section header of %d bytes", len(body))
	}
	major, minor := p.order.u16(body[4:]), p.order.u16(body[6:])
	if major != 1 {
		return fmt.Errorf("%w: pcapng version %d.%d", ErrUnsupported, major, minor)
	}
	p.nics = p.nics[:0]
	p.stats.Sections++
	return nil
}

// describe reads an interface description block.
func (p *pcapng) describe(body []byte) error {
	if len(body) < 8 {
		return errBlock("an interface description of %d bytes", len(body))
	}
	if len(p.nics) >= maxInterfaces {
		return errBlock("more than %d interfaces in a section", maxInterfaces)
	}
	link := LinkType(p.order.u16(body))
	p.nics = append(p.nics, nic{
		link:  link,
		snap:  p.order.u32(body[4:]),
		max:   link.maxRecord(),
		clock: p.clock(body[8:]),
	})
	p.stats.Interfaces++
	return nil
}

const (
	optEnd        = 0
	optResolution = 9  // if_tsresol: 1 byte
	optOffset     = 14 // if_tsoffset: 8 bytes
)

// clock reads an interface's options. An option that runs past its block ends
// them: nothing after it could be told from noise.
func (p *pcapng) clock(options []byte) clock {
	resolution, offset := byte(6), int64(0)
	for len(options) >= 4 {
		code, size := p.order.u16(options), int(p.order.u16(options[2:]))
		value := options[4:]
		if code == optEnd || size > len(value) {
			break
		}
		switch {
		case code == optResolution && size >= 1:
			resolution = value[0]
		case code == optOffset && size >= 8:
			offset = int64(p.order.u64(value))
		}
		options = value[min((size+3)&^3, len(value)):]
	}
	return makeClock(resolution, offset)
}

package flow

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// How a record's behaviour is written: one byte of these, then what they announce.
// docs/format/flows.md describes it.
const (
	partObserved = 1 << iota // there is a behaviour; without it nothing follows
	partThere                // payload Src→Dst
	partBack                 // payload Dst→Src
	partPorts
	partOpening // opens or accepts
	partAll     = 1<<iota - 1
)

// behaviour writes b, or that there is none. Times are written as differences from at.
func (e *encoder) behaviour(b *Behaviour, at int64) {
	if b == nil {
		e.block = append(e.block, 0)
		return
	}
	parts := b.parts()
	e.block = append(e.block, parts)
	for _, slots := range b.Slots {
		e.set(slots)
	}
	e.uvarint(uint64(b.Segments))
	e.uvarint(uint64(b.Datagrams))
	for d, part := range [...]byte{partThere, partBack} {
		if parts&part != 0 {
			e.oneWay(b, d, at)
		}
	}
	if parts&partPorts != 0 {
		e.set(uint64(b.Ports[0]))
		e.set(uint64(b.Ports[1]))
	}
	if parts&partOpening != 0 {
		e.block = append(e.block, b.Opens[0], b.Opens[1], b.Accepts[0], b.Accepts[1])
	}
}

// parts says what there is to write of b.
func (b *Behaviour) parts() (parts byte) {
	parts = partObserved
	for d, part := range [...]byte{partThere, partBack} {
		if b.Payloads[d] > 0 {
			parts |= part
		}
	}
	if b.Ports != [2]uint32{} {
		parts |= partPorts
	}
	if b.Opens != [2]uint8{} || b.Accepts != [2]uint8{} {
		parts |= partOpening
	}
	return parts
}

func (e *encoder) oneWay(b *Behaviour, d int, at int64) {
	e.uvarint(uint64(b.Payloads[d]))
	e.uvarint(b.PayloadBytes[d])
	e.block = binary.AppendVarint(e.block, b.firstAt[d]-at)
	e.uvarint(uint64(b.FirstPayload[d]))
	e.uvarint(uint64(b.MaxPayload[d]))
	e.set(uint64(b.Lengths[d]))
}

// set writes a set of 64: a byte with its member if it has one, else 64 and the set.
func (e *encoder) set(members uint64) {
	if bits.OnesCount64(members) == 1 {
		e.block = append(e.block, byte(bits.TrailingZeros64(members)))
		return
	}
	e.block = binary.LittleEndian.AppendUint64(append(e.block, 64), members)
}

// behaviour reads what encoder.behaviour wrote, after the record's sums.
func (d *decoder) behaviour() {
	head := d.take(1)
	if head == nil {
		return
	}
	parts := head[0]
	if parts > partAll || parts&partObserved == 0 && parts != 0 {
		d.malformed("a behaviour of parts %#x", parts)
	}
	if d.failed != nil || parts == 0 {
		return
	}
	b := &d.content.behaviour
	d.content.observed = true
	for s := range b.Slots {
		b.Slots[s] = d.set(math.MaxUint64)
	}
	b.Segments = uint16(d.uvarint(math.MaxUint16))
	b.Datagrams = uint16(d.uvarint(math.MaxUint16))
	for i, part := range [...]byte{partThere, partBack} {
		if parts&part != 0 {
			d.oneWay(b, i)
		}
	}
	if parts&partPorts != 0 {
		b.Ports = [2]uint32{uint32(d.set(math.MaxUint32)), uint32(d.set(math.MaxUint32))}
	}
	if parts&partOpening == 0 {
		return
	}
	if n := d.take(4); n != nil {
		b.Opens, b.Accepts = [2]uint8{n[0], n[1]}, [2]uint8{n[2], n[3]}
	}
}

// oneWay reads one direction. It rejects what no packets have.
func (d *decoder) oneWay(b *Behaviour, i int) {
	b.Payloads[i] = uint32(d.uvarint(math.MaxUint32))
	b.PayloadBytes[i] = d.uvarint(math.MaxUint64)
	b.firstAt[i] = d.varint()
	if len(d.content.sums) > 0 {
		b.firstAt[i] += d.content.sums[0].First
	}
	b.FirstPayload[i] = uint16(d.uvarint(math.MaxUint16))
	b.MaxPayload[i] = uint16(d.uvarint(math.MaxUint16))
	b.Lengths[i] = uint32(d.set(math.MaxUint32))
	possible := b.Payloads[i] > 0 && b.PayloadBytes[i] >= uint64(b.Payloads[i]) &&
		b.FirstPayload[i] > 0 && b.FirstPayload[i] <= b.MaxPayload[i] && b.Lengths[i] != 0
	if !possible {
		d.malformed("a behaviour that no packets have")
	}
}

// set reads what encoder.set wrote; no member may be outside of among.
func (d *decoder) set(among uint64) (members uint64) {
	first := d.take(1)
	switch {
	case first == nil:
		return 0
	case first[0] < 64:
		members = 1 << first[0]
	case first[0] == 64:
		if eight := d.take(8); eight != nil {
			members = binary.LittleEndian.Uint64(eight)
		}
	default:
		d.malformed("a set that begins with %d", first[0])
	}
	if members&^among != 0 {
		d.malformed("a set with members that cannot be")
	}
	return members
}

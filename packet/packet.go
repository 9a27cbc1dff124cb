package packet

import "botnetdetect/protocol"

// Packet is what a flow needs of a frame. It takes two cache lines: keep it so.
type Packet struct {
	Time   int64  // nanoseconds since the Unix epoch
	Seq    int64  // grows in capture order: capture.Frame.Seq
	Length uint32 // bytes on the wire
	Src    Endpoint
	Dst    Endpoint
	// Protocol is the name that the packet is counted under; set by a Namer.
	Protocol protocol.ID

	view protocol.View // the headers, for a Namer; its Payload is borrowed from the frame
}

// IsIP says whether p is between IP addresses.
func (p *Packet) IsIP() bool { return p.Src.kind == IPv4 || p.Src.kind == IPv6 }

// HasEndpoints says whether p has a source and a destination.
func (p *Packet) HasEndpoints() bool { return p.Src.kind != None && p.Dst.kind != None }

// Order says how Src compares with Dst.
func (p *Packet) Order() int { return p.Src.order(&p.Dst) }

// V4 returns Src and Dst as numbers in the order of addresses, if both are IPv4 addresses.
func (p *Packet) V4() (src, dst uint32, ok bool) {
	if p.Src.kind != IPv4 || p.Dst.kind != IPv4 {
		return 0, 0, false
	}
	return be.Uint32(p.Src.addr[:]), be.Uint32(p.Dst.addr[:]), true
}

// Shard returns a hash of Src and Dst that does not depend on their order, so
// that all packets of a pair meet in one of several goroutines. It is the same
// on every machine and in every run.
func (p *Packet) Shard() uint64 {
	if p.view.Pair != 0 { // Decode has hashed them
		return p.view.Pair
	}
	return p.Src.hash() + p.Dst.hash()
}

// hash notes the hashes of Src and Dst in the view, and their order if that matters.
func (p *Packet) hash() {
	if v := &p.view; v.Fragment || v.Layer == protocol.LayerTCP {
		v.Order = int8(p.Order())
	}
	p.view.Between(p.Src.hash(), p.Dst.hash())
}

// Part returns which of n parts, 0 to n-1, the packets between a and b belong to. It is
// the same on every machine and whichever way they go, and says nothing of Shard modulo
// a small number, so each part may be sharded once more.
func Part(a, b Endpoint, n int) int { return int((a.hash() + b.hash()) >> 32 % uint64(n)) }

package packet

import (
	"net/netip"

	"botnetdetect/protocol"
)

// Namer gives packets their protocol names. A name may depend on what the same
// two endpoints sent before, so a Namer must see all packets of a pair in
// capture order: use one Namer a goroutine and spread packets by Packet.Shard.
type Namer struct {
	engine  *protocol.Engine
	answers []Endpoint // of the packet named last
	found   []Endpoint // of the batch named last
	touched uint64     // what was fetched into the cache, so that it is not optimised away
}

// NewNamer returns a Namer that has seen no packet. Its memory is bounded, however
// many conversations there are: see protocol.Limits, whose defaults it takes.
func NewNamer() *Namer { return NewNamerWithin(protocol.Limits{}) }

// NewNamerWithin returns a Namer whose memory has other bounds.
func NewNamerWithin(l protocol.Limits) *Namer { return &Namer{engine: protocol.NewEngine(l)} }

// Stats counts what the bounds on memory made n let go.
func (n *Namer) Stats() protocol.Stats { return n.engine.Stats() }

// Name sets p.Protocol and p.Answers. p must come from Decode, with the bytes of
// its frame still in place.
func (n *Namer) Name(p *Packet) {
	v := &p.view
	v.Order = int8(p.Src.order(&p.Dst))
	if v.Fragment {
		n.nameFragment(p)
	} else {
		p.Protocol = n.engine.Name(v)
	}
	p.Answers, p.TTL = nil, 0
	if addrs := n.engine.Answers(); len(addrs) > 0 {
		p.Answers, p.TTL = n.endpoints(addrs), n.engine.TTL()
	}
}

// group is how many packets NameBatch prepares at once.
const group = 32

// NameBatch names the packets that which lists, in their order, and returns the addresses
// that DNS responses among them name, valid until the next call.
func (n *Namer) NameBatch(packets []Packet, which []uint32) []Endpoint {
	n.found = n.found[:0]
	for len(which) > 0 {
		k := min(len(which), group)
		n.prepare(packets, which[:k])
		for _, i := range which[:k] {
			n.Name(&packets[i])
			n.found = append(n.found, packets[i].Answers...)
		}
		which = which[k:]
	}
	return n.found
}

// prepare fetches into the cache what naming a group will need.
func (n *Namer) prepare(packets []Packet, which []uint32) {
	for _, i := range which {
		if v := &packets[i].view; !v.Fragment {
			n.touched += n.engine.Meet(v)
		}
	}
	for _, i := range which {
		n.touched += n.engine.Recall(&packets[i].view)
	}
}

// nameFragment names a fragment: the one that completes its datagram has the
// datagram's name, the others that of their IP version.
func (n *Namer) nameFragment(p *Packet) {
	whole := n.engine.Join(&p.view)
	if whole == nil {
		p.Protocol = n.engine.Name(&p.view)
		return
	}
	d := *p
	v := &d.view
	v.Fragment, v.FragOffset = false, 0
	w := walk{p: &d, v: v, data: whole}
	w.run(stepProto)
	d.hash()
	p.Protocol = n.engine.Name(v)
}

// endpoints converts addresses in place of the ones before.
func (n *Namer) endpoints(addrs []netip.Addr) []Endpoint {
	n.answers = n.answers[:0]
	for _, a := range addrs {
		if a.Is4() {
			n.answers = append(n.answers, MakeIPv4(a.As4()))
		} else {
			n.answers = append(n.answers, MakeIPv6(a.As16()))
		}
	}
	return n.answers
}

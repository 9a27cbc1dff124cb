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
	answers []Endpoint   // of the packet or batch named last
	trains  [group]train // of the group being named
	touched uint64       // what was fetched into the cache, so that it is not optimised away
}

// NewNamer returns a Namer that has seen no packet. Its memory is bounded, however
// many conversations there are: see protocol.Limits, whose defaults it takes.
func NewNamer() *Namer { return NewNamerWithin(protocol.Limits{}) }

// NewNamerWithin returns a Namer whose memory has other bounds.
func NewNamerWithin(l protocol.Limits) *Namer { return &Namer{engine: protocol.NewEngine(l)} }

// Stats counts what the bounds on memory made n let go.
func (n *Namer) Stats() protocol.Stats { return n.engine.Stats() }

// Answers are the addresses that the A and AAAA records of a DNS response name.
type Answers struct {
	Addresses []Endpoint
	TTL       uint32 // for how many seconds the longest-lived of them holds; 0 without any
}

// Name sets p.Protocol, and returns the addresses that p names, valid until the next call.
// p must come from Decode, with the bytes of its frame still in place.
func (n *Namer) Name(p *Packet) Answers {
	n.name(p, 0)
	addresses := n.engine.Answers()
	if len(addresses) == 0 {
		return Answers{}
	}
	n.answers = appendEndpoints(n.answers[:0], addresses)
	return Answers{n.answers, n.engine.TTL()}
}

func (n *Namer) name(p *Packet, hint protocol.Hint) {
	if p.view.Fragment {
		n.nameFragment(p)
	} else {
		p.Protocol = n.engine.Name(&p.view, hint)
	}
}

// group is how many packets NameBatch prepares at once.
const group = 32

// NameBatch names the packets that which lists, in their order, and returns the addresses
// that DNS responses among them name, valid until the next call.
func (n *Namer) NameBatch(packets []Packet, which []uint32) []Endpoint {
	n.answers = n.answers[:0]
	for len(which) > 0 {
		k := min(len(which), group)
		n.nameGroup(packets, which[:k])
		which = which[k:]
	}
	return n.answers
}

func (n *Namer) nameGroup(packets []Packet, which []uint32) {
	trains := n.meet(packets, which)
	for t := range trains {
		hint, touched := n.engine.Recall(&packets[which[trains[t].first]].view)
		trains[t].hint = hint
		n.touched += touched
	}
	for t, train := range trains {
		end := len(which)
		if t+1 < len(trains) {
			end = trains[t+1].first
		}
		hint := train.hint
		for _, i := range which[train.first:end] {
			n.name(&packets[i], hint)
			hint = n.engine.Hint()
			if addresses := n.engine.Answers(); len(addresses) > 0 {
				n.answers = appendEndpoints(n.answers, addresses)
			}
		}
	}
}

// train is packets in a row that are of one conversation.
type train struct {
	first int // place of its first packet in the group
	hint  protocol.Hint
}

// meet finds the trains of a group, and fetches what Recall and Name will read first.
func (n *Namer) meet(packets []Packet, which []uint32) []train {
	trains, last := n.trains[:0], (*protocol.View)(nil)
	for k, i := range which {
		v := &packets[i].view
		if last == nil || !v.Follows(last) {
			n.touched += n.engine.Meet(v)
			trains = append(trains, train{first: k})
		}
		if len(v.Payload) > 0 {
			n.touched += uint64(v.Payload[0])
		}
		last = v
	}
	return trains
}

// nameFragment names a fragment: the one that completes its datagram has the
// datagram's name, the others that of their IP version. What a datagram says of other
// endpoints than its own, as in a tunnel, is between those and it: packets of the inner pair may
// be with another Namer, and names must not depend on whether they are.
func (n *Namer) nameFragment(p *Packet) {
	whole := n.engine.Join(&p.view)
	if whole == nil {
		p.Protocol = n.engine.Name(&p.view, 0)
		return
	}
	d := *p
	v := &d.view
	v.Fragment, v.Seq, v.Ack = false, 0, 0
	w := walk{p: &d, v: v, data: whole}
	w.run(stepProto)
	d.hash()
	if v.Pair != p.view.Pair {
		v.Within(p.view.Pair)
	}
	p.Protocol = n.engine.Name(v, 0)
}

func appendEndpoints(to []Endpoint, addresses []netip.Addr) []Endpoint {
	for _, a := range addresses {
		if a.Is4() {
			to = append(to, MakeIPv4(a.As4()))
		} else {
			to = append(to, MakeIPv6(a.As16()))
		}
	}
	return to
}

package packet

import "botnetdetect/protocol"

// Namer gives packets their protocol names. A name may depend on what the same
// two endpoints sent before, so a Namer must see all packets of a pair in
// capture order: use one Namer a goroutine and spread packets by Packet.Shard.
type Namer struct {
	engine  *protocol.Engine
	answers []Endpoint
}

// NewNamer returns a Namer that has seen no packet. Its memory is bounded, however many
// conversations there are.
func NewNamer() *Namer { return &Namer{engine: protocol.NewEngine(protocol.Limits{})} }

// Name sets p.Protocol and p.Answers. p must come from Decode, with the bytes of
// its frame still in place.
func (n *Namer) Name(p *Packet) {
	p.view.Src, p.view.Dst = p.Src.hash(), p.Dst.hash()
	p.view.Order = int8(p.Src.Compare(p.Dst))
	p.Protocol = n.engine.Name(&p.view)
	p.Answers = nil
	if addrs := n.engine.Answers(); len(addrs) > 0 {
		n.answers = n.answers[:0]
		for _, a := range addrs {
			if a.Is4() {
				n.answers = append(n.answers, MakeIPv4(a.As4()))
			} else {
				n.answers = append(n.answers, MakeIPv6(a.As16()))
			}
		}
		p.Answers = n.answers
	}
}

package behaviour

import (
	"botnetdetect/flow"
	"botnetdetect/protocol"
)

// mostNameServers is how many name servers of one host are set aside: as many as resolvers of
// operating systems are told. A host with more is a resolver itself, or speaks with peers in
// what looks like DNS to be set aside with them: then none is.
const mostNameServers = 3

// asksNames reports whether the host asks the other endpoint for names and does nothing else with it:
// over UDP the host began, was answered, and all packets are DNS, or ICMP that tells of them.
// Models learn nothing of this; it only says which verdicts are not given.
func asksNames(f *flow.Flow, v *view) bool {
	if v.b.Segments > 0 || v.b.Payloads[1] == 0 || !v.began() {
		return false
	}
	dns := false
	for i := range f.Sums {
		switch f.Sums[i].Protocol {
		case protocol.DNS:
			dns = true
		case protocol.ICMP, protocol.ICMPv6:
		default:
			return false
		}
	}
	return dns
}

// fewNameServers returns how many name servers the host has; none if more than mostNameServers.
func (h *Host) fewNameServers() uint32 {
	if h.nameServers > mostNameServers {
		return 0
	}
	return h.nameServers
}

// SetAside makes values, which Seated returned with a seat that is Aside, those of a flow that is
// not judged: see Evidence.
func SetAside(values []float64) { values[0] = 0 }

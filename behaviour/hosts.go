package behaviour

import (
	"errors"
	"iter"
	"slices"

	"botnetdetect/flow"
	"botnetdetect/packet"
)

// MaxHosts is how many hosts are kept of one capture.
const MaxHosts = 1 << 14

// HostBytes is about what as many hosts take, of two cohorts each. That few have more is no
// promise: with four each it is twice as much.
const HostBytes = MaxHosts * 3 << 10

// Host is what one endpoint does, to all of its peers.
type Host struct {
	Named uint32 // peers that a DNS answer named

	nameServers uint32             // peers that are asked for names, and nothing else: see asksNames
	cohorts     [Manners]*Cohort   // nil: no peers; few hosts have more than two
	features    [Manners][]float64 // hostFeatures of each cohort, once they have been asked for; else empty
}

// Cohort returns a cohort, to be read.
func (h *Host) Cohort(m Manner) *Cohort {
	if c := h.cohorts[m]; c != nil {
		return c
	}
	return &nobody
}

var nobody Cohort // is never written to

// own returns a cohort, to be added to.
func (h *Host) own(m Manner) *Cohort {
	if h.cohorts[m] == nil {
		h.cohorts[m] = new(Cohort)
	}
	return h.cohorts[m]
}

// Peers returns how many peers no DNS answer named, all but those that never accepted.
func (h *Host) Peers() (n uint32) {
	for m, c := range h.cohorts {
		if c != nil && Manner(m) != Attempt {
			n += c.Peers
		}
	}
	return n
}

// Hosts are the endpoints that have at least two peers. They are for one goroutine.
type Hosts struct {
	hosts map[packet.Endpoint]*Host
	alone Host  // stands in for the host of a flow that has none
	here  Place // of the flow asked for

	sums      []flow.Sums // of the flow that grows
	behaviour flow.Behaviour
}

// ErrUnobserved says that flows are without flow.Behaviour.
var ErrUnobserved = errors.New("how endpoints behave was not observed; the native engine does it")

// Observe sums up the hosts of flows. It goes through them twice.
func Observe(s *flow.Set) (*Hosts, error) {
	h := &Hosts{hosts: make(map[packet.Endpoint]*Host)}
	for _, e := range busiest(s) {
		h.hosts[e] = new(Host)
	}
	for f := range s.Flows() {
		if f.Behaviour == nil {
			return nil, ErrUnobserved
		}
		h.add(&f, s.Resolved(f.Src) || s.Resolved(f.Dst))
	}
	return h, s.Err()
}

// add counts f for its endpoints that are hosts; named says that a DNS answer named one.
func (h *Hosts) add(f *flow.Flow, named bool) {
	for i, e := range [...]packet.Endpoint{f.Src, f.Dst} {
		if host := h.hosts[e]; host != nil {
			host.add(f, i == 1, named)
		}
	}
}

// add counts f for its Src, or its Dst.
func (h *Host) add(f *flow.Flow, dst, named bool) {
	switch {
	case !individual(f.Src) || !individual(f.Dst):
	case named:
		h.Named++
	default:
		v := viewFrom(f, dst)
		h.own(mannerOf(&v)).add(&v)
		count(&h.nameServers, asksNames(f, &v))
	}
}

// Renew replaces what is known of one endpoint by what flows say, which must be all of its
// flows; named reports whether a DNS answer named an endpoint. Afterwards it is a host if it
// has at least two peers, and there is room. What is known of others stays as it was.
func (h *Hosts) Renew(e packet.Endpoint, flows iter.Seq[flow.Flow], named func(packet.Endpoint) bool) error {
	host, peers := new(Host), 0
	for f := range flows {
		if f.Behaviour == nil {
			return ErrUnobserved
		}
		named := named(f.Src) || named(f.Dst)
		if !named && individual(f.Src) && individual(f.Dst) {
			peers++
		}
		host.add(&f, f.Src != e, named)
		if f.Src == f.Dst { // it counts at both ends
			peers++
			host.add(&f, true, named)
		}
	}
	if _, known := h.hosts[e]; peers < 2 || !known && !h.hasRoom() {
		delete(h.hosts, e)
		return nil
	}
	h.hosts[e] = host
	return nil
}

// hasRoom reports whether there is room for one more host, for which one may go that has too few peers for anything
// to be said of it.
func (h *Hosts) hasRoom() bool {
	if len(h.hosts) < MaxHosts+spareHosts {
		return true
	}
	tries := 64
	for e, host := range h.hosts { // in no order
		if host.Peers() < MinPeers {
			delete(h.hosts, e)
			return true
		}
		if tries--; tries == 0 {
			break
		}
	}
	return false
}

// spareHosts is how many hosts Renew adds to those that Observe found, at most.
const spareHosts = MaxHosts / 4

// Has reports whether e is a host.
func (h *Hosts) Has(e packet.Endpoint) bool { return h.hosts[e] != nil }

// All yields the hosts in the order of their addresses.
func (h *Hosts) All(yield func(packet.Endpoint, *Host) bool) {
	all := make([]packet.Endpoint, 0, len(h.hosts))
	for e := range h.hosts {
		all = append(all, e)
	}
	slices.SortFunc(all, packet.Endpoint.Compare)
	for _, e := range all {
		if !yield(e, h.hosts[e]) {
			return
		}
	}
}

// individual reports whether e is one machine, not a group of them.
func individual(e packet.Endpoint) bool {
	b := e.Bytes()
	switch e.Kind() {
	case packet.IPv4:
		return b[0] < 224 && b[0] != 0
	case packet.IPv6:
		return b[0] != 0xff
	}
	return false
}

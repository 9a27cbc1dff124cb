package behaviour

import (
	"botnetdetect/flow"
	"botnetdetect/packet"
)

// Seat is a flow's place: whose peer the other endpoint is, and in which cohort.
type Seat struct {
	Host   packet.Endpoint // the endpoint with more peers
	Peers  uint32          // of the host, in the flow's cohort; 1 if it is no host
	Manner Manner

	NameServer bool // the other endpoint is one of the host's few name servers: see asksNames
	Aside      bool // that, or the cohort has too few peers beside name servers: the flow is not judged
}

// Evidence reports whether flows in this manner may say anything of a botnet: nothing was said over a
// connection that was never accepted, and only TCP and UDP carry botnets here.
func (s Seat) Evidence() bool { return s.Manner == TCP || s.Manner == UDP }

// Seat returns f's place.
func (h *Hosts) Seat(f *flow.Flow) Seat { return h.Place(f).Seat() }

// Place is a flow within what its host does: all that features are made of. They are made when they
// are asked for. It is valid until the next is.
type Place struct {
	hosts    *Hosts
	endpoint packet.Endpoint
	view     view
	names    bool // asksNames
	host     *Host
	cohort   *Cohort
	manner   Manner
	single   bool // the cohort is this flow alone, and not made yet
}

// Place finds f's host, which is the endpoint with more peers; of two alike, Src. A flow
// neither of whose endpoints is a host is a cohort of its own.
func (h *Hosts) Place(f *flow.Flow) *Place {
	p := &h.here
	*p = Place{hosts: h}
	a, b := h.hosts[f.Src], h.hosts[f.Dst]
	p.endpoint, p.host = f.Src, a
	dst := b != nil && (a == nil || b.Peers() > a.Peers())
	if dst {
		p.endpoint, p.host = f.Dst, b
	}
	p.view.from(f, dst)
	p.names = asksNames(f, &p.view)
	p.manner = mannerOf(&p.view)
	if p.host == nil {
		p.host = &h.alone
		p.single = true
		return p
	}
	p.cohort = p.host.Cohort(p.manner)
	p.single = p.cohort.Peers == 0 // of a group's address, which is no peer
	return p
}

// Seat returns the flow's place.
func (p *Place) Seat() Seat {
	s := Seat{Host: p.endpoint, Peers: 1, Manner: p.manner}
	if !p.single {
		s.Peers = p.cohort.Peers
	}
	if servers := p.host.fewNameServers(); servers > 0 && p.manner == UDP {
		s.NameServer = p.names
		s.Aside = p.names || p.single || !p.cohort.enoughBeside(servers)
	}
	return s
}

// Judged reports whether the flow says anything of a botnet, as Judged does of its features.
func (p *Place) Judged() bool {
	s := p.Seat()
	return !p.single && s.Evidence() && !s.Aside && p.cohort.enough() && !p.view.download()
}

// Download reports whether the flow is a download: see Download of its features.
func (p *Place) Download() bool { return p.view.download() }

// Values appends the features of the flow to values.
func (p *Place) Values(values []float64) []float64 {
	if p.single {
		p.sitAlone()
	}
	values = p.values(flowFeatures, values)
	values = append(values, p.ofCohort()...)
	return p.values(relationFeatures, values)
}

// sitAlone makes the cohort of a flow that has none.
func (p *Place) sitAlone() {
	h := p.hosts
	h.forgetStranger()
	p.cohort = h.alone.own(p.manner)
	p.cohort.add(&p.view)
}

// forgetStranger makes the host that stands in for none one without peers.
func (h *Hosts) forgetStranger() {
	h.alone.Named, h.alone.nameServers = 0, 0
	for _, c := range h.alone.cohorts {
		if c != nil {
			*c = Cohort{}
		}
	}
}

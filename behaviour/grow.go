package behaviour

import (
	"botnetdetect/flow"
	"botnetdetect/packet"
)

// Grow counts what more has come of a flow, of which before had been counted: nil if nothing
// had. Named says that a DNS answer named an endpoint; if it was named only after before had been
// counted, its host is to be renewed. That takes as long for a host of a million peers as for
// one of two.
//
// Uncertain are the ends for which this is not enough, and which are to be renewed: Src or Dst may
// have become a host, or what was counted of it cannot be taken back.
func (h *Hosts) Grow(before, more *flow.Flow, named bool) (uncertain [2]bool, err error) {
	if more.Behaviour == nil {
		return uncertain, ErrUnobserved
	}
	after := h.sum(before, more)
	for i, e := range [...]packet.Endpoint{more.Src, more.Dst} {
		switch host := h.hosts[e]; {
		case host == nil:
			uncertain[i] = before == nil && !named && between(more)
		case before == nil:
			host.add(after, i == 1, named)
			host.changed()
		case !named && between(more):
			uncertain[i] = !host.replace(before, after, i == 1)
		}
	}
	return uncertain, nil
}

// sum returns two parts of a flow as one, valid until the next.
func (h *Hosts) sum(before, more *flow.Flow) *flow.Flow {
	if before == nil {
		return more
	}
	h.behaviour = *before.Behaviour
	h.behaviour.Merge(more.Behaviour)
	h.sums = append(append(h.sums[:0], before.Sums...), more.Sums...)
	return &flow.Flow{Src: more.Src, Dst: more.Dst, Sums: h.sums, Behaviour: &h.behaviour}
}

// replace counts after, a flow with Src, or Dst, in the place of before. It reports whether the
// host is now what it would be if it had been counted so at once: the networks of
// a cohort that a flow leaves cannot be taken back. That does not matter where cohorts are not judged.
func (h *Host) replace(before, after *flow.Flow, dst bool) (exact bool) {
	was, is := viewFrom(before, dst), viewFrom(after, dst)
	from, to := mannerOf(&was), mannerOf(&is)
	if h.Cohort(from).Peers == 0 {
		return false // before was not counted
	}
	h.own(from).count(&was, minusOne)
	h.own(to).add(&is)
	if asksNames(before, &was) {
		h.nameServers--
	}
	count(&h.nameServers, asksNames(after, &is))
	h.changed()
	return from == to || from == Attempt || from == Other
}

// changed lets go what has been worked out of cohorts.
func (h *Host) changed() {
	for m := range h.features {
		h.features[m] = h.features[m][:0]
	}
}

// between reports whether f is between two machines, not groups of them.
func between(f *flow.Flow) bool { return individual(f.Src) && individual(f.Dst) }

// InCommon appends what all judged flows of a cohort have in common to values, in the order of All:
// what they have not is unknown. It reports whether they are judged at all.
func (h *Hosts) InCommon(e packet.Endpoint, m Manner, values []float64) ([]float64, bool) {
	host := h.hosts[e]
	if host == nil || m != TCP && m != UDP {
		return values, false
	}
	beside := uint32(0)
	if m == UDP {
		beside = host.fewNameServers()
	}
	p := Place{host: host, cohort: host.Cohort(m), manner: m}
	if !p.cohort.enoughBeside(beside) {
		return values, false
	}
	values = append(values, 1) // flow.evidence
	for range flowFeatures[1:] {
		values = append(values, unknown)
	}
	values = append(values, p.ofCohort()...)
	for range relationFeatures {
		values = append(values, unknown)
	}
	return values, true
}

package behaviour

import (
	"math"
	"math/bits"
	"slices"

	"botnetdetect/flow"
)

// Feature is one number of a flow.
type Feature struct {
	Name  string
	About string // what it says, with its unit
	// Trend is what more of it may mean: 1 only that botnet is likelier, -1 only that it is
	// less likely, 0 either. Models learn from those alone whose trend is known: see Chosen.
	Trend int
	of    func(*Place) float64
}

// MinPeers is how many peers of one cohort a verdict needs: what a host does to all of
// its peers cannot be told from fewer.
const MinPeers = 8

// mostPeers is up to how many peers of a cohort more of them says more.
const mostPeers = 64

// Evidence reports whether values, which Features returned, are of a flow that can be
// judged: TCP or UDP was spoken, with at least MinPeers peers, as flow.evidence says.
func Evidence(values []float64) bool { return values[0] == 1 }

// unknown is the value of a feature that cannot be said, such as a share of nothing.
const unknown = -1

// All are the features, in the order of Features' values.
func All() []Feature { return all }

var all = slices.Concat(flowFeatures, hostFeatures, relationFeatures)

// Chosen returns the places in All of the features that models learn from, those with a
// trend. Trees that may turn either way at every feature learn, of the few hosts that
// there are, by what accident those differ; held to what is known of peer-to-peer
// botnets beforehand (they know many strangers in many networks and treat them alike,
// with little said to each), they find botnets that they have not seen. docs/study.md
// has the figures.
func Chosen() (places []int) {
	for i := range all {
		if all[i].Trend != 0 {
			places = append(places, i)
		}
	}
	return places
}

// OfCohort reports whether a place in All is of a feature that all flows of a cohort have in
// common.
func OfCohort(place int) bool {
	return len(flowFeatures) <= place && place < len(flowFeatures)+len(hostFeatures)
}

// Names returns the features' names.
func Names() []string {
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].Name
	}
	return names
}

// Features appends the values of f, which must be of the set that h was observed from,
// to values.
func (h *Hosts) Features(f *flow.Flow, values []float64) []float64 {
	values, _ = h.Seated(f, values)
	return values
}

// Seated returns what both Features and Seat do.
func (h *Hosts) Seated(f *flow.Flow, values []float64) ([]float64, Seat) {
	p := h.Place(f)
	return p.Values(values), p.Seat()
}

func (p *Place) values(features []Feature, values []float64) []float64 {
	for i := range features {
		values = append(values, features[i].of(p))
	}
	return values
}

// ofCohort returns the values of hostFeatures, which are the same for all flows of a
// cohort.
func (p *Place) ofCohort() []float64 {
	known := &p.host.features[p.manner]
	if p.single || len(*known) == 0 {
		*known = p.values(hostFeatures, (*known)[:0])
	}
	return *known
}

// flowFeatures are what the two endpoints say to each other.
var flowFeatures = []Feature{
	{"flow.evidence", "1 if TCP or UDP was spoken and the host so speaks with at least 8 peers, downloads aside; else 0, and the flow is not judged", 0, func(p *Place) float64 {
		return truth(p.Seat().Evidence() && p.cohort.enough())
	}},
	{"flow.udp", "share of TCP and UDP packets that are UDP", 0, func(p *Place) float64 {
		return share(float64(p.view.b.Datagrams), float64(p.view.b.Datagrams)+float64(p.view.b.Segments))
	}},
	{"flow.payload_share", "share of packets with payload", 0, func(p *Place) float64 {
		return share(float64(p.view.b.Payloads[0])+float64(p.view.b.Payloads[1]), float64(p.view.packets))
	}},
	{"flow.mean_out", "mean payload from the host, bytes", 0, func(p *Place) float64 { return p.view.mean(0) }},
	{"flow.mean_in", "mean payload from the peer, bytes", 0, func(p *Place) float64 { return p.view.mean(1) }},
	{"flow.max_out", "longest payload from the host, bytes", 0, func(p *Place) float64 { return float64(p.view.b.MaxPayload[0]) }},
	{"flow.max_in", "longest payload from the peer, bytes", 0, func(p *Place) float64 { return float64(p.view.b.MaxPayload[1]) }},
	{"flow.first_out", "first payload from the host, bytes", 0, func(p *Place) float64 { return float64(p.view.b.FirstPayload[0]) }},
	{"flow.first_in", "first payload from the peer, bytes", 0, func(p *Place) float64 { return float64(p.view.b.FirstPayload[1]) }},
	{"flow.variety_out", "different payload lengths from the host for each payload", 0, func(p *Place) float64 { return p.view.variety(0) }},
	{"flow.variety_in", "different payload lengths from the peer for each payload", 0, func(p *Place) float64 { return p.view.variety(1) }},
	{"flow.ratio", "ln((1 + payloads from the host) / (1 + payloads from the peer))", 0, func(p *Place) float64 {
		return math.Log((1 + float64(p.view.b.Payloads[0])) / (1 + float64(p.view.b.Payloads[1])))
	}},
	{"flow.byte_ratio", "the same with bytes of payload", 0, func(p *Place) float64 {
		return p.view.byteRatio()
	}},
	{"flow.answered", "1 if the peer sent any packet", 0, func(p *Place) float64 { return truth(p.view.back > 0) }},
	{"flow.began", "1 if the host sent the first payload, or opened the connection", 0, func(p *Place) float64 { return truth(p.view.began()) }},
	{"flow.ports_host", "different ports of the host", 0, func(p *Place) float64 { return flow.Distinct(p.view.b.Ports[0]) }},
	{"flow.ports_peer", "different ports of the peer", 0, func(p *Place) float64 { return flow.Distinct(p.view.b.Ports[1]) }},
	{"flow.density", "ln(1 + packets in each active slot of 2 s)", 0, func(p *Place) float64 {
		return math.Log1p(share(float64(p.view.packets), float64(bits.OnesCount64(p.view.b.Slots[0]))))
	}},
}

// hostFeatures are what the host does to the peers of the flow's cohort.
var hostFeatures = []Feature{
	{"host.peers", "ln(1 + peers of the cohort), of 64 at most: how many more there are depends on the capture's length", 1, func(p *Place) float64 {
		return math.Log1p(min(mostPeers, float64(p.cohort.Peers)))
	}},
	{"host.part", "share of the host's peers that are in the cohort", 1, func(p *Place) float64 {
		return share(float64(p.cohort.Peers), max(float64(p.cohort.Peers), float64(p.host.Peers())))
	}},
	{"host.named", "share of the host's peers that a DNS answer named", -1, func(p *Place) float64 {
		return share(float64(p.host.Named), float64(p.host.Named)+float64(p.host.Peers()))
	}},
	{"host.attempts", "share of the host's peers that never accepted a connection", -1, func(p *Place) float64 {
		attempts := float64(p.host.Cohort(Attempt).Peers)
		return share(attempts, attempts+float64(p.host.Peers()))
	}},
	{"host.bulk", "share of the host's peers with a payload of 1000 bytes or more", -1, func(p *Place) float64 {
		var large uint32
		for m := range Manners {
			large += p.host.Cohort(m).Large
		}
		return share(float64(large), float64(p.host.Peers()))
	}},
	{"host.large", "the same within the cohort", -1, func(p *Place) float64 { return p.cohort.share(p.cohort.Large) }},
	{"host.networks", "networks (/16, IPv6 /32) of peers for each peer", 1, func(p *Place) float64 {
		return min(1, share(p.cohort.networks.estimate(), float64(p.cohort.Peers)))
	}},
	{"host.answered", "share of peers that sent a packet", 0, func(p *Place) float64 { return p.cohort.share(p.cohort.Answered) }},
	{"host.talked", "share of peers that sent payload", 0, func(p *Place) float64 { return p.cohort.share(p.cohort.Talked) }},
	{"host.dead", "share of peers without payload either way", 0, func(p *Place) float64 { return p.cohort.share(p.cohort.Dead) }},
	{"host.single", "share of peers with one packet", 0, func(p *Place) float64 { return p.cohort.share(p.cohort.Single) }},
	{"host.began", "share of peers with which the host began", 0, func(p *Place) float64 { return p.cohort.share(p.cohort.Began) }},
	{"host.both", "share of peers that speak both TCP and UDP", -1, func(p *Place) float64 { return p.cohort.share(p.cohort.Both) }},
	{"host.mean_out", "mean payload from the host, bytes", 0, func(p *Place) float64 { return p.cohort.mean(0) }},
	{"host.mean_in", "mean payload to the host, bytes", 0, func(p *Place) float64 { return p.cohort.mean(1) }},
	{"host.ratio", "ln((1 + payloads from the host) / (1 + payloads to it))", 0, func(p *Place) float64 {
		return math.Log((1 + float64(p.cohort.payloads[0])) / (1 + float64(p.cohort.payloads[1])))
	}},
	{"host.lengths_out", "different payload lengths from the host to one peer, mean", -1, func(p *Place) float64 { return p.cohort.each(p.cohort.lengths[0]) }},
	{"host.lengths_in", "different payload lengths from one peer, mean", -1, func(p *Place) float64 { return p.cohort.each(p.cohort.lengths[1]) }},
	{"host.ports_each", "ports of the host for one peer, mean", 0, func(p *Place) float64 { return p.cohort.each(p.cohort.ports[0]) }},
	{"host.ports_peer", "ports of one peer, mean", 0, func(p *Place) float64 { return p.cohort.each(p.cohort.ports[1]) }},
	{"host.first_out_top", "share of the commonest length of the first payload to a peer", 0, func(p *Place) float64 { return top(p.cohort.firstOut[:]) }},
	{"host.first_in_top", "share of the commonest length of the first payload from a peer", 1, func(p *Place) float64 { return top(p.cohort.firstIn[:]) }},
	{"host.first_out_entropy", "entropy of the lengths of first payloads to peers, 0 to 1", 0, func(p *Place) float64 { return entropy(p.cohort.firstOut[:]) }},
	{"host.first_in_entropy", "entropy of the lengths of first payloads from peers, 0 to 1", 0, func(p *Place) float64 { return entropy(p.cohort.firstIn[:]) }},
	{"host.packets_sd", "standard deviation over peers of log2 packets", -1, func(p *Place) float64 { return spread(p.cohort.perPacket[:]) }},
	{"host.packets_median", "median over peers of log2 packets", 0, func(p *Place) float64 { return quantile(p.cohort.perPacket[:], 0.5) }},
	{"host.bytes_sd", "standard deviation over peers of log2 payload bytes", -1, func(p *Place) float64 { return spread(p.cohort.perByte[:]) }},
	{"host.bytes_median", "median over peers of log2 payload bytes", -1, func(p *Place) float64 { return quantile(p.cohort.perByte[:], 0.5) }},
	{"host.bytes_p90", "90th percentile over peers of log2 payload bytes", -1, func(p *Place) float64 { return quantile(p.cohort.perByte[:], 0.9) }},
}

// relationFeatures are how the flow fits into its cohort.
var relationFeatures = []Feature{
	{"relation.first_out", "share of peers to which the first payload is as long", 0, func(p *Place) float64 {
		return p.cohort.alike(p.cohort.firstOut[:], p.view.b.FirstPayload[0])
	}},
	{"relation.first_in", "share of peers from which the first payload is as long", 0, func(p *Place) float64 {
		return p.cohort.alike(p.cohort.firstIn[:], p.view.b.FirstPayload[1])
	}},
	{"relation.packets", "share of peers with about as many packets", 0, func(p *Place) float64 {
		return p.cohort.share(p.cohort.perPacket[logBucket(p.view.packets)])
	}},
	{"relation.bytes", "share of peers with about as many bytes of payload", 0, func(p *Place) float64 {
		return p.cohort.share(p.cohort.perByte[logBucket(p.view.volume())])
	}},
}

package behaviour

import (
	"math"
	"math/bits"

	"botnetdetect/flow"
	"botnetdetect/packet"
)

// Manner is how a host speaks with a peer. The peers of one manner are a cohort.
type Manner uint8

// The manners.
const (
	Other   Manner = iota // neither TCP nor UDP, such as ICMP
	Attempt               // TCP that the host opened and the peer never accepted: nothing was said
	TCP                   // mostly TCP
	UDP                   // mostly UDP
	Manners               // how many there are
)

// String returns the manner's name.
func (m Manner) String() string {
	return [...]string{"other", "attempt", "TCP", "UDP"}[m]
}

func mannerOf(v *view) Manner {
	b := &v.b
	switch {
	case b.Datagrams == 0 && b.Segments == 0:
		return Other
	case b.Datagrams >= b.Segments:
		return UDP
	case v.refused() && b.Payloads == [2]uint32{}:
		return Attempt
	}
	return TCP
}

// Cohort sums up the flows that a host has with peers of one manner. All of it adds up.
type Cohort struct {
	Peers    uint32 // flows
	Answered uint32 // … in which the peer sent any packet
	Talked   uint32 // … in which the peer sent payload
	Dead     uint32 // … without payload either way
	Single   uint32 // … of one packet
	Began    uint32 // … in which the host began: see view.began
	Large    uint32 // … with a payload of bulkBytes or more
	Both     uint32 // … over both TCP and UDP

	Downloads uint32 // … that are downloads: see Download

	payloads  [2]uint64             // packets with payload: from the host, to it
	bytes     [2]uint64             // of payload
	lengths   [2]uint64             // Σ of the numbers of payload lengths, in 1/16
	ports     [2]uint64             // Σ of the numbers of ports in a flow, the host's and the peer's, in 1/16
	firstOut  [lengthBuckets]uint32 // peers, by length of the first payload to them
	firstIn   [lengthBuckets]uint32 // … from them
	perPacket [logBuckets]uint32    // peers, by packets
	perByte   [logBuckets]uint32    // … by bytes of payload
	networks  sketch                // of the peers
}

const (
	lengthBuckets = 64
	logBuckets    = 32
	bulkBytes     = 1000
)

// lengthBucket keeps short lengths apart, and long ones less: exact below 16, then eight
// to an octave.
func lengthBucket(length uint16) int {
	if length < 16 {
		return int(length)
	}
	octave := bits.Len16(length) // 5 to 16
	return min(16+(octave-5)*8+int(length>>(octave-4)&7), lengthBuckets-1)
}

func logBucket(x uint64) int { return min(bits.Len64(x), logBuckets-1) }

// add counts a flow as its host sees it.
func (c *Cohort) add(v *view) {
	c.count(v, 1)
	c.networks.add(network(v.peer))
}

// minusOne takes back what was counted once.
const minusOne = -1

// count counts a flow so many times, but not its network.
func (c *Cohort) count(v *view, times int) {
	b := &v.b
	n := uint32(times) // modulo 2³², as all of this is
	c.Peers += n
	countIf(&c.Answered, v.back > 0, n)
	countIf(&c.Talked, b.Payloads[1] > 0, n)
	countIf(&c.Dead, b.Payloads == [2]uint32{}, n)
	countIf(&c.Single, v.packets == 1, n)
	countIf(&c.Began, v.began(), n)
	countIf(&c.Large, v.large(), n)
	countIf(&c.Both, b.Datagrams > 0 && b.Segments > 0, n)
	countIf(&c.Downloads, v.download(), n)
	for d := range 2 {
		c.payloads[d] += uint64(times) * uint64(b.Payloads[d])
		c.bytes[d] += uint64(times) * b.PayloadBytes[d]
		c.lengths[d] += uint64(times) * sixteenths(b.Lengths[d])
		c.ports[d] += uint64(times) * sixteenths(b.Ports[d])
	}
	countIf(&c.firstOut[lengthBucket(b.FirstPayload[0])], b.Payloads[0] > 0, n)
	countIf(&c.firstIn[lengthBucket(b.FirstPayload[1])], b.Payloads[1] > 0, n)
	c.perPacket[logBucket(v.packets)] += n
	c.perByte[logBucket(v.volume())] += n
}

// Merge adds what o has counted, of other flows, to c.
func (c *Cohort) Merge(o *Cohort) {
	for _, n := range [...][2]*uint32{
		{&c.Peers, &o.Peers}, {&c.Answered, &o.Answered}, {&c.Talked, &o.Talked}, {&c.Dead, &o.Dead},
		{&c.Single, &o.Single}, {&c.Began, &o.Began}, {&c.Large, &o.Large}, {&c.Both, &o.Both}, {&c.Downloads, &o.Downloads},
	} {
		*n[0] += *n[1]
	}
	for d := range 2 {
		c.payloads[d] += o.payloads[d]
		c.bytes[d] += o.bytes[d]
		c.lengths[d] += o.lengths[d]
		c.ports[d] += o.ports[d]
	}
	addEach(c.firstOut[:], o.firstOut[:])
	addEach(c.firstIn[:], o.firstIn[:])
	addEach(c.perPacket[:], o.perPacket[:])
	addEach(c.perByte[:], o.perByte[:])
	c.networks.merge(&o.networks)
}

func addEach(to, from []uint32) {
	for i, n := range from {
		to[i] += n
	}
}

// sixteenths estimates how many different numbers a set was made of, in 1/16, so that
// sums are exact.
func sixteenths(set uint32) uint64 { return uint64(math.Round(16 * flow.Distinct(set))) }

func count(n *uint32, is bool) { countIf(n, is, 1) }

func countIf(n *uint32, is bool, times uint32) {
	if is {
		*n += times
	}
}

// network returns a number for the network that an address is in: the first 16 bits of
// IPv4, 32 of IPv6.
func network(e packet.Endpoint) uint64 {
	b := e.Bytes()
	switch e.Kind() {
	case packet.IPv4:
		return uint64(b[0])<<8 | uint64(b[1])
	case packet.IPv6:
		return 1<<32 | uint64(b[0])<<24 | uint64(b[1])<<16 | uint64(b[2])<<8 | uint64(b[3])
	}
	return 1 << 40
}

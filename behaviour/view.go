package behaviour

import (
	"botnetdetect/flow"
	"botnetdetect/packet"
)

// view is a flow as its host sees it: index 0 of a pair is from the host, 1 to it.
type view struct {
	peer    packet.Endpoint
	b       flow.Behaviour
	packets uint64
	back    uint64 // packets to the host
	first   int64  // ns
	last    int64
}

// viewFrom returns f as seen from Src, or from Dst.
func viewFrom(f *flow.Flow, dst bool) (v view) {
	v.from(f, dst)
	return v
}

// from sets v to f as seen from Src, or from Dst.
func (v *view) from(f *flow.Flow, dst bool) {
	v.sum(f.Sums)
	v.peer, v.b = f.Dst, *f.Behaviour
	if dst {
		v.peer, v.back = f.Src, v.packets-v.back
		v.b.Reverse()
	}
}

// sum adds up what of sums is looked at, back as seen from Src.
func (v *view) sum(sums []flow.Sums) {
	for i := range sums {
		s := &sums[i]
		if v.packets == 0 {
			v.first, v.last = s.First, s.Last
		}
		v.first, v.last = min(v.first, s.First), max(v.last, s.Last)
		v.packets += s.N()
		v.back += s.Packets[1]
	}
}

func (v *view) volume() uint64 { return v.b.PayloadBytes[0] + v.b.PayloadBytes[1] }

// began reports whether the host sent the first payload; without any, whether it opened
// the connection, or sent all packets.
func (v *view) began() bool {
	out, sent := v.b.FirstAt(0)
	in, received := v.b.FirstAt(1)
	switch {
	case sent && received:
		return out <= in
	case sent || received:
		return sent
	}
	return v.b.Opens[0] > v.b.Opens[1] || v.b.Opens == [2]uint8{} && v.back == 0
}

// large reports whether a payload was long, as where files or media are sent.
func (v *view) large() bool { return max(v.b.MaxPayload[0], v.b.MaxPayload[1]) >= bulkBytes }

// refused reports whether the host tried to connect, and the peer never accepted.
func (v *view) refused() bool { return v.b.Opens[0] > 0 && v.b.Accepts[1] == 0 }

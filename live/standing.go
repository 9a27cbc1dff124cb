package live

import (
	"slices"

	"botnetdetect/detect"
	"botnetdetect/flow"
	"botnetdetect/packet"
)

// standing is a flow whose verdict is Botnet.
type standing struct {
	verdict detect.Verdict // without its sums
	window  Window
	spoke   [2]bool // whether Src, Dst sent packets
	place   [2]int  // among the flows of the suspects Src, Dst, from 1 on; 0 is none
}

// end returns which end a host is: 0 is Src, 1 Dst.
func (s *standing) end(e packet.Endpoint) int {
	if s.verdict.Src == e {
		return 0
	}
	return 1
}

// peer returns the other end of a host's flow.
func (s *standing) peer(e packet.Endpoint) packet.Endpoint {
	return [...]packet.Endpoint{s.verdict.Dst, s.verdict.Src}[s.end(e)]
}

// keep notes the latest opinion. It reports whether an end has spoken that had not before.
func (s *standing) keep(o opinion) (more bool) {
	total := o.verdict.Flow.Total()
	for i := range s.spoke {
		more = more || !s.spoke[i] && total.Packets[i] > 0
		s.spoke[i] = s.spoke[i] || total.Packets[i] > 0
	}
	s.verdict, s.window = o.verdict, o.window
	s.verdict.Flow, s.verdict.Behaviour = flow.Flow{Src: o.verdict.Src, Dst: o.verdict.Dst}, nil
	return more
}

// mostStanding bounds the flows whose verdict Botnet stands, together with the memory:
// about standingBytes go to each, at most an eighth of it in all.
const (
	mostStanding  = 1 << 18
	standingBytes = 512
)

// seats returns how many verdicts may stand.
func (c *Config) seats() int { return int(min(c.Memory/8/standingBytes, mostStanding)) }

// seat makes room for one more verdict that stands. When all seats are taken, as in a flood of
// flows that are each judged Botnet, those of the fewest packets go, down to half of all;
// they are counted as evicted. It reports whether there is room.
func (w *watch) seat() bool {
	most := w.config.seats()
	if len(w.standing) < most {
		return true
	}
	for least := uint64(2); len(w.standing) > most/2 && least <= heaviest; least *= 2 {
		for _, key := range w.lighter(least) {
			if len(w.standing) > most/2 {
				w.drop(key, w.standing[key], Expired)
				w.stats.Evicted++
			}
		}
	}
	return len(w.standing) < most
}

// lighter returns the flows whose verdict stands that have fewer than so many packets.
func (w *watch) lighter(packets uint64) []ends {
	var light []ends
	for key, s := range w.standing {
		if s.verdict.Packets < packets {
			light = append(light, key)
		}
	}
	slices.SortFunc(light, ends.compare)
	return light
}

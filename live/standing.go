package live

import (
	"botnetdetect/detect"
	"botnetdetect/flow"
)

// standing is a flow whose verdict is Botnet.
type standing struct {
	verdict detect.Verdict // without its sums
	window  Window
	spoke   [2]bool // whether Src, Dst sent packets
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
		for _, key := range sortedEnds(w.standing) {
			if s := w.standing[key]; s.verdict.Packets < least && len(w.standing) > most/2 {
				w.drop(key, s, Expired)
				w.stats.Evicted++
			}
		}
	}
	return len(w.standing) < most
}

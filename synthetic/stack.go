package synthetic

import "encoding/binary"

// ids is how a stack chooses IP identifications.
type ids uint8

const (
	idCounter ids = iota
	idRandom
	idZero // of packets that may not be fragmented
)

// stack is the network part of an operating system.
type stack struct {
	ttl           byte
	ids           ids
	busy          uint8 // other packets between two, as identifications show
	noFragment    bool
	noFragmentUDP bool
	firstPort     uint16 // of the ephemeral ones
	ports         uint16
	portStep      int
	mss           uint16
	window        uint16
	scale         byte // of the window; 0: no such option
	stamps        bool // time stamps
	clock         uint32
	delayed       float64   // seconds until a lone segment is acknowledged
	retries       []float64 // seconds after the first SYN
	burst         int       // segments of the first flight
}

// systems are the stacks in use, each with the values that its kind is known by.
var systems = [...]stack{
	{ttl: 128, ids: idCounter, noFragment: true, firstPort: 1025, ports: 3976, window: 65535,
		delayed: 0.2, retries: []float64{3, 9}, burst: 2}, // Windows XP
	{ttl: 128, ids: idCounter, noFragment: true, firstPort: 49152, ports: 16384, window: 8192, scale: 8,
		delayed: 0.2, retries: []float64{3, 9}, burst: 4}, // Windows 7
	{ttl: 128, ids: idCounter, noFragment: true, firstPort: 49152, ports: 16384, window: 64240, scale: 8,
		delayed: 0.04, retries: []float64{1, 3, 7, 15}, burst: 10}, // Windows 10
	{ttl: 64, ids: idRandom, noFragment: true, noFragmentUDP: true, firstPort: 32768, ports: 28232, window: 64240,
		scale: 7, stamps: true, delayed: 0.04, retries: []float64{1, 3, 7, 15, 31, 63}, burst: 10}, // Linux
	{ttl: 64, ids: idZero, noFragment: true, noFragmentUDP: true, firstPort: 32768, ports: 28232, window: 5840,
		scale: 2, stamps: true, delayed: 0.04, retries: []float64{3, 9, 21, 45}, burst: 3}, // old and small Linux
	{ttl: 64, ids: idRandom, noFragment: true, firstPort: 49152, ports: 16384, window: 65535,
		scale: 6, stamps: true, delayed: 0.1, retries: []float64{1, 2, 3, 4, 5, 7, 11}, burst: 10}, // macOS
}

func drawStack(d dice) *stack {
	s := systems[d.IntN(len(systems))]
	s.busy = uint8(d.count(1, 40))
	s.portStep = pick(d, 0, 0, 1, 3, int(s.ports/2))
	s.mss = pick(d, uint16(1460), 1460, 1460, 1460, 1452, 1440, 1420, 1400, 1380, 1360)
	s.clock = d.Uint32()
	return &s
}

// options returns the options of a segment of s: those of a SYN, or time stamps if the
// connection has them.
func (s *stack) options(syn, stamps, scale bool, now int64, echo uint32) []byte {
	var o []byte
	if syn {
		o = append(o, 2, 4, byte(s.mss>>8), byte(s.mss), 1, 1, 4, 2)
	}
	if stamps {
		o = append(o, 1, 1, 8, 10)
		o = binary.BigEndian.AppendUint32(o, s.stamp(now))
		o = binary.BigEndian.AppendUint32(o, echo)
	}
	if syn && scale {
		o = append(o, 1, 3, 3, s.scale)
	}
	return o
}

// stamp is the time in milliseconds on the stack's own clock.
func (s *stack) stamp(now int64) uint32 { return s.clock + uint32(now/1e6) }

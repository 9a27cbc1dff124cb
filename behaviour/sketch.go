package behaviour

import (
	"math"
	"math/bits"
)

// sketch estimates how many different numbers were added: HyperLogLog (Flajolet, Fusy,
// Gandouet and Meunier, 2007) with 256 registers, and linear counting while few are
// in use. Its standard error is 6.5 %, much less below 500. Union is the maximum by register.
type sketch [256]uint8

func (s *sketch) add(x uint64) {
	h := mix(x)
	register, rank := h>>56, uint8(bits.LeadingZeros64(h<<8|1)+1)
	s[register] = max(s[register], rank)
}

func (s *sketch) merge(o *sketch) {
	for i := range s {
		s[i] = max(s[i], o[i])
	}
}

func (s *sketch) estimate() float64 {
	const m = float64(len(s))
	sum, empty := 0.0, 0.0
	for _, rank := range s {
		sum += inverse(rank)
		if rank == 0 {
			empty++
		}
	}
	if e := 0.7182 * m * m / sum; e > 2.5*m || empty == 0 {
		return e
	}
	return m * math.Log(m/empty)
}

// inverse returns 2 to the power of -rank: exactly, and much faster than math.Ldexp.
func inverse(rank uint8) float64 { return math.Float64frombits((1023 - uint64(rank)) << 52) }

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

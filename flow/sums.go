package flow

import (
	"math/bits"

	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// Sums is what a flow keeps of the packets of one protocol: exact integers only,
// so that adding up parts gives the same bits as seeing the whole. The zero Sums
// has seen no packet and is the unit of Merge.
type Sums struct {
	First    int64  // earliest packet's time, ns since the epoch
	firstSeq int64  // capture order breaks ties between earliest packets
	FirstLen uint32 // bytes on the wire of the earliest packet
	Protocol protocol.ID

	totals
}

// totals are the part of Sums to which every packet adds.
type totals struct {
	Packets [2]uint64 // packets Src→Dst and Dst→Src
	Bytes   [2]uint64 // their lengths on the wire, added up
	Last    int64     // latest packet's time, ns since the epoch

	lengthSquares [2]uint64 // Σ length², low word first
	times         [2]uint64 // Σ time in two's complement, low word first
	timeSquares   [3]uint64 // Σ time², low word first
}

// N returns the number of packets.
func (t *totals) N() uint64 { return t.Packets[0] + t.Packets[1] }

// Volume returns the sum of lengths in bytes.
func (s *Sums) Volume() uint64 { return s.Bytes[0] + s.Bytes[1] }

// Duration returns the time from the earliest to the latest packet in nanoseconds.
func (s *Sums) Duration() uint64 { return uint64(s.Last) - uint64(s.First) }

// LengthVariance returns the population variance of lengths in bytes².
func (s *Sums) LengthVariance() float64 {
	return variance(s.N(), 0, s.Volume(), s.lengthSquares[:])
}

// TimeVariance returns the population variance of times in ns².
func (s *Sums) TimeVariance() float64 {
	lo, hi := s.times[0], s.times[1]
	if int64(hi) < 0 {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	return variance(s.N(), hi, lo, s.timeSquares[:])
}

// add counts one packet; direction is 0 for Src→Dst, 1 for Dst→Src.
func (s *Sums) add(p *packet.Packet, direction int) {
	if s.N() == 0 || p.Time < s.First || p.Time == s.First && p.Seq < s.firstSeq {
		s.First, s.firstSeq, s.FirstLen = p.Time, p.Seq, p.Length
	}
	s.totals.add(p.Time, p.Length, direction)
}

func (t *totals) add(time int64, length uint32, direction int) {
	if t.N() == 0 || time > t.Last {
		t.Last = time
	}
	bytes := uint64(length)
	t.Packets[direction]++
	t.Bytes[direction] += bytes
	addTo(t.lengthSquares[:], bytes*bytes, 0)
	addTo(t.times[:], uint64(time), uint64(time>>63))
	hi, lo := bits.Mul64(magnitude(time), magnitude(time))
	addTo(t.timeSquares[:], lo, hi)
}

// Merge adds what o has seen to s. It is associative and commutative, and merging
// any partition of the packets gives what adding them all would have given, as
// long as Seq orders the packets of equal time. Protocol is s's own, unless s has
// seen nothing.
func (s *Sums) Merge(o *Sums) {
	if o.N() == 0 {
		return
	}
	if s.N() == 0 {
		*s = *o
		return
	}
	if o.earlier(s) {
		s.First, s.firstSeq, s.FirstLen = o.First, o.firstSeq, o.FirstLen
	}
	s.Last = max(s.Last, o.Last)
	for d := range s.Packets {
		s.Packets[d] += o.Packets[d]
		s.Bytes[d] += o.Bytes[d]
	}
	addWords(s.lengthSquares[:], o.lengthSquares[:])
	addWords(s.times[:], o.times[:])
	addWords(s.timeSquares[:], o.timeSquares[:])
}

// earlier reports whether s's first packet comes before o's. Packets of two
// captures can agree in time and order; then the shorter is first, so that the
// outcome does not depend on which is merged into which.
func (s *Sums) earlier(o *Sums) bool {
	switch {
	case s.First != o.First:
		return s.First < o.First
	case s.firstSeq != o.firstSeq:
		return s.firstSeq < o.firstSeq
	}
	return s.FirstLen < o.FirstLen
}

// reverse turns s around, so that Src→Dst becomes Dst→Src.
func (s *Sums) reverse() {
	s.Packets[0], s.Packets[1] = s.Packets[1], s.Packets[0]
	s.Bytes[0], s.Bytes[1] = s.Bytes[1], s.Bytes[0]
}

// addTo adds the two-word number hi·2⁶⁴+lo to w, least significant word first.
func addTo(w []uint64, lo, hi uint64) {
	var carry uint64
	w[0], carry = bits.Add64(w[0], lo, 0)
	w[1], carry = bits.Add64(w[1], hi, carry)
	if len(w) > 2 {
		w[2] += carry
	}
}

// addWords adds x to w, which has as many words.
func addWords(w, x []uint64) {
	var carry uint64
	for i := range w {
		w[i], carry = bits.Add64(w[i], x[i], carry)
	}
}

// magnitude returns |x|, also for the smallest int64.
func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

package flow

import "math/bits"

// moments are Σd and Σd² of some packets' distances in time from the earliest of
// them, d ≥ 0: the same as Sums keeps of times, in far smaller numbers.
type moments struct {
	first  [2]uint64 // Σd, low word first
	second [3]uint64 // Σd², low word first
}

// moments returns those of s: Σd = Σt − n·t₀ and Σd² = Σt² − t₀·(Σt + Σd), where t₀ is
// the first time. All is modulo 2¹⁹², in which the results fit.
func (s *Sums) moments() (m moments) {
	first := extend(uint64(s.First), s.First < 0)
	times := [3]uint64{s.times[0], s.times[1], extend(s.times[1], int64(s.times[1]) < 0)[1]}
	d := sub192(times, mul192(first, [3]uint64{s.N()}))
	m.first = [2]uint64{d[0], d[1]}
	m.second = sub192(s.timeSquares, mul192(first, add192(times, d)))
	return m
}

// setMoments is the inverse: s has all but the sums of times.
func (s *Sums) setMoments(m moments) {
	first := extend(uint64(s.First), s.First < 0)
	d := [3]uint64{m.first[0], m.first[1]}
	times := add192(d, mul192(first, [3]uint64{s.N()}))
	s.times = [2]uint64{times[0], times[1]}
	s.timeSquares = add192(m.second, mul192(first, add192(times, d)))
}

// possible reports whether some s.N() packets have these moments and s's duration, D.
// For each 0 ≤ d ≤ D, so Σd ≤ nD and Σd² ≤ DΣd; and (Σd)² ≤ nΣd² (Cauchy–Schwarz).
func (m *moments) possible(s *Sums) bool {
	d := s.Duration()
	return !scaled(s.N(), []uint64{d}).less(wide{m.first[0], m.first[1]}) &&
		!scaled(d, m.first[:]).less(wide{m.second[0], m.second[1], m.second[2]}) &&
		!scaled(s.N(), m.second[:]).less(square(m.first[1], m.first[0]))
}

// lengthsPossible reports the same of s's lengths, each below 2³².
func (s *Sums) lengthsPossible() bool {
	const longest = 1<<32 - 1
	for d := range s.Packets {
		if scaled(s.Packets[d], []uint64{longest}).less(wide{s.Bytes[d]}) {
			return false
		}
	}
	volume, carry := bits.Add64(s.Bytes[0], s.Bytes[1], 0)
	return carry == 0 && uint64(s.FirstLen) <= volume &&
		!scaled(longest, []uint64{volume}).less(wide{s.lengthSquares[0], s.lengthSquares[1]}) &&
		!scaled(s.N(), s.lengthSquares[:]).less(square(0, volume))
}

// extend returns a word with its sign in two words above.
func extend(low uint64, negative bool) (x [3]uint64) {
	x[0] = low
	if negative {
		x[1], x[2] = ^uint64(0), ^uint64(0)
	}
	return x
}

func add192(x, y [3]uint64) [3]uint64 {
	addWords(x[:], y[:])
	return x
}

func sub192(x, y [3]uint64) (z [3]uint64) {
	var borrow uint64
	for i := range z {
		z[i], borrow = bits.Sub64(x[i], y[i], borrow)
	}
	return z
}

func mul192(x, y [3]uint64) (z [3]uint64) {
	for i := range x {
		carry := uint64(0)
		for j := 0; i+j < len(z); j++ {
			hi, lo := bits.Mul64(x[i], y[j])
			var c uint64
			lo, c = bits.Add64(lo, carry, 0)
			hi += c
			z[i+j], c = bits.Add64(z[i+j], lo, 0)
			carry = hi + c
		}
	}
	return z
}

package metric

// Interval is where a figure plausibly lies. Both ends are undefined together.
type Interval struct {
	Low  Figure `json:"low"`
	High Figure `json:"high"`
}

// Defined reports whether the data could say anything.
func (i Interval) Defined() bool { return i.Low.Defined() && i.High.Defined() }

// nowhere is the interval of a figure that the data say nothing about.
func nowhere() Interval { return Interval{Low: undefined(), High: undefined()} }

// ClopperPearson is the exact interval (Clopper and Pearson 1934) for a
// probability of which k successes in n independent trials were seen: whatever
// the probability is, the interval holds it at least as often as level says,
// such as 0.95. Use it for hosts or captures found; flows of one capture are not
// independent, see [Bootstrap] for those.
//
// The ends are within 10⁻¹¹ of their own size for n up to 1,000, 10⁻⁸ up to a
// million, 10⁻⁵ up to a billion. Undefined unless 0 ≤ k ≤ n, n ≥ 1 and 0 < level
// < 1.
func ClopperPearson(k, n int, level float64) Interval {
	if n < 1 || k < 0 || k > n || !(level > 0 && level < 1) {
		return nowhere()
	}
	tail := (1 - level) / 2
	found, missed := float64(k), float64(n-k)
	i := Interval{Low: 0, High: 1}
	if k > 0 {
		i.Low = Figure(betaQuantile(tail, found, missed+1))
	}
	if k < n {
		i.High = Figure(1 - betaQuantile(tail, missed, found+1))
	}
	return i
}

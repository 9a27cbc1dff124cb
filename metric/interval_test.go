package metric

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestClopperPearson(t *testing.T) {
	f := func(k, n int, level float64, low, high Figure) {
		t.Helper()
		got := ClopperPearson(k, n, level)
		if !near(got.Low, low, 5e-13) || !near(got.High, high, 5e-13) {
			t.Errorf("ClopperPearson(%d, %d, %v) = %v, want %v and %v", k, n, level, got, low, high)
		}
	}
	// At the ends (1-p)ⁿ = 0.025 can be solved by hand.
	root := func(n float64) Figure { return Figure(math.Pow(0.025, 1/n)) }
	f(0, 1, 0.95, 0, 0.975)
	f(1, 1, 0.95, 0.025, 1)
	f(0, 10, 0.95, 0, 1-root(10))
	f(10, 10, 0.95, root(10), 1)
	f(0, 500, 0.95, 0, 1-root(500))
	// Of 2, 1-(1-p)² and p² are 0.05.
	f(1, 2, 0.9, Figure(1-math.Sqrt(0.95)), Figure(math.Sqrt(0.95)))

	f(-1, 10, 0.95, undefined(), undefined())
	f(11, 10, 0.95, undefined(), undefined())
	f(0, 0, 0.95, undefined(), undefined())
	f(1, 2, 0, undefined(), undefined())
	f(1, 2, 1, undefined(), undefined())
	f(1, 2, math.NaN(), undefined(), undefined())
}

// binomialTail is the chance of at least k successes in n trials, summed the
// naive way.
func binomialTail(k, n int, p float64) float64 {
	var tail float64
	for i := k; i <= n; i++ {
		ways := 1.0
		for j := range i {
			ways = ways * float64(n-j) / float64(j+1)
		}
		tail += ways * math.Pow(p, float64(i)) * math.Pow(1-p, float64(n-i))
	}
	return tail
}

// TestClopperPearsonSolvesItsDefinition: at the lower end, k or more successes
// have the chance of one tail; at the upper end, k or fewer.
func TestClopperPearsonSolvesItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		k := rapid.IntRange(0, n).Draw(t, "k")
		level := rapid.SampledFrom([]float64{0.5, 0.8, 0.95, 0.99}).Draw(t, "level")
		i := ClopperPearson(k, n, level)
		want := Figure(1-level) / 2
		if got := Figure(binomialTail(k, n, float64(i.Low))); k > 0 && !near(got, want, 1e-12) {
			t.Errorf("%d of %d: at %v the upper tail is %v, want %v", k, n, i.Low, got, want)
		}
		if got := Figure(1 - binomialTail(k+1, n, float64(i.High))); k < n && !near(got, want, 1e-12) {
			t.Errorf("%d of %d: at %v the lower tail is %v, want %v", k, n, i.High, got, want)
		}
		if seen := Figure(k) / Figure(n); i.Low > seen || i.High < seen {
			t.Errorf("%d of %d lies outside %v", k, n, i)
		}
		mirror := ClopperPearson(n-k, n, level)
		if !near(mirror.Low, 1-i.High, 1e-15) || !near(mirror.High, 1-i.Low, 1e-15) {
			t.Errorf("%d of %d is %v, but %d of %d is %v", k, n, i, n-k, n, mirror)
		}
	})
}

// TestClopperPearsonOfMany: what cannot be summed still ends, and is sane.
func TestClopperPearsonOfMany(t *testing.T) {
	const n = 1_000_000_000
	for _, k := range []int{0, 1, n / 1000, n / 2, n - 1, n} {
		i := ClopperPearson(k, n, 0.95)
		seen := float64(k) / n
		spread := 4*math.Sqrt(seen*(1-seen)/n) + 10.0/n
		if !(float64(i.Low) <= seen && seen <= float64(i.High)) || float64(i.High-i.Low) > spread {
			t.Errorf("%d of %d: %v", k, n, i)
		}
	}
}

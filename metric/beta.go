package metric

import "math"

// betaQuantile is the x at which the regularized incomplete beta function
// I_x(a, b) reaches p, for a, b ≥ 1 and p in (0, 1). It halves the bracket until
// the two ends are neighbours: about 60 steps, more for a tiny x, so that a tiny
// x is as precise as any.
func betaQuantile(p, a, b float64) float64 {
	low, high := 0.0, 1.0
	for {
		mid := low + (high-low)/2
		if mid <= low || mid >= high {
			return mid
		}
		if betaInc(mid, a, b) < p {
			low = mid
		} else {
			high = mid
		}
	}
}

// betaInc is the regularized incomplete beta function I_x(a, b), the chance that
// a variable of the Beta(a, b) distribution is at most x, for x in (0, 1) and
// a, b > 0 (DLMF 8.17). The continued fraction converges fast on the near side
// of the distribution's bulk; the symmetry I_x(a, b) = 1 - I_{1-x}(b, a) brings
// the other side there.
func betaInc(x, a, b float64) float64 {
	front := math.Exp(a*math.Log(x) + b*math.Log1p(-x) - logBeta(a, b))
	if x > (a+1)/(a+b+2) {
		return 1 - front*betaFraction(1-x, b, a)/b
	}
	return front * betaFraction(x, a, b) / a
}

// logBeta is ln B(a, b).
func logBeta(a, b float64) float64 {
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	return la + lb - lab
}

// betaFraction is the continued fraction 1/(1+ d₁/(1+ d₂/(1+ …))) of DLMF
// 8.17.22, evaluated front to back by Lentz's method (Thompson and Barnett
// 1986). It takes in the order of √max(a, b) steps; the bound on them is met
// only by parameters beyond 10¹⁰.
func betaFraction(x, a, b float64) float64 {
	const enough, tooMany = 4e-16, 500_000
	value := 1.0 // of the denominator so far
	ahead, behind := 1.0, 0.0
	for i := 1; i < tooMany; i++ {
		d := betaCoefficient(i, x, a, b)
		behind = 1 / notZero(1+d*behind)
		ahead = notZero(1 + d/ahead)
		step := ahead * behind
		value *= step
		if math.Abs(step-1) <= enough {
			break
		}
	}
	return 1 / value
}

// betaCoefficient is dᵢ of DLMF 8.17.23, i ≥ 1.
func betaCoefficient(i int, x, a, b float64) float64 {
	m := float64(i / 2)
	if i%2 == 0 {
		return m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
	}
	return -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
}

// notZero keeps a denominator away from 0, which Lentz's method must not meet.
func notZero(x float64) float64 {
	if x == 0 {
		return 1e-300
	}
	return x
}

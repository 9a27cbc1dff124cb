package behaviour

import (
	"math"

	"botnetdetect/flow"
)

// share returns part of whole, unknown if that is nothing.
func share(part, whole float64) float64 {
	if whole == 0 {
		return unknown
	}
	return part / whole
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// mean returns the mean payload of a direction in bytes.
func (v *view) mean(d int) float64 {
	return share(float64(v.b.PayloadBytes[d]), float64(v.b.Payloads[d]))
}

// variety returns how many lengths of payload there are for each payload.
func (v *view) variety(d int) float64 {
	return share(flow.Distinct(v.b.Lengths[d]), float64(v.b.Payloads[d]))
}

// share returns the share of peers that are n.
func (c *Cohort) share(n uint32) float64 { return share(float64(n), float64(c.Peers)) }

// each returns the mean over peers of a sum in 1/16.
func (c *Cohort) each(sixteenths uint64) float64 {
	return share(float64(sixteenths)/16, float64(c.Peers))
}

func (c *Cohort) mean(d int) float64 { return share(float64(c.bytes[d]), float64(c.payloads[d])) }

// alike returns the share of peers in the bucket of a length; unknown if there is none.
func (c *Cohort) alike(histogram []uint32, length uint16) float64 {
	if length == 0 {
		return unknown
	}
	return c.share(histogram[lengthBucket(length)])
}

func total(histogram []uint32) (n float64) {
	for _, k := range histogram {
		n += float64(k)
	}
	return n
}

// top returns the share of the fullest bucket.
func top(histogram []uint32) float64 {
	most := uint32(0)
	for _, k := range histogram {
		most = max(most, k)
	}
	return share(float64(most), total(histogram))
}

// entropy returns Shannon's entropy of a histogram, divided by the most that as many
// could have: 0 if all are in one bucket, 1 if each is in its own or all are equally full.
func entropy(histogram []uint32) float64 {
	n := total(histogram)
	if n < 2 {
		return unknown
	}
	bits := 0.0
	for _, k := range histogram {
		if k > 0 {
			p := float64(k) / n
			bits -= p * math.Log2(p)
		}
	}
	return bits / math.Log2(min(n, float64(len(histogram))))
}

// spread returns the standard deviation of a histogram, in buckets.
func spread(histogram []uint32) float64 {
	n := total(histogram)
	if n == 0 {
		return unknown
	}
	mean, squares := 0.0, 0.0
	for i, k := range histogram {
		mean += float64(i) * float64(k) / n
	}
	for i, k := range histogram {
		squares += (float64(i) - mean) * (float64(i) - mean) * float64(k) / n
	}
	return math.Sqrt(squares)
}

// quantile returns the place below which a share of a histogram lies, in buckets, within
// a bucket by interpolation.
func quantile(histogram []uint32, q float64) float64 {
	rank, below := q*total(histogram), 0.0
	for i, k := range histogram {
		if below+float64(k) >= rank && k > 0 {
			return float64(i) + (rank-below)/float64(k)
		}
		below += float64(k)
	}
	return unknown
}

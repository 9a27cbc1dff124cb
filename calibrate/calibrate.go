package calibrate

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"botnetdetect/detect"
	"botnetdetect/metric"
	"botnetdetect/model"
)

// ErrNoHosts says that nothing can be calibrated on.
var ErrNoHosts = fmt.Errorf("no host in these captures has enough evidence for a verdict (%d peers of a kind): give longer captures, or more", detect.MinPeers)

// mostFolds is into how many parts the hosts are dealt, each of which is left out once.
const mostFolds = 20

// confidence of all intervals.
const confidence = 0.95

// Calibrate chooses the threshold at which a host like these is called botnet with a
// probability of at most maxFPR, above 0 to below 1. Time and Tool are the caller's to set.
func (s *Sample) Calibrate(maxFPR float64) (c model.Calibration, err error) {
	if !(maxFPR > 0 && maxFPR < 1) {
		return c, errors.New("the wanted false-positive rate is not above 0 and below 1")
	}
	hosts := s.sorted()
	scores := scoresOf(hosts, nil)
	if len(scores) == 0 {
		return c, ErrNoHosts
	}
	c = model.Calibration{Captures: s.captures, Hosts: len(scores), MaxFPR: maxFPR, Was: s.base, Threshold: level(scores, maxFPR, s.base)}
	for _, h := range hosts {
		c.Flows += h.flows
	}
	if len(scores) > 1 {
		c.ByHost, c.ByFlow = s.leaveOut(hosts, maxFPR)
	}
	c.Before, c.After = s.detector.Model.HeldOut.Recall(c.Was), s.detector.Model.HeldOut.Recall(c.Threshold)
	return c, nil
}

// scoresOf returns the scores of the judged hosts but those left out.
func scoresOf(hosts []*host, leftOut func(i int) bool) (scores []float64) {
	for i, h := range hosts {
		if h.judged && (leftOut == nil || !leftOut(i)) {
			scores = append(scores, h.score)
		}
	}
	return scores
}

// Wanted returns how many hosts it takes to hold a false-positive rate: of n hosts like each
// other, the one seen last has the highest score with probability 1/n.
func Wanted(maxFPR float64) int { return int(math.Ceil(1/maxFPR-1e-9)) - 1 }

// level returns the least threshold from base on that a new host like those scored reaches with probability at
// most maxFPR: with k of n hosts at or above it, that is (k+1)/(n+1), whatever the
// distribution (Vovk et al., 2005: conformal prediction). With too few hosts for that, it is just above them all.
func level(scores []float64, maxFPR, base float64) float64 {
	falling := slices.Clone(scores)
	slices.Sort(falling)
	slices.Reverse(falling)
	above := max(0, int(math.Floor(maxFPR*float64(len(scores)+1)+1e-9))-1)
	if above >= len(falling) {
		return base
	}
	return max(base, min(1, math.Nextafter(falling[above], 2)))
}

// leaveOut measures what a threshold does to hosts that it was not set on.
func (s *Sample) leaveOut(hosts []*host, maxFPR float64) (byHost, byFlow *model.Rate) {
	folds := min(mostFolds, len(hosts))
	var flagged, judged, called, flows int
	squares := 0.0
	for fold := range folds {
		out := func(i int) bool { return i%folds == fold }
		rest := scoresOf(hosts, out)
		if len(rest) == 0 {
			continue // the only judged host is left out: nothing to set a threshold on
		}
		threshold := level(rest, maxFPR, s.base)
		for i := fold; i < len(hosts); i += folds {
			h := hosts[i]
			if h.judged {
				judged++
				flagged += one(h.score >= threshold)
			}
			flows += h.flows
			squares += float64(h.flows) * float64(h.flows)
			called += countFrom(h.high, threshold)
		}
	}
	return rate(flagged, judged, float64(judged)), rate(called, flows, float64(flows)*float64(flows)/squares)
}

func countFrom(scores []float64, threshold float64) (n int) {
	for _, x := range scores {
		n += one(x >= threshold)
	}
	return n
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// rate is a share with the exact interval that so many independent trials give; flows of one
// host are much alike, so there are fewer of these than flows.
func rate(flagged, of int, independent float64) *model.Rate {
	if of == 0 {
		return nil
	}
	r := &model.Rate{Flagged: flagged, Of: of}
	n := max(1, int(independent))
	hits := r.Share() * float64(n)
	r.Low = float64(metric.ClopperPearson(int(math.Floor(hits+1e-9)), n, confidence).Low)
	r.High = float64(metric.ClopperPearson(int(math.Ceil(hits-1e-9)), n, confidence).High)
	return r
}

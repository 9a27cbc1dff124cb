package live

import (
	"time"

	"botnetdetect/packet"
)

// Stats is what an engine has counted since it began, and how it stands: what /metrics
// and a dashboard show. Counts never shrink.
type Stats struct {
	Started  time.Time
	Clock    time.Time // the engine's time: the system's, or that of the latest packets
	Source   SourceCounts
	Model    ModelID
	Allowed  int       // entries of the allow-list
	Reloaded time.Time // when model and allow-list were last replaced; zero is never
	Reloads  int64

	Packets  int64                     // frames read from the source
	Bytes    int64                     // their lengths on the wire
	Outcomes [packet.NumOutcomes]int64 // frames by how far decoding got
	Answers  int64                     // addresses that DNS answers named
	Jumps    int64                     // times that the clock jumped

	Flows    int64 // flows in the long window now
	Memory   int64 // bytes that windows take now
	Resolved int64 // resolved addresses that are known now
	Evicted  int64 // flows let go, the least informative first, to stay within memory
	Shed     int64 // packets of new flows that were not counted for want of room
	Lost     int64 // DNS answers that found no room

	Slides    int64 // times that the short window slid
	LateSlide int64 // of them, those not judged whole as the one before was still being judged
	Judged    int64 // verdicts worked out, announced or not
	Benign    int64 // verdicts announced, by what they say
	Botnet    int64
	Changed   int64 // of the verdicts announced, those that changed an earlier one
	Alerts    int64 // alerts announced, changes included
	Active    int64 // alerts that stand now

	Latency Latency       // from the packet that completes the evidence to the verdict
	Sliding time.Duration // how long the last whole judgement took
}

// Latency is a histogram of durations. Bounds are LatencyBounds; the last count has all
// beyond them.
type Latency struct {
	Counts [len(LatencyBounds) + 1]int64
	Sum    time.Duration
}

// LatencyBounds are the upper bounds of Latency's counts.
var LatencyBounds = [...]time.Duration{
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 1500 * time.Millisecond, 2 * time.Second, 5 * time.Second, 10 * time.Second,
}

// Observe counts one duration.
func (l *Latency) Observe(d time.Duration) {
	i := 0
	for i < len(LatencyBounds) && d > LatencyBounds[i] {
		i++
	}
	l.Counts[i]++
	l.Sum += d
}

// Count returns how many durations were observed.
func (l *Latency) Count() (n int64) {
	for _, c := range l.Counts {
		n += c
	}
	return n
}

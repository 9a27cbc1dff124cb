package calibrate

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"botnetdetect/detect"
	"botnetdetect/feature"
	"botnetdetect/flow"
	"botnetdetect/internal/flowtest"
	"botnetdetect/model"
	"botnetdetect/observe"
	"botnetdetect/packet"
	"botnetdetect/protocol"
	"botnetdetect/synthetic"

	"pgregory.net/rapid"
)

func sampleBy(t testing.TB, mode feature.Mode) *Sample {
	t.Helper()
	m, err := model.Default(mode)
	if err != nil {
		t.Fatal(err)
	}
	return New(detect.Detector{Model: m, Vocabulary: protocol.NewVocabulary()})
}

func add(t testing.TB, s *Sample, table *flow.Set) {
	t.Helper()
	if err := s.Add(observe.Observation{Path: "a.pcap", Table: table}); err != nil {
		t.Fatal(err)
	}
}

func calibrated(t testing.TB, s *Sample, maxFPR float64) model.Calibration {
	t.Helper()
	c, err := s.Calibrate(maxFPR)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// client is what honest file-sharing hosts look like, each drawn anew.
func client(t testing.TB, seed uint64) *flow.Set {
	t.Helper()
	h, err := synthetic.New(seed, synthetic.Options{Kind: synthetic.Client, Frames: 6000})
	if err != nil {
		t.Fatal(err)
	}
	return flowtest.Observe(flow.Options{Behaviour: true}, h.Frames())
}

// TestClients: honest clients that a model calls bots are not, once it has been calibrated on
// others like them; the rate that it claims for such others holds.
func TestClients(t *testing.T) {
	s := sampleBy(t, feature.Behavioural)
	for seed := range uint64(24) {
		add(t, s, client(t, seed))
	}
	c := calibrated(t, s, 0.05)
	if c.Threshold <= c.Was || c.Captures != 24 || c.Hosts < 20 || c.ByHost == nil || c.ByHost.Of != c.Hosts {
		t.Fatalf("%+v", c)
	}
	before, after, hosts := 0, 0, 0
	for seed := range uint64(24) {
		err := s.detector.JudgeHosts(observe.Observation{Table: client(t, 1000+seed)}, func(v *detect.HostVerdict) error {
			if v.Class != detect.TooLittle {
				hosts++
				before += one(v.Flows[0].Score >= c.Was)
				after += one(v.Flows[0].Score >= c.Threshold)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if rate := float64(after) / float64(hosts); before < hosts/4 || rate > c.ByHost.High {
		t.Errorf("of %d other hosts %d were called bots before, %d after, more than the %v claimed", hosts, before, after, c.ByHost.High)
	}
}

// TestOneHostSaysNothing: what a threshold does to the host that it was set on is no measure.
func TestOneHostSaysNothing(t *testing.T) {
	s := sampleBy(t, feature.Behavioural)
	if _, err := s.Calibrate(0.01); !errors.Is(err, ErrNoHosts) {
		t.Errorf("without captures: %v", err)
	}
	add(t, s, flowtest.Set(flowtest.Gossip("10.0.0.1", 60, flowtest.Always)...))
	c := calibrated(t, s, 0.01)
	if c.Threshold <= c.Was || c.ByHost != nil || c.ByFlow != nil || c.Hosts != 1 || c.Flows != 60 {
		t.Errorf("%+v", c)
	}
	add(t, s, flowtest.Set(flowtest.Gossip("10.0.0.2", 60, flowtest.Always)...))
	if c = calibrated(t, s, 0.01); c.ByHost == nil || c.ByHost.Of != 2 || c.ByFlow.Of != 120 {
		t.Errorf("%+v", c)
	}
	for _, wrong := range []float64{0, 1, -1, math.NaN()} {
		if _, err := s.Calibrate(wrong); err == nil {
			t.Errorf("a false-positive rate of %v was taken", wrong)
		}
	}
}

// TestModelsOfPairs: a host counts by its highest flow; a second calibration begins anew.
func TestModelsOfPairs(t *testing.T) {
	s := sampleBy(t, feature.Aware)
	s.base = 0 // every flow is called botnet
	for host := range 3 {
		add(t, s, flowtest.Set(flowtest.Gossip(fmt.Sprintf("10.0.0.%d", 1+host), 10+host, flowtest.Always)...))
	}
	c := calibrated(t, s, 0.5)
	if c.Hosts != 3 || c.Flows != 33 || c.Threshold == 0 || c.ByFlow.Of != 33 {
		t.Errorf("%+v", c)
	}
	again := New(detect.Detector{Model: s.detector.Model.Calibrated(c), Vocabulary: s.detector.Vocabulary})
	if again.base != c.Was {
		t.Errorf("the second calibration begins at %v, the first at %v", again.base, c.Was)
	}
}

// TestLevel: no more hosts than may be are at or above the threshold, and one less strict would let more.
func TestLevel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		scores := make([]float64, rapid.IntRange(1, 300).Draw(t, "hosts"))
		for i := range scores {
			scores[i] = math.Round(r.Float64()*50) / 50 // with ties
		}
		maxFPR, base := rapid.Float64Range(0.001, 0.999).Draw(t, "rate"), r.Float64()/2
		threshold, above := level(scores, maxFPR, base), 0
		for _, x := range scores {
			above += one(x >= threshold)
		}
		n := float64(len(scores))
		if allowed := maxFPR * (n + 1); threshold < base || above > 0 && threshold < 1 && float64(above+1) > allowed+1e-6 {
			t.Errorf("%d of %v hosts are at or above %v, with %v allowed", above, n, threshold, maxFPR)
		}
	})
	if got := level([]float64{0.1, 0.9, 0.5}, 0.5, 0.3); got <= 0.5 || got > 0.51 {
		t.Errorf("of three hosts one may be above: %v", got)
	}
	if got := Wanted(0.01); got != 99 {
		t.Errorf("a rate of 0.01 takes %d hosts", got)
	}
}

// TestRateIsHonestOfFlows: many flows of few hosts are as few hosts.
func TestRateIsHonestOfFlows(t *testing.T) {
	many, few := rate(0, 1000, 1000), rate(0, 1000, 2)
	if many.High > 0.004 || few.High < 0.8 || many.Low != 0 || rate(0, 0, 0) != nil {
		t.Errorf("%+v, %+v", many, few)
	}
	if half := rate(500, 1000, 3); half.Low > 0.1 || half.High < 0.9 || half.Share() != 0.5 {
		t.Errorf("%+v", half)
	}
}

// TestRecordIsKept: a calibrated model's file brings the record back.
func TestRecordIsKept(t *testing.T) {
	s := sampleBy(t, feature.Behavioural)
	add(t, s, flowtest.Set(append(flowtest.Gossip("10.0.0.1", 30, flowtest.Always), flowtest.Gossip("11.0.0.1", 40, flowtest.Always)...)...))
	c := calibrated(t, s, 0.1)
	var b bytes.Buffer
	if err := s.detector.Model.Calibrated(c).Write(&b); err != nil {
		t.Fatal(err)
	}
	m, err := model.Read(&b)
	if err != nil || m.Threshold != c.Threshold || m.Calibration == nil || *m.Calibration.ByHost != *c.ByHost || m.Uncalibrated() != c.Was {
		t.Errorf("read %+v (%v), want %+v", m.Calibration, err, c)
	}
}

func TestHostsAreBounded(t *testing.T) {
	s := sampleBy(t, feature.Behavioural)
	for i := range maxHosts + 5 {
		s.flow(packet.MakeIPv4([4]byte{1, byte(i >> 16), byte(i >> 8), byte(i)}), 0.9)
	}
	if len(s.hosts) != maxHosts || s.Dropped() != 5 {
		t.Errorf("%d hosts, %d flows dropped", len(s.hosts), s.Dropped())
	}
}

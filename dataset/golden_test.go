package dataset

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"botnetdetect/capture"
	"botnetdetect/feature"
	"botnetdetect/flow"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/internal/witness"
	"botnetdetect/observe"
	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// goldenCapture is what the reference computed on one capture.
type goldenCapture struct {
	Aware         []goldenFlow `json:"aware"`
	Agnostic      []goldenFlow `json:"agnostic"`
	AwareError    string       `json:"aware_error"`
	AgnosticError string       `json:"agnostic_error"`
}

type goldenFlow struct {
	Src, Dst string
	Traffic  map[string]float64
}

// TestAgreesWithReference compares every flow between IP endpoints with what the
// reference computed, by the engine that asks tshark as the reference did. Each
// difference must have one of the causes that docs/reference.md lists.
func TestAgreesWithReference(t *testing.T) {
	if testing.Short() {
		t.Skip("runs tshark on 200 captures")
	}
	witness.Program(t, "tshark")
	data, golden := pcaptest.Shared(t, "data"), readGolden(t)
	v := protocol.NewVocabulary()
	names := slices.Sorted(maps.Keys(golden))
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = filepath.Join(data, name)
	}
	counts := make(map[string]int)
	options := observe.Options{Engine: observe.TShark, Vocabulary: v}
	i := 0
	for seen := range observe.All(context.Background(), paths, options) {
		c := comparison{t: t, counts: counts, vocabulary: v, name: names[i], clock: readClock(t, paths[i])}
		c.compare(seen, golden[names[i]])
		i++
	}
	for _, cause := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%6d  %s", counts[cause], cause)
	}
	if counts["flows compared"] < 3000 || counts["flows compared"]-counts["flows that differ"] < counts["flows compared"]*9/10 {
		t.Errorf("too few flows agree")
	}
}

func readGolden(t *testing.T) (golden map[string]goldenCapture) {
	f, err := os.Open(pcaptest.Shared(t, "golden", "reference_features.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(z).Decode(&golden); err != nil {
		t.Fatal(err)
	}
	return golden
}

// clock is what matters of a capture's times.
type clock struct {
	start, end int64 // of the first frame, and the latest
	disordered bool  // a frame is earlier than the one before it
}

func readClock(t *testing.T, path string) (c clock) {
	r, err := capture.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var f capture.Frame
	last, n := int64(0), 0
	for ; r.Next(&f) == nil; n++ {
		if n == 0 {
			c.start, c.end = f.Time, f.Time
		} else if f.Time < last {
			c.disordered = true
		}
		last, c.end = f.Time, max(c.end, f.Time)
	}
	return c
}

// comparison compares one capture's flows and counts what differs, by cause.
type comparison struct {
	t          *testing.T
	counts     map[string]int
	vocabulary *protocol.Vocabulary
	name       string
	clock      clock
	resolved   func(packet.Endpoint) bool
}

func (c *comparison) compare(seen observe.Observation, golden goldenCapture) {
	if golden.AwareError != "" {
		c.counts["captures that the reference failed on"]++
		return
	}
	ours := make(map[[2]string]flow.Flow)
	for f := range seen.Table.P2P() {
		if f.Src.Kind() != packet.MAC {
			f.Sums = slices.Clone(f.Sums)
			ours[ordered(f.Src.String(), f.Dst.String())] = f
		}
	}
	c.resolved = seen.Table.Resolved
	c.flows(ours, golden.Aware, feature.Aware)
	c.flows(ours, golden.Agnostic, feature.Agnostic)
}

func (c *comparison) flows(ours map[[2]string]flow.Flow, theirs []goldenFlow, mode feature.Mode) {
	met := 0
	for _, g := range theirs {
		pair, ok := ipEndpoints(g)
		if !ok {
			c.counts["flows of the reference between names of MAC addresses"]++
			continue
		}
		f, ok := ours[ordered(g.Src, g.Dst)]
		if !ok && pair[0].Kind() == packet.IPv6 && (c.resolved(pair[0]) || c.resolved(pair[1])) {
			c.counts["flows that an AAAA answer resolves"]++
			continue
		}
		if !ok {
			c.t.Errorf("%s: flow %s to %s is missing", c.name, g.Src, g.Dst)
			continue
		}
		met++
		c.counts["flows compared"]++
		if c.flow(f, g, mode) {
			c.counts["flows that differ"]++
		}
	}
	if met != len(ours) {
		c.t.Errorf("%s: %d %s flows, the reference has %d of them", c.name, len(ours), mode, met)
	}
}

func ipEndpoints(g goldenFlow) (pair [2]packet.Endpoint, ok bool) {
	for i, text := range []string{g.Src, g.Dst} {
		e, err := packet.Parse(text)
		if err != nil || e.Kind() == packet.MAC {
			return pair, false
		}
		pair[i] = e
	}
	return pair, true
}

// flow compares one flow's features and reports whether any differs.
func (c *comparison) flow(f flow.Flow, g goldenFlow, mode feature.Mode) (differs bool) {
	blocks := feature.Blocks(f, mode, c.vocabulary)
	values := make(map[string]float64)
	sums := make(map[string]flow.Sums)
	for i, b := range blocks {
		for k, x := range b.Values {
			values[feature.FullName(b.Protocol, k)] = x
		}
		if sums[b.Protocol] = f.Total(); mode == feature.Aware {
			sums[b.Protocol] = byName(f, c.vocabulary, blocks[i].Protocol)
		}
	}
	if odd := oddProtocols(values, g.Traffic); len(odd) > 0 {
		c.count("protocol names: "+fmt.Sprint(odd), slices.Equal(odd, []string{"R-GOOSE"}), "%v", g)
		return true
	}
	for name, theirs := range g.Traffic {
		protocol, k, err := feature.ParseName(name)
		if err != nil {
			c.t.Fatal(err)
		}
		ours := values[name]
		if math.Abs(ours-theirs) <= 1e-6*max(math.Abs(ours), math.Abs(theirs)) {
			continue
		}
		differs = true
		s := sums[protocol]
		cause := c.cause(&s, k, ours, theirs)
		c.count(feature.Names[k]+": "+cause, cause != "", "%s of %s to %s: %v, the reference has %v", name, g.Src, g.Dst, ours, theirs)
	}
	return differs
}

func byName(f flow.Flow, v *protocol.Vocabulary, name string) flow.Sums {
	i := slices.IndexFunc(f.Sums, func(s flow.Sums) bool { return v.Name(s.Protocol) == name })
	return f.Sums[i]
}

// oddProtocols returns the protocols that only one side knows.
func oddProtocols(ours, theirs map[string]float64) (odd []string) {
	seen := make(map[string]int)
	for side, values := range []map[string]float64{ours, theirs} {
		for name := range values {
			protocol, _, _ := feature.ParseName(name)
			seen[protocol] |= 1 << side
		}
	}
	for protocol, sides := range seen {
		if sides != 3 {
			odd = append(odd, protocol)
		}
	}
	return odd
}

func (c *comparison) count(what string, known bool, format string, args ...any) {
	c.counts[what]++
	if !known {
		c.t.Errorf(c.name+": "+format, args...)
	}
}

// cause says why a feature differs from the reference's; "" is: for no known reason.
func (c *comparison) cause(s *flow.Sums, k int, ours, theirs float64) string {
	first := float64(s.First-c.clock.start) / 1e9
	span := float64(c.clock.end-c.clock.start) / 1e9
	switch {
	case k == feature.VarianceTime && math.Abs(ours-theirs) <= float64(s.N())*0x1p-52*span*span:
		return "the reference's rounding"
	case c.clock.disordered && (k == feature.Duration || k == feature.FirstLen):
		return "packets not in order of time"
	case k == feature.Duration && first == 0 && ours > theirs:
		return "the capture's first packet"
	}
	return ""
}

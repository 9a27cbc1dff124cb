package report

import (
	"fmt"
	"testing"
	"time"

	"botnetdetect/dataset"
	"botnetdetect/detect"
	"botnetdetect/feature"
	"botnetdetect/flow"
	"botnetdetect/gbdt"
	"botnetdetect/model"
	"botnetdetect/observe"
	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// hostile is a name that would do harm as markup, in a script, or in a style sheet.
const hostile = `</script><img src=x onerror=document.title='owned'><b>bold</b>{{.}}"'&amp;`

// address returns one of 2²⁴ endpoints.
func address(n int) packet.Endpoint {
	return packet.MakeIPv4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)})
}

// talk adds packets between two endpoints: so many there and back, of one length, a
// second apart, from a start in seconds.
func talk(t *flow.Table, from, to packet.Endpoint, name protocol.ID, there, back int, length uint32, start int) {
	for i := range there + back {
		p := packet.Packet{
			Src: from, Dst: to, Protocol: name, Length: length, Seq: int64(i),
			Time: time.Unix(1_700_000_000+int64(start+i), 0).UnixNano(),
		}
		if i%2 == 1 && back > 0 || there == 0 {
			p.Src, p.Dst = to, from
			back--
		} else {
			there--
		}
		t.Add(&p)
	}
}

// bot adds a flow that the test's model calls Botnet: a few small packets, no reply.
func bot(t *flow.Table, from, to packet.Endpoint, start int) {
	talk(t, from, to, protocol.UDP, 2+start%3, 0, 60, start)
}

// swarm adds a flow that the test's model calls Benign: large packets both ways.
func swarm(t *flow.Table, from, to packet.Endpoint, start int) {
	talk(t, from, to, protocol.TCP, 10+start%5, 10, 1200, start)
}

// testDetector returns a detector whose model was trained on bots and swarms.
func testDetector(t testing.TB) detect.Detector {
	t.Helper()
	v := protocol.NewVocabulary()
	set := dataset.Set{Mode: feature.Aware}
	for _, botnet := range []bool{false, true} {
		table := flow.NewTable()
		for i := range 30 {
			if botnet {
				bot(table, address(i), address(1000+i), i)
			} else {
				swarm(table, address(i), address(1000+i), i)
			}
		}
		for f := range table.Flows() {
			set.Examples = append(set.Examples, dataset.Example{
				Botnet: botnet, Capture: fmt.Sprint(botnet), Source: map[bool]string{false: "swarm", true: hostile}[botnet],
				Src: f.Src.String(), Dst: f.Dst.String(), Traffic: feature.Blocks(f, feature.Aware, v),
			})
		}
	}
	config := gbdt.DefaultConfig()
	config.Trees = 20
	m, err := model.Train(t.Context(), set, config)
	if err != nil {
		t.Fatal(err)
	}
	return detect.Detector{Model: m, Vocabulary: v}
}

// factsOf judges one table as one capture.
func factsOf(t testing.TB, path string, table *flow.Table, limits Limits) *Facts {
	t.Helper()
	facts := emptyFacts(t, limits)
	seen := observe.Observation{Path: path, Table: flow.SetOf(table)}
	seen.Stats.Frames, seen.Stats.Bytes = 12345, 6_789_000
	if err := facts.Add(seen); err != nil {
		t.Fatal(err)
	}
	return facts
}

func emptyFacts(t testing.TB, limits Limits) *Facts {
	t.Helper()
	about := About{Tool: "botnetdetect test", Time: time.Unix(1_700_000_000, 0).UTC(), Origin: hostile}
	return NewFacts(about, testDetector(t), limits)
}

// infected is a table with one bot (10.0.0.1, with peers from 10.0.1.0 on) and one
// member of a swarm (10.0.0.2, with peers from 10.0.2.0 on).
func infected(bots, swarms int) *flow.Table {
	table := flow.NewTable()
	for i := range bots {
		bot(table, address(1), address(256+i), i)
	}
	for i := range swarms {
		swarm(table, address(2), address(512+i), i)
	}
	return table
}

package evaluate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/gbdt"
	"botnetdetect/model"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// some is the flows of a capture that tests make: of one class, source and capture.
type some struct {
	botnet  bool
	source  string
	capture string
	host    string
	flows   int
}

// corpusOf makes a corpus whose features are value's, by the number of the flow.
func corpusOf(value func(f Flow, r int) float32, captures ...some) *Corpus {
	c := &Corpus{Tables: make(map[string]*Table), Absent: make(map[string]string)}
	for k, s := range captures {
		for i := range s.flows {
			c.Flows = append(c.Flows, Flow{
				Botnet: s.botnet, Source: s.source, Capture: s.capture,
				Src: s.host, Dst: fmt.Sprintf("198.18.%d.%d", k, i+1),
			})
		}
	}
	values := make([]float32, len(c.Flows))
	for r, f := range c.Flows {
		values[r] = value(f, r)
	}
	c.Tables["one"] = &Table{Names: []string{"x"}, Data: gbdt.Dense{values}}
	return c
}

// truth is a feature that tells everything.
func truth(f Flow, _ int) float32 {
	if f.Botnet {
		return 1
	}
	return 0
}

// world is two families and three sources, each capture with a host of its own.
func world(value func(Flow, int) float32) *Corpus {
	return corpusOf(value,
		some{true, "storm", "s1", "10.0.0.1", 8}, some{true, "storm", "s2", "10.0.0.2", 5},
		some{true, "zeus", "z1", "10.0.0.3", 12},
		some{false, "skype", "k1", "10.0.0.4", 10}, some{false, "skype", "k2", "10.0.0.5", 7},
		some{false, "torrent", "t1", "10.0.0.6", 20}, some{false, "torrent", "t2", "10.0.0.7", 3},
		some{false, "web", "w1", "10.0.0.8", 15},
	)
}

// oneFeature is a detector that learns from table "one".
func oneFeature() Detector {
	return Detector{Name: "one", Table: "one", Fit: boost(gbdt.DefaultConfig())}
}

// drawCorpus draws captures with hosts that they may share, of one class or both.
func drawCorpus(t *rapid.T) *Corpus {
	n := rapid.IntRange(1, 12).Draw(t, "captures")
	var captures []some
	for i := range n {
		s := some{
			botnet:  rapid.Bool().Draw(t, "botnet"),
			source:  rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "source"),
			capture: fmt.Sprintf("dir/%d.pcap", i),
			host:    fmt.Sprintf("10.0.0.%d", rapid.IntRange(1, 20).Draw(t, "host")),
			flows:   rapid.IntRange(1, 6).Draw(t, "flows"),
		}
		captures = append(captures, s)
		if rapid.IntRange(0, 5).Draw(t, "both classes") == 0 {
			s.botnet = !s.botnet
			captures = append(captures, s)
		}
	}
	return corpusOf(truth, captures...)
}

// The tables must give the very trees and scores that the verb train gives.
func TestTablesTrainAsModelDoes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, mode := range []feature.Mode{feature.Aware, feature.Agnostic} {
		set := dataset.Set{Mode: mode}
		for r := range 200 {
			e := dataset.Example{Botnet: r%3 == 0, Src: "10.0.0.1", Dst: fmt.Sprint(r), Capture: fmt.Sprint(r % 9)}
			protocols := []string{feature.AnyProtocol}
			if mode == feature.Aware {
				protocols = [][]string{{"TCP"}, {"TCP", "UDP"}, {"DNS", "UDP"}}[r%3]
			}
			for _, p := range protocols {
				b := feature.Block{Protocol: p}
				for i := range b.Values {
					b.Values[i] = rng.ExpFloat64() * 1e3
				}
				e.Traffic = append(e.Traffic, b)
			}
			set.Examples = append(set.Examples, e)
		}
		want, err := model.Train(context.Background(), set, gbdt.DefaultConfig())
		if err != nil {
			t.Fatal(err)
		}
		c := FromSet(set)
		table := c.Tables[string(mode)]
		examples, err := c.examples(table, c.all())
		if err != nil {
			t.Fatal(err)
		}
		got, err := Reference(string(mode), gbdt.DefaultConfig()).Fit(context.Background(), examples)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want.Features(), table.Names); d != "" {
			t.Errorf("%s: columns (-train +evaluate):\n%s", mode, d)
		}
		scores := make([]float64, len(c.Flows))
		if err := got.Score(scores, table.Data); err != nil {
			t.Fatal(err)
		}
		for r := range scores {
			if score, err := want.Score(set.Examples[r].Traffic); err != nil || score != scores[r] {
				t.Fatalf("%s: flow %d scores %v here, %v by the model trained by train (%v)", mode, r, scores[r], score, err)
			}
		}
	}
}

func TestPickAndAlign(t *testing.T) {
	sparse := &gbdt.Sparse{Width: 3, Indptr: []int64{0, 2, 2, 3}, Index: []uint32{0, 2, 1}, Value: []float32{5, 7, 9}}
	dense := gbdt.Dense{{5, 0, 0}, {0, 0, 9}, {7, 0, 0}}
	for _, data := range []gbdt.Data{sparse, dense} {
		picked, err := Pick(data, []int{2, 0, 2})
		if err != nil {
			t.Fatal(err)
		}
		for c, want := range [][]float32{{0, 5, 0}, {9, 0, 9}, {0, 7, 0}} {
			if d := cmp.Diff(want, column(picked, c)); d != "" {
				t.Errorf("%T: picked column %d (-want +got):\n%s", data, c, d)
			}
		}
		aligned := align(&Table{Names: []string{"a", "b", "d"}, Data: data}, []string{"b", "c", "d"})
		for c, want := range [][]float32{{0, 0, 9}, {0, 0, 0}, {7, 0, 0}} {
			if d := cmp.Diff(want, column(aligned, c)); d != "" {
				t.Errorf("%T: aligned column %d (-want +got):\n%s", data, c, d)
			}
		}
	}
}

func TestStump(t *testing.T) {
	f := func(values []float32, labels []uint8, cut float32, above bool, gain float64) {
		t.Helper()
		s := bestCut(values, labels)
		if s.cut != cut || s.above != above || s.gain != gain {
			t.Errorf("%v %v: %+v, want cut %v, above %v, gain %v", values, labels, s, cut, above, gain)
		}
	}
	f([]float32{1, 2, 3, 4}, []uint8{0, 0, 1, 1}, 2.5, true, 1)
	f([]float32{4, 3, 2, 1}, []uint8{0, 0, 1, 1}, 2.5, false, 1)
	f([]float32{1, 2, 3, 9}, []uint8{0, 1, 0, 1}, 1.5, true, 0.5)
	f([]float32{7, 7, 7, 7}, []uint8{0, 1, 0, 1}, 0, false, 0)
}

func TestStumpChoosesInTraining(t *testing.T) {
	train := Examples{
		Data:   gbdt.Dense{{1, 2, 1, 2}, {5, 6, 8, 9}},
		Labels: []uint8{0, 0, 1, 1},
	}
	trained, err := fitStump(context.Background(), train)
	if err != nil {
		t.Fatal(err)
	}
	scores := make([]float64, 3)
	if err := trained.Score(scores, gbdt.Dense{{0, 9, 9}, {6.9, 7.1, 100}}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]float64{0, 1, 1}, scores); d != "" {
		t.Errorf("scores (-want +got):\n%s", d)
	}
}

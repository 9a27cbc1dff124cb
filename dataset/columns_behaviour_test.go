package dataset

import (
	"bytes"
	"context"
	"math/rand/v2"
	"testing"

	"botnetdetect/behaviour"
	"botnetdetect/feature"

	"pgregory.net/rapid"
)

// drawBehaved draws a set of mode behaviour.
func drawBehaved(t *rapid.T) Set {
	text := rapid.SampledFrom([]string{"", "a", "b", "c"})
	s := Set{Mode: feature.Behavioural}
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "values"), 0))
	values := []float64{-1, 0, 1, 2, 1e300, -1e300, 0.1, 1500}
	for range rapid.IntRange(1, 20).Draw(t, "examples") {
		e := Example{
			Botnet: rapid.Bool().Draw(t, "botnet"), Src: "10.0.0.1", Dst: "10.0.0.2", Capture: text.Draw(t, "capture"), Source: text.Draw(t, "source"),
			Host: rapid.SampledFrom([]string{"10.0.0.1", "10.0.0.2"}).Draw(t, "host"), Manner: rapid.SampledFrom(manners).Draw(t, "manner"),
		}
		for range behaviour.All() {
			e.Behaviour = append(e.Behaviour, values[r.IntN(len(values))])
		}
		s.Examples = append(s.Examples, e)
	}
	return s
}

// TestBehaviourColumnsAreTheSet: read, split and counted as the set that they are of; the set is
// the naive twin.
func TestBehaviourColumnsAreTheSet(t *testing.T) {
	folder := t.TempDir()
	same := func(t *rapid.T, s Set, c *BehaviourColumns) {
		if c.Len() != len(s.Examples) {
			t.Fatalf("%d rows, want %d", c.Len(), len(s.Examples))
		}
		cohorts := make(map[string]uint32)
		for i := range s.Examples {
			e := &s.Examples[i]
			for k, place := range behaviour.Chosen() {
				if c.Values[k][i] != single(e.Behaviour[place]) {
					t.Fatalf("row %d, %s: %v, want %v", i, behaviour.Names()[place], c.Values[k][i], e.Behaviour[place])
				}
			}
			k, at := c.Kinds[i], c.Origins[i]
			if k.Is(IsBotnet) != e.Botnet || k.Is(HasEvidence) != behaviour.Evidence(e.Behaviour) || k.Is(IsJudged) != behaviour.Judged(e.Behaviour) {
				t.Fatalf("row %d is %b, want %v", i, k, e)
			}
			if number, known := cohorts[e.Cohort()]; known && number != c.Cohorts[i] || c.Cohorts[i] >= uint32(c.CountCohorts()) {
				t.Fatalf("row %d is of cohort %d, others of its cohort of %d, of %d", i, c.Cohorts[i], number, c.CountCohorts())
			}
			cohorts[e.Cohort()] = c.Cohorts[i]
			if c.Sources[at] != e.Source || c.Captures[at] != e.Capture {
				t.Fatalf("row %d is of %q in %q, want %q in %q", i, c.Sources[at], c.Captures[at], e.Source, e.Capture)
			}
		}
		sources, captures := c.Counts()
		comeFrom(t, s, sources, captures)
		benign, botnet := s.Balance()
		if b, o := c.Balance(); b != benign || o != botnet {
			t.Fatalf("%d benign and %d botnet, want %d and %d", b, o, benign, botnet)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		set := drawBehaved(t)
		var out bytes.Buffer
		if err := set.WriteParquet(&out); err != nil {
			t.Fatal(err)
		}
		c, ok, err := ReadBehaviourColumns(context.Background(), writeTemp(t, folder, out.Bytes()))
		if !ok || err != nil {
			t.Fatal(ok, err)
		}
		same(t, set, c)
		share, seed := rapid.Float64Range(0, 1).Draw(t, "share"), rapid.Uint64().Draw(t, "seed")
		train, test := c.Split(share, seed)
		wantTrain, wantTest := set.Split(share, seed)
		same(t, wantTrain, train)
		same(t, wantTest, test)
		more := drawBehaved(t)
		for i := range more.Examples {
			if err := train.Add(&more.Examples[i]); err != nil {
				t.Fatal(err)
			}
		}
		same(t, Set{set.Mode, append(wantTrain.Examples, more.Examples...)}, train)
		same(t, wantTest, test)
	})
}

// TestBehaviourColumnsOfOthers: files of another kind are left to others, and errors name row and file.
func TestBehaviourColumnsOfOthers(t *testing.T) {
	ctx := context.Background()
	var out bytes.Buffer
	if err := behaved().WriteParquet(&out); err != nil {
		t.Fatal(err)
	}
	path := writeTemp(t, t.TempDir(), out.Bytes())
	if _, ok, err := ReadColumns(ctx, path); ok || err != nil {
		t.Errorf("behaviour is read as agnostic: %v, %v", ok, err)
	}
	bad := behaved()
	bad.Examples[1].Manner = "smoke"
	out.Reset()
	if err := bad.WriteParquet(&out); err != nil {
		t.Fatal(err)
	}
	path = writeTemp(t, t.TempDir(), out.Bytes())
	if _, ok, err := ReadBehaviourColumns(ctx, path); !ok || err == nil || !bytes.Contains([]byte(err.Error()), []byte("row 2: manner is \"smoke\"")) {
		t.Errorf("%v, %v", ok, err)
	}
	agnostic := writeTemp(t, t.TempDir(), []byte("label,src\n"))
	if _, ok, err := ReadBehaviourColumns(ctx, agnostic); ok || err != nil {
		t.Errorf("what is no Parquet: %v, %v", ok, err)
	}
}

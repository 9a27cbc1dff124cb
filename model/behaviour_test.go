package model

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"botnetdetect/behaviour"
	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/gbdt"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func behaviourModel(t *testing.T) *Model {
	t.Helper()
	m, err := Default(feature.Behavioural)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// row is a flow with evidence and these values at random.
func row(r *rand.Rand) []float64 {
	values := make([]float64, len(behaviour.All()))
	for i := range values {
		values[i] = r.Float64() * math.Pow(10, r.Float64()*3)
	}
	values[0] = 1
	return values
}

// TestTrendsHold: more of a feature never turns the score against its trend.
func TestTrendsHold(t *testing.T) {
	m := behaviourModel(t)
	rapid.Check(t, func(t *rapid.T) {
		values := row(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)))
		place := rapid.SampledFrom(behaviour.Chosen()).Draw(t, "feature")
		before, err := m.ScoreBehaviour(values)
		if err != nil {
			t.Fatal(err)
		}
		values[place] += rapid.Float64Range(0, 1000).Draw(t, "more")
		after, err := m.ScoreBehaviour(values)
		if err != nil || (after-before)*float64(behaviour.All()[place].Trend) < -1e-9 {
			t.Errorf("%s: %v before, %v with more (%v)", behaviour.All()[place].Name, before, after, err)
		}
	})
}

func TestWithoutEvidenceNoScore(t *testing.T) {
	m := behaviourModel(t)
	values := row(rand.New(rand.NewPCG(1, 1)))
	if score, err := m.ScoreBehaviour(values); score == 0 || err != nil {
		t.Error(score, err)
	}
	values[0] = 0
	if score, err := m.ScoreBehaviour(values); score != 0 || err != nil {
		t.Errorf("without evidence it scores %v (%v)", score, err)
	}
	values[0] = 1
	for name, x := range map[string]float64{"flow.udp": 0, "flow.began": 1, "flow.max_in": 1400, "flow.byte_ratio": -2} {
		values[slices.Index(behaviour.Names(), name)] = x
	}
	if score, err := m.ScoreBehaviour(values); score != 0 || err != nil {
		t.Errorf("a download scores %v (%v)", score, err)
	}
	if p, err := Scores(m.Trees(), [][]float64{values}); err != nil || p[0] != 0 {
		t.Errorf("a download scores %v (%v)", p, err)
	}
}

func TestPushesAddUp(t *testing.T) {
	m := behaviourModel(t)
	values := row(rand.New(rand.NewPCG(2, 1)))
	score, err := m.ScoreBehaviour(values)
	if err != nil {
		t.Fatal(err)
	}
	pushes, err := m.ExplainBehaviour(values)
	if err != nil {
		t.Fatal(err)
	}
	sum := pushes.Base
	for _, p := range pushes.ByFeature {
		sum += p
	}
	if want := math.Log(score / (1 - score)); math.Abs(sum-want) > 1e-4 {
		t.Errorf("pushes add up to %v, want %v", sum, want)
	}
}

func TestBehaviourModelIsKept(t *testing.T) {
	m := behaviourModel(t)
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	again, err := Read(&b)
	if err != nil || again.Mode != feature.Behavioural || again.Threshold != m.Threshold || !cmp.Equal(again.Features(), m.Features()) {
		t.Errorf("read %+v: %v", again, err)
	}
}

// TestWeigh: a host with many flows weighs as one with few, both classes the same.
func TestWeigh(t *testing.T) {
	var origins []Origin
	for i := range 1008 {
		o := Origin{Source: "skype", Cohort: "large"}
		if i >= 1000 {
			o.Cohort = "small"
		}
		origins = append(origins, o)
	}
	origins = append(origins, Origin{Botnet: true, Source: "storm", Cohort: "bot"})
	w := Weigh(origins)
	sum := func(from, to int) (s float64) {
		for _, x := range w[from:to] {
			s += float64(x)
		}
		return s
	}
	for _, got := range []float64{2 * sum(0, 1000), 2 * sum(1000, 1008), sum(1008, 1009)} {
		if math.Abs(got-500) > 0.1 {
			t.Errorf("weights %v, %v, %v", sum(0, 1000), sum(1000, 1008), sum(1008, 1009))
		}
	}
}

// TestAtBudget: the threshold lets no more than the budget of the held-out weight through.
func TestAtBudget(t *testing.T) {
	if got := atBudget(nil, origins{}); got != 0.5 {
		t.Errorf("without rows %v", got)
	}
	var scores []float64
	var held []Origin
	for i := range 100 {
		scores, held = append(scores, float64(i)/100), append(held, Origin{Source: "skype", Cohort: string(rune('A' + i))})
	}
	threshold, above := atBudget(scores, originsOf(held)), 0
	for _, score := range scores {
		if score >= threshold {
			above++
		}
	}
	if got := float64(above) / 100; got > budget || got < budget-0.02 {
		t.Errorf("%v of the rows are at or above %v", got, threshold)
	}
}

// TestThresholdIsOfHeldOutSources: with a source that looks like botnets, it rises above
// what that source gets when it is not seen.
func TestThresholdIsOfHeldOutSources(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	l := Lesson{Config: Behavioural(1, 1)}
	l.Config.Trees = 20
	add := func(botnet, looks bool, source string) {
		values := row(r)
		for _, place := range behaviour.Chosen() {
			values[place] = float64(behaviour.All()[place].Trend) * map[bool]float64{true: 1, false: -1}[looks]
		}
		l.Rows, l.Origins = append(l.Rows, values), append(l.Origins, Origin{botnet, source, source + string(rune('a'+len(l.Rows)%9))})
	}
	for range 60 {
		add(true, true, "bot")
		add(false, false, "mail")
		add(false, false, "web")
		add(false, true, "twin")
	}
	threshold, err := l.Threshold(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	trees, err := l.course().growWithout(context.Background(), l.course().of(false, "twin"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := Scores(trees, l.Rows[3:4])
	if err != nil || threshold <= p[0]-0.05 {
		t.Errorf("threshold %v, and the twin scores %v unseen (%v)", threshold, p[0], err)
	}
}

// TestJudgedAreMostBots: what is not judged, downloads and flows of hosts with few peers, costs little of the real botnets in
// training, and spares much of the rest.
func TestJudgedAreMostBots(t *testing.T) {
	flows, downloads, judged := make(map[bool]int), make(map[bool]int), make(map[bool]int)
	for _, e := range readTraining(t, feature.Behavioural).Examples {
		made := strings.HasPrefix(e.Source, "synthetic_") || strings.HasPrefix(e.Source, "lab_")
		if made || e.Manner != behaviour.TCP.String() && e.Manner != behaviour.UDP.String() { // neither TCP nor UDP was spoken
			continue
		}
		flows[e.Botnet]++
		if behaviour.Download(e.Behaviour) {
			downloads[e.Botnet]++
		}
		if behaviour.Judged(e.Behaviour) {
			judged[e.Botnet]++
		}
	}
	t.Logf("of %d real botnet flows %d are downloads, and %d are judged; of %d benign ones, %d and %d",
		flows[true], downloads[true], judged[true], flows[false], downloads[false], judged[false])
	if 10*judged[true] < 9*flows[true] || flows[true] == 0 || 10*judged[false] > 6*flows[false] {
		t.Error("too few botnet flows are judged, or too many of the benign ones")
	}
}

// TestWithout: what is left out, trees do not see.
func TestWithout(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	l := Lesson{Config: Behavioural(1, 1), Without: []string{"host.named", "host.part"}}
	l.Config.Trees = 5
	for i := range 60 {
		l.Rows, l.Origins = append(l.Rows, row(r)), append(l.Origins, Origin{i%2 == 0, "source", string(rune('a' + i%9))})
	}
	trees, err := l.Grow(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if len(trees.FeatureNames) != len(behaviour.Chosen())-2 || slices.Contains(trees.FeatureNames, "host.named") {
		t.Errorf("trees see %v", trees.FeatureNames)
	}
	if _, err := Scores(trees, l.Rows); err != nil {
		t.Error(err)
	}
}

// TestNothingToLearnFrom: where no host has enough peers, it is said that this is what is missing.
func TestNothingToLearnFrom(t *testing.T) {
	set := dataset.Set{Mode: feature.Behavioural}
	for _, botnet := range []bool{false, true} {
		set.Examples = append(set.Examples, dataset.Example{Botnet: botnet, Behaviour: make([]float64, len(behaviour.All()))})
	}
	_, err := Train(t.Context(), set, gbdt.DefaultConfig())
	if !errors.Is(err, gbdt.ErrEmpty) || !strings.Contains(err.Error(), "fewer than 8 peers of a kind say nothing") {
		t.Errorf("%v", err)
	}
}

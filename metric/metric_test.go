package metric

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// same reports whether two figures are equal or both undefined.
func same(a, b Figure) bool {
	return a == b || !a.Defined() && !b.Defined()
}

// near reports whether two figures differ by at most tolerance, relative to
// their size where that is above 1, or are both undefined.
func near(a, b Figure, tolerance float64) bool {
	if !a.Defined() || !b.Defined() {
		return a.Defined() == b.Defined()
	}
	scale := max(1, math.Abs(float64(a)), math.Abs(float64(b)))
	return math.Abs(float64(a-b)) <= tolerance*scale
}

// rank is Rank for examples that are known to be good.
func rank(t interface{ Fatal(...any) }, scores []float64, labels []bool) Ranking {
	r, err := Rank(scores, labels)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// examples is scores with labels, as the caller of Rank has them.
type examples struct {
	scores []float64
	labels []bool
}

// drawExamples draws examples whose scores are multiples of 1/16 in [0, 1], so
// that ties are many and sums of scores exact.
func drawExamples(t *rapid.T, name string) examples {
	n := rapid.IntRange(0, 40).Draw(t, name+" size")
	sixteenths := rapid.SliceOfN(rapid.IntRange(0, 16), n, n).Draw(t, name+" scores")
	e := examples{labels: rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, name+" labels")}
	for _, s := range sixteenths {
		e.scores = append(e.scores, float64(s)/16)
	}
	return e
}

// labels reads "+" as botnet and "-" as benign.
func labels(signs string) []bool {
	var ls []bool
	for _, s := range signs {
		ls = append(ls, s == '+')
	}
	return ls
}

func TestRankRefuses(t *testing.T) {
	f := func(scores []float64, labels []bool, want string) {
		t.Helper()
		_, err := Rank(scores, labels)
		if err == nil || err.Error() != want {
			t.Errorf("Rank(%v, %v): error %v, want %q", scores, labels, err, want)
		}
	}
	f([]float64{1, 2}, []bool{true}, "cannot rank examples: 2 scores but 1 labels")
	f([]float64{1, math.NaN()}, labels("++"), "cannot rank example 1: its score is NaN, not a finite number")
	f([]float64{math.Inf(-1)}, labels("+"), "cannot rank example 0: its score is -Inf, not a finite number")
}

func TestRankingIgnoresOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExamples(t, "examples")
		order := rapid.Permutation(indices(len(e.scores))).Draw(t, "order")
		var shuffled examples
		for _, i := range order {
			shuffled.scores = append(shuffled.scores, e.scores[i])
			shuffled.labels = append(shuffled.labels, e.labels[i])
		}
		sameRanking(t, rank(t, shuffled.scores, shuffled.labels), rank(t, e.scores, e.labels))
	})
}

func indices(n int) []int {
	is := make([]int, n)
	for i := range is {
		is[i] = i
	}
	return is
}

func sameRanking(t interface{ Fatalf(string, ...any) }, got, want Ranking) {
	if got.botnet != want.botnet || got.benign != want.benign || len(got.ties) != len(want.ties) {
		t.Fatalf("ranking is %+v, want %+v", got, want)
	}
	for i := range got.ties {
		if got.ties[i] != want.ties[i] {
			t.Fatalf("tie %d is %+v, want %+v", i, got.ties[i], want.ties[i])
		}
	}
}

// TestMergeContract holds Merge to what it promises: any split, merged in any
// order and nesting, is the ranking of the whole.
func TestMergeContract(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawExamples(t, "a"), drawExamples(t, "b"), drawExamples(t, "c")
		ra, rb, rc := rank(t, a.scores, a.labels), rank(t, b.scores, b.labels), rank(t, c.scores, c.labels)
		var all examples
		for _, e := range []examples{a, b, c} {
			all.scores = append(all.scores, e.scores...)
			all.labels = append(all.labels, e.labels...)
		}
		want := rank(t, all.scores, all.labels)
		sameRanking(t, Merge(ra, rb, rc), want)
		sameRanking(t, Merge(Merge(rc, rb), ra), want)
		sameRanking(t, Merge(rc, Merge(Ranking{}, ra), rb), want)
		sameRanking(t, ra, rank(t, a.scores, a.labels))
	})
}

func TestNegativeZeroIsZero(t *testing.T) {
	minus := math.Copysign(0, -1)
	f := func(scores []float64, signs string) {
		t.Helper()
		r := rank(t, scores, labels(signs))
		if len(r.ties) != 1 || math.Signbit(r.ties[0].score) {
			t.Errorf("Rank(%v, %s) holds %+v, want one tie at 0", scores, signs, r.ties)
		}
	}
	f([]float64{minus}, "+")
	f([]float64{minus}, "-")
	f([]float64{minus, 0}, "+-")
	f([]float64{0, minus}, "+-")
}

func TestAt(t *testing.T) {
	r := rank(t, []float64{0.9, 0.5, 0.5, 0.5, 0.1}, labels("++-+-"))
	f := func(threshold float64, want Confusion) {
		t.Helper()
		if got := r.At(threshold); got != want {
			t.Errorf("At(%v) = %+v, want %+v", threshold, got, want)
		}
	}
	f(math.Inf(-1), Confusion{TP: 3, FP: 2})
	f(0.1, Confusion{TP: 3, FP: 2})
	f(0.5, Confusion{TP: 3, FP: 1, TN: 1})
	f(0.51, Confusion{TP: 1, TN: 2, FN: 2})
	f(0.91, Confusion{TN: 2, FN: 3})
	f(math.NaN(), Confusion{TN: 2, FN: 3})
}

func TestRankGroups(t *testing.T) {
	scores := []float64{0.9, 0.1, 0.8, 0.2}
	groups, err := RankGroups(scores, labels("+--+"), []string{"b.pcap", "a.pcap", "b.pcap", "c.pcap"})
	if err != nil || len(groups) != 3 {
		t.Fatalf("groups %+v, error %v", groups, err)
	}
	sameRanking(t, groups[0], rank(t, []float64{0.1}, labels("-")))
	sameRanking(t, groups[1], rank(t, []float64{0.9, 0.8}, labels("+-")))
	sameRanking(t, groups[2], rank(t, []float64{0.2}, labels("+")))
	sameRanking(t, Merge(groups...), rank(t, scores, labels("+--+")))

	f := func(scores []float64, labels []bool, groups []int, want string) {
		t.Helper()
		_, err := RankGroups(scores, labels, groups)
		if err == nil || err.Error() != want {
			t.Errorf("RankGroups(%v, %v, %v): error %v, want %q", scores, labels, groups, err, want)
		}
	}
	f([]float64{1}, labels("+"), nil, "cannot rank examples: 1 scores but 0 groups")
	f([]float64{1}, nil, []int{1}, "cannot rank examples: 1 scores but 0 labels")
	f([]float64{math.NaN()}, labels("+"), []int{1}, "cannot rank example 0: its score is NaN, not a finite number")
}

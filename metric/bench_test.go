package metric

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// drawn is n examples in so many groups, their scores continuous.
func drawn(n, groups int) (e examples, group []int) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range n {
		e.scores = append(e.scores, rng.Float64())
		e.labels = append(e.labels, rng.IntN(4) == 0)
		group = append(group, rng.IntN(groups))
	}
	return e, group
}

func BenchmarkRank(b *testing.B) {
	e, _ := drawn(1_000_000, 1)
	for b.Loop() {
		rank(b, e.scores, e.labels)
	}
}

func BenchmarkAUC(b *testing.B) {
	e, _ := drawn(1_000_000, 1)
	r := rank(b, e.scores, e.labels)
	for b.Loop() {
		r.AUC()
	}
}

// BenchmarkBootstrap draws 30 groups a hundred times.
func BenchmarkBootstrap(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			e, group := drawn(n, 30)
			groups, err := RankGroups(e.scores, e.labels, group)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				Bootstrap(groups, Resampling{Replicates: 100}, Ranking.AUC, Ranking.AveragePrecision)
			}
		})
	}
}

func BenchmarkClopperPearson(b *testing.B) {
	for b.Loop() {
		ClopperPearson(3, 1000, 0.95)
	}
}

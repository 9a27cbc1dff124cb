package gbdt

import "testing"

func BenchmarkPredict(b *testing.B) {
	d, y := flows(100_000, 1)
	small, labels := every(20, d, y)
	m := mustTrain(b, small, labels, nil)
	margin := make([]float32, d.Rows())
	speed := func(b *testing.B, rows int) {
		b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrow/s")
	}
	batch := func(d Data) func(b *testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				if err := m.Margins(margin, d); err != nil {
					b.Fatal(err)
				}
			}
			speed(b, d.Rows())
		}
	}
	b.Run("dense", batch(d))
	b.Run("sparse", batch(sparse(d)))
	octets := m.forest.octets
	m.forest.octets = nil
	b.Run("walk", batch(d))
	m.forest.octets = octets
	row := []float32{1, 2, 3, 4, 5}
	b.Run("row", func(b *testing.B) {
		for b.Loop() {
			m.Margin(row)
		}
		speed(b, 1)
	})
	b.Run("sparse row", func(b *testing.B) {
		for b.Loop() {
			m.MarginSparse([]uint32{1, 3, 4}, row[:3])
		}
		speed(b, 1)
	})
	b.Run("explain", func(b *testing.B) {
		for b.Loop() {
			m.Explain(row)
		}
		speed(b, 1)
	})
}

func BenchmarkTrain(b *testing.B) {
	d, y := flows(100_000, 2)
	for b.Loop() {
		mustTrain(b, d, y, func(c *Config) { c.Trees = 10 })
	}
}

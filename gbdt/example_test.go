package gbdt_test

import (
	"bytes"
	"context"
	"fmt"
	"log"

	"botnetdetect/gbdt"
)

// Rows with a long duration or many packets are of class 1.
var (
	duration = []float32{0.1, 0.3, 9, 12, 0.2, 15, 0.4, 20}
	packets  = []float32{2, 3, 2, 40, 90, 3, 1, 85}
	labels   = []uint8{0, 0, 1, 1, 1, 1, 0, 1}
)

func Example() {
	m, err := gbdt.Train(context.Background(), gbdt.Examples{
		Data:   gbdt.Dense{duration, packets},
		Labels: labels,
	}, gbdt.DefaultConfig())
	if err != nil {
		log.Fatal(err)
	}
	for _, row := range [][]float32{{0.2, 2}, {10, 2}} {
		p, err := m.Probability(row)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%v: %.3f\n", row, p)
	}
	// Output:
	// [0.2 2]: 0.000
	// [10 2]: 1.000
}

// Sparse rows leave out zeros, here: the second column of the first row.
func ExampleModel_ProbabilitySparse() {
	m, err := gbdt.Train(context.Background(), gbdt.Examples{
		Data: &gbdt.Sparse{
			Width:  3,
			Indptr: []int64{0, 1, 3, 4, 5},
			Index:  []uint32{0, 0, 1, 2, 1},
			Value:  []float32{5, 5, 2, 7, 3},
		},
		Labels: []uint8{0, 1, 0, 1},
	}, gbdt.DefaultConfig())
	if err != nil {
		log.Fatal(err)
	}
	p, err := m.ProbabilitySparse([]uint32{1}, []float32{2.5})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.2f\n", p)
	// Output: 1.00
}

func ExampleModel_WriteJSON() {
	m, err := gbdt.Train(context.Background(), gbdt.Examples{Data: gbdt.Dense{duration, packets}, Labels: labels}, gbdt.DefaultConfig())
	if err != nil {
		log.Fatal(err)
	}
	m.FeatureNames = []string{"duration", "packets"}
	m.Attributes["threshold"] = "0.5"
	var file bytes.Buffer
	if err := m.WriteJSON(&file); err != nil { // XGBoost opens it
		log.Fatal(err)
	}
	back, err := gbdt.ReadModel(&file)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(back.FeatureNames, back.Attributes["threshold"], back.Trees(), "trees")
	// Output: [duration packets] 0.5 100 trees
}

// Why does the model say so? Each feature has its part of the log-odds.
func ExampleModel_Explain() {
	m, err := gbdt.Train(context.Background(), gbdt.Examples{Data: gbdt.Dense{duration, packets}, Labels: labels}, gbdt.DefaultConfig())
	if err != nil {
		log.Fatal(err)
	}
	e, err := m.Explain([]float32{0.2, 90})
	if err != nil {
		log.Fatal(err)
	}
	margin, err := m.Margin([]float32{0.2, 90})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("duration lowers it: %v, packets raise it: %v\n", e.Features[0] < 0, e.Features[1] > 0)
	fmt.Printf("parts sum to the margin: %v\n", e.Margin()-float64(margin) < 1e-5)
	// Output:
	// duration lowers it: true, packets raise it: true
	// parts sum to the margin: true
}

// Training stops when the loss on rows it does not learn from has not fallen
// for ten trees, and keeps the best.
func ExampleConfig_earlyStopping() {
	cfg := gbdt.DefaultConfig()
	cfg.Trees, cfg.Patience = 1000, 10
	cfg.Validation = &gbdt.Examples{
		Data:   gbdt.Dense{{0.2, 11, 0.3, 14}, {3, 2, 70, 1}},
		Labels: []uint8{0, 1, 1, 0}, // the last is an exception
	}
	m, err := gbdt.Train(context.Background(), gbdt.Examples{Data: gbdt.Dense{duration, packets}, Labels: labels}, cfg)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped early:", len(m.Curve) < 1000, "with as many trees more than kept as it waited:", len(m.Curve)-m.Trees())
	// Output: stopped early: true with as many trees more than kept as it waited: 10
}

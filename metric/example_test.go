package metric_test

import (
	"fmt"

	"botnetdetect/metric"
)

// A threshold is chosen on training groups and judged on test groups.
func Example() {
	training, err := metric.Rank(
		[]float64{0.99, 0.95, 0.90, 0.40, 0.30, 0.20, 0.10},
		[]bool{true, true, true, false, false, false, false})
	if err != nil {
		fmt.Println(err)
		return
	}
	test, err := metric.Rank(
		[]float64{0.97, 0.96, 0.70, 0.50, 0.15},
		[]bool{true, false, true, false, false})
	if err != nil {
		fmt.Println(err)
		return
	}
	threshold := training.ThresholdAtFPR(1e-3)
	c := test.At(float64(threshold))
	fmt.Printf("threshold %.2f: %+v\n", threshold, c)
	fmt.Printf("recall %.2f, false-positive rate %.2f, precision at 1 %% botnet %.3f\n",
		c.TPR(), c.FPR(), c.PrecisionAtBaseRate(0.01))
	fmt.Printf("AUC %.3f\n", test.AUC())
	// Output:
	// threshold 0.90: {TP:1 FP:1 TN:2 FN:1}
	// recall 0.50, false-positive rate 0.33, precision at 1 % botnet 0.015
	// AUC 0.833
}

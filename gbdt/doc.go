// Package gbdt trains, applies and explains gradient-boosted decision trees
// for two classes, and reads and writes them as XGBoost models.
//
// # Train
//
//	cfg := gbdt.DefaultConfig() // 100 trees of depth 3, learning rate 0.1
//	m, err := gbdt.Train(ctx, gbdt.Examples{
//		Data:   gbdt.Dense(columns), // or *gbdt.Sparse
//		Labels: labels,              // 0 or 1, one a row
//	}, cfg)
//
// The defaults mean what they mean in scikit-learn's
// GradientBoostingClassifier, and make the same trees: the model starts from
// the log-odds of the labels; each tree splits where the squared difference of
// mean residuals is largest (friedman_mse); each leaf takes one Newton step,
// the sum of residuals over the sum of p(1-p). Up to 16,384 rows every
// threshold between two values is tried; with more, columns are divided into
// 255 intervals of about equal numbers of rows. [Config] has the rest: growing
// leaf by leaf, XGBoost's criterion, weights, samples, monotone constraints,
// early stopping, training on.
//
// All sums are of integers, so a model depends on the examples, the config and
// its seed only: not on the number of goroutines, nor on the machine. (Losses on
// validation examples are floats: where two differ in the last bit only, early
// stopping may keep another number of trees on another machine.)
//
// # Predict
//
//	p, err := m.Probability(row)                   // one dense row
//	p, err := m.ProbabilitySparse(index, value)    // one sparse row
//	err := m.Probabilities(p, gbdt.Dense(columns)) // many rows, into p
//
// A margin is the sum of leaf values in log-odds; a probability is its
// logistic function. Margins are summed in float32 in tree order, as XGBoost
// does: one row and many rows, sparse and dense, with vector instructions and
// without, give the same bits. Build with GOEXPERIMENT=simd on amd64 for the
// vector instructions.
//
// # Explain
//
//	e, err := m.Explain(row) // e.Bias and e.Features sum to the margin
//	all := m.Importance()    // splits, gain and cover of each feature
//
// # Keep
//
//	m.FeatureNames = names
//	m.Attributes["threshold"] = "0.5"
//	err := m.WriteJSON(w) // or WriteUBJSON
//	m, err := gbdt.ReadModel(r)
//
// The file is an XGBoost model: XGBoost opens it, and ReadModel opens what
// XGBoost wrote for binary:logistic, from 1.0 to 3.x. Whatever a file holds,
// reading it ends in a sound model or an error, and runs no code.
//
// # Absent values
//
// A sparse row leaves out values. In training such a value counts as 0 by
// default ([AbsentZero]); with [AbsentOwn] each split learns which side absent
// values take, and NaN means absent in dense data too. Either way the model
// says, split by split, where they go, and NaN means absent when predicting.
//
// # Limits
//
// Two classes; numbers, not categories; 2^31-1 rows and 2^24 columns; trees of
// at most 2^15 leaves. A residual counts to 2^-26, which is why rows that the
// model is surer of than 1 in 10^8 no longer teach it.
package gbdt

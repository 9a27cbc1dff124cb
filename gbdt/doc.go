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
// GradientBoostingClassifier: the model starts from the log-odds of the
// labels; each tree splits where the squared difference of mean residuals is
// largest (friedman_mse) and each leaf takes one Newton step, the sum of
// residuals over the sum of p(1-p).
//
// # Predict
//
//	p, err := m.Probability(row)                  // one dense row
//	p, err := m.ProbabilitySparse(index, value)   // one sparse row
//	err := m.Probabilities(p, gbdt.Dense(columns)) // many rows, into p
//
// A margin is the sum of leaf values in log-odds; a probability is its
// logistic function. Margins are summed in float32 in tree order, as XGBoost
// does, so one row and many rows, sparse and dense, give the same bits.
//
// # Keep
//
//	m.FeatureNames = names
//	m.Attributes["threshold"] = "0.5"
//	err := m.WriteJSON(w)
//	m, err := gbdt.ReadModel(r)
//
// The file is an XGBoost model: XGBoost opens it, and ReadModel opens what
// XGBoost wrote for binary:logistic. Whatever a file holds, reading it ends in
// a sound model or an error, and runs no code.
//
// # Absent values
//
// A sparse row leaves out values. By default (AbsentZero) such a value counts
// as 0; with AbsentOwn each split learns which side absent values take. Either
// way the model file says, node by node, where they go.
package gbdt

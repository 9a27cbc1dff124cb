package evaluate

import (
	"context"

	"botnetdetect/gbdt"
)

// Detector is a way to tell botnet flows from benign ones: the features that it wants,
// and how it learns from them. To plug in another, add its table to the corpus and its
// Detector to Options.
type Detector struct {
	Name  string // what results call it
	About string // the same in a sentence
	Table string // the table of the corpus with its features
	// Fit learns from examples of both classes.
	Fit func(ctx context.Context, train Examples) (Trained, error)
}

// Examples is what a detector may learn from.
type Examples struct {
	Names  []string  // of the columns
	Data   gbdt.Data // a row a flow
	Labels []uint8   // 1 botnet, 0 benign
	Flows  []Flow    // where each comes from: to weigh or group by, never to learn from
}

// Trained is a detector that has learnt.
type Trained struct {
	// Score writes each row's score, from 0 to 1, into a slice with a place a row.
	Score func(scores []float64, data gbdt.Data) error
	// Threshold is the detector's own operating point: botnet at or above it.
	Threshold float64
	// Tune, if not nil, chooses the Threshold, from the training examples alone. It is apart
	// because it takes long, and not all that is trained needs it.
	Tune func(ctx context.Context) (float64, error)
	// Trees, if not nil, is the model, and Score its Probabilities.
	Trees *gbdt.Model
}

// tune has the detector choose its threshold, if it does that apart.
func (t *Trained) tune(ctx context.Context) (err error) {
	if t.Tune != nil {
		t.Threshold, err = t.Tune(ctx)
	}
	return err
}

// examples returns the rows of a table as a detector gets them.
func (c *Corpus) examples(table *Table, rows []int) (Examples, error) {
	data, err := Pick(table.Data, rows)
	if err != nil {
		return Examples{}, err
	}
	flows := make([]Flow, len(rows))
	for i, r := range rows {
		flows[i] = c.Flows[r]
	}
	return Examples{Names: table.Names, Data: data, Labels: c.labels(rows), Flows: flows}, nil
}

// Reference is the reference's recipe, which the built-in models follow: the nine
// features, in a mode that names a table, and boosted trees.
func Reference(mode string, config gbdt.Config) Detector {
	about := map[string]string{
		AwareTable:    "the reference: nine features for each protocol, boosted trees",
		AgnosticTable: "the reference without protocols: nine features, boosted trees",
	}[mode]
	return Detector{Name: mode, About: about, Table: mode, Fit: boost(config)}
}

// Baselines are what a detector must beat. The best single feature is sought in the
// table named.
func Baselines(config gbdt.Config, stumpTable string) []Detector {
	return []Detector{
		{Name: "always", About: "calls every flow botnet", Table: stumpTable, Fit: fitAlways},
		{Name: "stump", About: "the one feature and cut that tell the training flows best", Table: stumpTable, Fit: fitStump},
		Reference(AwareTable, config),
		Reference(AgnosticTable, config),
		{
			Name:  PeerSharkTable,
			About: "PeerShark's four features (packets, bytes, duration, median inter-arrival time), boosted trees",
			Table: PeerSharkTable, Fit: boost(config),
		},
	}
}

// boost trains boosted trees, on one core: folds are trained side by side, which uses
// the cores better.
func boost(config gbdt.Config) func(context.Context, Examples) (Trained, error) {
	config.Goroutines = 1
	return func(ctx context.Context, train Examples) (Trained, error) {
		trees, err := gbdt.Train(ctx, gbdt.Examples{Data: train.Data, Labels: train.Labels}, config)
		if err != nil {
			return Trained{}, err
		}
		trees.FeatureNames = train.Names
		return Trained{Score: trees.Probabilities, Threshold: 0.5, Trees: trees}, nil
	}
}

func fitAlways(context.Context, Examples) (Trained, error) {
	return Trained{Threshold: 0.5, Score: func(scores []float64, _ gbdt.Data) error {
		for i := range scores {
			scores[i] = 1
		}
		return nil
	}}, nil
}

package evaluate

import (
	"context"
	"fmt"

	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/gbdt"
	"botnetdetect/model"
)

// BehaviourTable is the table of all features of package behaviour.
const BehaviourTable = string(feature.Behavioural)

// behaviourTable lays out a set of mode behaviour.
func behaviourTable(set dataset.Set, names []string) *Table {
	d := make(gbdt.Dense, len(names))
	for c := range d {
		d[c] = make([]float32, len(set.Examples))
		for r := range set.Examples {
			d[c][r] = single(set.Examples[r].Behaviour[c])
		}
	}
	return &Table{Names: names, Data: d}
}

// Recipe says how models of mode behaviour are made.
type Recipe struct {
	More    dataset.Set // examples of other captures, to learn from beside the rows of a fold, and never tested
	Without []string    // names of features that are left out
	Seed    uint64
}

// Behaviour is the recipe as a detector.
func Behaviour(r Recipe) Detector {
	return Detector{
		Name: BehaviourTable, About: "what a host does to its peers; boosted trees held to trends", Table: BehaviourTable,
		Fit: r.fit,
	}
}

func (r Recipe) fit(ctx context.Context, train Examples) (Trained, error) {
	rows, err := rowsOf(train.Data)
	if err != nil {
		return Trained{}, err
	}
	origins := make([]model.Origin, len(rows))
	for i := range rows {
		origins[i] = train.Flows[i].origin()
	}
	for i := range r.More.Examples {
		e := &r.More.Examples[i]
		rows, origins = append(rows, e.Behaviour), append(origins, model.OriginOf(e))
	}
	lesson := model.Lesson{Rows: rows, Origins: origins, Config: model.Behavioural(r.Seed, 1), Without: r.Without}
	trees, err := lesson.Grow(ctx)
	if err != nil {
		return Trained{}, err
	}
	score := func(scores []float64, data gbdt.Data) error {
		rows, err := rowsOf(data)
		if err != nil {
			return err
		}
		p, err := model.Scores(trees, rows)
		copy(scores, p)
		return err
	}
	return Trained{Score: score, Tune: lesson.Threshold}, nil
}

func (f *Flow) origin() model.Origin {
	return model.OriginOf(&dataset.Example{Botnet: f.Botnet, Capture: f.Capture, Source: f.Source, Host: f.Host, Manner: f.Manner})
}

func rowsOf(data gbdt.Data) ([][]float64, error) {
	d, ok := data.(gbdt.Dense)
	if !ok {
		return nil, fmt.Errorf("cannot take rows of data of kind %T", data)
	}
	rows := make([][]float64, d.Rows())
	for r := range rows {
		rows[r] = make([]float64, len(d))
		for c := range d {
			rows[r][c] = float64(d[c][r])
		}
	}
	return rows, nil
}

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

// Behaviour is the recipe of models of mode behaviour. Beside the rows of a fold it learns
// from more: examples of other captures, which are never tested.
func Behaviour(more dataset.Set, seed uint64) Detector {
	return Detector{
		Name: BehaviourTable, About: "what a host does to its peers; boosted trees held to trends", Table: BehaviourTable,
		Fit: func(ctx context.Context, train Examples) (Trained, error) {
			return fitBehaviour(ctx, train, more, seed)
		},
	}
}

func fitBehaviour(ctx context.Context, train Examples, more dataset.Set, seed uint64) (Trained, error) {
	rows, err := rowsOf(train.Data)
	if err != nil {
		return Trained{}, err
	}
	origins := make([]model.Origin, len(rows))
	for i := range rows {
		origins[i] = train.Flows[i].origin()
	}
	for i := range more.Examples {
		e := &more.Examples[i]
		rows, origins = append(rows, e.Behaviour), append(origins, model.OriginOf(e))
	}
	lesson := model.Lesson{Rows: rows, Origins: origins, Config: model.Behavioural(seed, 1)}
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

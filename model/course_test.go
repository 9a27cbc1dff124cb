package model

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"botnetdetect/behaviour"
	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/gbdt"
)

// lessons is a set of mode behaviour, some of it without evidence, from several sources.
func lessons(n int) dataset.Set {
	r := rand.New(rand.NewPCG(5, 5))
	s := dataset.Set{Mode: feature.Behavioural}
	for i := range n {
		e := dataset.Example{
			Botnet: i%3 == 0, Src: "a", Dst: "b", Capture: fmt.Sprint("capture-", i%17), Source: fmt.Sprint("source-", i%5),
			Host: fmt.Sprint("host-", i%7), Manner: behaviour.UDP.String(), Behaviour: row(r),
		}
		if i%11 == 0 {
			e.Behaviour[0] = 0
		}
		for _, place := range behaviour.Chosen() {
			if e.Botnet {
				e.Behaviour[place] += float64(behaviour.All()[place].Trend) * 100
			}
		}
		s.Examples = append(s.Examples, e)
	}
	return s
}

// TestColumnsTrainTheSame: columns come to the model that the set comes to, byte for byte, and
// score as its examples do.
func TestColumnsTrainTheSame(t *testing.T) {
	ctx, set, config := context.Background(), lessons(700), gbdt.DefaultConfig()
	want, err := Train(ctx, set, config)
	if err != nil {
		t.Fatal(err)
	}
	if want.HeldOut, err = HoldOut(ctx, set, config); err != nil {
		t.Fatal(err)
	}
	columns := func() *dataset.BehaviourColumns {
		c := dataset.NewBehaviourColumns()
		for i := range set.Examples {
			if err := c.Add(&set.Examples[i]); err != nil {
				t.Fatal(err)
			}
		}
		return c
	}
	got, err := TrainBehaviour(ctx, columns(), config)
	if err != nil {
		t.Fatal(err)
	}
	var one, other bytes.Buffer
	if err := want.Write(&one); err != nil {
		t.Fatal(err)
	}
	if err := got.Write(&other); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), other.Bytes()) {
		t.Errorf("the model of columns differs from that of the set: thresholds %v and %v", got.Threshold, want.Threshold)
	}
	c := columns()
	for i := range set.Examples {
		want, err := got.ScoreExample(&set.Examples[i])
		if err != nil {
			t.Fatal(err)
		}
		if score, err := got.ScoreColumns(c, i); score != want || err != nil {
			t.Fatalf("example %d scores %v in columns, %v alone (%v)", i, score, want, err)
		}
	}
}

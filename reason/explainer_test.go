package reason

import (
	"testing"

	"botnetdetect/behaviour"
	"botnetdetect/feature"
	"botnetdetect/internal/flowtest"
	"botnetdetect/model"
	"botnetdetect/protocol"

	"github.com/google/go-cmp/cmp"
)

// An Explainer says of each flow what Of says, in whatever order they come.
func TestExplainerIsOf(t *testing.T) {
	m, err := model.Default(feature.Behavioural)
	if err != nil {
		t.Fatal(err)
	}
	v := protocol.NewVocabulary()
	set := flowtest.Set(append(append(flowtest.Gossip("10.0.0.1", 20, flowtest.Always), flowtest.Chat("10.0.0.1", 12)...), flowtest.Gossip("10.0.0.2", 9, flowtest.Always)...)...)
	hosts, err := behaviour.Observe(set)
	if err != nil {
		t.Fatal(err)
	}
	x, reasons := Explainer{Model: m, Vocabulary: v}, make(map[string]bool)
	for f := range set.P2P() {
		values := hosts.Features(&f, nil)
		got, err := x.Of(f, values)
		want, failed := Of(m, f, v, values)
		if diff := cmp.Diff(want, got); err != nil || failed != nil || diff != "" {
			t.Errorf("%v to %v: %v, %v; Of, Explainer:\n%s", f.Src, f.Dst, failed, err, diff)
		}
		if len(got.Reasons) > 0 {
			reasons[got.Reasons[0].Text+got.Reasons[1].Text] = true
		}
	}
	if len(reasons) < 2 {
		t.Errorf("all have the same reasons: %v", reasons)
	}
}

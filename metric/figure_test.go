package metric

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

func TestFigureJSON(t *testing.T) {
	f := func(figure Figure, want string, back Figure) {
		t.Helper()
		text, err := json.Marshal(map[string]Figure{"auc": figure})
		if err != nil || string(text) != `{"auc":`+want+`}` {
			t.Errorf("%v is written %s (error %v), want %s", figure, text, err, want)
		}
		read := Figure(7)
		if err := json.Unmarshal([]byte(want), &read); err != nil || !same(read, back) {
			t.Errorf("%s is read as %v (error %v), want %v", want, read, err, back)
		}
	}
	f(0, "0", 0)
	f(0.1, "0.1", 0.1)
	f(1e-9, "1e-9", 1e-9)
	f(1.0/3, "0.3333333333333333", 1.0/3)
	f(undefined(), "null", undefined())
	f(Figure(math.Inf(1)), "null", undefined())
	f(Figure(math.Inf(-1)), "null", undefined())
}

func TestFigureJSONRefuses(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		var figure Figure
		err := json.Unmarshal([]byte(text), &figure)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
	f(`"0.5"`, `cannot read figure "\"0.5\"": `)
	f(`[1]`, `cannot read figure "[1]": `)
	f(`1e999`, `cannot read figure "1e999": `)
}

// TestResultsAreJSON: whatever the data, results can be written.
func TestResultsAreJSON(t *testing.T) {
	f := func(value any, want string) {
		t.Helper()
		text, err := json.Marshal(value)
		if err != nil || string(text) != want {
			t.Errorf("%+v is written %s (error %v), want %s", value, text, err, want)
		}
	}
	none := Ranking{}
	f(none.At(0.5), `{"tp":0,"fp":0,"tn":0,"fn":0}`)
	f(none.At(0.5).Macro(), `{"precision":0,"recall":0,"f1":0,"support":0}`)
	f(none.ROC(), `null`)
	f(none.PR(), `null`)
	f(ClopperPearson(0, 0, 0.95), `{"low":null,"high":null}`)
	f(Summarize(nil), `{"defined":0,"undefined":0,"min":null,"median":null,"max":null}`)
	one := rank(t, []float64{1, 0}, labels("+-"))
	f(one.ROC()[:2], `[{"threshold":1.0000000000000002,"fpr":0,"tpr":0},{"threshold":1,"fpr":0,"tpr":1}]`)
	f(one.PR(), `[{"threshold":1,"recall":1,"precision":1}]`)
	f(one.Reliability(2)[:1], `[{"low":0,"high":0.5,"botnet":0,"benign":1,"mean_score":0,"botnet_share":0}]`)
}

package cluster_test

import (
	"fmt"
	"testing"
	"time"

	"botnetdetect/cluster"
	"botnetdetect/feature"
	"botnetdetect/model"
	"botnetdetect/report"

	"github.com/google/go-cmp/cmp"
)

// TestSameAsOneProcess is the promise: however many workers and parts, and whichever features, the
// verdicts are those of one process, byte for byte, and so is what they sum up to.
func TestSameAsOneProcess(t *testing.T) {
	paths := captures(t, 9)
	ctx := timeout(t, 5*time.Minute)
	f, other := localTwice(ctx, t)
	work(ctx, t, f, 1, cluster.Worker{Name: "submits", Cores: 2, Memory: 64 << 20})
	work(ctx, t, other, 1, cluster.Worker{Name: "other", Cores: 2, Memory: 64 << 20})
	check := func(mode feature.Mode, format report.Format, shard int64) {
		t.Helper()
		o := order(t, fmt.Sprintf("%s-%s-%d", mode, format, shard), paths, shard)
		o.Format = format
		var err error
		if o.Model, err = model.Default(mode); err != nil {
			t.Fatal(err)
		}
		job, err := f.Submit(ctx, o)
		if err != nil {
			t.Fatal(err)
		}
		got, sum, outcomes := collected(ctx, t, f, job)
		want, wantSum := predictedBy(t, o.Model, paths, format)
		if got != want {
			t.Errorf("%s: %d bytes of verdicts differ from the %d of one process", job.Name, len(got), len(want))
		}
		if len(outcomes) != len(paths) {
			t.Errorf("%s: %d outcomes", job.Name, len(outcomes))
		}
		if diff := cmp.Diff(wantSum, sum); diff != "" {
			t.Errorf("%s: %s", job.Name, diff)
		}
	}
	for _, mode := range []feature.Mode{feature.Aware, feature.Agnostic, feature.Behavioural} {
		check(mode, report.JSONLines, 0)
		check(mode, report.JSONLines, 60000)
	}
	check(feature.Behavioural, report.JSON, 0)
	check(feature.Aware, report.CSV, 0)
	check(feature.Aware, report.Text, 0)
}

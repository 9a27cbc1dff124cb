package cluster_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"botnetdetect/cluster"
	"botnetdetect/detect"
	"botnetdetect/feature"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/model"
	"botnetdetect/observe"
	"botnetdetect/protocol"
	"botnetdetect/report"
)

// swarm returns a capture in which many hosts speak to many, some of whom DNS named.
func swarm(seed, pairs int) []byte {
	var flows []*pcaptest.Flow
	for i := range pairs {
		at := time.Duration(i) * time.Millisecond
		f := pcaptest.UDPFlow(fmt.Sprintf("10.%d.%d.%d:4000", seed, i>>8&3, i&7), fmt.Sprintf("11.%d.%d.%d:4001", i>>16, i>>8&255, i&255))
		flows = append(flows, f.Send(at, 100+i%900).Reply(at+time.Hour, 80))
		if i%3 == 0 {
			f.Send(at+2*time.Hour, 1000)
		}
	}
	dns := pcaptest.UDPFlow("10.0.0.1:4000", "10.9.9.9:53")
	dns.ReplyData(time.Minute, pcaptest.DNSResponse(1, "example.org.", "11.0.0.4", "11.0.0.5"))
	return pcaptest.Pcap(pcaptest.Merge(append(flows, dns)...)...)
}

// captures writes n captures of different sizes, and one that is cut short.
func captures(t testing.TB, n int) (paths []string) {
	t.Helper()
	folder := t.TempDir()
	for i := range n {
		data := swarm(i, 20+300*(i%7))
		if i == n/2 {
			data = data[:len(data)-7]
		}
		path := filepath.Join(folder, fmt.Sprintf("%02d.pcap", i))
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// predicted returns what predict --output writes for captures: the naive twin.
func predicted(t testing.TB, paths []string, format report.Format) (text string, sum detect.Summary) {
	t.Helper()
	return predictedBy(t, builtIn(t), paths, format)
}

// predictedBy is predicted with another model.
func predictedBy(t testing.TB, m *model.Model, paths []string, format report.Format) (text string, sum detect.Summary) {
	t.Helper()
	var out bytes.Buffer
	verdicts, err := report.NewVerdicts(&out, format)
	if err != nil {
		t.Fatal(err)
	}
	o := observe.Options{Vocabulary: protocol.NewVocabulary(), Behaviour: m.Mode == feature.Behavioural}
	for seen := range observe.All(context.Background(), paths, o) {
		if err := (detect.Detector{Model: m, Vocabulary: o.Vocabulary}).Judge(seen, &sum, verdicts.Write); err != nil {
			t.Fatal(err)
		}
	}
	if err := verdicts.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String(), sum
}

func builtIn(t testing.TB) *model.Model {
	t.Helper()
	m, err := model.Default(feature.Aware)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// order is a job of captures, those above shard bytes in parts.
func order(t testing.TB, name string, paths []string, shard int64) cluster.Order {
	t.Helper()
	o := cluster.Order{Job: name, Model: builtIn(t), Shard: shard}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		o.Captures = append(o.Captures, cluster.Capture{Path: path, Bytes: info.Size()})
	}
	return o
}

// collected returns what Collect writes for a job.
func collected(ctx context.Context, t testing.TB, f *cluster.Fleet, job cluster.Job) (text string, sum detect.Summary, outcomes []cluster.Outcome) {
	t.Helper()
	var out bytes.Buffer
	verdicts, err := report.NewVerdicts(&out, job.Format)
	if err != nil {
		t.Fatal(err)
	}
	err = f.Collect(ctx, job, &sum, func(o cluster.Outcome, text io.Reader) error {
		outcomes = append(outcomes, o)
		if text == nil {
			return nil
		}
		return verdicts.Splice(text)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := verdicts.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String(), sum, outcomes
}

// local returns a fleet within the process.
func local(ctx context.Context, t testing.TB) *cluster.Fleet {
	t.Helper()
	f, _ := localTwice(ctx, t)
	return f
}

// localTwice returns a fleet within the process, opened twice, as by two processes: what one of
// them submits, the other has only from the server.
func localTwice(ctx context.Context, t testing.TB) (f, other *cluster.Fleet) {
	t.Helper()
	server, err := cluster.Embed(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	conn, err := server.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	if f, err = cluster.Setup(ctx, conn, cluster.DefaultSettings()); err != nil {
		t.Fatal(err)
	}
	if other, err = cluster.Open(ctx, conn); err != nil {
		t.Fatal(err)
	}
	return f, other
}

// work has n workers work until the test ends.
func work(ctx context.Context, t testing.TB, f *cluster.Fleet, n int, w cluster.Worker) {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, n)
	name := w.Name
	for i := range n {
		w.Name = fmt.Sprintf("%s-%d", name, i)
		w.Temp = t.TempDir()
		w.Say = func(err error) { t.Logf("worker %d: %v", i, err) }
		go func(w cluster.Worker) { done <- f.Work(ctx, w) }(w)
	}
	t.Cleanup(func() {
		cancel()
		for range n {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

func timeout(t testing.TB, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

package cluster_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"botnetdetect/capture"
	"botnetdetect/cluster"
	"botnetdetect/detect"
	"botnetdetect/live"
	"botnetdetect/report"
)

// halves writes a capture, and two that have every other packet of it each: so the same
// hosts, and the same pairs, are seen at two sites.
func halves(t *testing.T) (whole string, sites [2]string) {
	t.Helper()
	data := swarm(1, 1200)
	folder := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const header, record = 24, 16
	parts := [2][]byte{bytes.Clone(data[:header]), bytes.Clone(data[:header])}
	for at, i := header, 0; at < len(data); i++ {
		stamp := binary.LittleEndian.Uint32(data[at:]) - 12*3600 // else it would last until after midnight
		binary.LittleEndian.PutUint32(data[at:], stamp)
		size := record + int(binary.LittleEndian.Uint32(data[at+8:]))
		parts[i%2] = append(parts[i%2], data[at:at+size]...)
		at += size
	}
	return write("whole.pcap", data), [2]string{write("a.pcap", parts[0]), write("b.pcap", parts[1])}
}

// daily is a job of windows of a day from sites.
func daily(t *testing.T, grace int64, sites ...string) cluster.Order {
	t.Helper()
	return cluster.Order{Job: "office", Model: builtIn(t), Windows: cluster.Windows{Sites: sites, Length: 24 * 3600, Grace: grace}}
}

// sense plays a capture at a site.
func sense(ctx context.Context, t *testing.T, f *cluster.Fleet, job cluster.Job, site, path string) {
	t.Helper()
	r, err := capture.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	s := cluster.Sensor{Site: site, Temp: t.TempDir(), Say: func(err error) { t.Errorf("site %s: %v", site, err) }}
	if err := f.Sense(ctx, job, s, live.NewReplay(r, 0)); err != nil {
		t.Fatal(err)
	}
}

// follow returns what Follow hands out, until there are n windows.
func follow(ctx context.Context, t *testing.T, f *cluster.Fleet, job cluster.Job, n int) (text string, windows []cluster.Outcome) {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	err := f.Follow(ctx, job, new(detect.Summary), func(o cluster.Outcome, lines io.Reader) error {
		data, err := io.ReadAll(lines)
		text, windows = text+string(data), append(windows, o)
		if len(windows) == n {
			cancel()
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
	return text, windows
}

// TestSitesAreOne: what two sites see of the same hosts is judged as one capture of both.
func TestSitesAreOne(t *testing.T) {
	ctx := timeout(t, 2*time.Minute)
	f := local(ctx, t)
	whole, sites := halves(t)
	job := submitted(ctx, t, f, daily(t, 3600, "berlin", "oslo"))
	work(ctx, t, f, 2, cluster.Worker{Cores: 2})
	sense(ctx, t, f, job, "oslo", sites[0])
	sense(ctx, t, f, job, "berlin", sites[1])
	text, windows := follow(ctx, t, f, job, 1)
	want, sum := predicted(t, []string{whole}, report.JSONLines)
	if got := strings.ReplaceAll(text, windows[0].Path, whole); got != want || want == "" {
		t.Errorf("%d bytes of verdicts differ from the %d of one capture", len(got), len(want))
	}
	if windows[0].Err != "" || windows[0].Frames != sum.Stats.Frames || !strings.HasSuffix(windows[0].Path, "T00:00:00Z/PT86400S") {
		t.Errorf("the outcome is %+v, want %d packets", windows[0], sum.Stats.Frames)
	}
}

// TestSiteIsMissing: a site that sends nothing is waited for for a while, then named; and a
// window that has been written is not written again.
func TestSiteIsMissing(t *testing.T) {
	ctx := timeout(t, 2*time.Minute)
	f := local(ctx, t)
	_, sites := halves(t)
	job := submitted(ctx, t, f, daily(t, 1, "berlin", "oslo"))
	work(ctx, t, f, 1, cluster.Worker{Cores: 2})
	sense(ctx, t, f, job, "oslo", sites[0])
	text, windows := follow(ctx, t, f, job, 1)
	want, _ := predicted(t, sites[:1], report.JSONLines)
	if got := strings.ReplaceAll(text, windows[0].Path, sites[0]); got != want {
		t.Errorf("%d bytes of verdicts differ from the %d of what one site saw", len(got), len(want))
	}
	if windows[0].Err != "nothing came in time from berlin" {
		t.Errorf("the outcome says %q", windows[0].Err)
	}
	sense(ctx, t, f, job, "berlin", sites[1]) // too late
	short, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if _, windows := follow(short, t, f, job, 1); len(windows) != 0 {
		t.Errorf("the window was written again: %+v", windows)
	}
}

// TestUnknownSite: a sensor of a site that the job does not have is told which there are.
func TestUnknownSite(t *testing.T) {
	ctx := timeout(t, time.Minute)
	f := local(ctx, t)
	job := submitted(ctx, t, f, daily(t, 1, "berlin"))
	if err := f.Sense(ctx, job, cluster.Sensor{Site: "rome"}, nil); err == nil || !strings.Contains(err.Error(), "berlin") {
		t.Errorf("error is %v", err)
	}
}

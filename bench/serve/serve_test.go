package serve

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"botnetdetect/history"
	"botnetdetect/internal/browser"
	"botnetdetect/serve"
)

const (
	hosts   = 10_000
	updates = 100 // a second
	pages   = 8   // that listen, besides the one measured
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// sighting is one of host i in a window that ends some seconds past noon.
func sighting(r *rand.Rand, i, second int) *history.Sighting {
	end := noon.Add(time.Duration(second) * time.Second)
	s := &history.Sighting{
		Key: history.Key{Source: "eth0", Host: fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255)},
		Judgement: history.Judgement{
			Time: end, Verdict: history.Benign, Score: r.Float64() / 2, Flows: 20, Peers: 20, Packets: r.Uint64N(1e6), Bytes: r.Uint64N(1e9),
		},
		First: end.Add(-10 * time.Minute), Last: end, Summary: "few and small packets", Reasons: []history.Reason{{Text: "UDP: 3 packets", Push: 1}},
	}
	if i%20 == 0 {
		s.Verdict, s.Score, s.Botnet, s.BotnetPeers = history.Botnet, 0.9, 10, 10
		s.Evidence = 10 * r.Float64()
	}
	for p := range 16 {
		s.Contacts = append(s.Contacts, history.Peer{Name: fmt.Sprintf("192.0.2.%d", r.IntN(250)), Score: r.Float64(), Botnet: p < 10, Packets: 10, Bytes: 1000, First: s.First, Last: end})
	}
	return s
}

// dashboard serves hosts that change, until the benchmark ends.
func dashboard(b *testing.B) (address string) {
	b.Helper()
	folder := b.TempDir()
	store, err := history.OpenStore(filepath.Join(folder, "history.db"), history.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	server, err := serve.New(serve.Config{Store: store, Folder: folder, Source: "eth0"})
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 0))
	for i := range hosts {
		server.See(sighting(r, i, 0))
	}
	if err := store.Flush(); err != nil {
		b.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l) }()
	go feed(ctx, server, r)
	b.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
		_ = store.Close()
	})
	return "http://" + l.Addr().String()
}

func feed(ctx context.Context, server *serve.Server, r *rand.Rand) {
	tick := time.NewTicker(time.Second / updates)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			server.See(sighting(r, r.IntN(hosts), 60+n/updates))
		}
	}
}

// listen opens pages that read all that they are sent.
func listen(b *testing.B, address string) {
	b.Helper()
	for range pages {
		answer, err := http.Get(address + "/api/events")
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { answer.Body.Close() })
		go func() { _, _ = io.Copy(io.Discard, answer.Body) }()
	}
}

func BenchmarkAnswers(b *testing.B) {
	address := dashboard(b)
	listen(b, address)
	for _, ask := range []struct{ name, method, path, kind, body string }{
		{"hosts", "GET", "/api/hosts", "", ""},
		{"host", "GET", "/api/host?source=eth0&host=10.0.0.20", "", ""},
		{"page", "GET", "/app.js", "", ""},
		{"triage", "POST", "/api/triage", "application/json", `{"source":"eth0","host":"10.0.0.20","state":"acknowledged","note":"seen"}`},
	} {
		b.Run(ask.name, func(b *testing.B) {
			var took []float64
			for b.Loop() {
				begin := time.Now()
				r, err := http.NewRequest(ask.method, address+ask.path, strings.NewReader(ask.body))
				if err != nil {
					b.Fatal(err)
				}
				r.Header.Set("Content-Type", ask.kind)
				answer, err := http.DefaultClient.Do(r)
				if err != nil {
					b.Fatal(err)
				}
				_, err = io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
				if err != nil || answer.StatusCode != http.StatusOK {
					b.Fatalf("status %d, %v", answer.StatusCode, err)
				}
				took = append(took, time.Since(begin).Seconds()*1e3)
				time.Sleep(5 * time.Millisecond) // so that hosts change in between
			}
			report(b, took)
		})
	}
}

func report(b *testing.B, ms []float64) {
	b.Helper()
	slices.Sort(ms)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ms[len(ms)/2], "ms-median")
	b.ReportMetric(ms[len(ms)*99/100], "ms-p99")
	b.ReportMetric(ms[len(ms)-1], "ms-most")
}

func BenchmarkPage(b *testing.B) {
	address := dashboard(b)
	listen(b, address)
	tab := browser.Start(b).Open(b, address)
	wait := func(action string) float64 {
		return browser.Eval[float64](tab, `new Promise((done) => {
			const start = performance.now();
			`+action+`;
			requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
		})`)
	}
	for range 200 {
		if tab.Text(".count") == "10,000 hosts" {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	f := func(name string, action func(i int) string) {
		b.Run(name, func(b *testing.B) {
			var took []float64
			for b.Loop() {
				took = append(took, wait(action(len(took))))
			}
			report(b, took)
		})
	}
	f("search", func(i int) string {
		words := []string{"1", "10.0.3", "10.0.3.20", "nowhere", ""}[i%5]
		return fmt.Sprintf(`const i = document.querySelector("#hosts input"); i.value = %q; i.dispatchEvent(new Event("input"))`, words)
	})
	f("sort", func(i int) string {
		return fmt.Sprintf(`document.querySelector(".grid th:nth-child(%d) button").click()`, 1+i%9)
	})
	f("scroll", func(i int) string { return fmt.Sprintf(`document.querySelector(".grid").scrollTop = %d`, i%10*30_000) })
	b.Run("frame", func(b *testing.B) { // the time between two frames while updates come in, nothing else
		n := max(b.N, 2)
		b.ResetTimer()
		gaps := browser.Eval[[]float64](tab, fmt.Sprintf(`new Promise((done) => {
			const gaps = []; let last = performance.now();
			const step = (now) => { gaps.push(now - last); last = now; if (gaps.length < %d) requestAnimationFrame(step); else done(gaps); };
			requestAnimationFrame(step);
		})`, n))
		report(b, gaps)
	})
	tab.Quiet()
}

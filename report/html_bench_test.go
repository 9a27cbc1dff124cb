package report

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"botnetdetect/flow"
	"botnetdetect/internal/browser"
	"botnetdetect/protocol"
)

// manyFlows is 100,000 flows of 340 hosts, no two alike in all columns.
func manyFlows() *flow.Table {
	table := flow.NewTable()
	r := rand.New(rand.NewPCG(1, 0))
	for i := range 50_000 {
		talk(table, address(1+i%40), address(1000+i), protocol.UDP, 1+r.IntN(4), 0, uint32(40+r.IntN(100)), r.IntN(86400))
		talk(table, address(50+i%300), address(100_000+i), protocol.TCP, 2+r.IntN(8), 1+r.IntN(8), uint32(100+r.IntN(1400)), r.IntN(86400))
	}
	return table
}

func BenchmarkWriteHTML100000(b *testing.B) {
	facts := factsOf(b, "large.pcap", manyFlows(), DefaultLimits())
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		if err := facts.WriteHTML(&out); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(out.Len())/1e6, "MB")
}

// BenchmarkPage100000 measures, in the page itself, what a reader waits for: from the
// click or key to the next frame on the screen.
func BenchmarkPage100000(b *testing.B) {
	tab := show(b, browser.Start(b), factsOf(b, "large.pcap", manyFlows(), DefaultLimits()).WriteHTML)
	wait := func(action string) float64 {
		return browser.Eval[float64](tab, `new Promise((done) => {
			const start = performance.now();
			`+action+`;
			requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
		})`)
	}
	var sorts, finds []float64 // the slowest of each round
	for b.Loop() {
		var sort, find float64
		for column := 1; column <= 8; column++ {
			sort = max(sort, wait(fmt.Sprintf(`document.querySelector("#flows th:nth-child(%d) button").click()`, column)))
		}
		for _, words := range []string{"1", "10.0 udp", "large tcp 10.1", "nowhere", ""} {
			find = max(find, wait(fmt.Sprintf(`const i = document.querySelector("#flows input"); i.value = %q; i.dispatchEvent(new Event("input"))`, words)))
		}
		sorts, finds = append(sorts, sort), append(finds, find)
	}
	b.ReportMetric(browser.Eval[float64](tab, `performance.getEntriesByType("navigation")[0].loadEventEnd`), "ms/open")
	b.ReportMetric(median(sorts), "ms/slowest-sort")
	b.ReportMetric(median(finds), "ms/slowest-search")
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

package flow

import (
	"os"
	"strconv"
	"syscall"
	"testing"

	"botnetdetect/packet"
)

func cpu() float64 {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return float64(r.Utime.Nano() + r.Stime.Nano())
}

func BenchmarkInsert(b *testing.B) {
	n := 437_000
	if s := os.Getenv("N"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	batch := make([]packet.Packet, batchSize)
	start := cpu()
	for b.Loop() {
		t := NewTable()
		var numbers [batchSize]uint32
		for at := 0; at < n; at += batchSize {
			for i := range numbers {
				numbers[i] = uint32(at+i) * 2654435761
			}
			fill(batch, numbers[:])
			t.AddBatch(batch, every[:])
		}
	}
	b.ReportMetric((cpu()-start)/float64(b.N)/float64(n), "ns/flow")
}

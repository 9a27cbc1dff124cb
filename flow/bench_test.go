package flow

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"botnetdetect/packet"
)

// traffic gives the numbers of flows, one a packet. Bursty traffic comes in trains
// from few flows at a time, as captures have it; else every flow is as likely.
func traffic(flows, packets int, bursty bool) []uint32 {
	r := rand.New(rand.NewPCG(1, 1))
	var recent [16]uint32
	numbers := make([]uint32, packets)
	for i := range numbers {
		if bursty && r.IntN(4) > 0 {
			numbers[i] = recent[r.IntN(len(recent))]
			continue
		}
		numbers[i] = r.Uint32N(uint32(flows))
		recent[r.IntN(len(recent))] = numbers[i]
	}
	return numbers
}

// fill makes packets of flows, as a batch of frames would give them.
func fill(batch []packet.Packet, numbers []uint32) {
	for i, n := range numbers {
		p := &batch[i]
		p.Time += 1000
		p.Seq++
		p.Length = 60 + n%1400
		near, far := packet.MakeIPv4([4]byte{10, 0, byte(n >> 8 & 15), byte(n)}), packet.MakeIPv4([4]byte{byte(n>>16) + 11, byte(n >> 8), byte(n), 9})
		if p.Src, p.Dst = near, far; i&1 == 1 {
			p.Src, p.Dst = far, near
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	for _, flows := range []int{1_000, 18_000, 437_000, 1_000_000} {
		for _, bursty := range []bool{true, false} {
			numbers := traffic(flows, 1<<22, bursty)
			b.Run(fmt.Sprintf("flows=%d/bursty=%v/single", flows, bursty), func(b *testing.B) {
				benchmarkAdd(b, numbers, func(t *Table, batch []packet.Packet) {
					for i := range batch {
						t.Add(&batch[i])
					}
				})
			})
			b.Run(fmt.Sprintf("flows=%d/bursty=%v/batch", flows, bursty), func(b *testing.B) {
				benchmarkAdd(b, numbers, func(t *Table, batch []packet.Packet) { t.AddBatch(batch, every[:]) })
			})
		}
	}
}

const batchSize = 2048

// every lists all packets of a batch.
var every = func() (all [batchSize]uint32) {
	for i := range all {
		all[i] = uint32(i)
	}
	return all
}()

func benchmarkAdd(b *testing.B, numbers []uint32, add func(*Table, []packet.Packet)) {
	batch := make([]packet.Packet, batchSize)
	table := NewTable()
	for b.Loop() {
		for at := 0; at < len(numbers); at += batchSize {
			fill(batch, numbers[at:at+batchSize])
			add(table, batch)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(numbers)), "ns/pkt")
}

func BenchmarkFlows(b *testing.B) {
	table := NewTable()
	batch := make([]packet.Packet, batchSize)
	numbers := traffic(1_000_000, 1<<22, false)
	for at := 0; at < len(numbers); at += batchSize {
		fill(batch, numbers[at:at+batchSize])
		table.AddBatch(batch, every[:])
	}
	for b.Loop() {
		for range table.Flows() {
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(table.Len()), "ns/flow")
}

func BenchmarkFill(b *testing.B) {
	numbers := traffic(437_000, 1<<22, true)
	batch := make([]packet.Packet, 2048)
	for b.Loop() {
		for at := 0; at < len(numbers); at += 2048 {
			fill(batch, numbers[at:at+2048])
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(numbers)), "ns/pkt")
}

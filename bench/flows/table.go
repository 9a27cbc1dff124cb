//go:build unix

package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"botnetdetect/flow"
	"botnetdetect/packet"
)

// table is one measurement of a collector.
type table struct {
	flows, packets int
	spread         bool
	memory         int64
	folder         string
}

const batch = 2048 // packets in hand at a time, as in a batch of a capture

// measure sends packets, goes through the flows, and prints what it took.
func (t table) measure() error {
	if t.packets == 0 {
		t.packets = max(4*t.flows, 4_000_000)
	}
	c := flow.NewCollector(flow.Options{Limit: t.memory, Folder: t.folder})
	made, start := time.Duration(0), cpu()
	err := t.send(func(packets []packet.Packet, which []uint32) error { return c.AddBatch(packets, which) }, &made)
	if err != nil {
		return err
	}
	adding := cpu() - start - made
	start = cpu()
	set := flow.NewSet(c)
	defer func() { _ = set.Close() }()
	n := 0
	for range set.Flows() {
		n++
	}
	merging := cpu() - start
	fmt.Printf("%9d  %-6s  %10d  %8.1f  %8.1f  %8.1f  %9.1f\n", n, t.locality(), t.packets,
		float64(adding.Nanoseconds())/float64(t.packets), float64(merging.Nanoseconds())/float64(n),
		float64(set.Spilled())/1e6, float64(peak())/1e6)
	return set.Err()
}

const heading = "    flows  packets of    packets  ns to add  ns to yield  MB spilled  peak MB"

func (t table) locality() string {
	if t.spread {
		return "any"
	}
	return "recent"
}

// send makes packets, batch by batch, and adds to made how long making them took.
func (t table) send(add func([]packet.Packet, []uint32) error, made *time.Duration) error {
	packets, which := make([]packet.Packet, batch), make([]uint32, batch)
	for i := range which {
		which[i] = uint32(i)
	}
	m := maker{table: t, rng: rand.New(rand.NewPCG(1, 1))}
	for sent := 0; sent < t.packets; sent += batch {
		start := cpu()
		for i := range packets {
			m.packet(&packets[i])
		}
		*made += cpu() - start
		if err := add(packets, which); err != nil {
			return err
		}
	}
	return nil
}

// maker makes up packets. Until every flow has begun, every fourth packet begins one;
// the others are of flows that had a packet lately.
type maker struct {
	table
	rng    *rand.Rand
	seq    int64
	begun  int
	recent [64]int
}

func (m *maker) packet(p *packet.Packet) {
	f := m.flow()
	m.seq++
	p.Time, p.Seq, p.Length = m.seq*1000, m.seq*100, 60+uint32(f)%1400
	p.Src, p.Dst = endpoints(f)
	if m.seq&1 == 1 {
		p.Src, p.Dst = p.Dst, p.Src
	}
}

func (m *maker) flow() int {
	slot := &m.recent[m.rng.IntN(len(m.recent))]
	switch {
	case m.spread:
		return m.rng.IntN(m.flows)
	case m.seq%4 == 0 && m.begun < m.flows:
		*slot = m.begun
		m.begun++
	case m.seq%4 == 0:
		*slot = m.rng.IntN(m.flows)
	}
	return *slot
}

// endpoints returns those of a flow: a client of many, and any other address.
func endpoints(f int) (client, remote packet.Endpoint) {
	var a [4]byte
	binary.BigEndian.PutUint32(a[:], 10<<24+uint32(f)%uint32(1+f/64))
	client = packet.MakeIPv4(a)
	binary.BigEndian.PutUint32(a[:], 11<<24+uint32(f)*2654435761)
	return client, packet.MakeIPv4(a)
}

// tables measures tables of several sizes, each in a process of its own.
func tables() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	fmt.Println(heading)
	for _, flows := range []int{1_000, 18_000, 437_000, 1_000_000} {
		for _, spread := range []bool{false, true} {
			cmd := exec.Command(self, "-flows", strconv.Itoa(flows), "-spread="+strconv.FormatBool(spread))
			cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
			if err := cmd.Run(); err != nil {
				return err
			}
		}
	}
	return nil
}

// cpu returns the time that all of this process has spent on processors: on a machine
// that does other things too, it is steadier than the clock.
func cpu() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// peak returns the largest resident set of this process so far, in bytes.
func peak() int64 {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return r.Maxrss << 10
}

// Package flowtest observes captures that tests made in code (internal/pcaptest), for the
// rooms above flow.
package flowtest

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"botnetdetect/capture"
	"botnetdetect/flow"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/packet"
)

// Set returns the flows of a capture of flows, with what their endpoints do.
func Set(flows ...*pcaptest.Flow) *flow.Set {
	return Observe(flow.Options{Behaviour: true}, slices.Values(pcaptest.Merge(flows...)))
}

// Observe returns the flows of frames.
func Observe(o flow.Options, frames iter.Seq[capture.Frame]) *flow.Set {
	table, namer := flow.NewTableWith(o), packet.NewNamer()
	for f := range frames {
		var p packet.Packet
		packet.Decode(&f, &p)
		for _, e := range namer.Name(&p).Addresses {
			table.Resolve(e)
		}
		table.Add(&p)
	}
	return flow.SetOf(table)
}

// Gossip is a host that asks strangers, each in a network of its own, the same 20 bytes every
// minute, three times. Those that the answers function names answer with 300 bytes.
func Gossip(host string, peers int, answers func(peer int) bool) (flows []*pcaptest.Flow) {
	for i := range peers {
		f := pcaptest.UDPFlow(host+":4000", fmt.Sprintf("%d.%d.1.1:5000", 20+i%50, i))
		for round := range 3 {
			at := time.Duration(i+60*round) * time.Second
			f.SendData(at, make([]byte, 20))
			if answers(i) {
				f.ReplyData(at+time.Millisecond, make([]byte, 300))
			}
		}
		flows = append(flows, f)
	}
	return flows
}

// Always is an answer that every peer gives.
func Always(int) bool { return true }

// Chat is a host that opens TCP connections to strangers, each in a network of its own, and says 40 bytes to
// each, which answers with 60.
func Chat(host string, peers int) (flows []*pcaptest.Flow) {
	for i := range peers {
		at := time.Duration(20*i) * time.Second
		f := pcaptest.TCPFlow(fmt.Sprintf("%s:%d", host, 20000+i), fmt.Sprintf("%d.%d.1.1:8443", 20+i%50, i)).Handshake(at)
		flows = append(flows, f.SendData(at+time.Second, make([]byte, 40)).ReplyData(at+2*time.Second, make([]byte, 60)))
	}
	return flows
}

// Pages is a host that fetches pages of some 10 kB from servers, each in a network of its own, over TCP.
func Pages(host string, servers int) (flows []*pcaptest.Flow) {
	for i := range servers {
		at := time.Duration(10*i) * time.Second
		f := pcaptest.TCPFlow(fmt.Sprintf("%s:%d", host, 30000+i), fmt.Sprintf("%d.%d.7.7:443", 100+i%50, i)).Handshake(at)
		f.SendData(at+time.Second, make([]byte, 300+7*i))
		for range 7 {
			f.ReplyData(at+time.Second+time.Millisecond, make([]byte, 1400))
		}
		flows = append(flows, f)
	}
	return flows
}

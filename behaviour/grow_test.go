package behaviour

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"botnetdetect/capture"
	"botnetdetect/flow"
	"botnetdetect/internal/flowtest"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/packet"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// chatter draws flows of some hosts, over UDP and TCP, some of names, in short.
func chatter(t *rapid.T) (flows []*pcaptest.Flow) {
	moment := func() time.Duration { return time.Duration(rapid.IntRange(0, 60_000).Draw(t, "ms")) * time.Millisecond }
	for range rapid.IntRange(1, 80).Draw(t, "flows") {
		from := fmt.Sprintf("10.0.0.%d:%d", rapid.IntRange(1, 2).Draw(t, "host"), rapid.IntRange(4000, 4003).Draw(t, "port"))
		to := fmt.Sprintf("20.%d.0.%d:", rapid.IntRange(0, 3).Draw(t, "network"), rapid.IntRange(1, 4).Draw(t, "peer"))
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			f, query := pcaptest.UDPFlow(from, to+"53"), pcaptest.DNSQuery(1, "a.example.")
			flows = append(flows, f.SendData(moment(), query).ReplyData(moment(), query))
		case 1:
			flows = append(flows, said(t, pcaptest.TCPFlow(from, to+"6881").Handshake(moment()), moment))
		case 2:
			flows = append(flows, said(t, pcaptest.TCPFlow(from, to+"6881"), moment))
		default:
			flows = append(flows, said(t, pcaptest.UDPFlow(from, to+"6881"), moment))
		}
	}
	return flows
}

// said draws what is said in a flow.
func said(t *rapid.T, f *pcaptest.Flow, moment func() time.Duration) *pcaptest.Flow {
	for range rapid.IntRange(1, 4).Draw(t, "packets") {
		length := rapid.IntRange(60, 1400).Draw(t, "length")
		if rapid.Bool().Draw(t, "out") {
			f.Send(moment(), length)
		} else {
			f.Reply(moment(), length)
		}
	}
	return f
}

// parts draws tables over which packets are spread in order, each with the names that were known when
// it ended.
func parts(t *rapid.T) (tables []*flow.Table) {
	namer := packet.NewNamer()
	var p packet.Packet
	tables = []*flow.Table{flow.NewTableWith(flow.Options{Behaviour: true})}
	for _, f := range pcaptest.Merge(chatter(t)...) {
		if !packet.Decode(&f, &p).Usable() {
			t.Fatalf("cannot decode %x", f.Data)
		}
		namer.Name(&p)
		if rapid.IntRange(0, 3).Draw(t, "next") == 0 {
			tables = append(tables, flow.NewTableWith(flow.Options{Behaviour: true}))
		}
		tables[len(tables)-1].Add(&p)
		if rapid.IntRange(0, 499).Draw(t, "named") == 0 {
			tables[len(tables)-1].Resolve(p.Dst)
		}
	}
	return tables
}

// growing is hosts that are told of one table after the other.
type growing struct {
	*Hosts
	seen    []*flow.Table
	renewed int
}

func (g *growing) named(e packet.Endpoint) bool {
	return slices.ContainsFunc(g.seen, func(t *flow.Table) bool { return t.Resolved(e) })
}

// take tells of one more table.
func (g *growing) take(t rapid.TB, more *flow.Table) {
	before := g.seen
	doubtful := make(map[packet.Endpoint]bool)
	for f := range flow.SetOf(append(before, more)...).Flows() { // those that are named now
		for _, e := range [...]packet.Endpoint{f.Src, f.Dst} {
			if more.Resolved(e) && !g.named(e) {
				doubtful[f.Src], doubtful[f.Dst] = true, true
			}
		}
	}
	g.seen = append(before[:len(before):len(before)], more)
	for f := range more.Flows() {
		var was *flow.Flow
		if x, ok := flow.Gather(before, f.Src, f.Dst, nil); ok {
			was = &x
		}
		uncertain, err := g.Grow(was, &f, g.named(f.Src) || g.named(f.Dst))
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range [...]packet.Endpoint{f.Src, f.Dst} {
			if uncertain[i] {
				doubtful[e] = true
			}
		}
	}
	for e := range doubtful {
		g.renew(t, e)
	}
}

func (g *growing) renew(t rapid.TB, e packet.Endpoint) {
	g.renewed++
	flows := func(yield func(flow.Flow) bool) {
		for f := range flow.SetOf(g.seen...).Flows() {
			if (f.Src == e || f.Dst == e) && !yield(f) {
				return
			}
		}
	}
	if err := g.Renew(e, flows, g.named); err != nil {
		t.Fatal(err)
	}
}

// Hosts that are told of flows as they grow, with those renewed that are uncertain, are those that are
// observed at once.
func TestGrowingIsObserving(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		empty, err := Observe(flow.SetOf())
		if err != nil {
			rt.Fatal(err)
		}
		g := &growing{Hosts: empty}
		for _, table := range parts(rt) {
			g.take(rt, table)
			for f := range table.P2P() {
				g.Seated(&f, nil) // what it works out must not stay
			}
		}
		set := flow.SetOf(g.seen...)
		want, err := Observe(set)
		if err != nil {
			rt.Fatal(err)
		}
		for f := range set.P2P() {
			got, seat := g.Seated(&f, nil)
			values, place := want.Seated(&f, nil)
			if diff := cmp.Diff(values, got); seat != place || seat.Evidence() && diff != "" {
				rt.Errorf("%v to %v at %+v, observed at %+v; observed, grown:\n%s", f.Src, f.Dst, seat, place, diff)
			}
			for m := range Manners {
				common, judged := g.InCommon(seat.Host, m, nil)
				if m == seat.Manner && judged && (Evidence(got) || seat.NameServer) && !cmp.Equal(common[len(flowFeatures):len(flowFeatures)+len(hostFeatures)], got[len(flowFeatures):len(flowFeatures)+len(hostFeatures)]) {
					rt.Errorf("%v has %v in common over %v, and is %v", seat.Host, common, m, got)
				}
				if m == seat.Manner && Judged(got) && !seat.Aside && !judged {
					rt.Errorf("%v to %v is judged, its cohort over %v is not", f.Src, f.Dst, m)
				}
			}
		}
	})
}

// A host is renewed when it has become one, and not with each peer after that.
func TestGrowingIsCertain(t *testing.T) {
	empty, err := Observe(flow.SetOf())
	if err != nil {
		t.Fatal(err)
	}
	g := &growing{Hosts: empty}
	for _, f := range gossip(40) {
		g.take(t, tableOf(pcaptest.Merge(f)))
	}
	if want := 2 + 40; g.renewed > want { // the host at its first two peers, each peer at its first
		t.Errorf("%d renewed", g.renewed)
	}
}

// What cannot be taken back of a host is uncertain, and only that: the networks of a judged cohort that a flow leaves.
func TestUncertain(t *testing.T) {
	const host, peer = "10.0.0.1:4000", "20.1.0.1:6881"
	udp, tcp := pcaptest.UDPFlow(host, peer), pcaptest.TCPFlow(host, peer)
	opened := pcaptest.TCPFlow(host, peer)
	opened.Handshake(0)
	for _, c := range []struct {
		was, more []capture.Frame
		want      bool
	}{
		{pcaptest.Merge(udp.Send(0, 80)), pcaptest.Merge(udp.Send(0, 90)), false},
		{pcaptest.Merge(udp), pcaptest.Merge(tcp.Send(0, 80).Send(1, 80).Send(2, 80)), true},
		{pcaptest.Merge(tcp), pcaptest.Merge(udp.Send(0, 80).Send(1, 80).Send(2, 80)), true},
		{pcaptest.Merge(opened)[:1], pcaptest.Merge(opened)[1:], false}, // it was an attempt
	} {
		was, more := tableOf(c.was), tableOf(c.more)
		h, err := Observe(flow.SetOf(was, tableOf(pcaptest.Merge(gossip(9)...))))
		if err != nil {
			t.Fatal(err)
		}
		before, after := first(was), first(more)
		uncertain, err := h.Grow(&before, &after, false)
		if err != nil || uncertain != [2]bool{c.want, false} {
			t.Errorf("from %+v by %+v: %v, %v", before.Behaviour, after.Behaviour, uncertain, err)
		}
	}
}

func tableOf(frames []capture.Frame) *flow.Table {
	table, namer := flow.NewTableWith(flow.Options{Behaviour: true}), packet.NewNamer()
	var p packet.Packet
	for i := range frames {
		packet.Decode(&frames[i], &p)
		namer.Name(&p)
		table.Add(&p)
	}
	return table
}

func first(t *flow.Table) (f flow.Flow) {
	for f = range t.Flows() {
		f.Sums = slices.Clone(f.Sums)
		b := *f.Behaviour
		f.Behaviour = &b
		break
	}
	return f
}

// A host that has come up takes the place of one that nothing can be said of, not of one with enough peers.
func TestRenewalMakesRoom(t *testing.T) {
	for peers, want := range map[uint32]bool{MinPeers - 1: true, MinPeers: false} {
		h := &Hosts{hosts: make(map[packet.Endpoint]*Host)}
		for i := range uint32(MaxHosts + spareHosts) {
			h.hosts[packet.MakeIPv4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)})] = &Host{cohorts: [Manners]*Cohort{UDP: {Peers: peers}}}
		}
		late := packet.MakeIPv4([4]byte{10, 0, 0, 1})
		set := flowtest.Set(gossip(40)...)
		if err := h.Renew(late, set.Flows(), set.Resolved); err != nil {
			t.Fatal(err)
		}
		if h.Has(late) != want || len(h.hosts) != MaxHosts+spareHosts {
			t.Errorf("among %d hosts of %d peers, the late one is there: %v", len(h.hosts), peers, h.Has(late))
		}
	}
}

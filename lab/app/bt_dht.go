package app

import (
	"context"
	"crypto/sha1"
	"encoding/binary"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/anacrolix/torrent/bencode"
)

// krpcParameters describe nodes of a BitTorrent DHT (BEP 5).
type krpcParameters struct {
	Alive []netip.AddrPort // nodes run here
	Dead  []netip.AddrPort // that the others still know
	Peers []netip.AddrPort // what get_peers finds
}

// krpcNode is one node. What it knows is drawn once: a random part of the network.
type krpcNode struct {
	id    string
	conn  net.PacketConn
	known []krpcContact
	peers []netip.AddrPort

	mu      sync.Mutex
	callers []netip.AddrPort // that asked it something, the last few
}

type krpcContact struct {
	id   string
	addr netip.AddrPort
}

// krpcMessage is a query or an answer.
type krpcMessage struct {
	T string         `bencode:"t"`
	Y string         `bencode:"y"`
	Q string         `bencode:"q,omitempty"`
	A *krpcArguments `bencode:"a,omitempty"`
	R *krpcAnswer    `bencode:"r,omitempty"`
	V string         `bencode:"v,omitempty"`
}

type krpcArguments struct {
	ID          string `bencode:"id"`
	Target      string `bencode:"target,omitempty"`
	InfoHash    string `bencode:"info_hash,omitempty"`
	Port        int    `bencode:"port,omitempty"`
	ImpliedPort int    `bencode:"implied_port,omitempty"`
	Token       string `bencode:"token,omitempty"`
}

type krpcAnswer struct {
	ID     string   `bencode:"id"`
	Nodes  string   `bencode:"nodes,omitempty"`
	Values []string `bencode:"values,omitempty"`
	Token  string   `bencode:"token,omitempty"`
}

const (
	krpcKnown   = 160 // contacts of a node
	krpcClosest = 8   // contacts in an answer
	krpcCallers = 8
	krpcLeisure = 4 * time.Minute // between two queries of a node to somebody who asked it, the mean
)

func krpcID(a netip.AddrPort) string {
	b := sha1.Sum([]byte(a.String())) //nolint:gosec // spreads the IDs, protects nothing
	return string(b[:])
}

// krpcNodes runs the nodes until ctx ends.
func krpcNodes(ctx context.Context, p krpcParameters) error {
	var all []krpcContact
	for _, a := range slices.Concat(p.Alive, p.Dead) {
		all = append(all, krpcContact{krpcID(a), a})
	}
	of := make(map[netip.Addr]netip.AddrPort)
	addresses := make([]netip.Addr, len(p.Alive))
	for i, a := range p.Alive {
		addresses[i], of[a.Addr()] = a.Addr(), a
	}
	return eachAddress(ctx, addresses, func(ctx context.Context, a netip.Addr) error {
		conn, err := net.ListenPacket("udp4", of[a].String())
		if err != nil {
			return err
		}
		defer closeAtEnd(ctx, conn)()
		draw := rand.New(rand.NewPCG(uint64(binary.BigEndian.Uint32(a.AsSlice())), 1)) //nolint:gosec // not a secret
		n := &krpcNode{id: krpcID(of[a]), conn: conn, known: some(draw, all, krpcKnown), peers: some(draw, p.Peers, 12)}
		go n.lookAround(ctx)
		return ended(ctx, n.listen())
	})
}

func (n *krpcNode) listen() error {
	b := make([]byte, 2048)
	for {
		size, from, err := n.conn.ReadFrom(b)
		if err != nil {
			return err
		}
		var m krpcMessage
		if bencode.Unmarshal(b[:size], &m) != nil || m.Y != "q" || m.A == nil {
			continue
		}
		n.remember(from)
		n.send(from, krpcMessage{T: m.T, Y: "r", R: n.answer(m), V: "LT\x02\x08"})
	}
}

func (n *krpcNode) send(to net.Addr, m krpcMessage) {
	if b, err := bencode.Marshal(m); err == nil {
		_, _ = n.conn.WriteTo(b, to)
	}
}

func (n *krpcNode) answer(m krpcMessage) *krpcAnswer {
	r := &krpcAnswer{ID: n.id}
	switch m.Q {
	case "find_node":
		r.Nodes = n.closest(m.A.Target)
	case "get_peers":
		r.Nodes, r.Token = n.closest(m.A.InfoHash), "tok"+n.id[:5]
		if rand.Float64() < 0.3 {
			for _, p := range some(rand.New(rand.NewPCG(rand.Uint64(), 1)), n.peers, 6) { //nolint:gosec // not a secret
				r.Values = append(r.Values, compactPeer(p))
			}
		}
	}
	return r
}

// compactPeer writes an address as BEP 5 does: IPv4 and port, big endian.
func compactPeer(a netip.AddrPort) string {
	ip := a.Addr().As4()
	return string(binary.BigEndian.AppendUint16(ip[:], a.Port()))
}

// closest lists what it knows of that is nearest to the target, in compact form.
func (n *krpcNode) closest(target string) string {
	if len(target) != len(n.id) {
		return ""
	}
	near := slices.Clone(n.known)
	slices.SortFunc(near, func(a, b krpcContact) int {
		for i := range len(target) {
			if x, y := a.id[i]^target[i], b.id[i]^target[i]; x != y {
				return int(x) - int(y)
			}
		}
		return 0
	})
	var s string
	for _, c := range near[:min(krpcClosest, len(near))] {
		s += c.id + compactPeer(c.addr)
	}
	return s
}

func (n *krpcNode) remember(from net.Addr) {
	udp, ok := from.(*net.UDPAddr)
	if !ok {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	a := udp.AddrPort()
	if slices.Contains(n.callers, a) {
		return
	}
	if len(n.callers) == krpcCallers {
		n.callers = n.callers[1:]
	}
	n.callers = append(n.callers, a)
}

// lookAround asks those who asked it, as a node does that has put them into its table.
func (n *krpcNode) lookAround(ctx context.Context) {
	for pause(ctx, time.Duration(rand.ExpFloat64()*float64(krpcLeisure))) {
		n.mu.Lock()
		callers := slices.Clone(n.callers)
		n.mu.Unlock()
		if len(callers) == 0 {
			continue
		}
		a := &krpcArguments{ID: n.id}
		m := krpcMessage{T: string([]byte{byte(rand.Uint32()), byte(rand.Uint32())}), Y: "q", A: a, V: "LT\x02\x08"}
		target := n.known[rand.IntN(len(n.known))].id
		switch rand.IntN(3) {
		case 0:
			m.Q = "ping"
		case 1:
			m.Q, a.Target = "find_node", target
		case 2:
			m.Q, a.InfoHash = "get_peers", target
		}
		n.send(net.UDPAddrFromAddrPort(callers[rand.IntN(len(callers))]), m)
	}
}

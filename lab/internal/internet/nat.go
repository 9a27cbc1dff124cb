package internet

import (
	"encoding/binary"
	"net/netip"
	"sync"
	"time"
)

// nat is the address translation of a home router: one inner host, one public address,
// ports kept. Unless it forwards, it lets in only what comes from an address that the
// inner port has lately sent to.
type nat struct {
	inner, outer netip.Addr
	forward      bool

	mu   sync.Mutex
	open map[hole]time.Time // until when
}

type hole struct {
	protocol byte
	port     uint16 // of the inner host
	remote   netip.Addr
}

// How long a hole stays open after the last packet out, as home routers have it.
const (
	udpHole  = 2 * time.Minute
	tcpHole  = time.Hour
	maxHoles = 100_000
)

func newNAT(inner, outer netip.Addr, forward bool) *nat {
	return &nat{inner: inner, outer: outer, forward: forward, open: make(map[hole]time.Time)}
}

// out translates a packet of the inner host and remembers whom it may hear from.
func (n *nat) out(p packet, now time.Time) {
	port, _, _ := p.ports()
	stay := udpHole
	if p.protocol() == protocolTCP {
		stay = tcpHole
	}
	n.mu.Lock()
	if len(n.open) > maxHoles {
		clear(n.open)
	}
	n.open[hole{p.protocol(), port, p.dst()}] = now.Add(stay)
	n.mu.Unlock()
	p.setAddr(offsetSrc, n.outer)
}

// in translates a packet to the public address; false means that it is not let in.
func (n *nat) in(p packet, now time.Time) bool {
	if !n.admits(p, now) {
		return false
	}
	p.setAddr(offsetDst, n.inner)
	if quoted := quotedBy(p); quoted != nil {
		n.translateQuoted(p, quoted)
	}
	return true
}

func (n *nat) admits(p packet, now time.Time) bool {
	if n.forward || !p.first() || quotedBy(p) != nil {
		return true
	}
	_, port, _ := p.ports()
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.open[hole{p.protocol(), port, p.src()}].After(now)
}

// translateQuoted puts the inner address into the packet that an ICMP error quotes.
func (n *nat) translateQuoted(p, quoted packet) {
	copy(quoted[offsetSrc:], n.inner.AsSlice())
	binary.BigEndian.PutUint16(quoted[offsetChecksum:], 0)
	binary.BigEndian.PutUint16(quoted[offsetChecksum:], checksum(quoted[:quoted.header()]))
	body := p.body()
	binary.BigEndian.PutUint16(body[2:], 0)
	binary.BigEndian.PutUint16(body[2:], checksum(body))
}

// quotedBy returns the beginning of a packet that an ICMP error quotes, or nil.
func quotedBy(p packet) packet {
	b := p.body()
	if p.protocol() != protocolICMP || len(b) < 8+minHeader || b[0] != 3 {
		return nil
	}
	quoted := packet(b[8:])
	if quoted[0]>>4 != 4 || quoted.header() < minHeader || quoted.header() > len(quoted) {
		return nil
	}
	return quoted
}

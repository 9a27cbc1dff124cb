package internet

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"net/netip"
	"time"
)

// World is the geography: where each address is, how far two are apart, what becomes of
// packets between them. All of it follows from the seed and the addresses.
type World struct{ Seed uint64 }

// A Fate is what a packet meets at an address that nobody has.
type Fate int

// Fates: no answer at all; a computer without that service, which refuses; a router that
// says that there is no such host.
const (
	Silent Fate = iota
	Closed
	Unreachable
)

// Fate tells what a has in store: silence (75 %), refusal (15 %), host unreachable (10 %).
func (w World) Fate(a netip.Addr) Fate {
	switch u := w.unit("fate", a); {
	case u < 0.75:
		return Silent
	case u < 0.90:
		return Closed
	default:
		return Unreachable
	}
}

// hash mixes the seed, a word and addresses into 64 bits.
func (w World) hash(word string, addresses ...netip.Addr) uint64 {
	h := fnv.New64a()
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], w.Seed)
	h.Write(b[:])
	h.Write([]byte(word))
	for _, a := range addresses {
		h.Write(a.AsSlice())
	}
	x := h.Sum64() // FNV leaves its high bits poorly mixed; finish as splitmix64 does
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// unit is a number in [0, 1).
func (w World) unit(word string, addresses ...netip.Addr) float64 {
	return float64(w.hash(word, addresses...)>>11) / (1 << 53)
}

// delay is how long this packet is under way, one way: distance on a flat map (two
// addresses of one /16 are at one place), both access networks, and jitter.
func (w World) delay(a, b netip.Addr) time.Duration {
	pa, pb := place(a), place(b)
	dx := w.unit("x", pa) - w.unit("x", pb)
	dy := w.unit("y", pa) - w.unit("y", pb)
	ms := 2 + 90*math.Hypot(dx, dy) + w.access(a) + w.access(b)
	ms += rand.ExpFloat64() * (0.3 + ms*0.03*w.unit("jitter", a, b))
	return time.Duration(ms * float64(time.Millisecond))
}

// access is the delay of an address's access network, in ms: 1 to 30, mostly small.
func (w World) access(a netip.Addr) float64 {
	u := w.unit("access", a)
	return 1 + 29*u*u*u
}

// lost tells whether this packet gets lost: 0.05 % on good access networks, up to 4 % on
// the worst seventh.
func (w World) lost(a, b netip.Addr) bool {
	return rand.Float64() < w.loss(a)+w.loss(b)
}

func (w World) loss(a netip.Addr) float64 {
	if u := w.unit("loss", a); u > 0.86 {
		return 0.02 * (u - 0.86) / 0.14
	}
	return 0.00025
}

// hops is the number of routers on the way, 6 to 21.
func (w World) hops(a, b netip.Addr) int {
	if b.Less(a) {
		a, b = b, a
	}
	return 6 + int(w.hash("hops", place(a), place(b))%16)
}

// router is the address of the last router before a.
func (w World) router(a netip.Addr) netip.Addr {
	b := a.As4()
	b[3] = byte(w.hash("router", place(a)))
	return netip.AddrFrom4(b)
}

// place is where an address is: its /16.
func place(a netip.Addr) netip.Addr {
	p, _ := a.Prefix(16)
	return p.Addr()
}

// Addresses draws n distinct addresses of ordinary unicast space, spread like those of a
// peer-to-peer network: some networks hold many, most hold one.
func (w World) Addresses(name string, n int) []netip.Addr {
	r := rand.New(rand.NewPCG(w.hash(name), w.Seed)) //nolint:gosec // a drawing that must come out again, not a secret
	var networks []uint32
	seen := make(map[netip.Addr]bool, n)
	drawn := make([]netip.Addr, 0, n)
	for len(drawn) < n {
		if len(networks) == 0 || r.Float64() < 0.7 {
			networks = append(networks, r.Uint32())
		}
		network := networks[r.IntN(len(networks))]
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], network&0xffff0000|r.Uint32()&0xffff)
		if a := netip.AddrFrom4(b); ordinary(a) && !seen[a] {
			seen[a] = true
			drawn = append(drawn, a)
		}
	}
	return drawn
}

// special are blocks that ordinary hosts do not have, beside those that netip knows.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("192.0.0.0/22"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("224.0.0.0/3"),
}

func ordinary(a netip.Addr) bool {
	if last := a.As4()[3]; last == 0 || last == 255 || a.IsPrivate() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

package synthetic

import (
	"net/netip"

	"botnetdetect/internal/craft"
)

// reserved are first bytes of addresses that no public host has.
func reserved(a [4]byte) bool {
	switch {
	case a[0] == 0, a[0] == 10, a[0] == 127, a[0] >= 224:
		return true
	case a[0] == 172 && a[1]&0xf0 == 16, a[0] == 192 && a[1] == 168, a[0] == 169 && a[1] == 254:
		return true
	case a[0] == 100 && a[1]&0xc0 == 64, a[0] == 198 && a[1]&0xfe == 18, a[3] == 0, a[3] == 255:
		return true
	}
	return false
}

// space is where addresses are drawn from: everywhere, or mostly from some networks.
type space struct {
	networks  [][2]byte
	clustered float64 // share of addresses in those networks
	used      map[netip.Addr]bool
}

const maxNetworks = 400

func drawSpace(d dice) *space {
	s := &space{used: make(map[netip.Addr]bool)}
	if d.chance(0.5) {
		s.clustered = d.uniform(0, 1)
	}
	for range d.count(3, maxNetworks) {
		a := public(d)
		s.networks = append(s.networks, [2]byte{a[0], a[1]})
	}
	return s
}

func public(d dice) [4]byte {
	for {
		if u := d.Uint32(); !reserved([4]byte{byte(u >> 24), byte(u >> 16), byte(u >> 8), byte(u)}) {
			return [4]byte{byte(u >> 24), byte(u >> 16), byte(u >> 8), byte(u)}
		}
	}
}

// address draws one that has not been drawn before. Low-numbered networks hold more.
func (s *space) address(d dice) netip.Addr {
	for {
		a := public(d)
		if d.chance(s.clustered) {
			u := d.Float64()
			n := s.networks[int(u*u*float64(len(s.networks)))]
			a[0], a[1] = n[0], n[1]
		}
		if addr := netip.AddrFrom4(a); !reserved(a) && !s.used[addr] {
			s.used[addr] = true
			return addr
		}
	}
}

// mac draws one that a maker could have given.
func mac(d dice) craft.MAC {
	var m craft.MAC
	u := d.Uint64()
	for i := range m {
		m[i] = byte(u >> (8 * i))
	}
	m[0] &^= 3 // of one interface, given by its maker
	return m
}

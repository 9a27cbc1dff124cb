package packet

import (
	"cmp"
	"fmt"
	"math/bits"
	"net/netip"

	"botnetdetect/protocol"
)

// Kind says what an Endpoint holds.
type Kind uint8

// The kinds of endpoint, in the order in which Compare sorts them.
const (
	None Kind = iota // no address: the zero Endpoint
	IPv4             // 4 bytes
	IPv6             // 16 bytes
	MAC              // 6 bytes
)

// Endpoint is what stands in tshark's Source or Destination column: an IPv4 or
// IPv6 address, else a MAC address. The zero value is no endpoint. Endpoints are
// comparable with == and hold no pointer, so they are cheap as map keys.
type Endpoint struct {
	kind Kind
	addr [16]byte // first 4, 16 or 6 bytes by kind, the rest zero
}

// MakeIPv4 returns the endpoint of an IPv4 address.
func MakeIPv4(a [4]byte) (e Endpoint) {
	e.kind = IPv4
	copy(e.addr[:], a[:])
	return e
}

// setIPv4 is MakeIPv4 in place, from a little-endian word.
func (e *Endpoint) setIPv4(a uint32) {
	e.kind = IPv4
	le.PutUint64(e.addr[:8], uint64(a))
	le.PutUint64(e.addr[8:], 0)
}

// setIPv6 is MakeIPv6 in place, from two such words.
func (e *Endpoint) setIPv6(lo, hi uint64) {
	e.kind = IPv6
	le.PutUint64(e.addr[:8], lo)
	le.PutUint64(e.addr[8:], hi)
}

// MakeIPv6 returns the endpoint of an IPv6 address. A mapped IPv4 address stays IPv6.
func MakeIPv6(a [16]byte) Endpoint { return Endpoint{kind: IPv6, addr: a} }

// MakeMAC returns the endpoint of an Ethernet-like address.
func MakeMAC(a [6]byte) (e Endpoint) {
	e.kind = MAC
	copy(e.addr[:], a[:])
	return e
}

// Parse reads an endpoint from its text form, the inverse of String.
// A zone (fe80::1%eth0) is an error: captures carry none.
func Parse(s string) (Endpoint, error) {
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		if a.Is4() {
			return MakeIPv4(a.As4()), nil
		}
		return MakeIPv6(a.As16()), nil
	}
	if m, ok := parseMAC(s); ok {
		return MakeMAC(m), nil
	}
	return Endpoint{}, fmt.Errorf("cannot read endpoint %q: want an IPv4, IPv6 or MAC address", s)
}

// Kind returns what e holds.
func (e Endpoint) Kind() Kind { return e.kind }

// IP returns e's address and whether it has one.
func (e Endpoint) IP() (netip.Addr, bool) {
	switch e.kind {
	case IPv4:
		return netip.AddrFrom4([4]byte(e.addr[:4])), true
	case IPv6:
		return netip.AddrFrom16(e.addr), true
	}
	return netip.Addr{}, false
}

// Bytes returns e's address bytes (4, 16, 6 or none), valid as long as e is.
func (e *Endpoint) Bytes() []byte {
	return e.addr[:[...]int{0, 4, 16, 6}[e.kind]]
}

// Words returns e's address bytes, those that it lacks zero, as two little-endian words.
func (e *Endpoint) Words() (lo, hi uint64) { return le.Uint64(e.addr[:8]), le.Uint64(e.addr[8:]) }

// Compare orders endpoints by kind, then by address bytes.
func (e Endpoint) Compare(f Endpoint) int {
	return e.order(&f)
}

// order is e.Compare(*f), without copies.
func (e *Endpoint) order(f *Endpoint) int {
	if e.kind != f.kind {
		return cmp.Compare(e.kind, f.kind)
	}
	x, y := be.Uint64(e.addr[:8]), be.Uint64(f.addr[:8])
	if x == y {
		x, y = be.Uint64(e.addr[8:]), be.Uint64(f.addr[8:])
	}
	return above(x, y) - above(y, x)
}

// above returns 1 if x is above y, else 0, without a jump that cannot be foreseen.
func above(x, y uint64) int {
	_, borrow := bits.Sub64(y, x, 0)
	return int(borrow)
}

// hash mixes kind and address into 64 bits; the same on every machine.
func (e *Endpoint) hash() uint64 {
	return protocol.HashAddress(uint8(e.kind), le.Uint64(e.addr[:8]), le.Uint64(e.addr[8:]))
}

// String returns the text form as tshark prints it: dotted quad, RFC 5952, or
// colon-separated hex; "" for none.
func (e Endpoint) String() string { return string(e.AppendText(nil)) }

// AppendText appends String() to b.
func (e Endpoint) AppendText(b []byte) []byte {
	if a, ok := e.IP(); ok {
		return a.AppendTo(b)
	}
	if e.kind != MAC {
		return b
	}
	for i, x := range e.addr[:6] {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, hexDigits[x>>4], hexDigits[x&15])
	}
	return b
}

const hexDigits = "0123456789abcdef"

func parseMAC(s string) (m [6]byte, ok bool) {
	if len(s) != 17 {
		return m, false
	}
	for i := range m {
		hi, lo := hexValue(s[3*i]), hexValue(s[3*i+1])
		if hi < 0 || lo < 0 || (i < 5 && s[3*i+2] != ':') {
			return m, false
		}
		m[i] = byte(hi<<4 | lo)
	}
	return m, true
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

package gnutella

import (
	"bytes"
	"encoding/binary"
	"net/netip"
)

// ggepMagic begins a GGEP block; "SCP" asks for a host cache, "IPP" carries one.
const (
	ggepMagic = 0xc3
	ggepLast  = 0x80
)

// AskHosts is the payload of a ping that asks for hosts (UDP host cache).
func AskHosts() []byte {
	return append([]byte{ggepMagic, ggepLast | 3}, "SCP\x41\x01"...)
}

// PongPayload says where a servent is and what it shares, with a cache of hosts (at most 30).
func PongPayload(self netip.AddrPort, files uint32, cache []netip.AddrPort) []byte {
	b := binary.LittleEndian.AppendUint16(nil, self.Port())
	ip := self.Addr().As4()
	b = append(b, ip[:]...)
	b = binary.LittleEndian.AppendUint32(b, files)
	b = binary.LittleEndian.AppendUint32(b, files*3500)
	b = append(b, ggepMagic)
	b = append(b, ggepBlock("DU", []byte{0x10, 0x0e}, len(cache) == 0)...)
	if len(cache) == 0 {
		return b
	}
	var packed []byte
	for _, a := range cache[:min(len(cache), 30)] {
		packed = AppendAddress(packed, a)
	}
	return append(b, ggepBlock("IPP", packed, true)...)
}

// ggepBlock writes one extension; lengths are one byte up to 63, then two.
func ggepBlock(name string, data []byte, last bool) []byte {
	flags := byte(len(name))
	if last {
		flags |= ggepLast
	}
	b := append([]byte{flags}, name...)
	if n := len(data); n < 64 {
		b = append(b, 0x40|byte(n))
	} else {
		b = append(b, 0x80|byte(n>>6), 0x40|byte(n&63))
	}
	return append(b, data...)
}

// CachedHosts reads the cache of hosts in a pong, and the pong's own address first.
func CachedHosts(pong []byte) []netip.AddrPort {
	const fixed = 14
	if len(pong) < fixed {
		return nil
	}
	self := netip.AddrPortFrom(netip.AddrFrom4([4]byte(pong[2:])), binary.LittleEndian.Uint16(pong))
	all := []netip.AddrPort{self}
	for rest := pong[fixed:]; len(rest) > 0; {
		name, data, after, ok := ggepNext(rest)
		if !ok {
			return all
		}
		if name == "IPP" {
			all = append(all, Addresses(data)...)
		}
		rest = after
	}
	return all
}

// ggepNext reads the next extension, skipping the magic before the first.
func ggepNext(b []byte) (name string, data, rest []byte, ok bool) {
	if b[0] == ggepMagic {
		b = b[1:]
	}
	if len(b) == 0 || len(b) < 1+int(b[0]&0x0f) {
		return "", nil, nil, false
	}
	name, b = string(b[1:1+int(b[0]&0x0f)]), b[1+int(b[0]&0x0f):]
	length := 0
	for i := 0; ; i++ {
		if i >= 3 || i >= len(b) {
			return "", nil, nil, false
		}
		length = length<<6 | int(b[i]&0x3f)
		if b[i]&0x40 != 0 {
			b = b[i+1:]
			break
		}
	}
	if length > len(b) {
		return "", nil, nil, false
	}
	return name, b[:length], b[length:], true
}

// QueryPayload asks for files whose names hold the words.
func QueryPayload(words string) []byte {
	b := append([]byte{0xe0, 0x00}, words...)
	return append(b, "\x00urn:sha1:\x1c"...)
}

// HitPayload says that a servent has n files for a query.
func HitPayload(self netip.AddrPort, words string, n int, servent [16]byte) []byte {
	b := binary.LittleEndian.AppendUint16([]byte{byte(n)}, self.Port())
	ip := self.Addr().As4()
	b = append(b, ip[:]...)
	b = binary.LittleEndian.AppendUint32(b, 350)
	for i := range n {
		b = binary.LittleEndian.AppendUint32(b, uint32(i))
		b = binary.LittleEndian.AppendUint32(b, 4_000_000)
		b = append(b, words...)
		b = append(b, " track.mp3\x00urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB\x00"...)
	}
	b = append(b, "LIME\x02\x1c\x19"...)
	return append(b, servent[:]...)
}

// HitSource tells where the files of a hit are.
func HitSource(hit []byte) (netip.AddrPort, bool) {
	if len(hit) < 11+16 {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(hit[3:])), binary.LittleEndian.Uint16(hit[1:])), true
}

// Words are the words of a query.
func Words(query []byte) string {
	if len(query) < 2 {
		return ""
	}
	words, _, _ := bytes.Cut(query[2:], []byte{0})
	return string(words)
}

package protocol

import (
	"encoding/binary"
	"net/netip"
)

// maxRecords bounds how many resource records of one DNS message are read.
const maxRecords = 1024

// AppendAnswers appends the addresses that the A and AAAA records of a DNS
// message name in its answer, authority and additional sections. A message cut short gives
// those before the cut; queries give none.
func AppendAnswers(to []netip.Addr, msg []byte) []netip.Addr {
	to, _ = appendAnswers(to, msg, 0)
	return to
}

// appendAnswers returns also for how many seconds the longest-lived of the records holds,
// if that is more than longest.
func appendAnswers(to []netip.Addr, msg []byte, longest uint32) ([]netip.Addr, uint32) {
	if len(msg) < 12 || msg[2]&0x80 == 0 {
		return to, longest
	}
	be := binary.BigEndian
	questions := int(be.Uint16(msg[4:]))
	records := int(be.Uint16(msg[6:])) + int(be.Uint16(msg[8:])) + int(be.Uint16(msg[10:]))
	at := 12
	for range min(questions, maxRecords) {
		at = skipName(msg, at) + 4
		if at > len(msg) {
			return to, longest
		}
	}
	for range min(records, maxRecords) {
		at = skipName(msg, at)
		if at+10 > len(msg) {
			return to, longest
		}
		kind, ttl, n := be.Uint16(msg[at:]), be.Uint32(msg[at+4:]), int(be.Uint16(msg[at+8:]))
		at += 10
		if at+n > len(msg) {
			return to, longest
		}
		switch {
		case kind == 1 && n == 4:
			to, longest = append(to, netip.AddrFrom4([4]byte(msg[at:at+4]))), max(longest, ttl)
		case kind == 28 && n == 16:
			to, longest = append(to, netip.AddrFrom16([16]byte(msg[at:at+16]))), max(longest, ttl)
		}
		at += n
	}
	return to, longest
}

// skipName returns where the domain name at offset at ends; beyond msg if it does not.
func skipName(msg []byte, at int) int {
	for at < len(msg) {
		switch n := int(msg[at]); {
		case n == 0:
			return at + 1
		case n >= 0xc0: // a pointer ends the name (RFC 1035, 4.1.4)
			return at + 2
		default:
			at += n + 1
		}
	}
	return len(msg) + 1
}

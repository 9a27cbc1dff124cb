// Package communityid computes Community IDs, version 1: the hash of a 5-tuple by which
// Zeek, Suricata, Arkime and others name the same connection
// (https://github.com/corelight/community-id-spec).
//
//	id := communityid.Flow{Src: src, Dst: dst, SrcPort: 1122, DstPort: 3344, Protocol: 6}.ID(0)
//	// "1:wCb3OG7yAFWelaUydu0D+125CLM="
package communityid

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
)

// Flow is a 5-tuple. The ID of a flow and of its replies is the same.
type Flow struct {
	Src, Dst netip.Addr // of the same family
	// SrcPort and DstPort are ports. Of ICMP and ICMPv6 they are the message's type and
	// code. Other protocols have none.
	SrcPort, DstPort uint16
	Protocol         uint8 // IP protocol number
}

// Protocols of which ports, or type and code, count.
const (
	icmp   = 1
	tcp    = 6
	udp    = 17
	rdp    = 27
	icmpV6 = 58
	sctp   = 132
)

// ID returns f's Community ID. Those who compare IDs must agree on the seed, which is
// usually 0.
func (f Flow) ID(seed uint16) string {
	oneWay := f.normalize()
	if !oneWay && f.backwards() {
		f.Src, f.Dst, f.SrcPort, f.DstPort = f.Dst, f.Src, f.DstPort, f.SrcPort
	}
	b := binary.BigEndian.AppendUint16(make([]byte, 0, 40), seed)
	b = append(b, f.Src.AsSlice()...)
	b = append(b, f.Dst.AsSlice()...)
	b = append(b, f.Protocol, 0)
	if f.hasPorts() {
		b = binary.BigEndian.AppendUint16(b, f.SrcPort)
		b = binary.BigEndian.AppendUint16(b, f.DstPort)
	}
	sum := sha1.Sum(b) // what the specification asks for; nothing here is secret
	return "1:" + base64.StdEncoding.EncodeToString(sum[:])
}

func (f *Flow) hasPorts() bool {
	switch f.Protocol {
	case icmp, icmpV6, tcp, udp, rdp, sctp:
		return true
	}
	return false
}

// backwards reports whether the endpoints are to be swapped: the smaller goes first.
func (f *Flow) backwards() bool {
	if c := f.Dst.Compare(f.Src); c != 0 {
		return c < 0
	}
	return f.DstPort < f.SrcPort
}

// normalize gives ICMP messages the ports of the specification: a request's type and that of
// its reply. It reports whether the message has no reply, so that its direction counts.
func (f *Flow) normalize() (oneWay bool) {
	if f.Protocol != icmp && f.Protocol != icmpV6 {
		return false
	}
	reply, ok := replyTo(f.Protocol, f.SrcPort)
	if ok {
		f.DstPort = reply
	}
	return !ok
}

// replyTo returns the ICMP type that answers a type, or that it answers.
func replyTo(protocol uint8, kind uint16) (reply uint16, ok bool) {
	pairs := [][2]uint16{{8, 0}, {9, 10}, {13, 14}, {15, 16}, {17, 18}}
	if protocol == icmpV6 {
		pairs = [][2]uint16{{128, 129}, {130, 131}, {133, 134}, {135, 136}, {139, 140}, {144, 145}}
	}
	for _, p := range pairs {
		switch kind {
		case p[0]:
			return p[1], true
		case p[1]:
			return p[0], true
		}
	}
	return 0, false
}

package internet

import (
	"encoding/binary"
	"net/netip"
)

const (
	codeHost = 1 // ICMP destination unreachable: no such host
	codePort = 3 // ICMP destination unreachable: nobody at that port

	flagSYN = 0x02
	flagRST = 0x04
	flagACK = 0x10
)

// refuse is what a computer answers that does not offer the service: a reset to TCP, port
// unreachable to UDP, an echo to a ping; nil to all else.
func refuse(p packet) packet {
	switch p.protocol() {
	case protocolTCP:
		return reset(p)
	case protocolUDP:
		return unreachable(p, p.dst(), codePort)
	case protocolICMP:
		return echo(p)
	}
	return nil
}

// reset answers a TCP segment as RFC 9293, section 3.5.2 says for a closed port.
func reset(p packet) packet {
	in := p.body()
	if len(in) < 20 || in[13]&flagRST != 0 {
		return nil
	}
	out := make([]byte, 20)
	copy(out[0:2], in[2:4])
	copy(out[2:4], in[0:2])
	out[12] = 5 << 4
	if in[13]&flagACK != 0 {
		copy(out[4:8], in[8:12])
		out[13] = flagRST
	} else {
		length := uint32(len(in)) - uint32(in[12]>>4)*4 + uint32(in[13]&flagSYN)/flagSYN
		binary.BigEndian.PutUint32(out[8:], binary.BigEndian.Uint32(in[4:])+length)
		out[13] = flagRST | flagACK
	}
	answer := build(protocolTCP, p.dst(), p.src(), out)
	pseudo := []byte{0, protocolTCP, 0, byte(len(out))}
	binary.BigEndian.PutUint16(answer.body()[16:], checksum(answer[offsetSrc:offsetSrc+8], pseudo, out))
	return answer
}

// unreachable is the ICMP error that from sends about p; nil about an ICMP packet.
func unreachable(p packet, from netip.Addr, code byte) packet {
	if p.protocol() == protocolICMP || !p.first() {
		return nil
	}
	quoted := p[:min(len(p), p.header()+8)]
	out := append([]byte{3, code, 0, 0, 0, 0, 0, 0}, quoted...)
	binary.BigEndian.PutUint16(out[2:], checksum(out))
	return build(protocolICMP, from, p.src(), out)
}

// echo answers a ping.
func echo(p packet) packet {
	in := p.body()
	if len(in) < 8 || in[0] != 8 {
		return nil
	}
	out := append([]byte(nil), in...)
	out[0], out[2], out[3] = 0, 0, 0
	binary.BigEndian.PutUint16(out[2:], checksum(out))
	return build(protocolICMP, p.dst(), p.src(), out)
}

func build(protocol byte, src, dst netip.Addr, body []byte) packet {
	p := make(packet, minHeader, minHeader+len(body))
	p[0], p[offsetTTL], p[9] = 0x45, 50, protocol
	binary.BigEndian.PutUint16(p[2:], uint16(minHeader+len(body)))
	copy(p[offsetSrc:], src.AsSlice())
	copy(p[offsetDst:], dst.AsSlice())
	binary.BigEndian.PutUint16(p[offsetChecksum:], checksum(p[:minHeader]))
	return append(p, body...)
}

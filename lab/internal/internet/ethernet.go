package internet

import (
	"encoding/binary"
	"net/netip"
)

type hardware [6]byte

const (
	ethernetHeader  = 14
	ethernetMinimum = 60 // what a network card pads short frames to

	typeIPv4 = 0x0800
	typeARP  = 0x0806
)

// hardwareOf gives a locally administered address.
func hardwareOf(w World, role string, a netip.Addr) (h hardware) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], w.hash("hardware "+role, a))
	copy(h[:], b[:])
	h[0] = h[0]&^1 | 2
	return h
}

func etherType(frame []byte) uint16 { return binary.BigEndian.Uint16(frame[12:]) }

// ethernet frames a packet, padded as it would come from a wire.
func ethernet(p packet, from, to hardware) []byte {
	frame := make([]byte, ethernetHeader, max(ethernetHeader+len(p), ethernetMinimum))
	copy(frame, to[:])
	copy(frame[6:], from[:])
	binary.BigEndian.PutUint16(frame[12:], typeIPv4)
	frame = append(frame, p...)
	return append(frame, make([]byte, cap(frame)-len(frame))...)
}

// answerARP says that the gateway's address is at hw, if that is what is asked.
func answerARP(frame []byte, hw hardware, gateway netip.Addr) []byte {
	const length = ethernetHeader + 28
	if len(frame) < length || !gateway.IsValid() {
		return nil
	}
	ask := frame[ethernetHeader:length]
	if binary.BigEndian.Uint16(ask[6:]) != 1 || netip.AddrFrom4([4]byte(ask[24:])) != gateway {
		return nil
	}
	out := make([]byte, ethernetMinimum)
	copy(out, frame[6:12])
	copy(out[6:], hw[:])
	copy(out[12:], frame[12:14])
	say := out[ethernetHeader:]
	copy(say, ask[:8])
	say[7] = 2
	copy(say[8:], hw[:])
	copy(say[14:], ask[24:28])
	copy(say[18:], ask[8:18])
	return out
}

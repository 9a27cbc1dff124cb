package pcaptest

import (
	"encoding/binary"
	"net"
	"time"

	"botnetdetect/capture"
)

// Epoch is when captures begin: 2023-11-14 22:13:20 UTC, a round number of seconds.
var Epoch = time.Unix(1_700_000_000, 0)

// The ends of every Ethernet frame that is not said to be between others.
const (
	MACA = "02:00:00:00:00:0a"
	MACB = "02:00:00:00:00:0b"
)

// EtherTypes.
const (
	TypeIPv4 = 0x0800
	TypeARP  = 0x0806
	TypeIPv6 = 0x86dd
	TypeVLAN = 0x8100
	TypeQinQ = 0x88a8
	TypeMPLS = 0x8847
	TypePPP  = 0x8864
)

// Frame puts an IP packet on Ethernet, at a time after Epoch.
func Frame(at time.Duration, packet []byte) capture.Frame {
	return FrameOf(capture.LinkEthernet, at, Ethernet(etherType(packet), packet))
}

// FrameOf makes a frame of any link type, whole.
func FrameOf(link capture.LinkType, at time.Duration, data []byte) capture.Frame {
	return capture.Frame{
		Time:   Epoch.Add(at).UnixNano(),
		Length: uint32(len(data)),
		Link:   link,
		Data:   data,
	}
}

// Cut keeps the first n captured bytes of f, as a snap length does.
func Cut(f capture.Frame, n int) capture.Frame {
	f.Data = f.Data[:min(n, len(f.Data))]
	return f
}

func etherType(packet []byte) uint16 {
	if len(packet) > 0 && packet[0]>>4 == 6 {
		return TypeIPv6
	}
	return TypeIPv4
}

// Ethernet puts payload into an Ethernet II frame from MACA to MACB. There is no padding
// to 60 bytes.
func Ethernet(etherType uint16, payload []byte) []byte {
	return EthernetBetween(MACA, MACB, etherType, payload)
}

// EthernetBetween is Ethernet with MAC addresses.
func EthernetBetween(src, dst string, etherType uint16, payload []byte) []byte {
	b := append(mac(dst), mac(src)...)
	b = binary.BigEndian.AppendUint16(b, etherType)
	return append(b, payload...)
}

func mac(s string) []byte {
	a, err := net.ParseMAC(s)
	if err != nil {
		panic(err)
	}
	return a
}

// VLAN inserts a tag of the given type (TypeVLAN or TypeQinQ) into an Ethernet frame.
func VLAN(tagType, id uint16, frame []byte) []byte {
	b := append([]byte{}, frame[:12]...)
	b = binary.BigEndian.AppendUint16(b, tagType)
	b = binary.BigEndian.AppendUint16(b, id)
	return append(b, frame[12:]...)
}

// MPLS puts a label stack of one before a packet.
func MPLS(label uint32, packet []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, label<<12|1<<8|64), packet...)
}

// PPPoE puts a PPPoE session header and a PPP protocol number before a packet.
func PPPoE(packet []byte) []byte {
	protocol := uint16(0x0021)
	if etherType(packet) == TypeIPv6 {
		protocol = 0x0057
	}
	b := []byte{0x11, 0, 0, 1}
	b = binary.BigEndian.AppendUint16(b, uint16(len(packet)+2))
	b = binary.BigEndian.AppendUint16(b, protocol)
	return append(b, packet...)
}

// ARP returns the payload of a request by sender, at MACA, for target.
func ARP(sender, target string) []byte {
	b := []byte{0, 1, 8, 0, 6, 4, 0, 1}
	b = append(b, mac(MACA)...)
	b = append(b, addr(sender).AsSlice()...)
	b = append(b, make([]byte, 6)...)
	return append(b, addr(target).AsSlice()...)
}

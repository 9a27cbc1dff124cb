package capture

import "strconv"

// The link types that have a name here (https://www.tcpdump.org/linktypes.html).
// Raw IP has three numbers because DLT_RAW differs between systems and files
// carry what their writer called it.
const (
	LinkNull         LinkType = 0   // BSD loopback: 4-byte address family, host byte order
	LinkEthernet     LinkType = 1   // Ethernet, no preamble
	LinkAX25         LinkType = 3   // amateur radio
	LinkTokenRing    LinkType = 6   // IEEE 802.5
	LinkSLIP         LinkType = 8   // serial line IP with a 16-byte header
	LinkPPP          LinkType = 9   // PPP, maybe with HDLC-like framing
	LinkFDDI         LinkType = 10  // FDDI
	LinkRawBSD       LinkType = 12  // raw IP, as most systems number DLT_RAW
	LinkRawOpenBSD   LinkType = 14  // raw IP, as OpenBSD numbers DLT_RAW
	LinkPPPSerial    LinkType = 50  // PPP in HDLC-like framing, or Cisco HDLC
	LinkPPPoE        LinkType = 51  // PPPoE session header first
	LinkRaw          LinkType = 101 // raw IPv4 or IPv6, told apart by the version nibble
	LinkCiscoHDLC    LinkType = 104 // Cisco PPP with HDLC framing
	Link80211        LinkType = 105 // 802.11
	LinkFrameRelay   LinkType = 107 // frame relay
	LinkLoop         LinkType = 108 // OpenBSD loopback: 4-byte address family, big-endian
	LinkSLL          LinkType = 113 // Linux cooked, version 1
	LinkPFLog        LinkType = 117 // OpenBSD pflog
	LinkPrism        LinkType = 119 // 802.11 after a Prism header
	LinkRadiotap     LinkType = 127 // 802.11 after a radiotap header
	LinkAVS          LinkType = 163 // 802.11 after an AVS header
	LinkUSBLinux     LinkType = 189 // Linux USB, 48-byte header
	LinkPPI          LinkType = 192 // per-packet information header
	LinkBluetooth    LinkType = 201 // Bluetooth HCI with direction
	LinkUSBLinuxMmap LinkType = 220 // Linux USB, 64-byte header
	LinkIPv4         LinkType = 228 // raw IPv4
	LinkIPv6         LinkType = 229 // raw IPv6
	Link802154       LinkType = 230 // IEEE 802.15.4 without FCS
	LinkDBus         LinkType = 231 // D-Bus messages
	LinkNFLog        LinkType = 239 // Linux netfilter log
	LinkUSBPcap      LinkType = 249 // USBPcap
	LinkSLL2         LinkType = 276 // Linux cooked, version 2
	LinkEBHSCR       LinkType = 279 // Elektrobit automotive logger

	linkOutOfRange LinkType = 65535 // what a number beyond 16 bits becomes
)

// String names t as people do: "Ethernet", "Linux cooked"; "link type 300" if it
// has no name here.
func (t LinkType) String() string {
	for _, l := range linkNames {
		if l.link == t {
			return l.name
		}
	}
	return "link type " + strconv.Itoa(int(t))
}

// linkNames is not a map so that it costs nothing at start.
var linkNames = [...]struct {
	link LinkType
	name string
}{
	{LinkNull, "BSD loopback"},
	{LinkEthernet, "Ethernet"},
	{LinkAX25, "AX.25"},
	{LinkTokenRing, "token ring"},
	{LinkSLIP, "SLIP"},
	{LinkPPP, "PPP"},
	{LinkFDDI, "FDDI"},
	{LinkRawBSD, "raw IP"},
	{LinkRawOpenBSD, "raw IP"},
	{LinkPPPSerial, "PPP over serial"},
	{LinkPPPoE, "PPPoE"},
	{LinkRaw, "raw IP"},
	{LinkCiscoHDLC, "Cisco HDLC"},
	{Link80211, "802.11"},
	{LinkFrameRelay, "frame relay"},
	{LinkLoop, "OpenBSD loopback"},
	{LinkSLL, "Linux cooked"},
	{LinkPFLog, "pflog"},
	{LinkPrism, "802.11 with Prism header"},
	{LinkRadiotap, "802.11 with radiotap"},
	{LinkAVS, "802.11 with AVS header"},
	{LinkUSBLinux, "Linux USB"},
	{LinkPPI, "per-packet information"},
	{LinkBluetooth, "Bluetooth HCI"},
	{LinkUSBLinuxMmap, "Linux USB (mmapped)"},
	{LinkIPv4, "raw IPv4"},
	{LinkIPv6, "raw IPv6"},
	{Link802154, "802.15.4"},
	{LinkDBus, "D-Bus"},
	{LinkNFLog, "netfilter log"},
	{LinkUSBPcap, "USBPcap"},
	{LinkSLL2, "Linux cooked v2"},
	{LinkEBHSCR, "EBHSCR"},
	{linkOutOfRange, "a link type out of range"},
}

// maxRecord is the most bytes that a record of link type t may hold; libpcap and
// Wireshark refuse longer ones too. It tells a damaged length from a real one.
func (t LinkType) maxRecord() uint32 {
	switch t {
	case LinkDBus, LinkUSBPcap, LinkUSBLinuxMmap:
		return 128 << 20
	case LinkEBHSCR:
		return 32 << 20
	}
	return 256 << 10
}

// makeLinkType narrows the number of a file header; no registered one is
// above 65535.
func makeLinkType(n uint32) LinkType {
	return LinkType(min(n, uint32(linkOutOfRange)))
}

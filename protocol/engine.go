package protocol

import "net/netip"

// Engine names packets one after another, in capture order, and remembers what
// it learned of their conversations. Not safe for concurrent use.
type Engine struct {
	answers []netip.Addr
}

// NewEngine returns an engine that has seen nothing.
func NewEngine() *Engine { return &Engine{} }

// Answers returns the addresses that the DNS responses in the packet named last
// resolve to, valid until the next call of Name.
func (e *Engine) Answers() []netip.Addr { return e.answers }

// Name returns the name of the next packet.
func (e *Engine) Name(v *View) ID {
	e.answers = e.answers[:0]
	switch v.Layer {
	case LayerTCP:
		return e.tcp(v)
	case LayerUDP:
		return e.udp(v)
	case LayerIPv4:
		return ipName(v, IPv4)
	case LayerIPv6:
		return ipName(v, IPv6)
	case LayerEther:
		if v.Number == 0x0806 {
			return ARP
		}
		return Ethernet
	case LayerLLC:
		if v.Number == 0x4242 {
			return STP
		}
		return LLC
	}
	return Unnamed
}

func ipName(v *View, version ID) ID {
	if v.Fragment || v.Broken {
		return version
	}
	switch v.Number {
	case 1:
		return ICMP
	case 2:
		return IGMPv2
	case 47:
		return GRE
	case 50:
		return ESP
	case 58:
		return ICMPv6
	}
	return version
}

func (e *Engine) udp(v *View) ID {
	for _, port := range [...]uint16{min(v.SrcPort, v.DstPort), max(v.SrcPort, v.DstPort)} {
		switch port {
		case 53, 5353, 5355:
			e.answers = AppendAnswers(e.answers, v.Payload)
			return map[uint16]ID{53: DNS, 5353: MDNS, 5355: LLMNR}[port]
		case 67, 68:
			return DHCP
		case 123:
			return NTP
		case 137:
			return NBNS
		case 1900:
			return SSDP
		}
	}
	return UDP
}

func (e *Engine) tcp(v *View) ID {
	if len(v.Payload) == 0 {
		return TCP
	}
	switch min(v.SrcPort, v.DstPort) {
	case 21:
		return FTP
	case 25:
		return SMTP
	case 53:
		if len(v.Payload) > 2 {
			e.answers = AppendAnswers(e.answers, v.Payload[2:])
		}
		return DNS
	case 80:
		return HTTP
	case 443:
		return TLSv12
	}
	return TCP
}

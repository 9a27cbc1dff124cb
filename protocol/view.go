package protocol

// Layer says which header was the last one understood, and so what the Number
// and the Payload of a View are.
type Layer uint8

// The layers a View can stop at.
const (
	LayerNone  Layer = iota // nothing understood: Number is the link type
	LayerEther              // Number is the EtherType, Payload what follows it
	LayerLLC                // Number is DSAP<<8 | SSAP, Payload begins at the control field
	LayerSNAP               // Number is the SNAP protocol ID, Payload what follows it
	LayerPPP                // Number is the PPP protocol, Payload what follows it
	LayerWiFi               // Number is 802.11 type<<4 | subtype, Payload the frame body
	LayerCAN                // Number is the flags of CAN FD, Payload the frame
	LayerIP                 // an IP header of an unknown version
	LayerIPv4               // Number is the IP protocol, Payload what follows the header
	LayerIPv6               // the same, after the extension headers
	LayerTCP                // Payload is the segment's data
	LayerUDP                // Payload is the datagram's data
)

// View is what naming needs to see of one packet: the innermost headers that a
// tunnel carries, decoded. Its zero value is a frame of which nothing is known.
type View struct {
	// Payload is the captured part of what follows the last header understood,
	// without link-layer trailer. Borrowed from the frame.
	Payload []byte
	// Pair is a hash of the two endpoints, whichever sent; set by Between.
	Pair uint64
	key  uint64 // of the conversation, or of the two endpoints of a Fragment; set by Between
	// Time is when the packet was captured.
	Time Ticks
	// Missing is how many more bytes of payload were on the wire.
	Missing uint32
	// Seq and Ack are TCP's numbers, and place a Fragment in its datagram: the
	// datagram's number, and the offset in bytes. Zero in other packets.
	Seq, Ack uint32
	// SrcPort and DstPort are TCP's or UDP's ports; zero in other packets.
	SrcPort, DstPort uint16
	// Window is TCP's window as sent, unscaled.
	Window uint16
	// Number says what Payload is, by Layer.
	Number uint16
	Layer  Layer
	// Flags are TCP's eight low flags (FIN is 1); zero in other packets.
	Flags uint8
	// Wrap is the tunnel that shows in the name, as in GTP <TCP>.
	Wrap Wrap
	// Order is how the source compares with the destination, the addresses and not the
	// hashes: -1, 0 or 1. Zero where neither TCP nor a Fragment.
	Order int8
	// Fragment marks a piece of an IP datagram; its Payload has no upper header.
	Fragment bool
	// More says that further fragments of the datagram follow.
	More bool
	// Multipath says that a TCP segment has an option of Multipath TCP.
	Multipath bool
	// Broken says that the header after the Layer was cut short or contradicts itself.
	Broken bool
}

// Between notes hashes of v's source and destination, when all else is known but Order.
func (v *View) Between(src, dst uint64) {
	v.Pair = src + dst
	if v.Fragment {
		v.key = mix(src, dst)
		return
	}
	v.key = v.conversationKey(src, dst)
}

// Within keeps what v's endpoints say inside of an outer pair, given by its hash, apart from what they
// say elsewhere.
func (v *View) Within(outer uint64) {
	v.Pair = mix(v.Pair, outer)
	v.key = mix(v.key, outer)&^briefKey | v.key&briefKey
}

// TCP's flags, as in View.Flags.
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
)

// Wrap is a tunnel that tshark puts around the name of what it carries.
type Wrap uint8

// The tunnels that show in a name.
const (
	Bare Wrap = iota // none
	GTP              // GTP <name>
)

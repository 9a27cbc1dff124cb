package packet

import (
	"botnetdetect/capture"
	"botnetdetect/protocol"
)

// Outcome says how far Decode got with a frame.
type Outcome uint8

// The outcomes of Decode. A packet has both endpoints up to BadHeader.
const (
	OK              Outcome = iota // every header that naming needs is whole
	CutHeader                      // a header above the endpoints was cut by the snap length
	BadHeader                      // a header above the endpoints contradicts itself
	NoEndpoints                    // the frame has no source, or no destination
	CutLink                        // the link-layer header was cut by the snap length
	UnsupportedLink                // the link type is not one that Decode knows
	numOutcomes
)

// NumOutcomes is how many outcomes there are, for arrays that count them.
const NumOutcomes = int(numOutcomes)

// Usable says whether the packet has a source and a destination.
func (o Outcome) Usable() bool { return o <= BadHeader }

// String names o as a counter in a summary.
func (o Outcome) String() string {
	names := [...]string{"ok", "cut header", "malformed header", "no endpoints", "cut link header", "unsupported link type"}
	if int(o) < len(names) {
		return names[o]
	}
	return "unknown outcome"
}

// Decode fills all of p but Protocol, which a Namer sets, from f. It
// keeps no state and does not allocate. Src and Dst are those of the innermost
// network header, as in tshark's columns; headers quoted in ICMP errors do not
// count. p borrows f.Data until it has been named.
func Decode(f *capture.Frame, p *Packet) Outcome {
	p.Time, p.Seq, p.Length = f.Time, f.Seq, f.Length
	p.Protocol = 0
	if f.Link == capture.LinkEthernet && plain(f, p) {
		return OK
	}
	return walkHeaders(f, p)
}

// walkHeaders fills Src, Dst and the view, one header after another.
func walkHeaders(f *capture.Frame, p *Packet) Outcome {
	p.Src, p.Dst = Endpoint{}, Endpoint{}
	p.view = protocol.View{}
	p.view.Time, p.view.Number = protocol.TicksOf(f.Time), uint16(f.Link)
	var w walk
	w.p, w.v, w.data = p, &p.view, f.Data
	if n := uint32(len(f.Data)); f.Length > n {
		w.cut = f.Length - n
	}
	next := w.first(f.Link)
	if next == stop && !w.v.Broken {
		return UnsupportedLink
	}
	w.run(next)
	outcome := w.outcome()
	p.hash()
	return outcome
}

// maxHeaders bounds how many headers a frame may stack before Decode stops.
const maxHeaders = 32

// walk is one frame's way through its headers.
type walk struct {
	p *Packet
	v *protocol.View
	// data is what was captured and not yet read; cut is how many bytes of the
	// innermost datagram follow it on the wire.
	data []byte
	cut  uint32
	// src and dst are link-layer addresses that a network header may replace.
	src, dst *[6]byte
	fail     Outcome
}

// step names the header that comes next.
type step uint8

const (
	stop step = iota
	stepEthernet
	stepEtherType
	stepLLC
	stepPPP
	stepHDLC
	stepMPLS
	stepIP // either version
	stepIPv4
	stepIPv6
	stepProto
	stepTCP
	stepUDP
	stepGRE
	stepSLL
	stepSLL2
	stepNull
	stepLoop
	stepRadiotap
	stepPrism
	stepAVS
	stepPPI
	stepNFLog
	stepWiFi
	stepCAN
)

func (w *walk) run(next step) {
	for range maxHeaders {
		switch next {
		case stop:
			w.v.Payload, w.v.Missing = w.data, w.cut
			return
		case stepEthernet:
			next = w.ethernet()
		case stepEtherType:
			next = w.etherType()
		case stepIP:
			next = w.ip()
		case stepIPv4:
			next = w.ipv4()
		case stepIPv6:
			next = w.ipv6()
		case stepProto:
			next = w.ipProto()
		case stepTCP:
			next = w.tcp()
		case stepUDP:
			next = w.udp()
		default:
			next = w.rare(next)
		}
	}
	w.bad()
	w.v.Payload, w.v.Missing = w.data, w.cut
}

// rare walks the headers that few captures have.
func (w *walk) rare(next step) step {
	switch next {
	case stepLLC:
		return w.llc()
	case stepPPP:
		return w.ppp()
	case stepHDLC:
		return w.hdlc()
	case stepMPLS:
		return w.mpls()
	case stepGRE:
		return w.gre()
	case stepSLL:
		return w.sll()
	case stepSLL2:
		return w.sll2()
	case stepNull, stepLoop:
		return w.null(next == stepLoop)
	case stepNFLog:
		return w.nflog()
	case stepRadiotap, stepPrism, stepAVS, stepPPI:
		return w.radio(next)
	case stepWiFi:
		return w.wifi()
	case stepCAN:
		return w.can()
	}
	return w.bad()
}

func (w *walk) outcome() Outcome {
	if w.p.Src.kind == None && w.src != nil {
		w.p.Src = MakeMAC(*w.src)
	}
	if w.p.Dst.kind == None && w.dst != nil {
		w.p.Dst = MakeMAC(*w.dst)
	}
	switch {
	case w.fail == CutLink:
		return CutLink
	case w.p.Src.kind == None || w.p.Dst.kind == None:
		return NoEndpoints
	}
	return w.fail
}

// take returns the next n bytes and steps over them, or says that they were cut.
func (w *walk) take(n int) (b []byte, ok bool) {
	if len(w.data) < n {
		return nil, false
	}
	b, w.data = w.data[:n:n], w.data[n:]
	return b, true
}

// short ends the walk at a header that ends too early: by the snap length, or
// by what an outer header said about its length.
func (w *walk) short() step {
	w.v.Broken = true
	if w.cut == 0 {
		w.fail = BadHeader
	} else {
		w.fail = CutHeader
	}
	return stop
}

// cutLink ends the walk in a link-layer header, the frame's first or one in a tunnel.
func (w *walk) cutLink() step {
	if w.src != nil || w.dst != nil || w.p.Src.kind != None {
		return w.short()
	}
	w.v.Broken = true
	w.fail = CutLink
	return stop
}

// bad ends the walk at a header that contradicts itself.
func (w *walk) bad() step {
	w.v.Broken = true
	w.fail = BadHeader
	return stop
}

// at notes the last header understood.
func (w *walk) at(l protocol.Layer, number uint16) {
	w.v.Layer, w.v.Number = l, number
}

// trim limits what follows to n bytes on the wire.
func (w *walk) trim(n uint32) {
	if have := uint32(len(w.data)); n < have {
		w.data, w.cut = w.data[:n], 0
	} else if n-have < w.cut {
		w.cut = n - have
	}
}

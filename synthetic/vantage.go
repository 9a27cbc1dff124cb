package synthetic

import (
	"encoding/binary"

	"botnetdetect/capture"
	"botnetdetect/internal/craft"
)

// vantage is where and how the capture is taken.
type vantage struct {
	link       capture.LinkType
	snap       int // captured bytes of a frame, at most
	padding    padding
	resolution int64 // nanoseconds
}

// padding says which short Ethernet frames are seen padded to 60 bytes.
type padding uint8

const (
	padNone    padding = iota // virtual machines
	padInbound                // on the host itself: its own frames are seen before they are padded
	padAll                    // on a switch
)

const shortestFrame = 60

func drawVantage(d dice) vantage {
	v := vantage{link: capture.LinkEthernet, snap: 262144, resolution: 1000}
	v.padding = pick(d, padNone, padInbound, padInbound, padAll)
	if d.chance(0.2) {
		v.link = pick(d, capture.LinkRaw, capture.LinkSLL)
	}
	if d.chance(0.25) {
		v.snap = pick(d, 60, 64, 68, 90, 96, 100, 128)
	}
	if d.chance(0.2) {
		v.resolution = 1
	}
	return v
}

// frame appends the link-layer header and payload to b.
func (v *vantage) frame(b []byte, from, to *node, etherType uint16, payload []byte) capture.Frame {
	switch v.link {
	case capture.LinkEthernet:
		b = craft.Ethernet(b, from.mac, to.mac, etherType)
	case capture.LinkSLL:
		b = cooked(b, from, to, etherType)
	}
	b = append(b, payload...)
	if v.pads(from) {
		for len(b) < shortestFrame {
			b = append(b, 0)
		}
	}
	f := capture.Frame{Length: uint32(len(b)), Link: v.link, Data: b}
	f.Data = b[:min(len(b), v.snap)]
	return f
}

func (v *vantage) pads(from *node) bool {
	return v.link == capture.LinkEthernet && (v.padding == padAll || v.padding == padInbound && !from.local)
}

// cooked appends the header of Linux cooked capture, version 1.
func cooked(b []byte, from, to *node, etherType uint16) []byte {
	kind := byte(0) // to us
	switch {
	case from.local:
		kind = 4
	case to.mac == broadcast:
		kind = 1
	}
	b = append(b, 0, kind, 0, 1, 0, 6)
	b = append(append(b, from.mac[:]...), 0, 0)
	return binary.BigEndian.AppendUint16(b, etherType)
}

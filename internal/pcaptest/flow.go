package pcaptest

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"botnetdetect/capture"
)

// Flow is one conversation on Ethernet, made frame by frame:
//
//	f := pcaptest.UDPFlow("10.0.0.1:6881", "10.0.0.2:6881")
//	f.Send(0, 100)                     // A to B, 100 bytes on the wire
//	f.Reply(50*time.Millisecond, 1400) // B to A
//	frames := f.Frames
type Flow struct {
	A, B   string // "address:port"
	Frames []capture.Frame

	tcp  bool
	next [2]uint32 // TCP: the next sequence number of A and of B
}

// UDPFlow begins a conversation over UDP.
func UDPFlow(a, b string) *Flow { return &Flow{A: a, B: b} }

// TCPFlow begins one over TCP. Without Handshake, it is one whose beginning was not
// captured.
func TCPFlow(a, b string) *Flow {
	return &Flow{A: a, B: b, tcp: true, next: [2]uint32{1000, 5000}}
}

// Handshake adds SYN, SYN-ACK and ACK, a millisecond apart.
func (f *Flow) Handshake(at time.Duration) *Flow {
	f.segment(0, at, SYN, nil)
	f.segment(1, at+time.Millisecond, SYN|ACK, nil)
	f.segment(0, at+2*time.Millisecond, ACK, nil)
	return f
}

// Send adds a frame from A to B of length bytes on the wire, at a time after Epoch. Its
// payload is zeros, so nothing takes it for some protocol.
func (f *Flow) Send(at time.Duration, length int) *Flow {
	return f.add(0, at, make([]byte, f.room(length)))
}

// Reply adds a frame from B to A.
func (f *Flow) Reply(at time.Duration, length int) *Flow {
	return f.add(1, at, make([]byte, f.room(length)))
}

// SendData adds a frame from A to B with this payload.
func (f *Flow) SendData(at time.Duration, payload []byte) *Flow { return f.add(0, at, payload) }

// ReplyData adds a frame from B to A with this payload.
func (f *Flow) ReplyData(at time.Duration, payload []byte) *Flow { return f.add(1, at, payload) }

// room returns how much payload makes a frame of length bytes.
func (f *Flow) room(length int) int {
	headers := 14 + 20 + 8
	if f.tcp {
		headers += 12
	}
	if !addrPort(f.A).Addr().Is4() {
		headers += 20
	}
	if length < headers {
		panic(fmt.Sprintf("pcaptest: a frame of %d bytes cannot hold %d bytes of headers", length, headers))
	}
	return length - headers
}

func (f *Flow) add(from int, at time.Duration, payload []byte) *Flow {
	if f.tcp {
		f.segment(from, at, PSH|ACK, payload)
		return f
	}
	src, dst := f.ends(from)
	f.Frames = append(f.Frames, Frame(at, UDP(src, dst, payload)))
	return f
}

func (f *Flow) segment(from int, at time.Duration, flags byte, payload []byte) {
	src, dst := f.ends(from)
	h := Segment{Seq: f.next[from], Ack: f.next[1-from], Flags: flags}
	if flags&ACK == 0 {
		h.Ack = 0
	}
	f.next[from] += uint32(len(payload))
	if flags&(SYN|FIN) != 0 {
		f.next[from]++
	}
	f.Frames = append(f.Frames, Frame(at, TCP(src, dst, h, payload)))
}

func (f *Flow) ends(from int) (src, dst string) {
	if from == 0 {
		return f.A, f.B
	}
	return f.B, f.A
}

// Merge returns the frames of several flows in the order of time; of equal times, in the order given.
func Merge(flows ...*Flow) []capture.Frame {
	var all []capture.Frame
	for _, f := range flows {
		all = append(all, f.Frames...)
	}
	slices.SortStableFunc(all, func(a, b capture.Frame) int {
		return cmp.Compare(a.Time, b.Time)
	})
	return all
}

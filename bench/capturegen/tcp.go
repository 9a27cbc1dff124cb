package main

import (
	"encoding/binary"

	"botnetdetect/internal/craft"
)

// state is how far a TCP session has come.
type state uint8

const (
	closed state = iota
	opening
	answered
	established
	closing
)

// segment sends a TCP session's next packet: handshake, data, acknowledgement or end.
func (g *generator) segment(s *session) {
	switch {
	case s.state == closed:
		g.tcp(s, 0, craft.SYN, nil)
		s.state = opening
	case s.state == opening:
		g.tcp(s, 1, craft.SYN|craft.ACK, nil)
		s.state = answered
	case s.state == answered:
		g.tcp(s, 0, craft.ACK, nil)
		s.state = established
	case s.whole && s.left == 1:
		g.tcp(s, 0, craft.FIN|craft.ACK, nil)
		s.state = closing
	case s.whole && s.left == 0:
		g.tcp(s, 1, craft.FIN|craft.ACK, nil)
	case s.unread >= 2:
		g.tcp(s, 1-s.turn, craft.ACK, nil)
		s.unread = 0
	default:
		g.data(s)
	}
}

// data sends the next segment of the message under way, or begins one, or sends nothing
// but an acknowledgement. The side that speaks keeps doing so until its message ends.
func (g *generator) data(s *session) {
	room := s.room()
	if s.body[s.turn] > 0 {
		g.tcp(s, s.turn, craft.ACK, func(b []byte) []byte { return g.more(s, b, room) })
		return
	}
	n, full := g.payloadSize(room)
	s.turn = g.speaker(s)
	if n == 0 {
		g.tcp(s, s.turn, craft.ACK, nil)
		return
	}
	if full {
		n += int(4000 * g.rng.ExpFloat64())
	}
	g.tcp(s, s.turn, craft.PSH|craft.ACK, func(b []byte) []byte { return g.message(s, b, n, room) })
}

// speaker draws who sends the next message: first the client, then its peer, then by the
// application's habit.
func (g *generator) speaker(s *session) int {
	switch {
	case s.whole && s.told[0] == 0:
		return 0
	case s.whole && s.told[1] == 0, g.rng.Float64() < s.app.down:
		return 1
	}
	return 0
}

// message begins a message of about n bytes, of which the segment holds up to room.
func (g *generator) message(s *session, b []byte, n, room int) []byte {
	head := len(b)
	b, s.body[s.turn] = s.app.message(g, s, b, n)
	s.told[s.turn]++
	return g.more(s, b, room-(len(b)-head))
}

// more appends what the segment holds of the message under way. The end of a message ends its
// segment.
func (g *generator) more(s *session, b []byte, room int) []byte {
	n := min(room, s.body[s.turn])
	s.body[s.turn] -= n
	if n == room {
		s.unread++
	}
	return g.noise.Append(b, n)
}

// tcp sends one segment with the payload that fill appends.
func (g *generator) tcp(s *session, from int, flags byte, fill func([]byte) []byte) {
	g.packetHeaders(s, from, craft.ProtoTCP)
	g.frame = g.tcpHeader(g.frame, s, from, flags)
	head := len(g.frame)
	if fill != nil {
		g.frame = fill(g.frame)
	}
	s.seq[from] += uint32(len(g.frame) - head)
	if flags&(craft.SYN|craft.FIN) != 0 {
		s.seq[from]++
	}
	g.sendPacket()
}

func (g *generator) tcpHeader(b []byte, s *session, from int, flags byte) []byte {
	h := craft.TCP{SrcPort: s.port[from], DstPort: s.port[1-from], Seq: s.seq[from], Flags: flags, Window: 0xfaf0}
	h.Ack = s.seq[1-from] * uint32(flags>>4&1)
	options := make([]byte, 0, 20)
	if flags&craft.SYN != 0 {
		options = append(options, 2, 4, 5, 0xb4, 4, 2) // segment size, selective acknowledgement
	} else {
		options = append(options, 1, 1)
	}
	options = append(options, 8, 10)
	options = binary.BigEndian.AppendUint32(options, uint32(g.now/1e6))
	options = binary.BigEndian.AppendUint32(options, uint32(g.now/1e6-20))
	if flags&craft.SYN != 0 {
		options = append(options, 1, 3, 3, 7) // window scale
	}
	h.Options = options
	return h.Append(b)
}

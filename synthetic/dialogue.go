package synthetic

import (
	"fmt"

	"botnetdetect/internal/craft"
)

// dialogue is what bots say to each other over TCP.
type dialogue struct {
	style          style
	request, reply sizes
	most           int     // requests of a session
	think          float64 // median seconds before an answer
	pause          float64 // median seconds between an answer and the next request
	reset          float64 // share of sessions that end with a reset
	by             int     // the side that ends it
	path           string
}

// style is how payload over TCP is framed.
type style uint8

const (
	styleNoise style = iota // encrypted from the first byte
	styleHTTP
	styleTLS
	styleSSH
)

func drawDialogue(d dice, way Size) dialogue {
	s := dialogue{
		request: drawSizes(d, way, 4000), reply: drawSizes(d, way, 16000),
		most:  d.count(1, 12),
		think: d.logUniform(0.0005, 1), pause: d.logUniform(0.0005, 20),
		reset: d.uniform(0, 1) * float64(d.IntN(2)), by: d.IntN(2),
		path: fmt.Sprintf("/%x", d.Uint32()>>(8*d.IntN(4))),
	}
	if d.chance(0.5) { // answers that carry files or lists rather than a word
		s.reply.base += d.count(200, 12000)
	}
	return s
}

// session draws what is said in one connection.
func (s *dialogue) session(w *world) []line {
	lines := s.opening(w)
	for range w.between(1, s.most) {
		lines = append(lines, s.turn(w)...)
	}
	return lines
}

// turn draws a request and its answer.
func (s *dialogue) turn(w *world) []line {
	ask := line{side: 0, bytes: s.request.draw(w.dice), pause: w.logNormal(s.pause, 1)}
	tell := line{side: 1, bytes: s.reply.draw(w.dice), pause: w.logNormal(s.think, 1)}
	switch s.style {
	case styleHTTP:
		ask.head = fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: peer\r\nContent-Length: %d\r\n\r\n", s.path, ask.bytes)
		tell.head = fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nServer: peer\r\nContent-Length: %d\r\n\r\n", tell.bytes)
	case styleTLS:
		ask.head = craft.Record(nil, ask.bytes)
		tell.head = craft.Record(nil, tell.bytes)
	}
	ask.bytes += len(ask.head)
	tell.bytes += len(tell.head)
	return []line{ask, tell}
}

// opening draws what is said before the first request.
func (s *dialogue) opening(w *world) []line {
	switch s.style {
	case styleTLS:
		hello, answer := craft.ClientHello(nil, &w.noise, "peer"), craft.ServerHello(nil, &w.noise)
		return []line{{side: 0, bytes: len(hello), head: hello}, {side: 1, bytes: len(answer), head: answer}}
	case styleSSH:
		return sshOpening(w)
	}
	return nil
}

// sshOpening is two banners, the exchange of keys, and the log-in, with sizes as
// implementations have them (RFC 4253).
func sshOpening(w *world) []line {
	banner := func(side int) line {
		text := fmt.Appendf(nil, "SSH-2.0-%s\r\n", pick(w.dice, "Go", "OpenSSH_7.4", "libssh_0.9.6", "dropbear"))
		return line{side: side, bytes: len(text), head: text}
	}
	proposal := func(side int) line {
		n := 8 * w.between(60, 190)
		return line{side: side, bytes: n, head: []byte{0, 0, byte((n - 4) >> 8), byte(n - 4), 6, 20}}
	}
	sealed := func(side, n int) line { return line{side: side, bytes: n, pause: w.logNormal(0.003, 1)} }
	return []line{
		banner(0), banner(1), proposal(0), proposal(1),
		sealed(0, 48), sealed(1, 8*w.between(30, 110)), sealed(0, 16),
		sealed(0, 44), sealed(1, 44), sealed(0, 4*w.between(15, 160)), sealed(1, 28),
	}
}

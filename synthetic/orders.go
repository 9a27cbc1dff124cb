package synthetic

import (
	"fmt"
)

// obey does what bots do beside keeping their net: looking for victims, sending spam, and
// calling on servers. None of it is traffic of the net.
func (b *bot) obey() {
	if b.t.Scans > 0 {
		b.scan()
	}
	if b.t.Spams {
		b.spam()
	}
	if b.t.Central > 0 {
		b.callHome()
	}
}

// scan tries random addresses, for minutes at a time.
func (b *bot) scan() {
	port := pick(b.w.dice, uint16(22), 23, 80, 135, 139, 445, 1433, 2323, 3389, 5555, 7547, 8080)
	length := b.w.logUniform(10, 1800)
	b.w.every(func() float64 { return b.w.exponential(2 * length) }, func() {
		b.probe(port, b.w.now+int64(length*second))
	})
}

func (b *bot) probe(port uint16, until int64) {
	if b.w.now > until {
		return
	}
	c := b.w.conn(b.host, b.w.remote(b.space, b.t), port, Background)
	switch b.w.choose([]float64{0.85, 0.1, 0.05}) {
	case 0:
		c.call(3, func() {})
	case 1:
		c.refused(func() {})
	default:
		c.open(func() {
			c.talk([]line{{side: 1, bytes: b.w.between(10, 90)}, {side: 0, bytes: b.w.between(4, 40)}},
				func() { c.finish(0, true) })
		})
	}
	b.w.after(b.w.exponential(1/b.t.Scans), func() { b.probe(port, until) })
}

// spam sends mail to servers whose names it looks up.
func (b *bot) spam() {
	wait := b.w.logUniform(1, 120)
	b.w.every(func() float64 { return b.w.exponential(wait) }, func() {
		s := b.w.server("mx")
		b.w.named(b.host, s, func() {
			c := b.w.conn(b.host, s, 25, Spam)
			if b.w.chance(0.4) {
				c.call(20, func() {})
				return
			}
			c.open(func() { c.talk(mail(b.w), func() { c.finish(0, false) }) })
		})
	})
}

// mail is a mail of SMTP (RFC 5321).
func mail(w *world) []line {
	say := func(side int, text string) line {
		return line{side: side, head: []byte(text), bytes: len(text), pause: w.logNormal(0.01, 1)}
	}
	size := w.count(300, 30000)
	return []line{
		say(1, "220 mail.example ESMTP\r\n"), say(0, "EHLO host.example\r\n"), say(1, "250 mail.example\r\n"),
		say(0, fmt.Sprintf("MAIL FROM:<u%d@a.example>\r\n", w.IntN(1e5))), say(1, "250 2.1.0 Ok\r\n"),
		say(0, fmt.Sprintf("RCPT TO:<u%d@b.example>\r\n", w.IntN(1e5))), say(1, "250 2.1.5 Ok\r\n"),
		say(0, "DATA\r\n"), say(1, "354 go on\r\n"),
		{side: 0, head: text(size), bytes: size}, say(1, "250 2.0.0 Ok\r\n"),
		say(0, "QUIT\r\n"), say(1, "221 2.0.0 Bye\r\n"),
	}
}

// text is a mail's, of n bytes, with its final dot.
func text(n int) []byte {
	b := []byte("Subject: hello\r\n\r\n")
	for len(b) < n-5 {
		b = append(b, "all the news that fits into a line of mail\r\n"...)
	}
	return append(b[:max(0, n-5)], "\r\n.\r\n"...)
}

// callHome asks servers for orders over HTTP or TLS, found by name or by address.
func (b *bot) callHome() {
	servers := make([]*node, b.w.between(1, 4))
	for i := range servers {
		servers[i] = b.w.server("cdn")
		if b.w.chance(0.4) {
			servers[i].name = ""
		}
	}
	d := drawDialogue(b.w.dice, MixedSize)
	d.style = pick(b.w.dice, styleHTTP, styleTLS, styleNoise)
	port := map[style]uint16{styleHTTP: 80, styleTLS: 443, styleNoise: b.w.listening()}[d.style]
	b.w.every(func() float64 { return b.t.jitter(b.w.dice, b.t.Central) }, func() {
		s := pick(b.w.dice, servers...)
		b.w.named(b.host, s, func() {
			c := b.w.conn(b.host, s, port, Background)
			c.open(func() { c.talk(d.session(b.w), func() { c.finish(0, false) }) })
		})
	})
}

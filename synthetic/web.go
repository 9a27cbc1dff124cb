package synthetic

import (
	"fmt"
	"math"

	"botnetdetect/internal/craft"
)

// browse has somebody at a host visit pages.
func (w *world) browse(host *node, pagesAnHour float64) {
	if pagesAnHour <= 0 {
		return
	}
	tls, widest := w.uniform(0, 1), w.between(1, 14)
	w.every(func() float64 { return w.logNormal(3600/pagesAnHour/1.65, 1) }, func() {
		for range w.between(1, widest) {
			w.after(w.exponential(0.6), func() { w.visit(host, w.site(), w.chance(tls)) })
		}
	})
}

// site draws a server that browsers know; some are used much more than others.
func (w *world) site() *node {
	u := w.Float64()
	return w.home.servers[int(u*u*u*float64(len(w.home.servers)))]
}

// visit fetches something from a server: its name is looked up, then a connection is opened.
func (w *world) visit(host, server *node, tls bool) {
	port := uint16(80)
	if tls {
		port = 443
	}
	w.named(host, server, func() {
		c := w.conn(host, server, port, Background)
		if w.chance(0.01) {
			c.call(21, func() {})
			return
		}
		c.open(func() {
			c.talk(w.page(server, tls), func() {
				w.after(w.logNormal(8, 1.2), func() { c.finish(w.IntN(2), w.chance(0.2)) })
			})
		})
	})
}

// page draws the requests and responses of a connection.
func (w *world) page(server *node, tls bool) (lines []line) {
	if tls {
		hello, answer := craft.ClientHello(nil, &w.noise, server.name), craft.ServerHello(nil, &w.noise)
		lines = append(lines, line{side: 0, bytes: len(hello), head: hello},
			line{side: 1, bytes: len(answer) + w.IntN(4000), head: answer, pause: w.logNormal(0.004, 1)})
	}
	for range 1 + int(w.exponential(1.2)) {
		body := int(math.Min(3e6, w.logNormal(7000, 1.7)))
		ask, tell := request(server.name, w.IntN(1e6)), response(body)
		if tls {
			n := w.count(200, 1800)
			ask, tell = craft.Record(nil, n), craft.Record(nil, min(16384, body))
			lines = append(lines, line{side: 0, bytes: n + 5, head: ask, pause: w.logNormal(0.05, 1.5)},
				line{side: 1, bytes: body + 5, head: tell, pause: w.logNormal(0.03, 1)})
			continue
		}
		lines = append(lines, line{side: 0, bytes: len(ask), head: ask, pause: w.logNormal(0.05, 1.5)},
			line{side: 1, bytes: len(tell) + body, head: tell, pause: w.logNormal(0.03, 1)})
	}
	return lines
}

func request(host string, item int) []byte {
	return fmt.Appendf(nil, "GET /item/%d HTTP/1.1\r\nHost: %s\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"+
		"Accept: */*\r\nAccept-Language: en\r\nConnection: keep-alive\r\n\r\n", item, host)
}

func response(body int) []byte {
	return fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nServer: example\r\nContent-Type: application/octet-stream\r\n"+
		"Content-Length: %d\r\n\r\n", body)
}

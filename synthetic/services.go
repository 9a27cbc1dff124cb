package synthetic

// serve has a host do what hosts do on their own: set the clock, fetch mail and updates.
func (w *world) serve(host *node) {
	if w.chance(0.6) {
		w.setClock(host)
	}
	if w.chance(0.3) {
		w.fetchMail(host)
	}
	if w.chance(0.5) {
		w.fetchUpdates(host)
	}
}

// setClock asks one to four time servers (RFC 5905).
func (w *world) setClock(host *node) {
	servers := make([]*node, w.between(1, 4))
	for i := range servers {
		servers[i] = w.server("ntp")
	}
	src := uint16(123)
	if w.chance(0.3) {
		src = host.port(w.dice)
	}
	wait := w.logUniform(32, 2048)
	w.every(func() float64 { return wait * w.uniform(0.97, 1.03) }, func() {
		for _, s := range servers {
			w.named(host, s, func() {
				w.service(host, s, src, 123, Background, w.ntp(0x23), w.ntp(0x24), func() {})
			})
		}
	})
}

func (w *world) ntp(mode byte) func([]byte) []byte {
	return func(b []byte) []byte { return w.noise.Append(append(b, mode, 2, 6, 0xec), 44) }
}

// fetchMail looks for mail every few minutes, encrypted.
func (w *world) fetchMail(host *node) {
	server, wait := w.server("mail"), w.logUniform(60, 1200)
	w.every(func() float64 { return wait * w.uniform(0.9, 1.1) }, func() {
		w.named(host, server, func() {
			c := w.conn(host, server, 993, Background)
			c.open(func() { c.talk(w.page(server, true), func() { c.finish(0, false) }) })
		})
	})
}

// fetchUpdates fetches something large now and then.
func (w *world) fetchUpdates(host *node) {
	server := w.server("update")
	w.every(func() float64 { return w.exponential(3600) }, func() {
		w.named(host, server, func() {
			c := w.conn(host, server, 443, Background)
			lines := w.page(server, true)
			lines[len(lines)-1].bytes = int(w.logUniform(1e5, 1e7))
			c.open(func() { c.talk(lines, func() { c.finish(1, false) }) })
		})
	})
}

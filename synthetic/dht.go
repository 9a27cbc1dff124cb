package synthetic

import (
	"slices"

	"botnetdetect/internal/craft"
)

// A dht is an honest node of BitTorrent's DHT (BEP 5). It looks torrents up again and again, announces itself at
// the nodes closest to them, keeps its buckets fresh, checks on nodes that it has not heard of, and answers
// whoever asks. All of it goes through one port, by which others know the node.
type dht struct {
	*bot
	own      craft.Dialect
	torrents []*torrent
	parallel int // questions at a time
	values   int // peers in an answer, at most
	tries    int // questions to a node before it is given up
	buckets  int // of bucketSize nodes that the host keeps
}

// torrent is one that the host looks up: the nodes closest to it stay the same.
type torrent struct{ close []*peer }

const (
	bucketSize   = 8
	bucketTime   = 15 * 60 // seconds without news after which a node, or a bucket, is looked after
	mostTorrents = 30
	questionTime = 10 // seconds without answer after which a question is given up
)

func drawDialect(d dice) *craft.Dialect {
	return &craft.Dialect{Transaction: pick(d, 1, 2, 2, 4, 4, 8), Token: pick(d, 4, 8, 20, 20), Version: d.chance(0.7), Address: d.chance(0.5)}
}

func (b *bot) newDHT() *dht {
	w := b.w
	d := &dht{bot: b, own: *drawDialect(w.dice), parallel: w.between(3, 8), values: w.between(8, 100), tries: pick(w.dice, 1, 1, 2, 3), buckets: w.between(8, 20)}
	for range w.count(1, mostTorrents) {
		d.torrents = append(d.torrents, new(torrent))
	}
	return d
}

// start takes part from now on.
func (d *dht) start() {
	w := d.w
	d.lookUp(craft.FindNode, nil)
	again := w.uniform(5*60, 30*60)
	for _, t := range d.torrents {
		w.after(w.uniform(0, min(again, 60)), func() {
			w.every(func() float64 { return again * w.uniform(0.9, 1.1) }, func() { d.lookUp(craft.GetPeers, t) })
			d.lookUp(craft.GetPeers, t)
		})
	}
	refresh := func() { d.lookUp(craft.FindNode, nil) }
	if w.chance(0.5) { // as some programs do: a node of the bucket is asked for others, and no search goes on from there
		refresh = func() { d.seek(d.peers.any(), craft.FindNode, func(bool) {}) }
	}
	w.every(func() float64 { return w.exponential(bucketTime / float64(d.buckets)) }, refresh)
	w.every(func() float64 { return w.exponential(bucketTime / float64(len(d.peers.all))) }, func() { d.query(d.peers.any(), craft.Ping, func(bool) {}) })
	d.listen()
}

// lookUp asks nodes that are closer and closer: first those of the host's own table, then mostly such as it hears of.
// Of a torrent, those that are closest are then told that the host has it.
func (d *dht) lookUp(method string, t *torrent) {
	for range bucketSize {
		d.seek(d.peers.any(), method, func(bool) {})
	}
	d.w.after(d.w.logNormal(3*d.t.RTT, 0.8), func() { d.step(method, t, d.w.between(2, 6)) })
}

func (d *dht) step(method string, t *torrent, left int) {
	w := d.w
	if left == 0 {
		if t != nil {
			d.closest(t)
		}
		return
	}
	for range d.parallel {
		q := d.peers.fresh()
		if w.chance(0.2) {
			q = d.peers.any()
		}
		d.seek(q, method, func(answered bool) {
			if answered && t != nil && left == 1 && len(t.close) < bucketSize {
				t.close = append(t.close, q)
			}
		})
	}
	w.after(w.logNormal(3*d.t.RTT, 0.8), func() { d.step(method, t, left-1) })
}

// seek asks a node a moment later, several times if it does not answer.
func (d *dht) seek(q *peer, method string, done func(answered bool)) {
	d.w.after(d.w.logNormal(0.02, 1), func() { d.insist(q, method, d.tries, done) })
}

func (d *dht) insist(q *peer, method string, tries int, done func(answered bool)) {
	d.query(q, method, func(answered bool) {
		if answered || tries <= 1 {
			done(answered)
			return
		}
		d.insist(q, method, tries-1, done)
	})
}

// closest asks the nodes closest to a torrent for peers, and announces the host at those that answer.
func (d *dht) closest(t *torrent) {
	for _, q := range t.close {
		d.w.after(d.w.exponential(1), func() {
			d.query(q, craft.GetPeers, func(answered bool) {
				if answered {
					d.query(q, craft.Announce, func(bool) {})
				}
			})
		})
	}
}

// query asks a node once.
func (d *dht) query(q *peer, method string, done func(answered bool)) {
	w, token := d.w, d.dialect(q).Token
	size := 0
	w.datagram(d.host, &q.node, d.listens, q.port, d.class, func(b []byte) []byte {
		before := len(b)
		b = d.own.Query(b, &w.noise, method, token)
		size = len(b) - before
		return b
	})
	end := func(wait float64, answered bool) {
		w.after(wait, func() {
			d.peers.outcome(q, answered)
			done(answered)
		})
	}
	delay := reaction(w.dice, d.host, &q.node)
	switch {
	case !d.peers.answers(q):
		if q.fate == refuses && w.chance(0.7) {
			w.after(delay, func() { w.unreachable(&q.node, d.host, d.listens, q.port, size, d.class) })
		}
		end(questionTime, false)
	case lossy(w.dice, d.host, &q.node, 2):
		end(questionTime, false)
	default:
		w.after(delay, func() { d.answer(&q.node, d.host, q.port, d.listens, method, *d.dialect(q)) })
		d.keep(q)
		end(delay, true)
	}
}

// keep has a node that answered in the host's table, as long as there is room for it.
func (d *dht) keep(q *peer) {
	if len(d.peers.all) < bucketSize*d.buckets && !slices.Contains(d.peers.all, q) {
		d.peers.all = append(d.peers.all, q)
	}
}

// dialect is a node's; one draws it when it is first spoken with.
func (d *dht) dialect(q *peer) *craft.Dialect {
	if q.dialect == nil {
		q.dialect = drawDialect(d.w.dice)
	}
	return q.dialect
}

// answer sends one: nodes to whoever looks for something, peers too if there are any.
func (d *dht) answer(from, to *node, src, dst uint16, method string, dialect craft.Dialect) {
	w := d.w
	nodes, peers := 0, 0
	switch method {
	case craft.FindNode:
		nodes = bucketSize
	case craft.GetPeers:
		nodes = bucketSize
		if w.chance(0.4) {
			peers = w.between(1, d.values)
		}
	}
	w.datagram(from, to, src, dst, d.class, func(b []byte) []byte { return dialect.Answer(b, &w.noise, method, nodes, peers) })
}

// listen answers those who ask: nodes that know the host from its questions, and, where they can reach it, strangers,
// on whom the host checks before it keeps them.
func (d *dht) listen() {
	w := d.w
	wait := d.t.Strangers
	w.every(func() float64 { return w.exponential(wait) }, func() {
		if !d.t.Reachable || w.chance(d.t.Friends) {
			if q := d.peers.any(); d.peers.answers(q) {
				d.asked(q)
			}
			return
		}
		q := d.peers.draw(alive)
		q.up = true
		d.asked(q)
		if w.chance(0.3) {
			w.after(w.exponential(5), func() { d.query(q, craft.Ping, func(bool) {}) })
		}
	})
}

// asked is a question by another node.
func (d *dht) asked(q *peer) {
	w, dialect := d.w, d.dialect(q)
	method := []string{craft.Ping, craft.FindNode, craft.GetPeers, craft.Announce}[w.choose([]float64{0.2, 0.25, 0.5, 0.05})]
	w.datagram(&q.node, d.host, q.port, d.listens, d.class, func(b []byte) []byte { return dialect.Query(b, &w.noise, method, d.own.Token) })
	w.after(reaction(w.dice, &q.node, d.host), func() { d.answer(d.host, &q.node, d.listens, q.port, method, d.own) })
}

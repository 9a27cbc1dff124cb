package history

import (
	"cmp"
	"slices"
	"time"
)

// Detail is what is known of a host beside what Host says.
type Detail struct {
	Summary string   `json:"summary"` // this and the reasons are of the worst sighting
	Base    float64  `json:"base"`
	Reasons []Reason `json:"reasons"`
	Peers   []Peer   `json:"peers"`   // of all sightings, most telling first, at most MaxPeers
	Moments []Moment `json:"moments"` // in order of time, at most MaxMoments
	// Worst is the judgement that Reasons explain.
	Worst Judgement `json:"worst"`
}

// Moment is a point of a host's time line.
type Moment struct {
	Time     time.Time `json:"time"`
	Verdict  Verdict   `json:"verdict"`
	Score    float64   `json:"score"`
	Evidence float64   `json:"evidence"`
	Botnet   int       `json:"botnet"` // flows
}

// What a host's detail may take.
const (
	MaxPeers   = 64
	MaxMoments = 128
	MaxReasons = 12
	maxText    = 512 // bytes of any one text that comes from outside
)

// see adds a sighting.
func (d *Detail) see(s *Sighting) {
	if d.Worst.Time.IsZero() || s.Judgement.worse(&d.Worst) {
		d.Worst, d.Summary, d.Base = s.Judgement, clip(s.Summary), s.Base
		d.Reasons = nil
		for _, r := range s.Reasons[:min(len(s.Reasons), MaxReasons)] {
			d.Reasons = append(d.Reasons, Reason{clip(r.Text), r.Push})
		}
	}
	d.Peers = joinPeers(d.Peers, s.Contacts)
	d.Moments = addMoment(d.Moments, Moment{s.Time, s.Verdict, s.Score, s.Evidence, s.Botnet})
}

// joinPeers adds what was seen of peers to what was known, and keeps the most telling.
func joinPeers(known, seen []Peer) []Peer {
	at := make(map[string]int, len(known)+len(seen))
	all := make([]Peer, 0, len(known)+len(seen))
	for _, p := range slices.Concat(known, seen) {
		p.Name, p.Protocols = clip(p.Name), clip(p.Protocols)
		i, met := at[p.Name]
		if !met {
			at[p.Name] = len(all)
			all = append(all, p)
			continue
		}
		all[i].join(&p)
	}
	slices.SortStableFunc(all, func(a, b Peer) int {
		return cmp.Or(boolean(b.Botnet)-boolean(a.Botnet), cmp.Compare(b.Score, a.Score), b.Last.Compare(a.Last))
	})
	return all[:min(len(all), MaxPeers)]
}

// join adds what a later window said of the same peer. Windows overlap, so packets and
// bytes are those of the window with most of them.
func (p *Peer) join(o *Peer) {
	p.Botnet = p.Botnet || o.Botnet
	p.Silent = p.Silent && o.Silent
	p.Score = max(p.Score, o.Score)
	p.Packets, p.Bytes = max(p.Packets, o.Packets), max(p.Bytes, o.Bytes)
	p.Protocols = cmp.Or(o.Protocols, p.Protocols)
	if o.First.Before(p.First) {
		p.First = o.First
	}
	if o.Last.After(p.Last) {
		p.Last = o.Last
	}
}

// addMoment puts a moment in its place in time. When there are too many, each two
// neighbours of the older half become the worse one, so a time line of months keeps its
// peaks and the last hours keep their minutes.
func addMoment(all []Moment, m Moment) []Moment {
	at, same := slices.BinarySearchFunc(all, m, func(a, b Moment) int { return a.Time.Compare(b.Time) })
	if same {
		all[at] = m
		return all
	}
	all = slices.Insert(all, at, m)
	if len(all) <= MaxMoments {
		return all
	}
	half := len(all) / 2
	kept := all[:0]
	for i := 0; i+1 < half; i += 2 {
		kept = append(kept, worseOf(all[i], all[i+1]))
	}
	return append(kept, all[half-half%2:]...)
}

func worseOf(a, b Moment) Moment {
	if cmp.Or(rank(a.Verdict)-rank(b.Verdict), cmp.Compare(a.Evidence, b.Evidence), cmp.Compare(a.Score, b.Score)) > 0 {
		return a
	}
	return b
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// clip bounds a text from outside.
func clip(text string) string { return clipTo(text, maxText) }

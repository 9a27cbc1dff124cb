package live

import "botnetdetect/flow"

// makeRoom keeps the windows within their share of the memory: the flows of which least is
// known go, those of one packet first, then those of two, of four, and so on. Flows whose
// verdict is Botnet stay for as long as others can go.
func (w *watch) makeRoom() {
	limit := w.config.Memory - w.config.Memory/laneShare
	if w.short.bytes()+w.long.bytes() <= limit {
		return
	}
	for least := uint64(2); w.short.bytes()+w.long.bytes() > limit/2 && least <= heaviest; least *= 2 {
		w.evict(least)
	}
}

// heaviest is from how many packets on even flows whose verdict is Botnet may go.
const heaviest = 1 << 24

// evict lets flows of fewer than least packets go. Tables that another goroutine may be
// reading are replaced, not changed.
func (w *watch) evict(least uint64) {
	long := *w.long
	keep := func(f flow.Flow) bool {
		g, _ := w.gather(&long, 0, f.Src, f.Dst)
		_, stands := w.standing[ends{g.Src, g.Dst}]
		return g.packets >= least || stands && least < heaviest
	}
	before := long.len()
	rest := make(map[*flow.Table]*flow.Table) // of each table
	for _, tables := range [...]*[]*flow.Table{&w.short.tables, &w.long.tables, &w.scene.short.tables, &w.scene.long.tables} {
		*tables = kept(*tables, rest, keep)
	}
	w.evictions++
	w.stats.Evicted += int64(before - w.long.len())
}

func kept(tables []*flow.Table, rest map[*flow.Table]*flow.Table, keep func(flow.Flow) bool) []*flow.Table {
	all := make([]*flow.Table, len(tables))
	for i, t := range tables {
		if rest[t] == nil {
			rest[t] = t.Kept(keep)
		}
		all[i] = rest[t]
	}
	return all
}

package gbdt

// sweep sends the rows through the pending splits and adds those that end in a
// target to the workers' tallies of it. Without pending splits all rows are in
// the one target.
func (g *grower) sweep(targets []*tip) {
	g.padPending()
	for _, w := range g.workers {
		w.prepare(g, targets)
	}
	parallel(len(g.workers), g.m.segments(), func(n, s int) {
		w := g.workers[n]
		g.route(s)
		if len(g.leaves) == 1 {
			g.tallyAll(w, s)
		} else {
			g.tallyTargets(w, s, targets)
		}
	})
	g.routed()
	for i, t := range targets {
		for _, w := range g.workers {
			w.tallies[i].mark(t.hist.live)
		}
	}
}

// tallyAll adds all rows of a segment to the only target.
func (g *grower) tallyAll(w *worker, s int) {
	from, to := g.m.rowsOf(s)
	t := w.tallies[0]
	for _, run := range g.m.runs[s] {
		t.room(g.m, run.block, run.to-run.from)
		b := &g.m.blocks[run.block]
		t.addRun(g.m, b, run, w.values(b, run, g.rows.stat[from:to]), &t.stat)
		if t.weight != nil {
			t.addRun(g.m, b, run, w.values(b, run, g.rows.weight[from:to]), t.weight)
		}
	}
}

func (t *tally) addRun(m *matrix, b *block, r run, val []int64, p *plane) {
	for _, l := range b.lanes {
		m.lanes[l].add(p, r.from, val)
	}
}

// values returns the records' values, given those of the segment's rows.
func (w *worker) values(b *block, r run, val []int64) []int64 {
	if b.row == nil {
		return val
	}
	out := w.val[:r.to-r.from]
	for i, row := range b.row[r.from:r.to] {
		out[i] = val[row]
	}
	return out
}

// tallyTargets adds the rows of a segment that are in a target to its tally.
func (g *grower) tallyTargets(w *worker, s int, targets []*tip) {
	from, to := g.m.rowsOf(s)
	slot := g.rows.slot[from:to]
	for _, run := range g.m.runs[s] {
		b := &g.m.blocks[run.block]
		w.choose(b, run, slot, targets)
		for i := range targets {
			if len(w.pos[i]) > 0 {
				g.pickRun(w, i, run, from, to)
			}
		}
	}
}

// choose lists the records of each target.
func (w *worker) choose(b *block, r run, slot []uint16, targets []*tip) {
	if b.row != nil {
		slot = w.slots(b.row[r.from:r.to], slot)
	}
	switch {
	case len(targets) > fewTargets:
		w.sort(slot)
	case len(targets) == 2 && !haveCompress:
		w.pos[0], w.pos[1] = positions2(w.room[0], w.room[1], slot, targets[0].slot, targets[1].slot)
	default:
		for i, t := range targets {
			w.pos[i] = positions(w.room[i], slot, t.slot)
		}
	}
}

// fewTargets is up to how many targets it is quicker to go through the slots
// for each than to sort them.
const fewTargets = 3

// sort lists the records of many targets in one go, by counting. What is in no
// target is listed as target 0.
func (w *worker) sort(slot []uint16) {
	clear(w.start)
	for _, s := range slot {
		w.start[w.target[s]]++
	}
	end := 0
	for t, n := range w.start {
		w.start[t], end = end, end+n
	}
	pos := w.room[0][:len(slot)]
	for i, s := range slot {
		at := &w.start[w.target[s]]
		pos[*at] = uint16(i)
		*at++
	}
	for t := range w.pos {
		w.pos[t] = pos[w.start[t]:w.start[t+1]]
	}
}

// slots returns the slots of records' rows.
func (w *worker) slots(row, slot []uint16) []uint16 {
	out := w.slot[:len(row)]
	for i, r := range row {
		out[i] = slot[r]
	}
	return out
}

// positions lists where a slot occurs. It has no branches: which rows are in a
// small child is hard to predict.
func positions(pos, slot []uint16, a uint16) []uint16 {
	pos = pos[:len(slot)]
	from, n := 0, 0
	if haveCompress {
		from, n = positionsVectors(pos, slot, a)
	}
	for i := from; i < len(slot); i++ {
		pos[n] = uint16(i)
		n += equal(slot[i], a)
	}
	return pos[:n]
}

func positions2(posA, posB, slot []uint16, a, b uint16) (inA, inB []uint16) {
	posA, posB = posA[:len(slot)], posB[:len(slot)]
	n, m := 0, 0
	for i, s := range slot {
		posA[n], posB[m] = uint16(i), uint16(i)
		n += equal(s, a)
		m += equal(s, b)
	}
	return posA[:n], posB[:m]
}

// equal returns 1 if a and b are equal, else 0.
func equal(a, b uint16) int { return int((uint32(a^b) - 1) >> 31) }

func (g *grower) pickRun(w *worker, target int, r run, from, to int) {
	t, b, pos := w.tallies[target], &g.m.blocks[r.block], w.pos[target]
	t.room(g.m, r.block, len(pos))
	val := w.picked(b, r, pos, g.rows.stat[from:to])
	for _, l := range b.lanes {
		g.m.lanes[l].pick(&t.stat, r.from, pos, val)
	}
	if t.weight == nil {
		return
	}
	val = w.picked(b, r, pos, g.rows.weight[from:to])
	for _, l := range b.lanes {
		g.m.lanes[l].pick(t.weight, r.from, pos, val)
	}
}

func (w *worker) picked(b *block, r run, pos []uint16, val []int64) []int64 {
	out := w.val[:len(pos)]
	if b.row == nil {
		for k, p := range pos {
			out[k] = val[p]
		}
		return out
	}
	row := b.row[r.from:r.to]
	for k, p := range pos {
		out[k] = val[row[p]]
	}
	return out
}

// prepare makes a worker ready to tally targets.
func (w *worker) prepare(g *grower, targets []*tip) {
	for len(w.tallies) < len(targets) {
		w.tallies = append(w.tallies, newTally(g.m, g.rows.weight != nil))
	}
	if w.val == nil {
		w.val, w.slot = make([]int64, g.m.segment), make([]uint16, g.m.segment)
		for i := range w.room {
			w.room[i] = make([]uint16, g.m.segment)
		}
	}
	w.pos = make([][]uint16, len(targets))
	w.start = make([]int, len(targets)+1)
	w.target = make([]uint16, len(g.leaves))
	for i, t := range targets {
		w.target[t.slot] = uint16(i + 1)
	}
}

// mark notes in live the blocks of which there are sums.
func (t *tally) mark(live []bool) {
	for b, n := range t.added {
		if n > 0 || (t.spilled != nil && t.spilled.live[b]) {
			live[b] = true
		}
	}
}

// reset says that the tallies have been taken.
func (w *worker) reset() {
	for _, t := range w.tallies {
		clear(t.added)
		if t.spilled != nil {
			clear(t.spilled.live)
		}
	}
}

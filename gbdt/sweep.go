package gbdt

// moves says, lane by lane, where splits send rows.
type moves struct {
	lanes []laneMoves
}

type laneMoves struct {
	block, lane int
	bySlot      []move
	splits      int // moves that are not for no row
}

// move sends the rows of a slot whose bin, at a place of the record, is one of
// span bins from low on, to another slot.
type move struct{ at, low, span, to uint16 }

// add adds the split of a tip.
func (v *moves) add(m *matrix, t *tip, to uint16) {
	c := &m.columns[t.best.column]
	l := v.lane(c.lane, m.lanes[c.lane].block)
	for len(l.bySlot) <= int(t.slot) {
		l.bySlot = append(l.bySlot, move{})
	}
	first := t.best.last + 1
	mv := move{at: uint16(c.at), to: to, low: uint16(first), span: uint16(c.bins() - first)}
	if !t.best.absentLeft {
		mv.low, mv.span = 0, uint16(first)
	}
	l.bySlot[t.slot] = mv
	l.splits++
}

func (v *moves) lane(lane, block int) *laneMoves {
	for i := range v.lanes {
		if v.lanes[i].lane == lane {
			return &v.lanes[i]
		}
	}
	v.lanes = append(v.lanes, laneMoves{block: block, lane: lane})
	return &v.lanes[len(v.lanes)-1]
}

// pad gives every slot a move; the slots that no split is for keep their rows.
func (v *moves) pad(slots int) {
	for i := range v.lanes {
		for len(v.lanes[i].bySlot) < slots {
			v.lanes[i].bySlot = append(v.lanes[i].bySlot, move{})
		}
	}
}

func (g *grower) padPending() {
	for i := range g.pending {
		g.pending[i].pad(len(g.leaves))
	}
}

// sweep sends the rows through the pending splits and adds those that end in a
// target to the workers' tallies of it. Without pending splits all rows are in
// the one target.
func (g *grower) sweep(targets []*tip) {
	g.padPending()
	parallel(len(g.workers), g.m.segments(), func(n, s int) {
		w := g.workers[n]
		w.prepare(g, len(targets))
		g.route(s)
		if len(g.leaves) == 1 {
			g.tallyAll(w, s)
		} else {
			g.tallyTargets(w, s, targets)
		}
	})
	g.routed()
	for i, t := range targets {
		for _, part := range g.tallies(i) {
			part.mark(t.hist.live)
		}
	}
}

// route sends the rows of a segment through the pending splits.
func (g *grower) route(s int) {
	from, to := g.m.rowsOf(s)
	slot := g.rows.slot[from:to]
	fresh := g.fresh && len(g.leaves) > 1
	for _, v := range g.pending {
		for _, l := range v.lanes {
			g.m.route(s, l, slot, fresh)
			fresh = false
		}
	}
	if fresh || len(g.leaves) == 1 {
		clear(slot)
	}
}

// routed says that no splits are pending any more.
func (g *grower) routed() {
	g.fresh = g.fresh && len(g.pending) == 0
	g.pending = g.pending[:0]
}

// route applies a lane's moves to a segment. Fresh says that all rows are in
// slot 0, though their marks do not say so.
func (m *matrix) route(s int, v laneMoves, slot []uint16, fresh bool) {
	l, row := &m.lanes[v.lane], m.blocks[v.block].row
	run, ok := m.find(s, v.block)
	if fresh && (!ok || l.wide != nil || row != nil) {
		clear(slot)
	}
	w := len(l.columns)
	switch {
	case !ok:
	case l.wide != nil && row == nil:
		routeWide(slot, l.wide[run.from:run.to], v.bySlot)
	case l.wide != nil:
		routeWideRows(slot, row[run.from:run.to], l.wide[run.from:run.to], v.bySlot)
	case row != nil:
		routeNarrowRows(slot, row[run.from:run.to], l.narrow[run.from*w:run.to*w], w, v.bySlot)
	case len(l.byColumn) > 0 && v.splits <= vectorSplits:
		routeColumns(slot, l, run, v, fresh)
	case fresh:
		routeFirst(slot, l.narrow[run.from*w:run.to*w], w, v.bySlot[0])
	default:
		routeNarrow(slot, l.narrow[run.from*w:run.to*w], w, v.bySlot)
	}
}

// vectorSplits is how many splits vectors apply one by one quicker than a row
// looks up its own.
const vectorSplits = 12

// routeColumns applies one move after another. None moves rows to a slot that
// another is for: those are new.
func routeColumns(slot []uint16, l *lane, r run, v laneMoves, fresh bool) {
	if fresh {
		clear(slot)
	}
	for from, m := range v.bySlot {
		if m.span == 0 {
			continue
		}
		column := l.byColumn[m.at][r.from:r.to]
		for i := routeVectors(slot, column, uint16(from), m); i < len(slot); i++ {
			if slot[i] == uint16(from) && uint16(column[i])-m.low < m.span {
				slot[i] = m.to
			}
		}
	}
}

// routeFirst is routeNarrow where all rows are in slot 0.
func routeFirst(slot []uint16, rec []uint8, width int, m move) {
	rec = rec[m.at:]
	for i := range slot {
		s := uint16(0)
		if uint16(rec[i*width])-m.low < m.span {
			s = m.to
		}
		slot[i] = s
	}
}

func routeNarrow(slot []uint16, rec []uint8, width int, bySlot []move) {
	for i, s := range slot {
		m := bySlot[s]
		if uint16(rec[i*width+int(m.at)])-m.low < m.span {
			s = m.to
		}
		slot[i] = s
	}
}

func routeNarrowRows(slot, row []uint16, rec []uint8, width int, bySlot []move) {
	for i, r := range row {
		s := slot[r]
		m := bySlot[s]
		if uint16(rec[i*width+int(m.at)])-m.low < m.span {
			s = m.to
		}
		slot[r] = s
	}
}

func routeWide(slot, rec []uint16, bySlot []move) {
	for i, s := range slot {
		if m := bySlot[s]; rec[i]-m.low < m.span {
			slot[i] = m.to
		}
	}
}

func routeWideRows(slot, row, rec []uint16, bySlot []move) {
	for i, r := range row {
		if m := bySlot[slot[r]]; rec[i]-m.low < m.span {
			slot[r] = m.to
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

// choose lists the records of each target, two targets at a time.
func (w *worker) choose(b *block, r run, slot []uint16, targets []*tip) {
	if b.row != nil {
		slot = w.slots(b.row[r.from:r.to], slot)
	}
	for i := 0; i < len(targets); i++ {
		if haveCompress || i+1 == len(targets) {
			w.pos[i] = positions(w.pos[i], slot, targets[i].slot)
			continue
		}
		w.pos[i], w.pos[i+1] = positions2(w.pos[i], w.pos[i+1], slot, targets[i].slot, targets[i+1].slot)
		i++
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

// prepare makes room for so many targets.
func (w *worker) prepare(g *grower, targets int) {
	for len(w.tallies) < targets {
		w.tallies = append(w.tallies, newTally(g.m, g.rows.weight != nil))
	}
	for len(w.pos) < targets {
		w.pos = append(w.pos, make([]uint16, 0, g.m.segment))
	}
	if w.val == nil {
		w.val = make([]int64, g.m.segment)
		w.slot = make([]uint16, g.m.segment)
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

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

package gbdt

// The kernels add one number a record to the sums of the record's bins.
// Training spends most of its time here, so they are written out by width:
// arrays of fixed size need no loop over columns and no bounds checks.

// add adds val[i] at the bins of the lane's i-th record from record from on.
func (l *lane) add(h *plane, from int, val []int64) {
	if l.wide != nil {
		addWide(h.wide[l.local:], l.wide[from:], val)
		return
	}
	w := len(l.columns)
	rec, s := l.narrow[from*w:], h.narrow[l.local:]
	switch w {
	case 9:
		add9((*[9]sums)(s), rec, val)
	case 8:
		add8((*[8]sums)(s), rec, val)
	case 4:
		add4((*[4]sums)(s), rec, val)
	case 2:
		add2((*[2]sums)(s), rec, val)
	default:
		add1(&s[0], rec, val)
	}
}

// pick is add for the records at from+pos[i] only.
func (l *lane) pick(h *plane, from int, pos []uint16, val []int64) {
	if l.wide != nil {
		pickWide(h.wide[l.local:], l.wide[from:], pos, val)
		return
	}
	w := len(l.columns)
	rec, s := l.narrow[from*w:], h.narrow[l.local:]
	switch w {
	case 9:
		pick9((*[9]sums)(s), rec, pos, val)
	case 8:
		pick8((*[8]sums)(s), rec, pos, val)
	case 4:
		pick4((*[4]sums)(s), rec, pos, val)
	case 2:
		pick2((*[2]sums)(s), rec, pos, val)
	default:
		pick1(&s[0], rec, pos, val)
	}
}

func addWide(s []int64, rec []uint16, val []int64) {
	rec = rec[:len(val)]
	for i, v := range val {
		s[rec[i]] += v
	}
}

func pickWide(s []int64, rec []uint16, pos []uint16, val []int64) {
	val = val[:len(pos)]
	for k, p := range pos {
		s[rec[p]] += val[k]
	}
}

func add1(s *sums, rec []uint8, val []int64) {
	rec = rec[:len(val)]
	for i, v := range val {
		s[rec[i]] += v
	}
}

func pick1(s *sums, rec []uint8, pos []uint16, val []int64) {
	val = val[:len(pos)]
	for k, p := range pos {
		s[rec[p]] += val[k]
	}
}

func add2(s *[2]sums, rec []uint8, val []int64) {
	for i, v := range val {
		b := (*[2]uint8)(rec[2*i:])
		s[0][b[0]] += v
		s[1][b[1]] += v
	}
}

func pick2(s *[2]sums, rec []uint8, pos []uint16, val []int64) {
	val = val[:len(pos)]
	for k, p := range pos {
		b, v := (*[2]uint8)(rec[2*int(p):]), val[k]
		s[0][b[0]] += v
		s[1][b[1]] += v
	}
}

func add4(s *[4]sums, rec []uint8, val []int64) {
	for i, v := range val {
		b := (*[4]uint8)(rec[4*i:])
		s[0][b[0]] += v
		s[1][b[1]] += v
		s[2][b[2]] += v
		s[3][b[3]] += v
	}
}

func pick4(s *[4]sums, rec []uint8, pos []uint16, val []int64) {
	val = val[:len(pos)]
	for k, p := range pos {
		b, v := (*[4]uint8)(rec[4*int(p):]), val[k]
		s[0][b[0]] += v
		s[1][b[1]] += v
		s[2][b[2]] += v
		s[3][b[3]] += v
	}
}

func add8(s *[8]sums, rec []uint8, val []int64) {
	for i, v := range val {
		b := (*[8]uint8)(rec[8*i:])
		s[0][b[0]] += v
		s[1][b[1]] += v
		s[2][b[2]] += v
		s[3][b[3]] += v
		s[4][b[4]] += v
		s[5][b[5]] += v
		s[6][b[6]] += v
		s[7][b[7]] += v
	}
}

func pick8(s *[8]sums, rec []uint8, pos []uint16, val []int64) {
	val = val[:len(pos)]
	for k, p := range pos {
		b, v := (*[8]uint8)(rec[8*int(p):]), val[k]
		s[0][b[0]] += v
		s[1][b[1]] += v
		s[2][b[2]] += v
		s[3][b[3]] += v
		s[4][b[4]] += v
		s[5][b[5]] += v
		s[6][b[6]] += v
		s[7][b[7]] += v
	}
}

func add9(s *[9]sums, rec []uint8, val []int64) {
	for i, v := range val {
		b := (*[9]uint8)(rec[9*i:])
		s[0][b[0]] += v
		s[1][b[1]] += v
		s[2][b[2]] += v
		s[3][b[3]] += v
		s[4][b[4]] += v
		s[5][b[5]] += v
		s[6][b[6]] += v
		s[7][b[7]] += v
		s[8][b[8]] += v
	}
}

func pick9(s *[9]sums, rec []uint8, pos []uint16, val []int64) {
	val = val[:len(pos)]
	for k, p := range pos {
		b, v := (*[9]uint8)(rec[9*int(p):]), val[k]
		s[0][b[0]] += v
		s[1][b[1]] += v
		s[2][b[2]] += v
		s[3][b[3]] += v
		s[4][b[4]] += v
		s[5][b[5]] += v
		s[6][b[6]] += v
		s[7][b[7]] += v
		s[8][b[8]] += v
	}
}

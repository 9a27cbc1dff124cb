package report

// activity counts how many flows are under way at any time, in at most maxBins bins of
// one width, without knowing beforehand how long the captures are: when they outgrow
// the bins, each two become one. A flow is under way from its first to its last packet.
type activity struct {
	shift uint // a bin is 1<<shift ns wide, and begins at a multiple of that
	bins  map[int64]*bin
	span
}

// bin counts flows that begin and end in it: [0] benign, [1] botnet. Unlike the number
// under way, these can be added when bins are joined.
type bin struct{ begun, ended [2]int }

const (
	maxBins  = 1 << 10
	minShift = 20 // about 1 ms
	maxShift = 63
)

func (a *activity) add(first, last int64, botnet bool) {
	if a.bins == nil {
		a.bins, a.shift = make(map[int64]*bin), minShift
	}
	a.widen(first, last)
	for a.last>>a.shift-a.first>>a.shift >= maxBins && a.shift < maxShift {
		a.coarsen()
	}
	class := 0
	if botnet {
		class = 1
	}
	a.at(first).begun[class]++
	a.at(last).ended[class]++
}

func (a *activity) at(time int64) *bin {
	key := time >> a.shift
	b, ok := a.bins[key]
	if !ok {
		b = new(bin)
		a.bins[key] = b
	}
	return b
}

func (a *activity) coarsen() {
	old := a.bins
	a.shift++
	a.bins = make(map[int64]*bin, len(old))
	for key, b := range old {
		to := a.at(key >> 1 << a.shift)
		for class := range 2 {
			to.begun[class] += b.begun[class]
			to.ended[class] += b.ended[class]
		}
	}
}

// timeline is activity as the page draws it: how many flows were under way at some
// time within each bin.
type timeline struct {
	Start  string  `json:"start,omitempty"` // of the first bin
	Width  float64 `json:"width"`           // of a bin, seconds
	Benign []int   `json:"benign"`
	Botnet []int   `json:"botnet"`
}

func (a *activity) timeline() timeline {
	t := timeline{Width: float64(uint64(1)<<a.shift) / 1e9, Benign: []int{}, Botnet: []int{}}
	if !a.known {
		return t
	}
	begin, end := a.first>>a.shift, a.last>>a.shift
	t.Start = stampOf(begin << a.shift)
	var active [2]int
	for key := begin; ; key++ {
		b := a.bins[key]
		if b == nil {
			b = new(bin)
		}
		active[0], active[1] = active[0]+b.begun[0], active[1]+b.begun[1]
		t.Benign, t.Botnet = append(t.Benign, active[0]), append(t.Botnet, active[1])
		active[0], active[1] = active[0]-b.ended[0], active[1]-b.ended[1]
		if key == end {
			return t
		}
	}
}

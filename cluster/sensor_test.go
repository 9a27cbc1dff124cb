package cluster

import (
	"slices"
	"testing"
	"time"

	"botnetdetect/observe"
)

// lane returns a lane of a job of windows of a minute, and what windows it has ended.
func lane(t *testing.T, own bool) (l *sensorLane, ended func() []int) {
	t.Helper()
	s := &sensing{
		worker: &worker{Worker: Worker{Temp: t.TempDir(), Say: func(error) {}}}, job: Job{Windows: Windows{Sites: []string{"a"}, Length: 60}},
		full: make(chan *window, 100), assembly: newAssembly(1),
	}
	return s.newLane(0, nil, own), func() (numbers []int) {
		for len(s.full) > 0 {
			numbers = append(numbers, (<-s.full).number)
		}
		return numbers
	}
}

func minute(n int) int64 { return int64(n) * int64(time.Minute) }

// TestLaneEndsWindows: a window ends with the first packet of a later one; packets from
// before count in the one that is open.
func TestLaneEndsWindows(t *testing.T) {
	l, ended := lane(t, true)
	for _, at := range []int{10, 10, 11, 10, 12} {
		l.move(minute(at))
	}
	if got := ended(); !slices.Equal(got, []int{10, 11}) || l.now.number != 12 {
		t.Errorf("windows %v ended, and %d is open", got, l.now.number)
	}
	l.end()
	if got := ended(); !slices.Equal(got, []int{12}) {
		t.Errorf("in the end, windows %v ended", got)
	}
}

// TestLaneDoubtsLeaps: one packet with a damaged time ends nothing; a capture that leaves windows out
// is believed.
func TestLaneDoubtsLeaps(t *testing.T) {
	l, ended := lane(t, true)
	l.move(minute(10))
	l.move(minute(1000))
	l.move(minute(10))
	for range believed {
		l.move(minute(20))
	}
	if got := ended(); len(got) != 0 {
		t.Errorf("windows %v ended", got)
	}
	l.move(minute(20))
	if got := ended(); !slices.Equal(got, []int{10}) || l.now.number != 20 {
		t.Errorf("windows %v ended, and %d is open", got, l.now.number)
	}
	l.move(-1)
	l.move(minute(maxCaptures))
	if got := ended(); len(got) != 0 {
		t.Errorf("what is no time ended windows %v", got)
	}
}

// TestAssembly: a window is whole when every lane is past it, and has what all of them saw.
func TestAssembly(t *testing.T) {
	a := newAssembly(2)
	saw := func(number, frames int) *window {
		return &window{number: number, stats: observe.Stats{Frames: int64(frames)}}
	}
	if whole := a.add(0, saw(1, 3), 2); len(whole) != 0 {
		t.Errorf("windows %v are whole while a lane is at them", whole)
	}
	whole := a.add(1, saw(1, 4), 3)
	if len(whole) != 1 || whole[0].number != 1 || whole[0].stats.Frames != 7 {
		t.Errorf("windows %+v are whole", whole)
	}
	if whole = a.add(0, saw(2, 1), 9); len(whole) != 1 || whole[0].number != 2 {
		t.Errorf("windows %+v are whole, which only one lane saw", whole)
	}
}

// TestFullQueueSaysSo: what the servers do not take is lost in the end, and that is said.
func TestFullQueueSaysSo(t *testing.T) {
	l, _ := lane(t, true)
	l.full = make(chan *window, 1)
	said := 0
	l.Say = func(error) { said++ }
	for at := range 4 {
		l.move(minute(10 + at))
	}
	if said != 2 {
		t.Errorf("%d windows were said to be lost, want 2", said)
	}
}

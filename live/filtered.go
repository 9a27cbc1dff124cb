package live

import (
	"fmt"

	"botnetdetect/capture"
	"botnetdetect/filter"

	"golang.org/x/net/bpf"
)

// Filtered is a source of those frames of another that a capture filter wants. An interface
// does not need it: there the kernel filters.
type Filtered struct {
	Source
	lanes []Lane
}

// NewFiltered returns the frames of s that a filter wants, as package filter understands it.
func NewFiltered(s Source, text string) (*Filtered, error) {
	f := &Filtered{Source: s}
	for _, lane := range s.Lanes() {
		l := &filteredLane{lane: lane}
		for _, link := range []filter.Link{filter.Ethernet, filter.Raw} {
			vm, err := machine(text, link)
			if err != nil {
				return nil, err
			}
			l.wants[link] = vm
		}
		f.lanes = append(f.lanes, l)
	}
	return f, nil
}

func machine(text string, link filter.Link) (*bpf.VM, error) {
	raw, err := filter.Parse(text, link)
	if err != nil {
		return nil, err
	}
	program, _ := bpf.Disassemble(raw) // Parse returns no other
	return bpf.NewVM(program)
}

// Lanes returns the filtered lanes.
func (f *Filtered) Lanes() []Lane { return f.lanes }

// filteredLane passes on what a program wants, by how frames begin.
type filteredLane struct {
	lane  Lane
	wants [2]*bpf.VM
}

// patientFrames is how many frames in a row may be unwanted before the lane counts as idle.
const patientFrames = 1 << 10

// Next is that of a Lane.
func (l *filteredLane) Next(f *capture.Frame) error {
	for range patientFrames {
		if err := l.lane.Next(f); err != nil {
			return err
		}
		link := filter.Raw
		switch f.Link {
		case capture.LinkEthernet:
			link = filter.Ethernet
		case capture.LinkRaw, capture.LinkRawBSD, capture.LinkRawOpenBSD, capture.LinkIPv4, capture.LinkIPv6:
		default:
			return fmt.Errorf("frames of link type %v cannot be filtered here; filter them where they are captured", f.Link)
		}
		if n, err := l.wants[link].Run(f.Data); err == nil && n > 0 {
			return nil
		}
	}
	return capture.ErrIdle
}

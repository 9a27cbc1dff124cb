package live

import "botnetdetect/nic"

// Interface is a source of a network interface's frames.
type Interface struct{ in *nic.Interface }

// NewInterface returns the source of an open interface, which the caller closes.
func NewInterface(in *nic.Interface) Interface { return Interface{in} }

// Lanes returns the interface's lanes.
func (i Interface) Lanes() (all []Lane) {
	for _, l := range i.in.Lanes() {
		all = append(all, l)
	}
	return all
}

// OwnClock returns false.
func (i Interface) OwnClock() bool { return false }

// Counts returns what the kernel counted.
func (i Interface) Counts() SourceCounts {
	c := i.in.Counts()
	return SourceCounts{Received: c.Received, Dropped: c.Dropped, Outages: c.Outages, Down: c.Down}
}

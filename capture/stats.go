package capture

import "iter"

// Stats counts what a Reader has met. The oddities are none of them fatal.
type Stats struct {
	Frames     int64 // frames delivered
	Bytes      int64 // captured bytes in them
	WireBytes  int64 // bytes they had on the wire
	Sections   int64 // pcapng sections begun; 0 for pcap
	Interfaces int64 // pcapng interfaces described, over all sections; 0 for pcap

	Cut           int64 // frames of which fewer bytes were captured than were on the wire
	Clipped       int64 // records holding more bytes than were on the wire; the excess was dropped
	OverSnapLen   int64 // records longer than the snap length that the capture states
	Untimed       int64 // frames without a time of their own (Simple Packet Blocks)
	BadTimes      int64 // frames whose time is out of range, or whose fraction is a second or more; see docs/format/capture.md
	Backward      int64 // frames earlier than the frame before them
	Orphans       int64 // pcapng packets of an interface never described; not delivered
	UnknownBlocks int64 // pcapng blocks of other kinds, skipped
}

// Add adds t's counts to s.
func (s *Stats) Add(t Stats) {
	s.Frames += t.Frames
	s.Bytes += t.Bytes
	s.WireBytes += t.WireBytes
	s.Sections += t.Sections
	s.Interfaces += t.Interfaces
	s.Cut += t.Cut
	s.Clipped += t.Clipped
	s.OverSnapLen += t.OverSnapLen
	s.Untimed += t.Untimed
	s.BadTimes += t.BadTimes
	s.Backward += t.Backward
	s.Orphans += t.Orphans
	s.UnknownBlocks += t.UnknownBlocks
}

// Oddities yields what was odd, in words, and how often, leaving out what did not occur.
func (s *Stats) Oddities() iter.Seq2[string, int64] {
	return func(yield func(string, int64) bool) {
		for _, o := range [...]struct {
			name string
			n    int64
		}{
			{"frames cut short by the snap length", s.Cut},
			{"frames with more bytes than were on the wire", s.Clipped},
			{"frames longer than the stated snap length", s.OverSnapLen},
			{"frames without a time", s.Untimed},
			{"frames with an impossible time", s.BadTimes},
			{"frames earlier than the one before", s.Backward},
			{"packets of an interface never described", s.Orphans},
			{"blocks of other kinds", s.UnknownBlocks},
		} {
			if o.n != 0 && !yield(o.name, o.n) {
				return
			}
		}
	}
}

// count adds what can be told from the frames alone. last is the time of the
// frame before them; it returns that of the last of them.
func (s *Stats) count(frames []Frame, last int64) int64 {
	bytes, wire := int64(0), int64(0)
	for i := range frames {
		f := &frames[i]
		bytes += int64(len(f.Data))
		wire += int64(f.Length)
		if int64(len(f.Data)) < int64(f.Length) {
			s.Cut++
		}
		if f.Time < last {
			s.Backward++
		}
		last = f.Time
	}
	s.Frames += int64(len(frames))
	s.Bytes += bytes
	s.WireBytes += wire
	return last
}

// clip drops captured bytes beyond the length on the wire, as Wireshark does: they
// never were part of the frame.
func (s *Stats) clip(data []byte, length uint32) []byte {
	if uint64(len(data)) <= uint64(length) {
		return data
	}
	s.Clipped++
	return data[:length:length]
}

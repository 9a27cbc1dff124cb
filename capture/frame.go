package capture

// LinkType is a LINKTYPE_ number: which header the first captured byte of a
// frame belongs to (https://www.tcpdump.org/linktypes.html).
type LinkType uint16

// Frame is one captured link-layer frame.
type Frame struct {
	// Time is when the frame was captured, in nanoseconds since the Unix epoch.
	Time int64
	// Seq grows in capture order: the offset in bytes of the frame's record in the
	// uncompressed capture. Two readers of parts of one capture agree on it.
	Seq int64
	// Length is the frame's length on the wire in bytes, which may exceed len(Data).
	Length uint32
	// Link says how Data begins.
	Link LinkType
	// Data holds the captured bytes. It is borrowed: see who handed out the frame.
	Data []byte
}

package capture

import (
	"bytes"
	"encoding/binary"
)

// Format is what a stream is, told by its first bytes.
type Format uint8

// The formats that Sniff tells apart.
const (
	Unknown Format = iota
	Pcap           // libpcap: either byte order, micro- or nanoseconds, or Kuznetzov's modified records
	Pcapng         // pcapng
	Gzip           // RFC 1952; what is inside is another question
	Zstd           // RFC 8878; likewise
)

// SniffLen is how many bytes Sniff needs to be sure.
const SniffLen = 12

// String returns the format's usual name.
func (f Format) String() string {
	return [...]string{"unknown", "pcap", "pcapng", "gzip", "zstd"}[f]
}

// Sniff tells the format of a stream that begins with prefix, of which the first
// SniffLen bytes count. A shorter prefix is Unknown where that leaves doubt.
func Sniff(prefix []byte) Format {
	switch {
	case isPcapng(prefix):
		return Pcapng
	case isPcap(prefix):
		return Pcap
	case bytes.HasPrefix(prefix, []byte{0x1f, 0x8b}):
		return Gzip
	case isZstd(prefix):
		return Zstd
	}
	return Unknown
}

func isPcap(b []byte) bool {
	_, ok := pcapVariant(b)
	return ok
}

// isPcapng wants the byte-order magic too: the block type alone is four line
// ends, which a text file may well begin with.
func isPcapng(b []byte) bool {
	if len(b) < 12 || binary.LittleEndian.Uint32(b) != blockSection {
		return false
	}
	_, ok := sectionOrder(b)
	return ok
}

// isZstd accepts a skippable frame first, as some tools write.
func isZstd(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	m := binary.LittleEndian.Uint32(b)
	return m == 0xfd2fb528 || m&^0xf == 0x184d2a50
}

// hint says how to turn a stream that is not read here into one that is; "" if
// nothing better is known.
func hint(prefix []byte) string {
	for _, h := range [...]struct{ magic, hint string }{
		{"\xfd7zXZ\x00", "it is xz-compressed: unpack it first"},
		{"BZh", "it is bzip2-compressed: unpack it first"},
		{"\x04\x22\x4d\x18", "it is lz4-compressed: unpack it first"},
		{"\x1f\x8b", "it is compressed twice: unpack it once"},
		{"\x28\xb5\x2f\xfd", "it is compressed twice: unpack it once"},
		{"PK\x03\x04", "it is a zip archive: unpack it first"},
		{"snoop\x00", "it is a snoop capture: convert it with editcap -F pcap"},
		{"GMBU", "it is a Network Monitor capture: convert it with editcap -F pcap"},
		{"TRSNIFF data", "it is a Sniffer capture: convert it with editcap -F pcap"},
		{"version https://git-lfs", "it is a Git LFS pointer: fetch the capture itself"},
	} {
		if bytes.HasPrefix(prefix, []byte(h.magic)) {
			return h.hint
		}
	}
	return "want pcap or pcapng, plain or compressed with gzip or zstd"
}

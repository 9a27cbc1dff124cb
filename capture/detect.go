package capture

import (
	"io"
	"os"
)

// IsCapture tells whether the file at path is a capture, compressed or not, by its
// first bytes. Whatever is not a regular file is none. An error means that the file could
// not be read, not that it is damaged.
func IsCapture(path string) (bool, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false, err
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head, err := readHead(f)
	if err != nil {
		return false, err
	}
	format := Sniff(head)
	if format == Gzip || format == Zstd {
		format = sniffInside(format, f)
	}
	return format == Pcap || format == Pcapng, nil
}

// sniffInside tells what a compressed file holds; Unknown if it cannot be unpacked.
func sniffInside(f Format, file io.ReadSeeker) Format {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return Unknown
	}
	d, err := newDecompressor(f, file)
	if err != nil {
		return Unknown
	}
	defer d.Close()
	head, _ := readHead(d) // what came before an error may do
	return Sniff(head)
}

// headSize is how much is read to tell what a stream is: enough for a pcap header.
const headSize = 4 << 10

// readHead reads until it has as much as a pcap header, or all there is. Reaching
// the end is no error.
func readHead(src io.Reader) ([]byte, error) {
	head := make([]byte, headSize)
	n := 0
	for n < pcapHeader {
		m, err := src.Read(head[n:])
		n += m
		if err == io.EOF {
			break
		}
		if err != nil {
			return head[:n], err
		}
	}
	return head[:n], nil
}

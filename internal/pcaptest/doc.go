// Package pcaptest builds small captures in code, so that tests need no capture
// files. From the inside out:
//
//	packet := pcaptest.UDP("10.0.0.1:4000", "10.0.0.2:53", payload) // an IP packet
//	frame := pcaptest.Frame(time.Second, packet)                    // on Ethernet, a second after Epoch
//	file := pcaptest.Pcap(frame)                                    // the bytes of a pcap file
//	path := pcaptest.WriteFile(t, "a.pcap", file)
//
// Flow makes the frames of a whole conversation with given times, directions and
// lengths on the wire; Merge puts several in the order of time. PcapFile and Pcapng write
// the less usual files. Wrong arguments, such as an address that is none, panic: they are
// mistakes in a test.
package pcaptest

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// WriteFile writes data to a file called name in a directory of its own, and returns its path.
func WriteFile(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// Gzip compresses data into one gzip member.
func Gzip(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data) // cannot fail: b does not
	w.Close()
	return b.Bytes()
}

// Zstd compresses data into one zstd frame.
func Zstd(data []byte) []byte {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	defer w.Close()
	return w.EncodeAll(data, nil)
}

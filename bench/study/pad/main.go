// Pad lengthens what UDP and TCP over IPv4 carry in a capture, each payload by a number of bytes
// drawn anew, as a bot might that hides the sizes of its messages: what was captured stays,
// only lengths grow. For bench/study/study.sh.
//
//	pad N SEED < IN.pcap > OUT.pcap    # 0 to N bytes more
package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"

	"botnetdetect/capture"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "pad:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 2 {
		return errors.New("usage: pad N SEED < IN.pcap > OUT.pcap")
	}
	most, err := strconv.Atoi(args[0])
	if err != nil || most < 0 || most > 1000 {
		return fmt.Errorf("%s bytes: want 0 to 1000", args[0])
	}
	seed, err := strconv.ParseUint(args[1], 10, 64)
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	r, err := capture.NewReader(in)
	if err != nil {
		return err
	}
	defer r.Close()
	p := padder{rand.New(rand.NewPCG(seed, 0)), most}
	w := bufio.NewWriter(out)
	for first := true; ; first = false {
		var f capture.Frame
		err := r.Next(&f)
		if errors.Is(err, io.EOF) {
			return w.Flush()
		}
		if err != nil {
			return err
		}
		if first {
			writeHeader(w, f.Link)
		}
		p.pad(&f)
		writeRecord(w, &f)
	}
}

type padder struct {
	*rand.Rand
	most int
}

// pad lengthens the frame, if it carries a payload.
func (p padder) pad(f *capture.Frame) {
	ip := f.Data
	if f.Link == 1 { // Ethernet
		if len(ip) < 14 || binary.BigEndian.Uint16(ip[12:]) != 0x0800 {
			return
		}
		ip = ip[14:]
	}
	if len(ip) < 40 || ip[0]>>4 != 4 || binary.BigEndian.Uint16(ip[6:])&0x3fff != 0 {
		return
	}
	total, header := int(binary.BigEndian.Uint16(ip[2:])), int(ip[0]&15)*4
	if header+20 > len(ip) {
		return
	}
	over := ip[header:]
	more := p.IntN(p.most + 1)
	switch {
	case ip[9] == 17 && total > header+8:
		binary.BigEndian.PutUint16(over[4:], uint16(total-header+more))
	case ip[9] == 6 && total > header+int(over[12]>>4)*4:
	default:
		return
	}
	binary.BigEndian.PutUint16(ip[2:], uint16(total+more))
	f.Length += uint32(more)
}

func writeHeader(w *bufio.Writer, link capture.LinkType) {
	b := binary.LittleEndian.AppendUint32(nil, 0xa1b23c4d) // nanoseconds
	b = binary.LittleEndian.AppendUint32(b, 2|4<<16)
	b = append(b, make([]byte, 8)...)
	b = binary.LittleEndian.AppendUint32(b, 262144)
	_, _ = w.Write(binary.LittleEndian.AppendUint32(b, uint32(link))) // Flush tells
}

func writeRecord(w *bufio.Writer, f *capture.Frame) {
	var b []byte
	for _, x := range []uint32{uint32(f.Time / 1e9), uint32(f.Time % 1e9), uint32(len(f.Data)), f.Length} {
		b = binary.LittleEndian.AppendUint32(b, x)
	}
	_, _ = w.Write(append(b, f.Data...))
}

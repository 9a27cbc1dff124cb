//go:build linux

// Command send sends small UDP packets of many flows over an interface, at a rate, and says
// how many it sent: a peer to measure what live keeps. bench/live/veth.sh uses it.
package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"net"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// batch is how many packets one system call sends.
const batch = 64

// message is the kernel's struct mmsghdr.
type message struct {
	header unix.Msghdr
	sent   uint32
	_      [4]byte
}

func main() {
	name := flag.String("i", "", "interface")
	rate := flag.Int("rate", 500_000, "packets a second")
	span := flag.Duration("for", 10*time.Second, "how long")
	flows := flag.Int("flows", 10_000, "flows")
	size := flag.Int("size", 128, "bytes of a frame")
	flag.Parse()
	sent, took, err := send(*name, *rate, *span, *flows, *size)
	if err != nil {
		fmt.Fprintln(os.Stderr, "send:", err)
		os.Exit(1)
	}
	fmt.Printf("sent %d packets in %.3f s: %.0f a second\n", sent, took.Seconds(), float64(sent)/took.Seconds())
}

func send(name string, rate int, span time.Duration, flows, size int) (sent int, took time.Duration, err error) {
	fd, err := open(name)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = unix.Close(fd) }()
	frames := make([][]byte, flows)
	for i := range frames {
		frames[i] = frame(i, size)
	}
	begun := time.Now()
	for next := 0; time.Since(begun) < span; {
		if ahead := time.Duration(sent)*time.Second/time.Duration(rate) - time.Since(begun); ahead > 200*time.Microsecond {
			time.Sleep(ahead)
			continue
		}
		n, err := sendBatch(fd, frames, next)
		if err != nil {
			return sent, time.Since(begun), err
		}
		sent, next = sent+n, (next+n)%flows
	}
	return sent, time.Since(begun), nil
}

func open(name string) (fd int, err error) {
	in, err := net.InterfaceByName(name)
	if err != nil {
		return 0, err
	}
	if fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0); err != nil {
		return 0, err
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_QDISC_BYPASS, 1); err != nil {
		return 0, err
	}
	return fd, unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: in.Index})
}

// sendBatch sends the frames from next on.
func sendBatch(fd int, frames [][]byte, next int) (int, error) {
	var messages [batch]message
	var vectors [batch]unix.Iovec
	for i := range messages {
		f := frames[(next+i)%len(frames)]
		vectors[i].Base = &f[0]
		vectors[i].SetLen(len(f))
		messages[i].header.Iov = &vectors[i]
		messages[i].header.SetIovlen(1)
	}
	n, _, errno := unix.Syscall6(unix.SYS_SENDMMSG, uintptr(fd), uintptr(unsafe.Pointer(&messages[0])), batch, 0, 0, 0)
	if errno != 0 && errno != unix.ENOBUFS && errno != unix.EAGAIN {
		return 0, errno
	}
	if errno != 0 {
		return 0, nil
	}
	return int(n), nil
}

// frame is an Ethernet frame with a UDP datagram of flow i.
func frame(i, size int) []byte {
	b := make([]byte, max(size, 60))
	copy(b, []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0})
	ip := b[14:]
	ip[0], ip[8], ip[9] = 0x45, 64, 17
	binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)))
	binary.BigEndian.PutUint32(ip[12:], 10<<24|uint32(i%250+1))
	binary.BigEndian.PutUint32(ip[16:], 198<<24|18<<16|uint32(i))
	var sum uint32
	for k := 0; k < 20; k += 2 {
		sum += uint32(binary.BigEndian.Uint16(ip[k:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	binary.BigEndian.PutUint16(ip[10:], ^uint16(sum))
	udp := ip[20:]
	binary.BigEndian.PutUint16(udp, 40000)
	binary.BigEndian.PutUint16(udp[2:], 40001)
	binary.BigEndian.PutUint16(udp[4:], uint16(len(udp)))
	return b
}

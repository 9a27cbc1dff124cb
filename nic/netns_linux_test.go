package nic

import (
	"errors"
	"fmt"
	"math"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"botnetdetect/capture"
	"botnetdetect/internal/netnstest"
	"botnetdetect/packet"

	"golang.org/x/sys/unix"
)

// inNamespace runs a test in a network namespace of its own, which ends with it. It needs
// root and ip.
func inNamespace(t *testing.T) {
	t.Helper()
	netnstest.Needs(t)
	runtime.LockOSThread() // and never unlocked: the thread ends with the test's goroutine
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Skipf("no network namespace can be made here: %v", err)
	}
}

// sender sends frames out of an interface.
func sender(t *testing.T, name string) func(frame []byte) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	index := indexOf(t, name)
	return func(frame []byte) {
		if err := unix.Sendto(fd, frame, 0, &unix.SockaddrLinklayer{Ifindex: index}); err != nil {
			t.Fatal(err)
		}
	}
}

func indexOf(t *testing.T, name string) int {
	t.Helper()
	request, err := unix.NewIfreq(name)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(fd) }()
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, request); err != nil {
		t.Fatal(err)
	}
	return int(request.Uint32())
}

// datagram is an Ethernet frame with a UDP datagram between ports.
func datagram(from, to byte, port uint16) []byte {
	b := make([]byte, 60)
	copy(b, []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 46})
	b[22], b[23] = 64, 17
	copy(b[26:], []byte{10, 0, 0, from, 10, 0, 0, to})
	b[34], b[35], b[36], b[37], b[39] = byte(port>>8), byte(port), byte(port>>8), byte(port), 26
	return b
}

// take reads frames until there are n of UDP, or none has come for some time.
func take(t *testing.T, l *Lane, n int) (sources []string) {
	t.Helper()
	idle := 0
	for len(sources) < n && idle < 20 {
		var f capture.Frame
		err := l.Next(&f)
		if errors.Is(err, capture.ErrIdle) {
			idle++
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		var p packet.Packet
		if packet.Decode(&f, &p) == packet.OK && p.Src.Kind() == packet.IPv4 {
			sources = append(sources, fmt.Sprintf("%v %d", p.Src, f.Length))
		}
	}
	return sources
}

func TestInterface(t *testing.T) {
	inNamespace(t)
	netnstest.Pair(t)
	in, err := Open("vb", Options{Promiscuous: true, Filter: "udp and not port 9"})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	send := sender(t, "va")
	send(datagram(1, 2, 7))
	send(datagram(3, 2, 9)) // unwanted
	send(datagram(4, 2, 8))
	if got := take(t, in.Lanes()[0], 2); fmt.Sprint(got) != "[10.0.0.1 60 10.0.0.4 60]" {
		t.Errorf("%v", got)
	}
	if c := in.Counts(); c.Received != 2 || c.Dropped != 0 || c.Down {
		t.Errorf("%+v", c)
	}
}

// What goes round a loopback comes once, with a filter and without.
func TestLoopback(t *testing.T) {
	inNamespace(t)
	netnstest.IP(t, "link set lo up")
	to, err := net.ListenPacket("udp4", "127.0.0.1:0") // so that nothing says that nobody is there
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	for _, filter := range []string{"", "udp"} {
		in, err := Open("lo", Options{Filter: filter})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := to.WriteTo(make([]byte, 18), to.LocalAddr()); err != nil {
				t.Fatal(err)
			}
		}
		if got := take(t, in.Lanes()[0], 4); fmt.Sprint(got) != "[127.0.0.1 60 127.0.0.1 60 127.0.0.1 60]" {
			t.Errorf("filter %q: %v", filter, got)
		}
		if c := in.Counts(); c.Received != 3 {
			t.Errorf("filter %q: %+v", filter, c)
		}
		in.Close()
	}
}

// All that is sent is received or counted as dropped, whatever is read.
func TestDropsAreExact(t *testing.T) {
	inNamespace(t)
	netnstest.Pair(t)
	in, err := Open("vb", Options{RingBytes: 4 << 20, Filter: "udp"})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	const sent = 60_000 // more than the ring holds, and nobody reads
	send := sender(t, "va")
	for range sent {
		send(datagram(1, 2, 7))
	}
	c := in.Counts()
	if c.Received != sent || c.Dropped == 0 {
		t.Fatalf("%d sent, %+v", sent, c)
	}
	if got := len(take(t, in.Lanes()[0], sent)); int64(got) != sent-c.Dropped {
		t.Errorf("%d read, %d sent, %d dropped", got, sent, c.Dropped)
	}
}

// An interface that vanishes is idle until it is back, as another device of its name.
func TestInterfaceVanishesAndReturns(t *testing.T) {
	inNamespace(t)
	netnstest.Pair(t)
	in, err := Open("vb", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	netnstest.IP(t, "link del va")
	var f capture.Frame
	for range 100 {
		if err := in.Lanes()[0].Next(&f); !errors.Is(err, capture.ErrIdle) {
			t.Fatal(err)
		}
		if in.Counts().Down {
			break
		}
	}
	if c := in.Counts(); !c.Down || c.Outages != 1 {
		t.Fatalf("the interface is gone, but %+v", c)
	}
	netnstest.Pair(t)
	send := sender(t, "va")
	for start := time.Now(); in.Counts().Down && time.Since(start) < time.Minute; {
		_ = in.Lanes()[0].Next(&f)
	}
	send(datagram(1, 2, 7))
	if got := take(t, in.Lanes()[0], 1); len(got) != 1 {
		t.Errorf("nothing comes after it is back: %+v", in.Counts())
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	inNamespace(t)
	netnstest.IP(t, "link add va type veth peer name vb")
	f := func(name string, o Options, want string) {
		t.Helper()
		if _, err := Open(name, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", name, err, want)
		}
	}
	f("no-such", Options{}, "ip link")
	f("vb", Options{}, "'ip link set vb up' brings it up")
	f("lo", Options{Lanes: 1000}, "1000 lanes")
	f("lo", Options{RingBytes: math.MaxInt}, "want at most 4 GiB")
	netnstest.IP(t, "link set lo up")
	f("lo", Options{Filter: "nonsense"}, "is not understood")
}

// Without CAP_NET_RAW the error says which capability to give, and how.
func TestPermissionDenied(t *testing.T) {
	inNamespace(t)
	netnstest.IP(t, "link set lo up")
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData // of this thread, which ends with the test
	if err := unix.Capset(&header, &none[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := Open("lo", Options{}); !errors.Is(err, ErrPermission) || !strings.Contains(err.Error(), "setcap cap_net_raw=ep") {
		t.Errorf("error %v", err)
	}
}

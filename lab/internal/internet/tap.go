package internet

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// tapNumber makes the names of this process's TAP devices differ.
var tapNumber atomic.Uint32

// openTap creates a TAP device, moves it into the namespace as eth0 and sets its address.
func openTap(namespace string, hw hardware) (*os.File, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open /dev/net/tun (needs root and the tun driver): %w", err)
	}
	name := fmt.Sprintf("lab%xt%d", os.Getpid(), tapNumber.Add(1))
	request, err := unix.NewIfreq(name)
	if err == nil {
		request.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, request)
	}
	if err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("create TAP device %s: %w", name, err)
	}
	tap := os.NewFile(uintptr(fd), name)
	if err := ip("link", "set", name, "address", net.HardwareAddr(hw[:]).String(), "netns", namespace, "name", "eth0"); err != nil {
		_ = tap.Close()
		return nil, err
	}
	return tap, nil
}

// stub is the next hop of sites that are no local network: a link-local address that is
// never seen on a wire.
const stub = "169.254.0.1"

// gateway is the address that a host in a local network sends through: the first of its
// /24. It is not valid where there is no local network.
func (s *Site) gateway() netip.Addr {
	if !s.Inner.IsValid() {
		return netip.Addr{}
	}
	p, _ := s.Inner.Prefix(24)
	return p.Addr().Next()
}

// configure gives the namespace its addresses and its way out.
func (s *Site) configure() error {
	if err := inNamespace(s.Namespace, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1"); err != nil {
		return err
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("link set lo up")
	line("link set eth0 up")
	if gateway := s.gateway(); gateway.IsValid() {
		line("addr add %s/24 brd + dev eth0", s.Inner)
		line("route add default via %s dev eth0", gateway)
	} else {
		line("addr add %s/32 dev eth0", s.Addresses[0])
		line("neigh replace %s lladdr %s dev eth0 nud permanent", stub, net.HardwareAddr(s.gate[:]))
		line("route add default via %s dev eth0 onlink src %s", stub, s.Addresses[0])
	}
	for _, a := range s.Addresses[1:] {
		line("route add local %s/32 dev lo", a)
	}
	return ipBatch(s.Namespace, b.String())
}

func ip(args ...string) error { return run(exec.Command("ip", args...)) }

func ipBatch(namespace, lines string) error {
	c := exec.Command("ip", "-n", namespace, "-batch", "-")
	c.Stdin = strings.NewReader(lines)
	return run(c)
}

func inNamespace(namespace string, args ...string) error {
	return run(exec.Command("ip", append([]string{"netns", "exec", namespace}, args...)...))
}

func run(c *exec.Cmd) error {
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(c.Args, " "), err, bytes.TrimSpace(out))
	}
	return nil
}

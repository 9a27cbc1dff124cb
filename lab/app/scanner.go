package app

import (
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"time"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

// scanner looks for services at many addresses, most of which nobody has. It is hostile or
// a nuisance or research, but no peer-to-peer botnet.
func scanner() Application {
	return Application{
		Name: "scanner", What: "sweeps over addresses: TCP connects, and UDP probes",
		Scene: func(r *recording.Recording) {
			living := r.Peers("living", 120, internet.Sleep{})
			tcp := r.Host(recording.Host{Name: "tcp", Reach: recording.Public, Vantage: recording.AtHost, Up: 20, Down: 50, Settings: "connects to ports 22, 80, 443 of 2100 addresses, 5 % alive, 3 a second"})
			udp := r.Host(recording.Host{Name: "udp", Reach: recording.Natted, Vantage: recording.AtGateway, Up: 20, Down: 50, Settings: "DNS and SNMP probes to 1600 addresses, 7 % alive, 2 a second"})
			if r.Err() != nil {
				return
			}
			draw := r.Rand("scanner")
			living.Role("banners", bannersParameters{living.Addresses})
			tcp.Role("sweep", sweepParameters{Targets: mixed(draw, living.Addresses, r.Dead("tcp", 2000)), Ports: []int{22, 80, 443}, Every: 330 * time.Millisecond})
			udp.Role("sweep", sweepParameters{Targets: mixed(draw, living.Addresses, r.Dead("udp", 1500)), Ports: []int{53, 161}, UDP: true, Every: 500 * time.Millisecond})
		},
	}
}

// mixed shuffles lists into one.
func mixed[T any](r *rand.Rand, lists ...[]T) (all []T) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return some(r, all, len(all))
}

type bannersParameters struct{ At []netip.Addr }

// banners are services that say something short: a banner over TCP, an echo over UDP.
func banners(ctx context.Context, p bannersParameters) error {
	talk := func(_ context.Context, c net.Conn) {
		_, _ = c.Write([]byte("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"))
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		_, _ = c.Read(make([]byte, 512))
	}
	reply := func(q []byte) []byte { return append([]byte(nil), q...) }
	half := p.At[:len(p.At)/2]
	return together(
		func() error { return serveTCP(ctx, p.At, 22, talk) },
		func() error { return serveTCP(ctx, half, 80, talk) },
		func() error { return serveUDP(ctx, p.At, 53, reply) },
		func() error { return serveUDP(ctx, half, 161, reply) },
	)
}

type sweepParameters struct {
	Targets []netip.Addr
	Ports   []int
	UDP     bool
	Every   time.Duration
}

// sweep probes port after port of target after target.
func sweep(ctx context.Context, p sweepParameters) error {
	gap := func() time.Duration { return time.Duration(float64(p.Every) * (0.5 + rand.Float64())) }
	for _, port := range p.Ports {
		round, stop := context.WithTimeout(ctx, time.Duration(len(p.Targets))*p.Every)
		forEach(round, p.Targets, 64, gap, func(a netip.Addr) { p.probe(ctx, a, port) })
		stop()
	}
	return nil
}

func (p sweepParameters) probe(ctx context.Context, a netip.Addr, port int) {
	if p.UDP {
		probe := append([]byte{byte(rand.Uint32()), byte(rand.Uint32())}, "\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07version\x04bind\x00\x00\x10\x00\x03"...)
		_ = ask(ctx, netip.AddrPortFrom(a, uint16(port)), probe, 2*time.Second, 1+rand.IntN(2))
		return
	}
	c, err := connect(ctx, a.String(), port, 2*time.Second)
	if err != nil {
		return
	}
	_ = c.SetDeadline(time.Now().Add(2 * time.Second))
	_, _ = c.Read(make([]byte, 512))
	_ = c.Close()
}
